"""The supply's three times to the tick: what a good sample forgives, and what waits unjudged."""

import pytest

from tests.unit.supply_bench import DEAD, GOOD, OPPOSITE, TRIP_MS, feed, fit_supply
from wattback.fault_table import LEG_ANGLE, OPEN_NEUTRAL, SUPPLY_OUT_OF_WINDOW

TICK_MS = 10
ANGLE_MS = 1_000
WYE = 1_200  # two legs of a three-phase service, in tenths of a degree
NEUTRAL_LOST = (100_000, 140_000, 60_000)
LINE_LOW = (70_000, 70_000, 60_000)

# What is wrong: the sample, its angle, the time that it may last, the fault after it.
WRONGS = {
    "out of its window": (DEAD, OPPOSITE, TRIP_MS, SUPPLY_OUT_OF_WINDOW),
    "a lost neutral": (NEUTRAL_LOST, OPPOSITE, TRIP_MS, OPEN_NEUTRAL),
    "legs not opposite": (GOOD, WYE, ANGLE_MS, LEG_ANGLE),
}
each_wrong = pytest.mark.parametrize(
    ("sample", "angle", "may_last_ms", "fault"), WRONGS.values(), ids=WRONGS.keys()
)


@each_wrong
def test_what_was_wrong_and_then_well_for_as_long_has_its_whole_time_again(
    sample: tuple[int, int, int], angle: int, may_last_ms: int, fault: int
) -> None:
    supply = fit_supply()
    for _ in range(3):
        feed(supply, sample, may_last_ms, angle=angle)
        assert supply.fault_bits == 0
        feed(supply, GOOD, may_last_ms)
    feed(supply, sample, may_last_ms, angle=angle)
    assert supply.fault_bits == 0
    feed(supply, sample, TICK_MS, angle=angle)
    assert supply.fault_bits == fault


@each_wrong
def test_a_good_sample_makes_up_for_its_own_time_and_no_more(
    sample: tuple[int, int, int], angle: int, may_last_ms: int, fault: int
) -> None:
    supply = fit_supply()
    feed(supply, sample, may_last_ms, angle=angle)
    feed(supply, GOOD, TICK_MS)
    feed(supply, sample, TICK_MS, angle=angle)
    assert supply.fault_bits == 0
    feed(supply, sample, TICK_MS, angle=angle)
    assert supply.fault_bits == fault


def test_the_time_of_a_lost_neutral_stands_still_while_the_line_is_out_of_its_window() -> None:
    supply = fit_supply()
    feed(supply, NEUTRAL_LOST, TRIP_MS // 2)
    feed(supply, LINE_LOW, TRIP_MS // 4)
    feed(supply, NEUTRAL_LOST, TRIP_MS // 2)
    assert supply.fault_bits == 0
    feed(supply, NEUTRAL_LOST, TICK_MS)
    assert supply.fault_bits == OPEN_NEUTRAL


def test_a_wrong_angle_before_a_dip_under_export_is_made_up_for_after_it() -> None:
    supply = fit_supply()
    feed(supply, GOOD, ANGLE_MS, angle=WYE, exporting=1)
    feed(supply, DEAD, 2 * ANGLE_MS, exporting=1)  # a dip: no angle can be told
    feed(supply, GOOD, ANGLE_MS, exporting=1)
    feed(supply, GOOD, ANGLE_MS, angle=WYE, exporting=1)
    assert supply.fault_bits == 0
    feed(supply, GOOD, TICK_MS, angle=WYE, exporting=1)
    assert supply.fault_bits == LEG_ANGLE


@pytest.mark.parametrize(
    "sample",
    [
        (80_001, 120_000, 60_000),
        (120_000, 80_001, 60_000),
        (120_000, 120_000, 40_001),
        (120_000, 120_000, 79_999),
    ],
)
def test_an_angle_is_judged_as_soon_as_both_legs_and_the_frequency_can_tell_it(
    sample: tuple[int, int, int],
) -> None:
    supply = fit_supply()
    feed(supply, sample, ANGLE_MS, angle=WYE)
    assert not supply.fault_bits & LEG_ANGLE
    feed(supply, sample, TICK_MS, angle=WYE)
    assert supply.fault_bits & LEG_ANGLE
