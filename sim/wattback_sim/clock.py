"""Simulated time: whole microseconds since the start, the board's own counters, and what is due.

Nothing here knows a wall clock. Whoever moves the clock is the timetable, or the tick after it.
"""

from collections.abc import Callable
from heapq import heappop, heappush

from wattback.connector import TICK_MS, TIME_MASK_MS
from wattback.service import TIME_MASK_US

TICK_US = TICK_MS * 1000
FAR_US = 1 << 62  # later than anything


def to_us(seconds: float) -> int:
    """Seconds of a scenario in whole microseconds."""
    return round(seconds * 1_000_000)


class Clock:
    """now_us: since the start. board_ms, board_us: the board's wrapping counters at that time."""

    def __init__(self, board_starts_ms: int) -> None:
        self.now_us = 0
        self._board_starts_ms = board_starts_ms

    @property
    def board_ms(self) -> int:
        """What the firmware's tick is told; wraps as on every floor."""
        return (self._board_starts_ms + self.now_us // 1000) & TIME_MASK_MS

    @property
    def board_us(self) -> int:
        """What the firmware's ports are told; wraps as on every floor."""
        return (self._board_starts_ms * 1000 + self.now_us) & TIME_MASK_US


class Timetable:
    """What happens between ticks, in order of time; at the same time in order of entry.

    next_us: when the first entry is due, FAR_US when there is none.
    """

    def __init__(self, clock: Clock) -> None:
        self.next_us = FAR_US
        self._clock = clock
        self._entries: list[tuple[int, int, Callable[[], object]]] = []
        self._count = 0

    def at(self, t_us: int, act: Callable[[], object]) -> None:
        """Enter something for a time; what lies in the past is done next, at the present time."""
        heappush(self._entries, (t_us, self._count, act))
        self._count += 1
        self.next_us = self._entries[0][0]

    def step(self) -> None:
        """Do what comes next, at its time. There must be an entry."""
        t_us, _, act = heappop(self._entries)
        self.next_us = self._entries[0][0] if self._entries else FAR_US
        self._clock.now_us = max(self._clock.now_us, t_us)
        act()

    def run(self, until_us: int) -> None:
        """Do everything that is due up to and with `until_us`, what that enters included."""
        while self.next_us <= until_us:
            self.step()
