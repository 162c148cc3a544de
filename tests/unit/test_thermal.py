"""Temperatures: steps down and up, the stop and its end."""

import random

import pytest

from tests.unit.integers import integers_of
from tests.unit.warm_unit import FIELDS, MINUTE_MS, PLACES, TURNS_MS, Unit, WarmUnit
from wattback.fault_table import BOARD_OVERHEATED, HANDLE_OVERHEATED, TERMINAL_OVERHEATED
from wattback.limits import NO_LIMIT_MA

# (below the limit, share once it is reached, share while it does not become 3 K cooler)
STEPS = [(151, 10000), (150, 7500), (101, 7500), (100, 5000), (51, 5000), (50, 2500), (1, 2500)]
DWELL_MS = 60_000

each_place = pytest.mark.parametrize("place", PLACES)
each_turn = pytest.mark.parametrize("dt_ms", TURNS_MS)


# --- derating ---


@pytest.mark.covers("4.4 derating")
@each_place
@pytest.mark.parametrize(("below_decic", "share_bp"), STEPS)
def test_each_step_towards_the_limit_takes_a_quarter_at_once(
    place: str, below_decic: int, share_bp: int
) -> None:
    field, limit_decic, _ = PLACES[place]
    unit = Unit()
    unit.set(**{field: limit_decic - below_decic})
    unit.feed(250)
    assert (unit.thermal.share_bp, unit.faults) == (share_bp, 0)
    limit_ma = NO_LIMIT_MA if share_bp == 10000 else 48_000 * share_bp // 10000
    assert unit.thermal.limit_ma == limit_ma


@pytest.mark.covers("4.4 derating")
@each_place
@pytest.mark.parametrize(
    ("reached", "held", "before_bp", "after_bp"),
    [
        (150, 180, 7500, 10000),
        (100, 130, 5000, 7500),
        (50, 80, 2500, 5000),
    ],
)
@each_turn
def test_a_step_back_needs_3_k_less_for_a_minute(
    place: str, reached: int, held: int, before_bp: int, after_bp: int, dt_ms: int
) -> None:
    field, limit_decic, _ = PLACES[place]
    unit = Unit()
    unit.set(**{field: limit_decic - reached})
    unit.feed(dt_ms, dt_ms)
    unit.set(**{field: limit_decic - held})
    unit.feed(600_000, dt_ms)
    assert unit.thermal.share_bp == before_bp
    unit.set(**{field: limit_decic - held - 1})
    unit.feed(DWELL_MS - dt_ms, dt_ms)
    assert unit.thermal.share_bp == before_bp
    unit.feed(3 * dt_ms, dt_ms)
    assert unit.thermal.share_bp == after_bp


def test_after_the_heat_the_share_rises_one_step_a_minute() -> None:
    unit = Unit()
    unit.set(terminal_decic=990)
    unit.feed(1_000)
    unit.set(terminal_decic=200)
    seen = []
    for _ in range(4):
        seen.append(unit.thermal.share_bp)
        unit.feed(DWELL_MS + 250)
    assert seen == [2500, 5000, 7500, 10000]
    assert unit.thermal.limit_ma == NO_LIMIT_MA


def test_a_reading_that_chatters_about_a_step_keeps_the_lower_share() -> None:
    unit = Unit()
    for _ in range(2_000):
        unit.set(handle_decic=690)
        unit.feed(250)
        unit.set(handle_decic=200)
        unit.feed(250)
        assert unit.thermal.share_bp == 5000


def test_the_place_that_is_nearest_to_its_limit_counts() -> None:
    unit = Unit()
    unit.set(board_decic=840, terminal_decic=860, handle_decic=690)
    unit.feed(250)
    assert unit.thermal.share_bp == 5000


@pytest.mark.covers("5 smallest offer")
@pytest.mark.parametrize("rated_ma", [6_000, 16_000, 24_000, 48_000, 80_000])
@pytest.mark.parametrize(("below_decic", "quarters"), [(150, 3), (100, 2), (50, 1)])
def test_less_than_the_smallest_offer_is_not_asked_for_and_never_more_than_rated(
    rated_ma: int, below_decic: int, quarters: int
) -> None:
    unit = Unit(hardware_limit_ma=rated_ma)
    unit.set(board_decic=1000 - below_decic)
    unit.feed(250)
    assert unit.thermal.limit_ma == max(rated_ma * quarters // 4, 6_000) <= rated_ma


# --- stop ---


@pytest.mark.covers("4.4 limits")
@each_place
@each_turn
def test_at_the_limit_for_2_s_it_stops_and_nothing_may_flow(place: str, dt_ms: int) -> None:
    field, limit_decic, fault = PLACES[place]
    unit = Unit()
    unit.set(**{field: limit_decic})
    unit.feed(2_000, dt_ms)
    assert (unit.faults, unit.thermal.share_bp) == (0, 2500)
    unit.feed(2 * dt_ms, dt_ms)
    assert (unit.faults, unit.thermal.share_bp) == (fault, 0)
    assert unit.thermal.limit_ma == 0


@pytest.mark.covers("4.4 limits")
@each_place
def test_the_stop_ends_only_more_than_20_k_below_and_then_by_steps(place: str) -> None:
    field, limit_decic, fault = PLACES[place]
    unit = Unit()
    unit.set(**{field: limit_decic + 50})
    unit.feed(5_000)
    unit.set(**{field: limit_decic - 200})
    unit.feed(3_600_000, 1000)
    assert (unit.faults, unit.thermal.share_bp) == (fault, 0)
    unit.set(**{field: limit_decic - 201})
    unit.feed(5_000)
    assert (unit.faults, unit.thermal.share_bp) == (0, 0)
    seen = []
    for _ in range(4):
        unit.feed(DWELL_MS + 250)
        seen.append(unit.thermal.share_bp)
    assert seen == [2500, 5000, 7500, 10000]


def test_the_limits_are_those_of_the_settings() -> None:
    unit = Unit(board_hot_decic=600, terminal_hot_decic=700, handle_hot_decic=500)
    unit.set(board_decic=600, terminal_decic=700, handle_decic=500)
    unit.feed(5_000)
    assert unit.faults == BOARD_OVERHEATED | TERMINAL_OVERHEATED | HANDLE_OVERHEATED


@each_place
def test_a_moment_below_the_limit_now_and_then_does_not_hide_it(place: str) -> None:
    field, limit_decic, fault = PLACES[place]
    unit = Unit()
    for _ in range(20):
        unit.set(**{field: limit_decic})
        unit.feed(500)
        unit.set(**{field: limit_decic - 1})
        unit.feed(250)
    assert unit.faults == fault


def test_one_hot_sample_is_no_stop() -> None:
    unit = Unit()
    for _ in range(100):
        unit.set(terminal_decic=1200)
        unit.feed(1_000, 1000)
        unit.set(terminal_decic=300)
        unit.feed(1_000, 1000)
        assert unit.faults == 0


def test_a_hot_board_in_the_sun_is_neither_derated_nor_a_fault() -> None:
    unit = WarmUnit(ambient_c=57.0, noise_decic=2)
    unit.settings.handle_hot_decic = 900
    unit.run(240 * MINUTE_MS, 48.0, 5000)
    assert unit.inputs.terminal_decic > 830 and unit.inputs.board_decic > 680
    assert unit.thermal.share_bp == 10000
    assert unit.ever == 0


# --- integers ---


@pytest.mark.parametrize("seed", range(4))
def test_every_integer_stays_below_2_to_the_30_whatever_is_read(seed: int) -> None:
    draw = random.Random(seed)
    extremes = [-(2**28), 2**28 - 1, -400, -401, 1500, 1501, 0, 999, 1000]
    currents = [-(2**28), 2**28 - 1, 0, 48_000, 100_000]
    unit = Unit()
    for _ in range(20_000):
        unit.set(**{draw.choice(FIELDS): draw.choice(extremes)})
        unit.feed(1, draw.choice(TURNS_MS), draw.choice(currents))
        assert 0 <= unit.thermal.share_bp <= 10000
        assert unit.thermal.limit_ma in (NO_LIMIT_MA, 0, 12_000, 24_000, 36_000)
    for path, value in integers_of(unit.thermal, "thermal"):
        assert -(1 << 30) < value < 1 << 30, path


def test_the_largest_products_of_the_heat_model_stay_below_2_to_the_30() -> None:
    square = (100_000 // 100) ** 2
    assert max(square, 900 * (square // 100), (1500 + 400) * 2304, 80_000 * 3) < 1 << 30
