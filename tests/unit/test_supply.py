"""The supply's windows: legs, line and frequency, steadiness before use, time before a trip."""

from itertools import product

import pytest

from tests.property.small_int import SmallInt, carry
from tests.unit.supply_bench import GOOD, OPPOSITE, TRIP_MS, feed, fit_supply
from wattback.fault_table import SUPPLY_OUT_OF_WINDOW
from wattback.settings import Settings
from wattback.supply import Supply

OUTSIDE = {
    "leg 1 low": (79_999, 109_999, 60_000),
    "leg 1 high": (160_001, 130_001, 60_000),
    "leg 2 low": (109_999, 79_999, 60_000),
    "leg 2 high": (130_001, 160_001, 60_000),
    "frequency low": (120_000, 120_000, 56_999),
    "frequency high": (120_000, 120_000, 63_001),
    "dead": (0, 0, 0),
    "absurd": (2**28 - 1, 2**28 - 1, 2**28 - 1),
    "negative": (-(2**28), -(2**28), -(2**28)),
}
EDGES = {
    "low": (80_000, 80_000, 57_000),
    "high": (160_000, 160_000, 63_000),
    "208 V": (104_000, 104_000, 60_000),
    "legs apart": (105_000, 135_000, 60_000),
    "legs apart, the other": (135_000, 105_000, 60_000),
}


def test_after_power_up_the_supply_is_unfit_without_being_a_fault() -> None:
    supply = Supply()
    assert (supply.fit, supply.fault_bits) == (0, 0)
    feed(supply, OUTSIDE["dead"], 60_000)
    assert (supply.fit, supply.fault_bits) == (0, 0)


@pytest.mark.parametrize("dt_ms", [1, 5, 10])
def test_it_is_fit_after_a_second_within_its_window(dt_ms: int) -> None:
    supply = Supply()
    feed(supply, GOOD, 1_000, dt_ms)
    assert not supply.fit
    feed(supply, GOOD, dt_ms, dt_ms)
    assert supply.fit


def test_one_bad_sample_starts_the_second_anew() -> None:
    supply = Supply()
    for _ in range(20):
        feed(supply, GOOD, 1_000, 1)
        assert not supply.fit
        feed(supply, OUTSIDE["leg 1 low"], 1, 1)


@pytest.mark.parametrize("sample", EDGES.values(), ids=EDGES.keys())
def test_the_edges_of_the_window_are_inside(sample: tuple[int, int, int]) -> None:
    supply = Supply()
    feed(supply, sample, 1_100)
    assert supply.fit


@pytest.mark.covers("4.1 frequency window")
@pytest.mark.parametrize("sample", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_outside_any_edge_it_is_never_fit(sample: tuple[int, int, int]) -> None:
    supply = Supply()
    feed(supply, sample, 10_000)
    assert not supply.fit


@pytest.mark.covers("4.3 supply window")
@pytest.mark.parametrize("dt_ms", [1, 10])
@pytest.mark.parametrize("sample", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_2_s_outside_any_edge_is_a_fault(sample: tuple[int, int, int], dt_ms: int) -> None:
    supply = fit_supply()
    feed(supply, sample, TRIP_MS, dt_ms)
    assert (supply.fit, supply.fault_bits) == (1, 0)
    feed(supply, sample, dt_ms, dt_ms)
    assert (supply.fit, supply.fault_bits) == (0, SUPPLY_OUT_OF_WINDOW)


def test_a_dip_shorter_than_2_s_is_ridden_through() -> None:
    supply = fit_supply()
    for _ in range(20):
        for sample in (OUTSIDE["dead"], GOOD):
            feed(supply, sample, 1_990)
            assert (supply.fit, supply.fault_bits) == (1, 0)


def test_a_good_sample_now_and_then_does_not_hide_a_bad_supply() -> None:
    supply = fit_supply()
    for _ in range(3):
        feed(supply, OUTSIDE["dead"], 1_000)
        feed(supply, GOOD, 10)
    assert not supply.fit


def test_inside_tells_of_the_last_sample_alone() -> None:
    supply = Supply()
    assert supply.inside == 0
    for _ in range(3):
        feed(supply, GOOD, 10)
        assert supply.inside == 1
        feed(supply, OUTSIDE["leg 2 high"], 10)
        assert supply.inside == 0


def test_the_time_before_a_trip_is_a_setting() -> None:
    settings = Settings()
    settings.supply_trip_ms = 100
    supply = fit_supply()
    for _ in range(11):
        supply.sense(*OUTSIDE["dead"], OPPOSITE, 0, settings, 10)
    assert supply.fault_bits == SUPPLY_OUT_OF_WINDOW


def test_the_line_has_a_window_of_its_own() -> None:
    settings = Settings()
    settings.line_low_mv = 200_000
    supply = Supply()
    for _ in range(200):
        supply.sense(99_999, 100_000, 60_000, OPPOSITE, 0, settings, 10)
    assert not supply.fit
    for _ in range(200):
        supply.sense(100_000, 100_000, 60_000, OPPOSITE, 0, settings, 10)
    assert supply.fit


def test_back_inside_the_cause_is_gone_at_once_and_fitness_takes_its_second() -> None:
    supply = fit_supply()
    feed(supply, OUTSIDE["dead"], 5_000)
    feed(supply, GOOD, 10)
    assert (supply.fit, supply.fault_bits) == (0, 0)
    feed(supply, GOOD, 1_000)
    assert supply.fit


# --- extremes ---


def test_no_reading_makes_a_large_integer_or_a_fit_supply() -> None:
    extremes = (-(2**28), -1, 0, 2**28 - 1)
    settings = Settings()
    carry(settings)
    for l1_mv, l2_mv, millihertz, angle in product(extremes, repeat=4):
        supply = Supply()
        carry(supply)
        for _ in range(230):
            supply.sense(
                SmallInt(l1_mv), SmallInt(l2_mv), SmallInt(millihertz), SmallInt(angle), 0,
                settings, SmallInt(50),
            )  # fmt: skip
        assert not supply.fit
