"""The digest of a trace: what is left of a long recording once it fits the width of a page.

Discrete columns keep every change, with its time. Continuous columns keep, for each of at most
`MAX_BUCKETS` stretches of time, the lowest, highest, mean and last value, so that one wild row
among forty thousand stays visible. The length of a run is not known before its last row has
passed: buckets start as wide as one millisecond and double their width, all together, whenever
they would grow too many.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wattback_sim.page.words import direction_of

MAX_BUCKETS = (
    1400  # a little more than the plot has pixels, so that a bucket is never wider than two
)

DISCRETE_COLUMNS = (
    "pilot_state",
    "duty_bp",
    "contactor_commanded",
    "contactor_confirmed",
    "open_cause",
    "session_state",
    "mode",
    "in_service",
    "grid_switch_closed",
    "import_limit_ma",
    "export_limit_ma",
    "import_limit_owner",
    "export_limit_owner",
    "faults",
)
CONTINUOUS_COLUMNS = (
    "target_w",
    "target_var",
    "power_w",
    "reactive_var",
    "voltage_l1_mv",
    "voltage_l2_mv",
    "current_ma",
    "frequency_millihertz",
    "soc_bp",
    "import_wh",
    "export_wh",
)
_NUMBERS = frozenset({"duty_bp", "import_limit_ma", "export_limit_ma"})
DIRECTION = "direction"  # derived from power_w row by row: idle, charging or discharging


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time (start and end in ms) in which the named columns kept these cells."""

    start_ms: int
    end_ms: int
    cells: tuple[str, ...]

    @property
    def cell(self) -> str:
        """The only cell, of a span over one column."""
        return self.cells[0]

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True)
class Bucket:
    """One stretch of a continuous column: its start in ms, values in the unit of the column."""

    start_ms: int
    low: int
    high: int
    mean: float
    last: int


@dataclass(frozen=True, slots=True)
class Digest:
    """A whole trace, compressed: times in ms since the start, cells as the trace wrote them.

    A row stands until the next one; the last one as long as the one before it, up to `end_ms`.
    """

    row_count: int
    first_ms: int
    end_ms: int
    bucket_ms: int
    changes: Mapping[str, tuple[tuple[int, str], ...]]
    series: Mapping[str, tuple[Bucket, ...]]

    def has(self, *columns: str) -> bool:
        """Whether each of these columns was recorded with at least one value."""
        return all(self.changes.get(name) or self.series.get(name) for name in columns)

    def spans(self, *columns: str) -> list[Span]:
        """The stretches in which all these discrete columns stayed as they were, in order."""
        if not self.has(*columns):
            return []
        moments = sorted(
            (t_ms, place, cell)
            for place, name in enumerate(columns)
            for t_ms, cell in self.changes[name]
        )
        cells = [self.changes[name][0][1] for name in columns]
        spans: list[Span] = []
        start_ms = self.first_ms
        for t_ms, place, cell in moments:
            if t_ms > start_ms:
                spans.append(Span(start_ms, t_ms, tuple(cells)))
                start_ms = t_ms
            cells[place] = cell
        spans.append(Span(start_ms, self.end_ms, tuple(cells)))
        return spans


class _Buckets:
    """Growing buckets of one continuous column, as parallel lists."""

    __slots__ = ("count", "high", "last", "low", "total")

    def __init__(self) -> None:
        self.low: list[int] = []
        self.high: list[int] = []
        self.total: list[int] = []
        self.count: list[int] = []
        self.last: list[int] = []

    def add(self, index: int, value: int) -> None:
        while len(self.count) <= index:
            self.low.append(value)
            self.high.append(value)
            self.total.append(0)
            self.count.append(0)
            self.last.append(value)
        if value < self.low[index]:
            self.low[index] = value
        elif value > self.high[index]:
            self.high[index] = value
        self.total[index] += value
        self.count[index] += 1
        self.last[index] = value

    def halve(self) -> None:
        """Join neighbours. A bucket that no row fell into must not lend its values to its pair."""
        whole = _Buckets()
        for index, count in enumerate(self.count):
            if not count:
                continue
            into = index // 2
            whole.add(into, self.low[index])
            whole.add(into, self.high[index])
            whole.total[into] += self.total[index] - self.low[index] - self.high[index]
            whole.count[into] += count - 2
            whole.last[into] = self.last[index]
        self.low, self.high, self.total = whole.low, whole.high, whole.total
        self.count, self.last = whole.count, whole.last

    def frozen(self, first_ms: int, width_ms: int) -> tuple[Bucket, ...]:
        return tuple(
            Bucket(
                first_ms + index * width_ms,
                self.low[index],
                self.high[index],
                self.total[index] / count,
                self.last[index],
            )
            for index, count in enumerate(self.count)
            if count
        )


def digest_of(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Digest:
    """Read the rows of a trace once, passing over unknown columns and empty cells of numbers."""
    place_of = {name: place for place, name in enumerate(columns)}
    time_place = place_of["t_ms"]
    discrete = [(place_of[name], name) for name in DISCRETE_COLUMNS if name in place_of]
    continuous = [(place_of[name], _Buckets()) for name in CONTINUOUS_COLUMNS if name in place_of]
    power_place = place_of.get("power_w")
    changes: dict[str, list[tuple[int, str]]] = {name: [] for _, name in discrete}
    directions: list[tuple[int, str]] = []
    latest: list[str | None] = [None] * len(columns)
    row_count = first_ms = last_ms = period_ms = 0
    width_ms = 1
    for row in rows:
        t_ms = int(row[time_place])
        if not row_count:
            first_ms = last_ms = t_ms
        row_count += 1
        period_ms = t_ms - last_ms
        last_ms = t_ms
        for place, name in discrete:
            cell = row[place]
            if cell != latest[place] and (cell or name not in _NUMBERS):
                latest[place] = cell
                changes[name].append((t_ms, cell))
        if power_place is not None and row[power_place]:
            direction = direction_of(int(row[power_place]))
            if not directions or directions[-1][1] != direction:
                directions.append((t_ms, direction))
        index = (t_ms - first_ms) // width_ms
        while index >= MAX_BUCKETS:
            for _, buckets in continuous:
                buckets.halve()
            width_ms *= 2
            index = (t_ms - first_ms) // width_ms
        for place, buckets in continuous:
            cell = row[place]
            if cell:
                buckets.add(index, int(cell))
    names = [name for name in CONTINUOUS_COLUMNS if name in place_of]
    return Digest(
        row_count,
        first_ms,
        last_ms + period_ms,
        width_ms,
        {DIRECTION: tuple(directions)} | {name: tuple(found) for name, found in changes.items()},
        {
            name: buckets.frozen(first_ms, width_ms)
            for name, (_, buckets) in zip(names, continuous, strict=True)
        },
    )
