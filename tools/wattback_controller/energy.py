"""Energy in intervals out of registers that only grow, without a gap and without an overlap.

A connector's registers are read about once a second. What they read at a boundary is found between
the two readings around it; where these lie far apart, because the controller, the network or the
connector was away, the energy between them is known and its moment is not, so it is shared out
evenly and the intervals that meet there say `estimated`. An interval's energy is a difference of
the same course at its two ends, so nothing is lost or counted twice, whatever is cut where.

A clock may be set back, or jump far ahead. The energy until then is kept, as one of unknown time,
which nobody pays for; and a time that is recorded already is not recorded again: what flows in it
waits for the first moment after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from wattback_controller.records import Flag, Interval

INTERVAL_S = 300
# Readings further apart than this leave the moment of their energy open: one slow poll was missed.
_NEAR_S = 8.0
_SET_BACK_S = 2.0  # a clock that goes back by less is only being steered
# After it nothing is shared out: a clock has jumped, or a house stood empty.
_LONGEST_AWAY_S = 31 * 86_400


@dataclass(frozen=True, slots=True)
class MeterReading:
    """A connector's registers at a moment. import_wh, export_wh: from and to the grid.

    island_wh: out of the vehicle while the home was an island. clock_good: the time is known to
    be right.
    """

    t_s: float
    serial: str
    import_wh: int
    export_wh: int
    island_wh: int
    clock_good: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a connector's record stands: the last reading, and the interval that is open.

    import_wh, export_wh, island_wh: in the open interval so far, up to the last reading. since_s:
    from when on everything up to start_s is recorded. apart: spans of time that were recorded too,
    before the clock has jumped. start_s is later than the last reading while such a one lasts.
    """

    last: MeterReading
    start_s: int
    import_wh: int
    export_wh: int
    island_wh: int
    flags: frozenset[Flag]
    since_s: int = 0
    apart: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        spans = tuple((from_s, to_s) for from_s, to_s in self.apart)
        object.__setattr__(self, "apart", spans)  # as JSON, which they are kept in, has only lists


@dataclass(frozen=True, slots=True)
class Closed:
    """A complete interval, and the registers at its end as far as they are known."""

    interval: Interval
    at_end: MeterReading


def first_mark(reading: MeterReading) -> Mark:
    """Where a connector's record begins: at its first reading."""
    start_s = int(reading.t_s)
    return Mark(reading, start_s, 0, 0, 0, _clock_flags(reading), start_s)


def has_jumped(mark: Mark, reading: MeterReading) -> bool:
    """Whether a reading's time says nothing of how long ago the last one was."""
    gone_s = reading.t_s - mark.last.t_s
    return gone_s < -_SET_BACK_S or gone_s > _LONGEST_AWAY_S


def follow(
    connector: str, mark: Mark, reading: MeterReading, edges: Iterable[int]
) -> tuple[Mark, list[Closed]]:
    """Take in one more reading.

    edges: moments, besides the whole five minutes, at which an interval ends. Returns where the
    record stands then, and the intervals that are complete. A reading that is hardly earlier than
    the last one, or as late, changes nothing.
    """
    last = mark.last
    if has_jumped(mark, reading):
        return _begun_anew(mark, reading), []
    if reading.t_s <= last.t_s:
        return mark, []
    flags = set(_clock_flags(reading) | _clock_flags(last))
    apart = [moment for span in mark.apart for moment in span]
    ends = _edges_between(last.t_s, reading.t_s, (*edges, *apart))
    if reading.t_s - last.t_s > _NEAR_S and any(end_s < reading.t_s for end_s in ends):
        flags.add("estimated")
    flags |= _meter_flags(last, reading)
    course = _course(last, reading)
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
        start_s = _free(edge_s, mark.apart)
        waits: frozenset[Flag] = frozenset({"time_unset"} if start_s > edge_s else ())
        mark = Mark(last, start_s, 0, 0, 0, waits, mark.since_s, mark.apart)
    rest = course.until(reading.t_s)
    if reading.t_s > mark.start_s or any(rest):
        mark = _grown(mark, rest, flags)
    return replace(mark, last=reading), complete


def while_it_waits(
    mark: Mark, reading: MeterReading, edges: Iterable[int]
) -> Iterator[MeterReading]:
    """The registers at edges that end no interval, as their time is recorded already.

    They are asked for all the same: by whoever begins or ends to take part there.
    """
    if mark.start_s <= mark.last.t_s or reading.t_s <= mark.last.t_s:
        return
    course = _course(mark.last, reading)
    for edge_s in _edges_between(mark.last.t_s, reading.t_s, (*edges, mark.start_s)):
        if edge_s <= mark.start_s:
            course.until(edge_s)
            yield course.registers(reading, edge_s)


def _begun_anew(mark: Mark, reading: MeterReading) -> Mark:
    """Where a record stands after its clock has jumped: what flowed until then is in it."""
    flags: set[Flag] = {"time_unset", *_meter_flags(mark.last, reading)}
    grown = _grown(mark, _course(mark.last, reading).whole, flags)
    if mark.start_s <= reading.t_s < mark.last.t_s:
        return replace(grown, last=reading)  # not beyond the open interval
    apart = _joined((*mark.apart, (mark.since_s, mark.start_s)))
    start_s = _free(int(reading.t_s), apart)
    return replace(grown, last=reading, start_s=start_s, since_s=start_s, apart=apart)


def _free(at_s: int, apart: Iterable[tuple[int, int]]) -> int:
    """The first moment from at_s on that is not recorded already."""
    return next((to_s for from_s, to_s in apart if from_s <= at_s < to_s), at_s)


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same time in as few spans as can be, in order."""
    found: list[tuple[int, int]] = []
    for from_s, to_s in sorted(span for span in spans if span[0] < span[1]):
        if found and from_s <= found[-1][1]:
            before = found.pop()
            from_s, to_s = before[0], max(to_s, before[1])
        found.append((from_s, to_s))
    return tuple(found)


def _course(last: MeterReading, reading: MeterReading) -> _Course:
    grown = [now - then for now, then in zip(_energies(reading), _energies(last), strict=True)]
    if _meter_flags(last, reading):  # what it counted in between, nobody can tell
        grown = [0, 0, 0]
    return _Course(last.t_s, reading.t_s, grown)


def _energies(reading: MeterReading) -> tuple[int, int, int]:
    return reading.import_wh, reading.export_wh, reading.island_wh


class _Course:
    """The registers' course between two readings, a straight line; taken piece by piece.

    grown: by how many Wh of import, export and island.
    """

    def __init__(self, from_s: float, to_s: float, grown: Sequence[int]) -> None:
        self._from_s = from_s
        self._span_s = to_s - from_s
        self.whole = (grown[0], grown[1], grown[2])
        self._taken = [0, 0, 0]

    def registers(self, reading: MeterReading, t_s: int) -> MeterReading:
        """What they read at the moment of the last call, if `reading` is at the course's end."""
        left = [whole - taken for whole, taken in zip(self.whole, self._taken, strict=True)]
        return replace(
            reading,
            t_s=float(t_s),
            import_wh=reading.import_wh - left[0],
            export_wh=reading.export_wh - left[1],
            island_wh=reading.island_wh - left[2],
        )

    def until(self, t_s: float) -> tuple[int, int, int]:
        """Import, export and island Wh since the last call, up to a moment."""
        part = min(1.0, (t_s - self._from_s) / self._span_s)
        pieces: list[int] = []
        for index, whole in enumerate(self.whole):
            reached = whole if part >= 1.0 else int(whole * part)
            pieces.append(reached - self._taken[index])
            self._taken[index] = reached
        return pieces[0], pieces[1], pieces[2]


def _grown(mark: Mark, piece: tuple[int, int, int], flags: Iterable[Flag]) -> Mark:
    return replace(
        mark,
        import_wh=mark.import_wh + piece[0],
        export_wh=mark.export_wh + piece[1],
        island_wh=mark.island_wh + piece[2],
        flags=mark.flags.union(flags),
    )


def _edges_between(from_s: float, to_s: float, edges: Iterable[int]) -> list[int]:
    """Moments after from_s and up to to_s at which an interval ends, in order."""
    first = int(from_s) // INTERVAL_S * INTERVAL_S
    grid = range(first, int(to_s) + 1, INTERVAL_S)
    return sorted({edge for edge in (*grid, *edges) if from_s < edge <= to_s})


def _meter_flags(last: MeterReading, reading: MeterReading) -> frozenset[Flag]:
    back = any(now < then for now, then in zip(_energies(reading), _energies(last), strict=True))
    return frozenset({"meter_changed"} if back or reading.serial != last.serial else ())


def _clock_flags(reading: MeterReading) -> frozenset[Flag]:
    return frozenset() if reading.clock_good else frozenset({"time_unset"})
