"""Overcurrent: 10 % and 1 A above the largest offer of the last seconds, for 2 s."""

import pytest

from wattback.fault_table import OVERCURRENT
from wattback.overcurrent import Overcurrent

TICK_MS = 10
TRIP_MS = 2_000
VEHICLE_FOLLOWS_MS = 5_000  # IEC 61851-1 sequence 6 (evse.md 1.4)
WINDOW_MS = 6_000  # the largest offer counts for 5 to 6 s
FORCED_MS = 6_000  # sequence 10.2: a vehicle that does not stop is cut off as such (evse.md 1.4)


def feed(watch: Overcurrent, magnitude_ma: int, offered_ma: int, ms: int) -> None:
    for _ in range(ms // TICK_MS):
        watch.sense(magnitude_ma, offered_ma, TICK_MS)


@pytest.mark.covers("4.2 overcurrent")
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
def test_the_fault_comes_after_2_s_of_excess_over_an_offer_that_stands(dt_ms: int) -> None:
    watch = Overcurrent()
    for _ in range(TRIP_MS // dt_ms):
        watch.sense(50_000, 16_000, dt_ms)
        assert watch.fault_bits == 0
    watch.sense(50_000, 16_000, dt_ms)
    assert watch.fault_bits == OVERCURRENT


@pytest.mark.covers("4.2 overcurrent")
@pytest.mark.parametrize("before_ms", range(10_000, 11_000, 90))
def test_the_fault_comes_7_to_8_s_after_a_lower_offer_that_is_not_followed(before_ms: int) -> None:
    watch = Overcurrent()
    feed(watch, 48_000, 48_000, before_ms)
    passed_ms = 0
    while not watch.fault_bits:
        feed(watch, 48_000, 16_000, TICK_MS)
        passed_ms += TICK_MS
        assert passed_ms <= WINDOW_MS + TRIP_MS + TICK_MS
    assert passed_ms >= VEHICLE_FOLLOWS_MS + TRIP_MS


@pytest.mark.covers("IEC 61851-1 sequence 6")
def test_a_vehicle_that_obeys_48_then_32_at_1_s_then_16_at_4_s_never_trips() -> None:
    for follows_ms in range(0, VEHICLE_FOLLOWS_MS + 1, 500):
        watch = Overcurrent()
        feed(watch, 48_000, 48_000, 10_000)
        for now_ms in range(0, 20_000, TICK_MS):
            offered_ma = offer_at(now_ms)
            watch.sense(offer_at(now_ms - follows_ms), offered_ma, TICK_MS)
            assert watch.fault_bits == 0, (follows_ms, now_ms)


def offer_at(now_ms: int) -> int:
    """48 A, 32 A from 1 s on, 16 A from 4 s on."""
    return 48_000 if now_ms < 1_000 else 32_000 if now_ms < 4_000 else 16_000


def test_an_offer_that_falls_in_steps_gives_each_step_its_5_s() -> None:
    watch = Overcurrent()
    offers_ma = [48_000] * 10 + [*range(47_000, 5_000, -1_000)] + [6_000] * 20
    for second, offered_ma in enumerate(offers_ma):
        feed(watch, offers_ma[max(second - 5, 0)], offered_ma, 1_000)
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


def test_a_higher_offer_counts_at_once() -> None:
    watch = Overcurrent()
    feed(watch, 16_000, 16_000, 10_000)
    feed(watch, 48_000, 48_000, 60_000)
    assert watch.fault_bits == 0


def test_current_without_any_offer_is_excess() -> None:
    watch = Overcurrent()
    feed(watch, 1_001, 0, 10_000)
    assert watch.fault_bits == OVERCURRENT
