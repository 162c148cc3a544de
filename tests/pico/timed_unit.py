"""A `main.py` that runs the whole unit and writes down what its ticks cost; how to read it there.

It is the firmware's own unit with a stopwatch around its interrupt, so every figure contains what
the stopwatch itself takes, some 60 µs. The figures lie in an array that begins with a number that
nothing else in the memory has; the host finds it there, and clears it between two phases.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from rp2040py.rp2040 import RP2040

_MAGIC = 0x2741_5454  # a small integer, so that it lies there only once
_WORDS = 8

TIME, WEIGH, COLLECT = range(3)

MAIN = f"""\
import gc
import time
from array import array

from wattback.boards.pico.unit import Unit

# magic, ticks, worst µs, least and most µs between two beginnings, bytes, mode, free bytes
figures = array("i", [{_MAGIC}, 0, 0, 0, 0, 0, 0, 0])


class TimedUnit(Unit):
    def __init__(self):
        Unit.__init__(self)
        self.began = 0
        gc.collect()
        figures[7] = gc.mem_free()

    def _after_tick(self):
        Unit._after_tick(self)
        if figures[6] == 2:
            ends = self.ticks + 20  # before the watchdog misses anything
            while self.ticks != ends:
                gc.collect()

    def tick(self):
        began = time.ticks_us()
        if figures[6] == 1:
            held = gc.mem_alloc()
            Unit.tick(self)
            figures[5] += gc.mem_alloc() - held
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


TimedUnit().run()
""".encode()


@dataclass(frozen=True)
class TickFigures:
    """Of the ticks since the last `clear`. gap: between the beginnings of two ticks."""

    ticks: int
    worst_us: int
    least_gap_us: int
    most_gap_us: int
    grown_bytes: int
    free_bytes: int


class Stopwatch:
    """The array in the memory of a chip that runs MAIN."""

    def __init__(self, mcu: RP2040) -> None:
        self._mcu = mcu
        self._at = self._find()

    def read(self) -> TickFigures:
        """The figures as they are now."""
        words = struct.unpack_from(f"<{_WORDS}i", self._mcu.sram, self._at)
        return TickFigures(words[1], words[2], words[3], words[4], words[5], words[7])

    def clear(self, mode: int = TIME) -> None:
        """Begin anew. mode: TIME ticks, WEIGH the heap around each instead, or COLLECT: time them
        while the loop does nothing but collect.
        """
        struct.pack_into("<6i", self._mcu.sram, self._at + 4, 0, 0, 0, 0, 0, mode)

    def find_again(self) -> None:
        """The chip has restarted."""
        self._at = self._find()

    def _find(self) -> int:
        ram = bytes(self._mcu.sram)
        found = [at for at in range(0, len(ram), 4) if ram.startswith(_NEEDLE, at)]
        assert len(found) == 1, f"{len(found)} places look like the figures"
        return found[0]


_NEEDLE = struct.pack("<i", _MAGIC)
