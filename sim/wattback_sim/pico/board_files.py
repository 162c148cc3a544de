"""What belongs on a Pico: boot.py, main.py and the firmware's modules, compiled.

`wattback flash`, `firmware/package.json` and the emulated board have the same list from here.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from wattback_sim.firmware import firmware_root

BOOT = PurePosixPath("boot.py")
MAIN = PurePosixPath("main.py")
SETTINGS = PurePosixPath("settings.json")
PACKAGE = PurePosixPath("wattback")

# The simulated board, what only boards with a network or with a wire to a gateway need, and what a
# Pico has faster.
LEFT_OUT = (
    PurePosixPath("wattback/backup/__init__"),
    PurePosixPath("wattback/backup/backup"),
    PurePosixPath("wattback/backup/island"),
    PurePosixPath("wattback/backup/outage"),
    PurePosixPath("wattback/backup/readiness"),
    PurePosixPath("wattback/backup/returning"),
    PurePosixPath("wattback/backup/steps"),
    PurePosixPath("wattback/boards/sim"),
    PurePosixPath("wattback/boards/sim_process"),
    PurePosixPath("wattback/codec/crc_modbus"),
    PurePosixPath("wattback/gateway"),
    PurePosixPath("wattback/gateway_link/__init__"),
    PurePosixPath("wattback/gateway_link/port"),
    PurePosixPath("wattback/house"),
    PurePosixPath("wattback/modbus/tcp"),
)


def source_paths() -> list[PurePosixPath]:
    """The firmware's sources for a Pico, from its folder on, in the order of copying: what starts
    it comes last.
    """
    root = firmware_root()
    found = [
        PurePosixPath(path.relative_to(root).as_posix())
        for path in sorted((root / PACKAGE).rglob("*.py"))
    ]
    return [path for path in found if path.with_suffix("") not in LEFT_OUT] + [BOOT, MAIN]


def compiled_files() -> dict[PurePosixPath, bytes]:
    """What is copied, by its path on the board, in the order of copying.

    Raises ModuleNotFoundError without the packages of the extra `pico`.
    """
    from wattback_sim.pico.flash import compiled_package

    root = firmware_root()
    compiled = compiled_package(root / PACKAGE)
    files = {}
    for path in source_paths():
        if path in (BOOT, MAIN):
            files[path] = (root / path).read_bytes()
        else:
            files[path.with_suffix(".mpy")] = compiled[path.with_suffix(".mpy")]
    return files
