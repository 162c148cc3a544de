"""Energy in intervals out of registers that only grow, without a gap and without an overlap.

A connector's registers are read about once a second. What they read at a boundary is found between
the two readings around it; where these lie far apart, because the controller, the network or the
connector was away, the energy between them is known and its moment is not, so it is shared out
evenly and the intervals that meet there say `estimated`. An interval's energy is a difference of
the same course at its two ends, so nothing is lost or counted twice, whatever is cut where.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from wattback_controller.records import Flag, Interval

INTERVAL_S = 300
# Readings further apart than this leave the moment of their energy open: one slow poll was missed.
_NEAR_S = 8.0


@dataclass(frozen=True, slots=True)
class MeterReading:
    """A connector's registers at a moment. on_grid: the home was not an island.

    clock_good: the time is known to be right.
    """

    t_s: float
    serial: str
    import_wh: int
    export_wh: int
    on_grid: bool
    clock_good: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a connector's record stands: the last reading, and the interval that is open.

    import_wh, export_wh, island_wh: in the open interval so far, up to the last reading.
    """

    last: MeterReading
    start_s: int
    import_wh: int
    export_wh: int
    island_wh: int
    flags: frozenset[Flag]


@dataclass(frozen=True, slots=True)
class Closed:
    """A complete interval, and the registers at its end as far as they are known."""

    interval: Interval
    at_end: MeterReading


def first_mark(reading: MeterReading) -> Mark:
    """Where a connector's record begins: at its first reading."""
    return Mark(reading, int(reading.t_s), 0, 0, 0, _clock_flags(reading))


def follow(
    connector: str, mark: Mark, reading: MeterReading, edges: Iterable[int]
) -> tuple[Mark, list[Closed]]:
    """Take in one more reading.

    edges: moments, besides the whole five minutes, at which an interval ends. Returns where the
    record stands then, and the intervals that are complete. A reading that is not later than the
    last one changes nothing.
    """
    last = mark.last
    if reading.t_s <= last.t_s:
        return mark, []
    import_wh = reading.import_wh - last.import_wh
    export_wh = reading.export_wh - last.export_wh
    flags = set(_clock_flags(reading) | _clock_flags(last))
    ends = _edges_between(last.t_s, reading.t_s, edges)
    if reading.t_s - last.t_s > _NEAR_S and any(end_s < reading.t_s for end_s in ends):
        flags.add("estimated")
    if reading.serial != last.serial or import_wh < 0 or export_wh < 0:
        flags.add("meter_changed")
        import_wh = export_wh = 0  # what the registers counted in between, nobody can tell
    on_grid = last.on_grid and reading.on_grid
    course = _Course(last.t_s, reading.t_s, import_wh, export_wh, on_grid)
    complete: list[Closed] = []
    for edge_s in ends:
        if edge_s <= mark.start_s:
            continue
        mark = _grown(mark, course.until(edge_s), flags)
        interval = Interval(
            connector,
            mark.start_s,
            edge_s,
            mark.import_wh,
            mark.export_wh,
            mark.island_wh,
            mark.flags,
        )
        complete.append(Closed(interval, course.registers(reading, edge_s)))
        mark = Mark(last, edge_s, 0, 0, 0, frozenset())
    if reading.t_s > mark.start_s:
        mark = _grown(mark, course.until(reading.t_s), flags)
    return replace(mark, last=reading), complete


class _Course:
    """The registers' course between two readings, a straight line; taken piece by piece."""

    def __init__(
        self, from_s: float, to_s: float, import_wh: int, export_wh: int, on_grid: bool
    ) -> None:
        self._from_s = from_s
        self._span_s = to_s - from_s
        self._whole = (
            import_wh,
            export_wh if on_grid else 0,
            0 if on_grid else export_wh,
        )
        self._taken = [0, 0, 0]

    def registers(self, reading: MeterReading, t_s: int) -> MeterReading:
        """What they read at the moment of the last call, if `reading` is at the course's end."""
        left = [whole - taken for whole, taken in zip(self._whole, self._taken, strict=True)]
        return replace(
            reading,
            t_s=float(t_s),
            import_wh=reading.import_wh - left[0],
            export_wh=reading.export_wh - left[1] - left[2],
        )

    def until(self, t_s: float) -> tuple[int, int, int]:
        """Import, export and island Wh since the last call, up to a moment."""
        part = min(1.0, (t_s - self._from_s) / self._span_s)
        pieces: list[int] = []
        for index, whole in enumerate(self._whole):
            reached = whole if part >= 1.0 else int(whole * part)
            pieces.append(reached - self._taken[index])
            self._taken[index] = reached
        return pieces[0], pieces[1], pieces[2]


def _grown(mark: Mark, piece: tuple[int, int, int], flags: set[Flag]) -> Mark:
    return replace(
        mark,
        import_wh=mark.import_wh + piece[0],
        export_wh=mark.export_wh + piece[1],
        island_wh=mark.island_wh + piece[2],
        flags=mark.flags | flags,
    )


def _edges_between(from_s: float, to_s: float, edges: Iterable[int]) -> list[int]:
    """Moments after from_s and up to to_s at which an interval ends, in order."""
    first = int(from_s) // INTERVAL_S * INTERVAL_S
    grid = range(first, int(to_s) + 1, INTERVAL_S)
    return sorted({edge for edge in (*grid, *edges) if from_s < edge <= to_s})


def _clock_flags(reading: MeterReading) -> frozenset[Flag]:
    return frozenset() if reading.clock_good else frozenset({"time_unset"})
