"""The digest of a trace: what is left of a long recording once it fits the width of a page.

Discrete columns keep every change, with its time. Continuous columns keep, for each of at most
`MAX_BUCKETS` stretches of time, the lowest, highest, mean and last value, so that one wild row
among forty thousand stays visible. The length of a run is not known before its last row has
passed: buckets start as wide as one millisecond and double their width, all together, whenever
they would grow too many.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wattback_sim.page.words import ON_THE_GRID, direction_of

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
    "backup_state",
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
    "island_wh",
    "island_import_wh",
)
_NUMBERS = frozenset({"duty_bp", "import_limit_ma", "export_limit_ma"})

# Derived row by row: what `words.direction_of` says of power_w, and of voltage_l1_mv and _l2_mv
# whether there is any.
DIRECTION = "direction"
SUPPLY = "supply"
DEAD = "dead"
_LIVE = "live"
_DEAD_BELOW_MV = 30_000  # of either leg: nothing in a home runs on this

# Flows are kept twice more: what ran while the home was on the grid, and what while it was not.
_FLOWS = ("power_w", "current_ma")
_LEGS = ("voltage_l1_mv", "voltage_l2_mv")
_ISLAND = "0"  # of grid_switch_closed


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

    @property
    def leaves_the_grid(self) -> bool:
        """Whether the home was cut off its grid, or was about to be, in this recording."""
        steps = self.changes.get("backup_state", ())
        return bool(self.islands()) or any(cell != ON_THE_GRID for _, cell in steps)

    def islands(self) -> list[Span]:
        """The stretches in which the grid switch was open."""
        return [span for span in self.spans("grid_switch_closed") if span.cell == _ISLAND]

    def flow(self, name: str, islanded: bool) -> tuple[Bucket, ...]:
        """Of power_w or current_ma what ran in an island, or what did not; 0 in between."""
        whole = () if islanded else self.series.get(name, ())  # where no switch was recorded
        return self.series.get(_sided(name, islanded), whole)


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


def _sided(name: str, islanded: bool) -> str:
    return f"{name} {'in an island' if islanded else 'on the grid'}"


def digest_of(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Digest:
    """Read the rows of a trace once, passing over unknown columns and empty cells of numbers."""
    place_of = {name: place for place, name in enumerate(columns)}
    time_place = place_of["t_ms"]
    discrete = [(place_of[name], name) for name in DISCRETE_COLUMNS if name in place_of]
    series = {name: _Buckets() for name in CONTINUOUS_COLUMNS if name in place_of}
    continuous = [(place_of[name], buckets) for name, buckets in series.items()]
    power_place, switch_place = place_of.get("power_w"), place_of.get("grid_switch_closed")
    leg_places = [place_of[name] for name in _LEGS if name in place_of]
    flows: list[tuple[int, _Buckets, _Buckets]] = []
    for name in _FLOWS:
        if name in place_of and switch_place is not None:
            on_grid = series[_sided(name, islanded=False)] = _Buckets()
            islanded = series[_sided(name, islanded=True)] = _Buckets()
            flows.append((place_of[name], on_grid, islanded))
    changes: dict[str, list[tuple[int, str]]] = {name: [] for _, name in discrete}
    changes |= {DIRECTION: [], SUPPLY: []}
    latest: dict[str, str] = {}

    def change(name: str, t_ms: int, cell: str) -> None:
        if cell != latest.get(name):
            latest[name] = cell
            changes[name].append((t_ms, cell))

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
            if row[place] or name not in _NUMBERS:
                change(name, t_ms, row[place])
        alone = switch_place is not None and row[switch_place] == _ISLAND
        if power_place is not None and row[power_place]:
            change(DIRECTION, t_ms, direction_of(int(row[power_place]), alone))
        legs = [row[place] for place in leg_places if row[place]]
        if legs:
            dead = all(int(cell) < _DEAD_BELOW_MV for cell in legs)
            change(SUPPLY, t_ms, DEAD if dead else _LIVE)
        index = (t_ms - first_ms) // width_ms
        while index >= MAX_BUCKETS:
            for buckets in series.values():
                buckets.halve()
            width_ms *= 2
            index = (t_ms - first_ms) // width_ms
        for place, buckets in continuous:
            cell = row[place]
            if cell:
                buckets.add(index, int(cell))
        for place, on_grid, islanded in flows:
            cell = row[place]
            if cell:
                on_grid.add(index, 0 if alone else int(cell))
                islanded.add(index, int(cell) if alone else 0)
    return Digest(
        row_count,
        first_ms,
        last_ms + period_ms,
        width_ms,
        {name: tuple(found) for name, found in changes.items()},
        {name: buckets.frozen(first_ms, width_ms) for name, buckets in series.items()},
    )
