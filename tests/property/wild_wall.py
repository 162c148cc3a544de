"""A wall that hypothesis can mistreat: calm stretches, absurd sensors, commands, gaps, power cuts.

Calm stretches make visits happen, so that the disturbances meet an offer or a closed contactor.
"""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.property.small_int import SmallInt
from tests.unit.wall import DEFAULTS, TICK_MS, Wall
from wattback.boards.sim import INPUT_NAMES
from wattback.settings import SETTINGS

EXTREME = (1 << 28) - 1
FLAGS = ("contactor_aux_closed", "ground_fault_latched")


class WildWall(Wall):
    """A wall whose sensors speak SmallInt, and whose power can be cut."""

    def tick(self, dt_ms: int = TICK_MS) -> None:
        self.now_ms = SmallInt(self.now_ms)
        super().tick(dt_ms)

    def _answer(self, dt_ms: int) -> None:
        super()._answer(dt_ms)
        sensors = vars(self.board.sensors)
        for name in INPUT_NAMES:
            sensors[name] = SmallInt(sensors[name])


@dataclass(frozen=True)
class Calm:
    """Healthy hardware and a vehicle in some state for a while."""

    vehicle: str
    draw_ma: int
    ms: int


@dataclass(frozen=True)
class Disturbed:
    """Some sensors say something else for a number of ticks of some length."""

    hold: dict[str, int] = field(default_factory=dict)
    ticks: int = 1
    dt_ms: int = TICK_MS


@dataclass(frozen=True)
class Command:
    """Five words for the queue, sensible or not."""

    words: tuple[int, int, int, int, int]


@dataclass(frozen=True)
class PowerCut:
    """The board loses its power and starts again on what it retained."""


Segment = Calm | Disturbed | Command | PowerCut


class Player:
    """Plays a story on a wall. What listens to it overrides the three empty methods."""

    def __init__(self, values: tuple[int, ...], starts_ms: int) -> None:
        self.wall = WildWall(values, starts_ms=starts_ms)
        self._values = values

    def play(self, story: list[Segment]) -> None:
        for segment in story:
            if isinstance(segment, Calm):
                self.wall.vehicle = segment.vehicle
                self.wall.draw_ma = segment.draw_ma
                self._tick(segment.ms // TICK_MS, TICK_MS)
            elif isinstance(segment, Disturbed):
                self.wall.hold = segment.hold
                self._tick(segment.ticks, segment.dt_ms)
                self.wall.hold = {}
            elif isinstance(segment, Command):
                self.wall.connector.queue.put(*segment.words)
            else:
                self._cut_power()
            self._segment_ended()

    def _ticked(self, dt_ms: int) -> None:
        """After every tick, and how long it was."""

    def _segment_ended(self) -> None:
        """After every segment."""

    def _restarted(self) -> None:
        """After a power cut."""

    def _tick(self, ticks: int, dt_ms: int) -> None:
        for _ in range(ticks):
            self.wall.tick(dt_ms)
            self._ticked(dt_ms)

    def _cut_power(self) -> None:
        before = self.wall
        self.wall = WildWall(self._values, before.connector.retained, before.now_ms)
        self.wall.board.sensors.ground_fault_latched = before.board.sensors.ground_fault_latched
        self.wall.vehicle = before.vehicle
        self._restarted()


VEHICLES = st.sampled_from("ABCDE")
VISIT = (Calm("B", 0, 6_500), Calm("C", 16_000, 1_500))  # long enough to be charging after it


def _sensor(name: str) -> st.SearchStrategy[int]:
    if name in FLAGS:
        return st.integers(0, 1)
    if name.startswith("pilot"):
        levels = st.sampled_from([12_000, 9_000, 6_000, 3_000, 0, -12_000])
        return levels | st.integers(-13_000, 13_000) | st.sampled_from([-EXTREME, EXTREME])
    return st.integers(-EXTREME, EXTREME) | st.sampled_from([-EXTREME, 0, EXTREME])


def _holds() -> st.SearchStrategy[dict[str, int]]:
    return st.fixed_dictionaries({}, optional={name: _sensor(name) for name in INPUT_NAMES})


LENGTHS_MS = st.sampled_from([10, 10, 10, 0, 1, 7, 11, 49, 50, 51, 1_000, (1 << 29) - 1])
SEGMENTS = st.one_of(
    st.builds(Calm, VEHICLES, st.integers(0, 90_000), st.integers(10, 3_000)),
    st.builds(Disturbed, _holds(), st.integers(1, 60), LENGTHS_MS),
    st.builds(
        Command,
        st.tuples(
            st.sampled_from([1, 1, 1, 2, 0, 3]),
            st.integers(-1, 5),
            st.integers(-2, 80_001),
            st.integers(-2, 80_001),
            st.integers(-1, 20) | st.sampled_from([86_400, 86_401]),
        ),
    ),
    st.builds(PowerCut),
)
STORIES = st.tuples(
    st.sampled_from([(), VISIT, VISIT]),
    st.lists(SEGMENTS, min_size=1, max_size=12),
).map(lambda parts: [*parts[0], *parts[1]])
CHOSEN_SETTINGS = st.just(tuple(DEFAULTS)) | st.tuples(
    *(st.integers(lowest, highest) for _, _, lowest, highest in SETTINGS)
)
