"""Overcurrent: 10 % and 1 A above the offer, for longer than a vehicle may take to follow."""

import pytest

from wattback.fault_table import OVERCURRENT
from wattback.overcurrent import Overcurrent

TICK_MS = 10
TRIP_MS = 7_000
VEHICLE_FOLLOWS_MS = 5_000  # IEC 61851-1 sequence 6 (evse.md 1.4)
FORCED_MS = 6_000  # sequence 10.2: a vehicle that does not stop is cut off as such (evse.md 1.4)


def feed(watch: Overcurrent, magnitude_ma: int, offered_ma: int, ms: int) -> None:
    for _ in range(ms // TICK_MS):
        watch.sense(magnitude_ma, offered_ma, TICK_MS)


@pytest.mark.parametrize(
    ("offered_ma", "most_ma"),
    [(0, 1_000), (6_000, 7_600), (16_000, 18_600), (48_000, 53_800), (80_000, 89_000)],
)
def test_10_percent_and_1_a_above_the_offer_are_tolerated_and_1_ma_more_is_not(
    offered_ma: int, most_ma: int
) -> None:
    watch = Overcurrent()
    feed(watch, most_ma, offered_ma, 60_000)
    assert watch.fault_bits == 0
    feed(watch, most_ma + 1, offered_ma, 60_000)
    assert watch.fault_bits == OVERCURRENT


@pytest.mark.parametrize("dt_ms", [1, 5, 10, 100])
def test_the_fault_comes_after_7_s_of_excess(dt_ms: int) -> None:
    watch = Overcurrent()
    for _ in range(TRIP_MS // dt_ms):
        watch.sense(50_000, 16_000, dt_ms)
        assert watch.fault_bits == 0
    watch.sense(50_000, 16_000, dt_ms)
    assert watch.fault_bits == OVERCURRENT


def test_a_vehicle_that_follows_a_lower_offer_in_its_5_s_is_not_blamed() -> None:
    watch = Overcurrent()
    feed(watch, 48_000, 48_000, 10_000)
    feed(watch, 48_000, 6_000, VEHICLE_FOLLOWS_MS)
    assert watch.fault_bits == 0
    feed(watch, 6_000, 6_000, 10_000)
    assert watch.fault_bits == 0


def test_a_vehicle_that_keeps_drawing_is_cut_off_by_the_session_before_it_is_blamed() -> None:
    watch = Overcurrent()
    feed(watch, 48_000, 48_000, 10_000)
    feed(watch, 48_000, 0, FORCED_MS)
    assert watch.fault_bits == 0


def test_time_without_excess_makes_up_for_as_much_time_with_it() -> None:
    watch = Overcurrent()
    for _ in range(10):
        feed(watch, 50_000, 16_000, TRIP_MS)
        assert watch.fault_bits == 0
        feed(watch, 16_000, 16_000, TRIP_MS)


def test_a_moment_without_excess_now_and_then_does_not_hide_it() -> None:
    watch = Overcurrent()
    feed(watch, 50_000, 16_000, TRIP_MS)
    feed(watch, 16_000, 16_000, TICK_MS)
    feed(watch, 50_000, 16_000, 2 * TICK_MS)
    assert watch.fault_bits == OVERCURRENT


def test_the_cause_is_gone_with_the_excess() -> None:
    watch = Overcurrent()
    feed(watch, 50_000, 16_000, 10_000)
    assert watch.fault_bits == OVERCURRENT
    feed(watch, 16_000, 16_000, TICK_MS)
    assert watch.fault_bits == 0


def test_current_without_any_offer_is_excess() -> None:
    watch = Overcurrent()
    feed(watch, 1_001, 0, 10_000)
    assert watch.fault_bits == OVERCURRENT
