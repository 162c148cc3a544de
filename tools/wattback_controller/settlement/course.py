"""The energies that were recorded of one connector, in order, and what can be asked of them.

It insists on what the record promises: no interval overlaps another, none crosses a whole five
minutes, so that each lies in one settlement period and none can count twice.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from wattback_controller.records import Interval
from wattback_sim.errors import BadInputError

SLOT_S = 300


@dataclass(slots=True)
class _Slot:
    """Five minutes: net Wh out to the grid, seconds that were measured."""

    net_wh: int = 0
    measured_s: int = 0


class Course:
    """One connector's intervals. Raises BadInputError when they break their promise.

    away: (start_s, end_s) of every time in which the connector was asked by some event.
    """

    def __init__(self, intervals: Iterable[Interval], away: Iterable[tuple[int, int]]) -> None:
        self.intervals = tuple(sorted(intervals, key=lambda interval: interval.start_s))
        self.away = tuple(sorted(away))
        self._starts = [interval.start_s for interval in self.intervals]
        self._slots: dict[int, _Slot] = {}
        before: Interval | None = None
        for interval in self.intervals:
            _check(interval, before)
            before = interval
            if not interval.flags:
                start_s = interval.start_s - interval.start_s % SLOT_S
                slot = self._slots.setdefault(start_s, _Slot())
                slot.net_wh += interval.export_wh - interval.import_wh
                slot.measured_s += interval.end_s - interval.start_s
        self._stretches = tuple(self._estimated_stretches())

    def overlapping(self, start_s: int, end_s: int) -> Iterator[Interval]:
        """Intervals that share some time with [start_s, end_s), in order."""
        place = max(0, bisect_right(self._starts, start_s) - 1)
        for interval in islice(self.intervals, place, None):
            if interval.start_s >= end_s:
                return
            if interval.end_s > start_s:
                yield interval

    def net_w(self, start_s: int, end_s: int) -> Fraction | None:
        """Mean net power out to the grid, in W; None unless every second of it was measured.

        start_s, end_s: whole five minutes.
        """
        total_wh = 0
        for slot_s in range(start_s, end_s, SLOT_S):
            slot = self._slots.get(slot_s)
            if slot is None or slot.measured_s != SLOT_S:
                return None
            total_wh += slot.net_wh
        return Fraction(total_wh * 3600, end_s - start_s)

    def is_away(self, start_s: int, end_s: int) -> bool:
        """Whether an event asked the connector at some moment of [start_s, end_s)."""
        return any(begin_s < end_s and end > start_s for begin_s, end in self.away)

    def stretch_of(self, interval: Interval) -> tuple[int, int]:
        """From when to when energy was estimated without a break around an estimated interval."""
        return next(
            stretch
            for stretch in self._stretches
            if stretch[0] <= interval.start_s and interval.end_s <= stretch[1]
        )

    def _estimated_stretches(self) -> Iterator[tuple[int, int]]:
        open_from: int | None = None
        end_s = 0
        for interval in self.intervals:
            estimated = "estimated" in interval.flags
            if open_from is not None and (not estimated or interval.start_s != end_s):
                yield open_from, end_s
                open_from = None
            if estimated and open_from is None:
                open_from = interval.start_s
            end_s = interval.end_s
        if open_from is not None:
            yield open_from, end_s


def _check(interval: Interval, before: Interval | None) -> None:
    name = f"the interval of {interval.connector} from {interval.start_s} to {interval.end_s}"
    if before is not None and before.end_s > interval.start_s:
        raise BadInputError(
            f"{name} overlaps the one from {before.start_s} to {before.end_s}, and no moment is "
            "paid twice; look how the record came by both"
        )
    first_s = interval.start_s - interval.start_s % SLOT_S
    if not interval.start_s < interval.end_s <= first_s + SLOT_S:
        raise BadInputError(f"{name} does not lie within one five minutes; record it in parts")
    if min(interval.import_wh, interval.export_wh, interval.island_wh) < 0:
        raise BadInputError(f"{name} has an energy below 0; directions are kept apart")
