"""Runs MicroPython code of this project on an emulated Raspberry Pi Pico.

A run is a cold boot of `wattback_sim.pico.chip`: the packages and the script lie on the flash as
`.mpy` files, `main.py` imports the script, and the console is UART0. Virtual times are cycle
counts of the emulated chip at 125 MHz and repeat exactly.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from wattback_sim.pico.chip import EmulatedChip
from wattback_sim.pico.constants import with_constants
from wattback_sim.pico.flash import compiled, compiled_package

_STARTED = 0x02  # sent by `main.py` before the script
_ENDED = 0x04  # sent after the script's output, and again after the traceback, if any

# The heap may still be locked when an exception arrives, and reporting it allocates. The first
# lock makes the number of unlocks right for a script that held none.
_MAIN = """\
import machine, micropython, os, sys

os.dupterm(machine.UART(0, 115200))
micropython.alloc_emergency_exception_buf(256)  # so that an error under the lock names its line


def run():
    print(end="\\x02")
    try:
        import script

        print(end="\\x04")
    except BaseException as error:
        micropython.heap_lock()
        while micropython.heap_unlock():
            pass
        print(end="\\x04")
        sys.print_exception(error)
    print(end="\\x04")


run()
"""


@dataclass(frozen=True)
class PicoRun:
    """One emulated run.

    stdout: what the script printed, lines ended by a newline alone.
    virtual_us: emulated time from the import of the script to its end.
    wall_s: how long the emulator took; the only field that differs between two runs.
    """

    stdout: str
    virtual_us: int
    wall_s: float = field(compare=False)


class BoardError(Exception):
    """The script raised on the emulated board; the text is the board's traceback.

    stdout: what the script had printed before.
    """

    def __init__(self, traceback: str, stdout: str) -> None:
        super().__init__(traceback)
        self.stdout = stdout


class BoardTimeout(Exception):
    """The script did not end within the wall time it was given."""


def run_on_pico(
    package_dirs: Sequence[Path],
    script: str,
    timeout_s: float = 60.0,
    files: Mapping[str, bytes] = MappingProxyType({}),
    pios: int = 0,
) -> PicoRun:
    """Run `script` on a freshly booted emulated Pico that has the packages on its flash.

    package_dirs: the directory of each package; it is flashed under its own name, the tree kept,
    every `.py` in it compiled.
    files: others by their path, flashed as they are. pios: see EmulatedChip.
    timeout_s: wall time, against hanging only (a second of busy emulated code takes about 45 s);
    what code may cost is judged by virtual time.
    """
    wall_start = time.monotonic()
    flashed = _flashed_files(package_dirs, script)
    flashed.update((PurePosixPath(path), content) for path, content in files.items())
    board = _Board(flashed, pios)
    while not board.chip.run_a_little() and time.monotonic() < wall_start + timeout_s:
        pass
    wall_s = time.monotonic() - wall_start
    stdout, _, traceback = board.printed.decode(errors="replace").rstrip("\x04").partition("\x04")
    if not board.ended:
        raise BoardTimeout(
            f"The script on the emulated Pico did not end within {timeout_s:g} s of wall time; "
            f"raise the timeout if it only needs longer. It printed:\n{stdout}"
        )
    if traceback:
        raise BoardError(traceback, stdout)
    return PicoRun(stdout, board.virtual_us, wall_s)


def _flashed_files(package_dirs: Sequence[Path], script: str) -> dict[PurePosixPath, bytes]:
    for package_dir in package_dirs:
        with suppress(SyntaxError):  # which the compiler tells better
            script = with_constants(script, package_dir.parent)
    files = {
        PurePosixPath("main.py"): _MAIN.encode(),
        PurePosixPath("script.mpy"): compiled(script, "script.py"),
    }
    for package_dir in package_dirs:
        files.update(compiled_package(package_dir))
    return files


class _Board:
    """An emulated chip, and the listener on its console.

    printed: what came after the start mark, traceback and end marks included.
    ended: the second end mark has come.
    virtual_us: emulated time between the start mark and the first end mark.
    """

    def __init__(self, files: dict[PurePosixPath, bytes], pios: int) -> None:
        self.printed = bytearray()
        self.ended = False
        self.virtual_us = 0
        self._started_ns: float | None = None
        self.chip = EmulatedChip(files, pios)
        self.chip.mcu.uart[0].on_byte = self._hear

    def _hear(self, byte: int) -> None:
        now_ns = self.chip.now_ns
        if self._started_ns is None:
            if byte == _STARTED:
                self._started_ns = now_ns
            return
        if byte == _ENDED:
            if _ENDED in self.printed:
                self.ended = True
                self.chip.stop()
            else:
                self.virtual_us = int(now_ns - self._started_ns) // 1000
        if byte != ord("\r"):  # the console sends "\r\n" for each newline
            self.printed.append(byte)
