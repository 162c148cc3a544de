"""The emulated RP2040: stock MicroPython and our files on its flash, in time that obeys.

It relies on rp2040py. No host is plugged into the emulated USB port, because the emulator's USB
interrupt would then run after nearly every bytecode and more than treble the times. Virtual times
are a floor: no cache misses, and erasing and programming flash take no time.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import SimpleNamespace

from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.device.load_flash import UF2_BLOCK_SIZE, decode_block
from rp2040py.execute_batch import execute_batch
from rp2040py.memory_map import FLASH_START_ADDRESS
from rp2040py.peripherals.uart import RPUART, UARTDR, UARTTXINTR
from rp2040py.rp2040 import RP2040
from rp2040py.simulator import Simulator
from rp2040py.utils.logging import ConsoleLogger, LogLevel

from wattback_sim.pico.flash import FS_START, file_system_image
from wattback_sim.pico.image import read_uf2

_UART_BASES = (0x4003_4000, 0x4003_8000)
# The emulator ends a batch by the machine's clock, to let others have their turn, and its alarms
# then come some instructions sooner or later: figures would not repeat. This clock stands still.
_EMULATOR = vars(sys.modules[execute_batch.__module__])
_STANDING = SimpleNamespace(monotonic=float)
# A sleeping processor jumps from alarm to alarm, and a PIO loses what it should have done beyond
# eight cycles of a jump. While one is at work, an alarm this often keeps the jumps short.
_PACE_NS = 64.0
_LITTLE_NS = 5_000_000.0


class WorkingUart(RPUART):
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


class EmulatedChip:
    """A chip that has not run yet.

    files: on its flash. pios: how many of the two PIO blocks are emulated: those that a program
    does not use cost a third of the emulator's speed. step: instructions between two looks at the
    clock; alarms may come late by as many.
    mcu, clock: the emulator's, for whoever wires something to the pins.
    """

    def __init__(self, files: Mapping[PurePosixPath, bytes], pios: int = 0, step: int = 1) -> None:
        mcu = RP2040()
        mcu.logger = ConsoleLogger(LogLevel.ERROR)
        mcu.load_bootrom(BOOTROM_B1)
        uf2 = read_uf2()
        for at in range(0, len(uf2), UF2_BLOCK_SIZE):
            block = decode_block(uf2[at : at + UF2_BLOCK_SIZE])
            _write_flash(mcu, block.flash_address - FLASH_START_ADDRESS, block.payload)
        _write_flash(mcu, FS_START, file_system_image(files))
        for number, base in enumerate(_UART_BASES):
            uart = WorkingUart(mcu, f"UART{number}", mcu.uart[number].irq, mcu.uart[number].dreq)
            mcu.uart[number] = uart
            mcu.peripherals[base >> 12] = uart
        self._unused = mcu.pio[pios:]
        del mcu.pio[pios:]
        mcu.core.pc = FLASH_START_ADDRESS
        self.mcu = mcu
        self.clock = mcu.clock
        self._step = step
        self._simulator = Simulator(rp2040=mcu)
        self._end = self.clock.create_alarm(self._reach_end)
        self._asked_to_stop = False
        self._pace = self.clock.create_alarm(self._keep_pace)
        self._pio_works = 0

    @property
    def now_ns(self) -> float:
        """Virtual time since power-up."""
        return float(self.clock.nanos)

    def pio_works(self, working: bool) -> None:
        """A transfer by PIO begins or has ended; they are counted."""
        self._pio_works += 1 if working else -1
        if working and self._pio_works == 1:
            self._keep_pace()

    def _keep_pace(self) -> None:
        if self._pio_works > 0:
            self._pace.schedule(_PACE_NS)

    def stop(self) -> None:
        """Let `run_until` or `run_a_little` return after the present instruction."""
        self._asked_to_stop = True
        self._simulator.stopped = True

    def _reach_end(self) -> None:
        self._simulator.stopped = True

    def restart(self) -> None:
        """What the watchdog does: the chip resets, its memory and what is soldered to it stay."""
        pio = self.mcu.pio
        pio.extend(self._unused)
        self.mcu.enter_reset(from_watchdog=True)
        self.mcu.leave_reset()
        del pio[len(pio) - len(self._unused) :]

    def run_until(self, end_ns: float) -> None:
        """Let virtual time pass up to `end_ns`, or until `stop`."""
        if end_ns <= self.now_ns:
            return
        self._end.schedule(end_ns - self.now_ns)
        self._asked_to_stop = False
        self._simulator.stopped = False
        machine = _EMULATOR["time"]
        _EMULATOR["time"] = _STANDING
        try:
            while not self._simulator.stopped:
                execute_batch(self._simulator, self._step)
        finally:
            _EMULATOR["time"] = machine
        self._end.cancel()

    def run_a_little(self) -> bool:
        """Run for a few milliseconds of virtual time, or until `stop`: True."""
        self.run_until(self.now_ns + _LITTLE_NS)
        return self._asked_to_stop


def _write_flash(mcu: RP2040, offset: int, content: bytes) -> None:
    mcu.flash[offset : offset + len(content)] = content
