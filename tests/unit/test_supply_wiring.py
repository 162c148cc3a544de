"""How the supply is wired: a lost neutral, legs that are not opposite; used before or not."""

from itertools import product

import pytest

from tests.unit.supply_bench import DEAD, GOOD, OPPOSITE, TRIP_MS, feed, fit_supply
from wattback.fault_table import LEG_ANGLE, OPEN_NEUTRAL, SUPPLY_OUT_OF_WINDOW
from wattback.settings import Settings
from wattback.supply import Supply

# A lost neutral, by legs and frequency: the line looks well. The rows that it raises.
LOST_NEUTRAL = {
    "within the legs' windows": ((104_999, 135_000, 60_000), OPEN_NEUTRAL),
    "the other leg": ((135_000, 104_999, 60_000), OPEN_NEUTRAL),
    "just within them": ((80_000, 160_000, 60_000), OPEN_NEUTRAL),
    "a leg far beyond": ((70_000, 170_000, 60_000), OPEN_NEUTRAL | SUPPLY_OUT_OF_WINDOW),
    "another frequency": ((100_000, 140_000, 50_000), OPEN_NEUTRAL | SUPPLY_OUT_OF_WINDOW),
    "a low line": ((100_000, 59_999, 60_000), SUPPLY_OUT_OF_WINDOW),
    "a dead leg": ((0, 120_000, 60_000), SUPPLY_OUT_OF_WINDOW),
}
WRONG_ANGLES = (0, 1_200, 1_649, 1_951, -(2**28), 2**28 - 1)
RIGHT_ANGLES = (1_650, 1_800, 1_950)
ANGLE_MS = 1_000

# --- a lost neutral ---

each_lost_neutral = pytest.mark.parametrize(
    ("sample", "rows"), LOST_NEUTRAL.values(), ids=LOST_NEUTRAL.keys()
)


@each_lost_neutral
@pytest.mark.parametrize("dt_ms", [1, 10, 50])
def test_a_lost_neutral_is_told_as_one_and_as_the_supplys_only_if_it_is_wrong_too(
    sample: tuple[int, int, int], rows: int, dt_ms: int
) -> None:
    supply = fit_supply()
    feed(supply, sample, TRIP_MS, dt_ms)
    assert (supply.inside, supply.fit, supply.fault_bits) == (0, 1, 0)
    feed(supply, sample, dt_ms, dt_ms)
    assert (supply.fit, supply.fault_bits) == (0, rows)


@each_lost_neutral
def test_before_the_first_use_a_lost_neutral_alone_is_a_fault(
    sample: tuple[int, int, int], rows: int
) -> None:
    supply = Supply()
    feed(supply, sample, TRIP_MS)
    assert supply.fault_bits == 0
    feed(supply, sample, 60_000)
    assert (supply.fit, supply.fault_bits) == (0, rows & OPEN_NEUTRAL)


def test_legs_that_come_one_after_the_other_at_power_up_are_no_fault() -> None:
    supply = Supply()
    feed(supply, DEAD, 60_000)
    feed(supply, (0, 120_000, 60_000), 10_000)
    feed(supply, (70_000, 120_000, 60_000), 1_000)
    assert supply.fault_bits == 0
    feed(supply, GOOD, 1_100)
    assert (supply.fit, supply.fault_bits) == (1, 0)


def test_a_lost_neutral_whose_line_comes_and_goes_hides_behind_neither_row() -> None:
    for apart, low in product((10, 500), (10, 500)):
        supply = fit_supply()
        for _ in range(6_000 // (apart + low)):
            feed(supply, (80_000, 160_000, 60_000), apart)
            feed(supply, (60_000, 95_000, 60_000), low)
        assert not supply.fit
        assert supply.fault_bits == SUPPLY_OUT_OF_WINDOW


def test_a_good_sample_now_and_then_does_not_hide_a_lost_neutral() -> None:
    supply = fit_supply()
    for _ in range(3):
        feed(supply, (100_000, 140_000, 60_000), 1_000)
        feed(supply, GOOD, 10)
    feed(supply, (100_000, 140_000, 60_000), 30)
    assert supply.fault_bits == OPEN_NEUTRAL


def test_how_far_the_legs_may_be_apart_is_a_setting() -> None:
    settings = Settings()
    settings.legs_apart_mv = 10_000
    for l1_mv, row in ((125_000, 0), (125_001, OPEN_NEUTRAL)):
        supply = Supply()
        supply.load(settings)
        for _ in range(300):
            supply.sense(l1_mv, 115_000, 60_000, OPPOSITE, 0, settings, 10)
        assert supply.fault_bits == row
        assert supply.fit == (0 if row else 1)


# --- the angle of the legs ---


@pytest.mark.parametrize("exporting", [0, 1])
@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("angle", WRONG_ANGLES)
def test_legs_that_are_not_opposite_are_a_fault_after_1_s_used_before_or_not(
    angle: int, before: int, exporting: int
) -> None:
    supply = fit_supply() if before else Supply()
    feed(supply, GOOD, ANGLE_MS, angle=angle, exporting=exporting)
    assert (supply.inside, supply.fault_bits) == (0, 0)
    feed(supply, GOOD, 10, angle=angle, exporting=exporting)
    assert supply.fault_bits == LEG_ANGLE
    feed(supply, GOOD, 60_000, angle=angle, exporting=exporting)
    assert not supply.fit
    assert supply.fault_bits & LEG_ANGLE


@pytest.mark.parametrize("angle", RIGHT_ANGLES)
def test_within_its_tolerance_the_angle_is_right(angle: int) -> None:
    supply = Supply()
    feed(supply, GOOD, 60_000, angle=angle)
    assert (supply.fit, supply.fault_bits) == (1, 0)


@pytest.mark.parametrize(
    "legs", [(0, 0), (80_000, 120_000), (120_000, 80_000), (0, 120_000), (-(2**28), 2**28 - 1)]
)
def test_of_a_leg_without_voltage_no_angle_is_judged(legs: tuple[int, int]) -> None:
    for exporting in (0, 1):
        supply = fit_supply()
        feed(supply, (*legs, 60_000), 60_000, angle=0, exporting=exporting)
        assert not supply.fault_bits & LEG_ANGLE


@pytest.mark.parametrize("millihertz", [-(2**28), 0, 40_000, 80_000, 2**28 - 1])
def test_without_a_frequency_no_angle_is_judged_and_nothing_is_fit(millihertz: int) -> None:
    for before in (Supply(), fit_supply()):
        feed(before, (120_000, 120_000, millihertz), 60_000, angle=0)
        assert (before.fit, before.fault_bits & LEG_ANGLE) == (0, 0)


def test_a_leg_that_dips_now_and_then_does_not_hide_a_wrong_angle() -> None:
    supply = Supply()
    for _ in range(10):
        feed(supply, GOOD, 100, angle=1_200)
        feed(supply, (80_000, 110_000, 60_000), 100, angle=1_200)
    feed(supply, GOOD, 10, angle=1_200)
    assert supply.fault_bits == LEG_ANGLE


def test_a_jump_of_the_angle_shorter_than_1_s_is_no_fault() -> None:
    supply = fit_supply()
    for _ in range(20):
        feed(supply, GOOD, ANGLE_MS, angle=0)
        assert (supply.fit, supply.fault_bits) == (1, 0)
        feed(supply, GOOD, ANGLE_MS)


def test_what_is_wrong_by_turns_is_unfit_in_the_time_of_one() -> None:
    supply = fit_supply()
    for _ in range(67):
        feed(supply, GOOD, 10, angle=1_200)
        feed(supply, (100_000, 140_000, 60_000), 10)
        feed(supply, (70_000, 95_000, 60_000), 10)
    assert not supply.fit


def test_everything_wrong_at_once_is_told_at_once() -> None:
    supply = fit_supply()
    feed(supply, (85_000, 165_000, 50_000), 3_000, angle=0)
    assert supply.fault_bits == SUPPLY_OUT_OF_WINDOW | OPEN_NEUTRAL | LEG_ANGLE
    feed(supply, GOOD, 10)
    assert (supply.inside, supply.fit, supply.fault_bits) == (1, 0, 0)
