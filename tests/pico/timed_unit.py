"""A `main.py` that runs the whole unit and writes down what its ticks cost; how to read it there.

It is the firmware's own unit with a stopwatch around its interrupt; what looking at the stopwatch
takes is measured with an empty call at boot, and taken off. The figures lie in an array that
begins with a number that nothing else in the memory has; the host finds it there, and clears it
between two phases.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from rp2040py.rp2040 import RP2040

from wattback.service import CHANNEL_RTU

_MAGIC = 0x2741_5454  # a small integer, so that it lies there only once
_WORDS = 10

TIME, WEIGH, COLLECT = range(3)

MAIN = f"""\
import gc
import time
from array import array

from wattback.boards.pico.unit import Unit

# magic, ticks, worst µs, least and most µs between two beginnings, bytes, mode, free bytes, µs of
# the slowest step that has made an answer of Modbus RTU, of those into which no interrupt fell;
# µs of calling something that does nothing
figures = array("i", [{_MAGIC}, 0, 0, 0, 0, 0, 0, 0, 0, 0])


class TimedUnit(Unit):
    def __init__(self):
        Unit.__init__(self)
        self.began = 0
        self.beaten = 0  # µs in interrupts, since a step has begun
        self.rtu = self.service.ports[{CHANNEL_RTU}]
        self.rtu_step = self.rtu.step
        self.rtu.step = self.timed_step
        began = time.ticks_us()
        TimedUnit.nothing(self)
        figures[9] = time.ticks_diff(time.ticks_us(), began)

    def nothing(self):
        pass

    def beat(self, timer):
        began = time.ticks_us()
        Unit.beat(self, timer)
        self.beaten += time.ticks_diff(time.ticks_us(), began)

    def timed_step(self, now_us):
        before = self.rtu.out_count
        self.beaten = 0
        began = time.ticks_us()
        more = self.rtu_step(now_us)
        took = time.ticks_diff(time.ticks_us(), began)
        if self.rtu.out_count and not before and not self.beaten and took > figures[8]:
            figures[8] = took
        return more

    def after_tick(self):
        Unit.after_tick(self)
        if figures[6] == 2:
            began = self.ticks
            while self.ticks - began & 0xFFFF < 20:  # before the watchdog misses anything
                gc.collect()  # which takes longer than a tick

    def tick(self):
        began = time.ticks_us()
        if figures[6] == 1:
            held = gc.mem_alloc()
            Unit.tick(self)
            figures[5] += gc.mem_alloc() - held
            figures[1] += 1
            self.began = 0
            return
        Unit.tick(self)
        took = time.ticks_diff(time.ticks_us(), began)
        if took > figures[2]:
            figures[2] = took
        if self.began:
            gap = time.ticks_diff(began, self.began)
            if gap > figures[4]:
                figures[4] = gap
            if not figures[3] or gap < figures[3]:
                figures[3] = gap
        self.began = began
        figures[1] += 1


unit = TimedUnit()
globals().pop("room", None)  # as main.py does
gc.threshold(-1)
gc.collect()
figures[7] = gc.mem_free()
unit.run()
""".encode()


@dataclass(frozen=True)
class TickFigures:
    """Of the ticks since the last `clear`. gap: between the beginnings of two ticks. answer_us: of
    the step that makes an answer of Modbus RTU, the slowest so far into which no interrupt fell.
    """

    ticks: int
    worst_us: int
    least_gap_us: int
    most_gap_us: int
    grown_bytes: int
    free_bytes: int
    answer_us: int


class Stopwatch:
    """The array in the memory of a chip that runs MAIN."""

    def __init__(self, mcu: RP2040) -> None:
        self._mcu = mcu
        self._at: int | None = self._find()

    def read(self) -> TickFigures:
        """The figures as they are now; zeros while they are not there."""
        if self._at is None:
            return TickFigures(0, 0, 0, 0, 0, 0, 0)
        words = struct.unpack_from(f"<{_WORDS}i", self._mcu.sram, self._at)
        worst_us = max(0, words[2] - words[9])
        return TickFigures(words[1], worst_us, words[3], words[4], words[5], words[7], words[8])

    def clear(self, mode: int = TIME) -> None:
        """Begin anew. mode: TIME ticks, WEIGH the heap around each instead, or COLLECT: time them
        while the loop does nothing but collect.
        """
        if self._at is not None:
            struct.pack_into("<6i", self._mcu.sram, self._at + 4, 0, 0, 0, 0, 0, mode)

    def forget(self) -> None:
        """The chip has been reset: what lies there now is somebody else's."""
        self._at = None

    def find_again(self) -> None:
        """The chip has booted."""
        self._at = self._find()

    def _find(self) -> int:
        ram = bytes(self._mcu.sram)
        found = [at for at in range(0, len(ram), 4) if ram.startswith(_NEEDLE, at)]
        assert len(found) == 1, f"{len(found)} places look like the figures"
        return found[0]


_NEEDLE = struct.pack("<i", _MAGIC)
