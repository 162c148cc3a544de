"""Dispatch: every reason, the goal that is left, the cap for basic vehicles, and the cut."""

from array import array

import pytest

from tests.property.small_int import LIMIT, SmallInt
from tests.unit.linked_wall import SITE, settings_with
from tests.unit.vehicle_messages import PARAMETERS, SETUP
from wattback.dispatch import NO_CAP_W, Dispatch
from wattback.export import WAIT_NAMES
from wattback.grid.categories import fitting
from wattback.retained import WORDS
from wattback.settings import SETTINGS, Settings
from wattback.targets import OWNER_DEPARTURE, OWNER_NONE, OWNER_SITE
from wattback.vehicle import INBOX_WORDS, MESSAGE_LOOP

LINE_MV = 240_000
MA = 48_000
LINE_W = 11_520
TICK_MS = 10


class Bench:
    """A Dispatch with a good grid, an authorised vehicle, and whatever a test changes.

    line_mv … power_w: what the connector would hand in.
    """

    def __init__(self, linked: bool = True, **changes: int) -> None:
        self.settings = Settings()
        assert self.settings.load(settings_with(**{**SITE, **changes})) == ""
        self.part = Dispatch(array("i", [0] * WORDS))
        self.part.vehicle.settings_version = 7
        self.part.vehicle.fitting = fitting(self.settings)
        self.linked = linked
        self.line_mv = LINE_MV
        self.millihertz = 60_000
        self.supplied = 1
        self.import_ma = MA
        self.export_ma = MA
        self.faulty = 0
        self.closed = 1
        self.ending = 0
        self.power_w = 0
        if linked:
            for message in (SETUP, PARAMETERS):
                self.say(*message)
                self.tick()
        self.run(3_000)

    def say(self, *words: int) -> None:
        inbox = self.part.vehicle.inbox
        for index, word in enumerate((*words, 0, 0, 0, 0, 0, 0)[:INBOX_WORDS]):
            inbox[index] = word
        self.part.vehicle.inbox_full = 1

    def tick(self, dt_ms: int = TICK_MS) -> None:
        part = self.part
        part.guard(self.line_mv, self.millihertz, self.supplied, self.settings, dt_ms)
        # What takes turns, all of it in every tick.
        part.age(self.settings, dt_ms)
        part.hear(1, self.settings, dt_ms)
        part.serve(self.millihertz, self.settings, dt_ms)
        part.decide(
            self.import_ma,
            self.export_ma,
            self.faulty,
            self.closed,
            self.ending,
            self.power_w,
            0,
            self.settings,
            dt_ms,
        )

    def run(self, ms: int) -> None:
        for now_ms in range(0, ms, TICK_MS):
            if self.linked and now_ms % 500 == 0:
                self.say(MESSAGE_LOOP, 7, 8_000, 1_000, 0, -1)
            self.tick()

    def want(self, w: int) -> None:
        self.part.targets.set(OWNER_SITE, 1, w, 0, 0, 0)

    @property
    def told_w(self) -> int:
        return self.part.targets.target_w

    @property
    def waits(self) -> list[str]:
        return [name for i, name in enumerate(WAIT_NAMES) if self.part.waits & (1 << i)]


# --- what the limits allow ---


@pytest.mark.parametrize(
    ("ma", "line_mv", "w"),
    [
        (48_000, 240_000, 11_520),
        (10_000, 208_000, 2_080),
        (0, 240_000, 0),
        (80_000, 250_000, 19_200),  # the largest that the settings allow
    ],
)
def test_amps_become_watts_at_the_present_voltage(ma: int, line_mv: int, w: int) -> None:
    bench = Bench()
    bench.import_ma = bench.export_ma = ma
    bench.line_mv = line_mv
    bench.run(1_500)
    assert (bench.part.import_power_w, bench.part.export_power_w) == (w, w)


def test_a_dip_is_no_voltage_to_reckon_by() -> None:
    bench = Bench()
    bench.line_mv = 100_000
    bench.run(3_000)
    assert bench.part.export_power_w == LINE_W
    bench.line_mv = 200_000
    bench.run(1_500)
    assert bench.part.export_power_w == 9_600


# --- the reasons ---


def test_with_everything_as_it_should_be_only_a_target_is_missing() -> None:
    bench = Bench()
    assert bench.waits == ["target"]
    assert (bench.part.wanted, bench.part.exporting, bench.told_w) == (0, 0, -LINE_W)
    bench.want(5_000)
    bench.run(10_000)
    assert (bench.waits, bench.told_w) == ([], 5_000)
    assert (bench.part.wanted, bench.part.exporting) == (1, 1)


# what is wrong, and the reasons that it gives
@pytest.mark.parametrize(
    ("wrong", "reasons"),
    [
        ({"faulty": 1}, ["fault"]),
        ({"closed": 0}, ["contactor"]),
        ({"export_ma": 999}, ["limit"]),
        ({"export_ma": 0}, ["limit"]),
        ({"export_ma": 1_000}, []),
        ({"supplied": 0}, ["service"]),
        ({"line_mv": 290_000}, ["service"]),
        ({"millihertz": 62_100}, ["service"]),
        ({"faulty": 1, "closed": 0, "export_ma": 0}, ["fault", "limit", "contactor"]),
    ],
)
def test_what_is_wrong_is_told_and_cuts_the_target_at_once(
    wrong: dict[str, int], reasons: list[str]
) -> None:
    bench = Bench()
    bench.want(5_000)
    bench.run(10_000)
    for name, value in wrong.items():
        setattr(bench, name, value)
    bench.run(200)
    assert bench.waits == reasons
    assert bench.part.exporting == (not reasons)
    assert bench.told_w == (240 if not reasons else 0)
    assert bench.part.wanted == (reasons in ([], ["contactor"]))


def test_a_silent_controller_and_a_departure_end_the_export_by_the_ramp() -> None:
    for silence in (True, False):
        bench = Bench(controller_timeout_s=1)
        bench.want(5_000)
        bench.run(10_000)
        if silence:
            bench.part.heartbeat.beat(1)
            bench.run(1_000)
            bench.tick()
        else:
            bench.linked = False
            bench.say(MESSAGE_LOOP, 7, 8_000, 1_000, 50_000, 60)
            bench.tick()
            assert bench.part.owner == OWNER_DEPARTURE
        assert bench.waits in (["controller"], ["departure", "target"])
        assert 4_950 <= bench.told_w < 5_000


# --- the goal ---


@pytest.mark.parametrize(
    ("asked_w", "changes", "told_w"),
    [
        (5_000, {}, 5_000),
        (19_200, {}, 9_600),  # the vehicle's rating
        (19_200, {"export_ma": 20_000}, 4_800),
        (5_000, {"export_ma": 0}, 0),
        (-5_000, {}, -5_000),
        (-19_200, {}, -LINE_W),
        (-5_000, {"import_ma": 10_000}, -2_400),
        (-5_000, {"import_ma": 0}, 0),
        (0, {}, 0),
    ],
)
def test_what_is_told_is_the_wish_within_limits_and_ratings(
    asked_w: int, changes: dict[str, int], told_w: int
) -> None:
    bench = Bench()
    for name, value in changes.items():
        setattr(bench, name, value)
    bench.want(asked_w)
    bench.run(30_000)
    assert (bench.told_w, bench.part.owner) == (told_w, OWNER_SITE)


def test_a_new_wish_ramps_from_the_power_that_flows() -> None:
    bench = Bench()
    bench.power_w = -7_600
    bench.want(5_000)
    bench.tick()
    assert bench.told_w == -7_600 + 20
    bench.tick()
    assert bench.told_w == -7_600 + 40


def test_a_vehicle_that_exports_unasked_is_not_told_to_go_on_by_a_wish_to_charge() -> None:
    bench = Bench()
    bench.power_w = 5_000
    bench.want(-3_000)
    for _ in range(1_000):
        bench.run(TICK_MS)
        assert bench.told_w <= 0


def test_a_wish_that_follows_an_expired_one_goes_on_from_what_is_told() -> None:
    bench = Bench()
    bench.want(5_000)
    bench.run(10_000)
    bench.part.targets.set(OWNER_SITE, 0, 0, 0, 0, 0)
    bench.run(1_000)
    bench.power_w = 4_000  # it is behind
    told_w = bench.told_w
    bench.want(8_000)
    bench.run(TICK_MS)
    assert abs(bench.told_w - told_w) <= 20


def test_when_nobody_wants_a_certain_power_the_vehicle_follows_the_limits_at_once() -> None:
    bench = Bench()
    for ma in (48_000, 6_000, 80_000, 0):
        bench.import_ma = ma
        bench.tick()
        assert (bench.told_w, bench.part.owner) == (-ma * 240 // 1_000, OWNER_NONE)


# --- the cap ---


@pytest.mark.parametrize(
    ("asked_w", "cap_w"),
    [(None, NO_CAP_W), (5_000, 0), (0, 0), (-3_000, 3_000), (-19_200, LINE_W)],
)
def test_a_basic_vehicle_is_capped_by_the_target_that_it_does_not_hear(
    asked_w: int | None, cap_w: int
) -> None:
    bench = Bench(linked=False)
    if asked_w is not None:
        bench.want(asked_w)
    bench.tick()
    assert bench.part.cap_w == cap_w


@pytest.mark.parametrize("asked_w", [None, 5_000, 0, -3_000])
def test_a_vehicle_that_hears_targets_is_not_capped(asked_w: int | None) -> None:
    bench = Bench()
    if asked_w is not None:
        bench.want(asked_w)
    bench.tick()
    assert bench.part.cap_w == NO_CAP_W


# --- numbers ---


@pytest.mark.parametrize("line_mv", [-(2**29) + 2, -1, 0, 600_000, 2**29 - 2])
@pytest.mark.parametrize("millihertz", [-(2**28), 0, 2**28 - 1])
def test_no_supply_outgrows_a_small_integer_or_turns_a_limit_round(
    line_mv: int, millihertz: int
) -> None:
    bench = Bench()
    for name, *_ in SETTINGS:
        setattr(bench.settings, name, SmallInt(getattr(bench.settings, name)))
    bench.line_mv = SmallInt(line_mv)
    bench.millihertz = SmallInt(millihertz)
    bench.import_ma = bench.export_ma = SmallInt(80_000)
    bench.run(2_000)
    assert 0 <= bench.part.import_power_w < LIMIT
    assert 0 <= bench.part.export_power_w < LIMIT
    assert bench.told_w <= 0
