"""A wall that hypothesis can mistreat: calm stretches, absurd sensors, messages, commands, cuts.

Calm stretches make visits and exports happen, so that the disturbances meet an offer, a closed
contactor or power that flows out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.property.small_int import SmallInt, carry
from tests.unit.linked_wall import SITE, LinkedWall, settings_with
from tests.unit.wall import DEFAULTS, TICK_MS
from wattback import commands, limits
from wattback.boards.sim import INPUT_NAMES
from wattback.limits import OWNER_NAMES
from wattback.settings import AT_RUN_TIME, SETTINGS
from wattback.targets import OWNER_SITE
from wattback.vehicle import INBOX_WORDS

EXTREME = (1 << 28) - 1
METER = INPUT_NAMES[INPUT_NAMES.index("voltage_l1_mv") : INPUT_NAMES.index("residual_ua") + 1]
FLAGS = (
    "contactor_aux_closed",
    "coil_driven",
    "ground_fault_latched",
    "emergency_stopped",
    "disconnect_open",
    "handle_loose",
    "reset_pressed",
)


class WildWall(LinkedWall):
    """A wall whose connector computes with SmallInt only, and whose power can be cut."""

    def __init__(
        self, settings: Iterable[int], retained: Iterable[int] | None = None, starts_ms: int = 0
    ) -> None:
        if retained is None:
            super().__init__(settings, starts_ms=starts_ms)
        else:
            super().__init__(settings, retained, starts_ms)
        carry(self.connector)

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
    """Healthy hardware and a vehicle in some state for a while.

    speaks: it has a digital link. stubborn_w: the power that it insists on, or None.
    """

    vehicle: str
    draw_ma: int
    ms: int
    speaks: bool = False
    stubborn_w: int | None = None


@dataclass(frozen=True)
class Disturbed:
    """Some sensors say something else for a number of ticks of some length.

    noise: that much more and less in turns, and a flag comes and goes. frozen: the other sensors
    of the meter stand still.
    """

    hold: dict[str, int] = field(default_factory=dict)
    ticks: int = 1
    dt_ms: int = TICK_MS
    noise: int = 0
    frozen: bool = False


@dataclass(frozen=True)
class Command:
    """Seven words for the queue, sensible or not."""

    words: tuple[int, int, int, int, int, int, int]


@dataclass(frozen=True)
class Message:
    """Words in the vehicle's inbox, sensible or not, and the tick that takes them."""

    words: tuple[int, ...]


@dataclass(frozen=True)
class PowerCut:
    """The board loses its power and starts again on what it retained."""


Segment = Calm | Disturbed | Command | Message | PowerCut


class Player:
    """Plays a story on a wall. What listens to it overrides the three empty methods."""

    def __init__(self, values: tuple[int, ...], starts_ms: int) -> None:
        self.wall = WildWall(values, starts_ms=starts_ms)
        self.wall.speaks = False
        self._values = values

    def play(self, story: list[Segment]) -> None:
        wall = self.wall
        for segment in story:
            if isinstance(segment, Calm):
                wall.vehicle = segment.vehicle
                wall.draw_ma = segment.draw_ma
                wall.speaks = segment.speaks
                wall.stubborn_w = segment.stubborn_w
                self._tick(segment.ms // TICK_MS, TICK_MS)
            elif isinstance(segment, Disturbed):
                self._disturb(segment)
            elif isinstance(segment, Command):
                wall.connector.queue.put(*segment.words)
            elif isinstance(segment, Message):
                wall.say(*segment.words)
                self._tick(1, TICK_MS)
            else:
                wall = self._cut_power()
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

    def _disturb(self, segment: Disturbed) -> None:
        wall = self.wall
        sensors = vars(wall.board.sensors)
        held = {name: sensors[name] for name in METER} if segment.frozen else {}
        held |= segment.hold
        for turn in range(segment.ticks):
            wall.hold = held
            if segment.noise:
                wall.hold = {
                    name: _shaken(name, value, segment.noise if turn % 2 else -segment.noise)
                    for name, value in held.items()
                }
            self._tick(1, segment.dt_ms)
        wall.hold = {}

    def _cut_power(self) -> WildWall:
        before = self.wall
        self.wall = WildWall(self._values, before.connector.retained, before.now_ms)
        self.wall.board.sensors.ground_fault_latched = before.board.sensors.ground_fault_latched
        self.wall.vehicle = before.vehicle
        self.wall.speaks = before.speaks
        self._restarted()
        return self.wall


VEHICLES = st.sampled_from("ABCDE")
VISIT = (Calm("B", 0, 6_500), Calm("C", 16_000, 1_500))  # long enough to be charging after it
WANT = Command((commands.COMMAND_SET_TARGET, OWNER_SITE, 1, 3_000, 0, 0, 0))
EXPORT = (Calm("B", 0, 6_500, speaks=True), WANT, Calm("C", 0, 4_500, speaks=True))
EXPORT_SITE = tuple(settings_with(**{**SITE, "target_ramp_w_per_s": 5_000}))

# --- sensors ---


def _shaken(name: str, value: int, noise: int) -> int:
    if name in FLAGS:
        return value if noise > 0 else 1 - value
    return max(-EXTREME, min(EXTREME, value + noise))


# From what a sound sensor shows to what a broken one does, short of the extremes.
PLAUSIBLE = {
    "voltage_l1_mv": (0, 160_000),
    "voltage_l2_mv": (0, 160_000),
    "power_w": (-12_000, 12_000),
    "frequency_millihertz": (55_000, 65_000),
    "leg_angle_decideg": (0, 1_800),
    "load_mv": (0, 300_000),
    "load_angle_decideg": (-1_800, 1_800),
    "residual_ua": (0, 300_000),
    "earth_ohm": (0, 1_000),
    "board_decic": (-500, 1_600),
    "terminal_decic": (-500, 1_600),
    "handle_decic": (-500, 1_600),
    "proximity_ohm": (0, 3_000),
}


def _sensor(name: str) -> st.SearchStrategy[int]:
    if name in FLAGS:
        return st.integers(0, 1)
    if name.startswith("pilot"):
        levels = st.sampled_from([12_000, 9_000, 6_000, 3_000, 0, -12_000])
        return levels | st.integers(-13_000, 13_000) | st.sampled_from([-EXTREME, EXTREME])
    absurd = st.integers(-EXTREME, EXTREME) | st.sampled_from([-EXTREME, 0, EXTREME])
    if name in PLAUSIBLE:
        return st.integers(*PLAUSIBLE[name]) | absurd
    return absurd


def _holds() -> st.SearchStrategy[dict[str, int]]:
    return st.fixed_dictionaries({}, optional={name: _sensor(name) for name in INPUT_NAMES})


LENGTHS_MS = st.sampled_from([10, 10, 10, 0, 1, 7, 11, 49, 50, 51, 1_000, (1 << 29) - 1])

NOISES = st.sampled_from([0, 0, 10, 3_000, 200_000, 2 * EXTREME])

# --- commands and messages ---

WATTS = st.integers(-19_201, 19_201) | st.sampled_from([0, 8_000, -7_600])
SECONDS = st.integers(-1, 20) | st.sampled_from([86_400, 86_401])
LIMITS_MA = st.integers(-2, 80_001) | st.sampled_from([-1, 0, 5_999, 6_000])
BIT = st.integers(0, 1)
PAUSING = [limits.OWNER_SITE, limits.OWNER_DRIVER, limits.OWNER_TECHNICIAN]
RUN_TIME_ROWS = [index for index, row in enumerate(SETTINGS) if row[4] == AT_RUN_TIME]
NOTHING = st.just(0)
WORD = st.integers(-EXTREME, EXTREME) | st.integers(-2, 7)


def _run_time_setting(index: int) -> st.SearchStrategy[tuple[int, ...]]:
    low, high = SETTINGS[index][2:4]
    return st.tuples(
        st.just(commands.COMMAND_SET_SETTING),
        st.just(index),
        st.integers(low, high) | st.sampled_from([low, high]),
        *[NOTHING] * 4,
    )


COMMANDS = st.one_of(
    st.tuples(
        st.just(1),
        st.integers(-1, len(OWNER_NAMES)),
        LIMITS_MA,
        LIMITS_MA,
        SECONDS,
        NOTHING,
        NOTHING,
    ),
    st.tuples(st.just(3), st.integers(1, 2), BIT, WATTS, SECONDS, BIT, WATTS),
    st.tuples(st.just(commands.COMMAND_PAUSE), st.sampled_from(PAUSING), BIT, *[NOTHING] * 4),
    st.just((commands.COMMAND_RESET_FAULTS, 0, 0, 0, 0, 0, 0)),
    st.sampled_from(RUN_TIME_ROWS).flatmap(_run_time_setting),
    st.tuples(st.just(commands.COMMAND_HEARTBEAT), st.integers(0, 3), *[NOTHING] * 5),
    st.tuples(
        st.just(commands.COMMAND_SET_TIME),
        st.integers(0, 47_482),
        st.integers(0, 86_399) | st.just(86_399),
        *[NOTHING] * 4,
    ),
    st.tuples(st.integers(-1, 8), *[WORD] * 6),
).map(Command)
MESSAGES = st.one_of(
    st.tuples(st.sampled_from([1, 4])),
    st.tuples(
        st.just(2),
        BIT,
        st.integers(0, 4),
        st.just(11_500),
        WATTS,
        st.just(240_000),
        st.integers(0, 2),
        st.integers(0, 3),
    ),
    st.tuples(
        st.just(3),
        st.integers(0, 3),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
        st.integers(0, 500_000),
        st.integers(-1, 604_800),
        BIT,
    ),
    st.tuples(*[WORD] * INBOX_WORDS),
).map(Message)

# --- stories ---

SEGMENTS = st.one_of(
    st.builds(
        Calm,
        VEHICLES | st.just("C"),
        st.integers(0, 90_000),
        st.integers(10, 3_000),
        st.booleans(),
        st.none() | st.integers(-12_000, 12_000),
    ),
    st.builds(Disturbed, _holds(), st.integers(1, 60), LENGTHS_MS, NOISES, st.booleans()),
    COMMANDS,
    MESSAGES,
    st.builds(PowerCut),
)
STORIES = st.tuples(
    st.sampled_from([(), VISIT, EXPORT, EXPORT]),
    st.lists(SEGMENTS, min_size=1, max_size=12),
).map(lambda parts: [*parts[0], *parts[1]])
# What the categories and other settings narrow further (evse.md 6.1, 6.5): the connector stays
# unavailable with what does not go together.
FREQUENCIES = [row[0] for row in SETTINGS if row[0].endswith("_millihertz") and row[2] >= 45_000]
FREQUENCIES.remove("nominal_millihertz")
_TIMES_MS = {False: ((2_000, 21_000), (160, 2_000)), True: ((21_000, 50_000), (2_000, 21_000))}


def _together(values: tuple[int, ...]) -> tuple[int, ...]:
    settings = dict(zip((row[0] for row in SETTINGS), values, strict=True))
    third = settings["abnormal_category"] == 3
    if settings["nominal_millihertz"] >= 55_000:
        settings["nominal_millihertz"] = 60_000
    else:
        settings["nominal_millihertz"] = 50_000
        for name in FREQUENCIES:
            settings[name] -= 10_000

    def fit(name: str, low: int, high: int) -> None:
        settings[name] = low + settings[name] % (high - low + 1)

    for name, (low, high) in zip(("trip_uv1_ms", "trip_uv2_ms"), _TIMES_MS[third], strict=True):
        fit(name, low, high)
    if not third:
        fit("droop_over_bp", 300, 500)
        fit("droop_under_bp", 300, 500)
        fit("droop_response_ms", 1_000, 10_000)
    if settings["normal_category"] == 1:
        for name in settings:
            if name.startswith(("constant_var", "volt_var_q", "watt_var_q")):
                fit(name, -2_500, 4_400)
        fit("constant_pf_bp", 9_700, 10_000)
    reference_bp = settings["volt_var_reference_bp"]
    fit("volt_var_v2_bp", reference_bp - 300, reference_bp)
    fit("volt_var_v3_bp", reference_bp, reference_bp + 300)
    fit("volt_var_v1_bp", reference_bp - 1_800, settings["volt_var_v2_bp"] - 200)
    fit("volt_var_v4_bp", settings["volt_var_v3_bp"] + 200, reference_bp + 1_800)
    fit("volt_watt_v2_bp", settings["volt_watt_v1_bp"] + 100, 11_000)
    fit("watt_var_p1_bp", 0, settings["watt_var_p2_bp"] - 1)
    fit("watt_var_p3_bp", max(settings["watt_var_p2_bp"] + 1, 5_000), 10_000)
    return tuple(settings.values())


_ANY_SETTINGS = st.tuples(*(st.integers(row[2], row[3]) for row in SETTINGS))
CHOSEN_SETTINGS = (
    st.just(tuple(DEFAULTS)) | st.just(EXPORT_SITE) | _ANY_SETTINGS.map(_together) | _ANY_SETTINGS
)
