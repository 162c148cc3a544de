"""The supply's windows: legs, line and frequency, steadiness before use, time before a trip."""

import pytest

from wattback.fault_table import SUPPLY_OUT_OF_WINDOW
from wattback.settings import Settings
from wattback.supply import Supply

GOOD = (120_000, 120_000, 60_000)
OUTSIDE = {
    "leg 1 low": (79_999, 120_000, 60_000),
    "leg 1 high": (160_001, 120_000, 60_000),
    "leg 2 low": (120_000, 79_999, 60_000),
    "leg 2 high": (120_000, 160_001, 60_000),
    "frequency low": (120_000, 120_000, 56_999),
    "frequency high": (120_000, 120_000, 63_001),
    "lost neutral": (70_000, 170_000, 60_000),
    "dead": (0, 0, 0),
    "absurd": (2**28 - 1, 2**28 - 1, 2**28 - 1),
    "negative": (-(2**28), -(2**28), -(2**28)),
}
EDGES = {
    "low": (80_000, 80_000, 57_000),
    "high": (160_000, 160_000, 63_000),
    "208 V": (104_000, 104_000, 60_000),
}
TRIP_MS = 2_000


def feed(supply: Supply, sample: tuple[int, int, int], ms: int, dt_ms: int = 10) -> None:
    settings = Settings()
    for _ in range(ms // dt_ms):
        supply.sense(*sample, 0, settings, dt_ms)


def fit_supply() -> Supply:
    supply = Supply()
    feed(supply, GOOD, 1_100)
    assert supply.fit
    return supply


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


@pytest.mark.parametrize("sample", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_outside_any_edge_it_is_never_fit(sample: tuple[int, int, int]) -> None:
    supply = Supply()
    feed(supply, sample, 10_000)
    assert not supply.fit


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
        supply.sense(*OUTSIDE["dead"], 0, settings, 10)
    assert supply.fault_bits == SUPPLY_OUT_OF_WINDOW


def test_the_line_has_a_window_of_its_own() -> None:
    settings = Settings()
    settings.line_low_mv = 200_000
    supply = Supply()
    for _ in range(200):
        supply.sense(99_999, 100_000, 60_000, 0, settings, 10)
    assert not supply.fit
    for _ in range(200):
        supply.sense(100_000, 100_000, 60_000, 0, settings, 10)
    assert supply.fit


def test_back_inside_the_cause_is_gone_at_once_and_fitness_takes_its_second() -> None:
    supply = fit_supply()
    feed(supply, OUTSIDE["dead"], 5_000)
    feed(supply, GOOD, 10)
    assert (supply.fit, supply.fault_bits) == (0, 0)
    feed(supply, GOOD, 1_000)
    assert supply.fit


# --- while exporting ---


def exporting(l1_mv: int, l2_mv: int, millihertz: int) -> Supply:
    settings = Settings()
    supply = Supply()
    for _ in range(200):
        supply.sense(120_000, 120_000, 60_000, 0, settings, 10)
    for _ in range(500):
        supply.sense(l1_mv, l2_mv, millihertz, 1, settings, 10)
    return supply


@pytest.mark.parametrize(
    "sample",
    [(72_000, 72_000, 60_000), (0, 0, 0), (150_000, 150_000, 60_000), (120_000,) * 2 + (50_000,)],
)
def test_a_source_rides_through_what_the_grid_code_judges(sample: tuple[int, int, int]) -> None:
    supply = exporting(*sample)
    assert (supply.fit, supply.fault_bits) == (1, 0)


def test_a_lost_neutral_is_a_fault_while_exporting_too() -> None:
    assert exporting(160_000, 80_000, 60_000).fault_bits == 0
    assert exporting(160_500, 79_500, 60_000).fault_bits == SUPPLY_OUT_OF_WINDOW
