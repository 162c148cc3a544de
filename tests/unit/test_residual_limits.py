"""The leak's curve to the tick: its rows anew from the curve, and how soon heat comes and goes."""

import math
from fractions import Fraction

import pytest

from wattback.residual import LATCH_UA, LIMITS, LOWEST_UA, Residual

TICK_MS = 10
ROOM_MS = 125  # 60 for the contacts, 50 of blanking or sensor, 10 for the tick, 5 to the coil
MARGIN_MS = 30  # for a latch that works, from 60 mA on
LATCH_MA = 60.0
CURVE_ENDS_MA = 264.0

# What a reading takes to trip: the first and the last reading of each row, in µA, and ms.
ROWS = [
    (18_000, 21_999, 620),
    (22_000, 26_999, 430),
    (27_000, 32_999, 290),
    (33_000, 39_999, 190),
    (40_000, 49_999, 100),
    (50_000, 65_999, 80),
    (66_000, 99_999, 240),
    (100_000, 149_999, 150),
    (150_000, 289_999, 100),
    (290_000, 2**29 - 1, 60),
]
BELOW = [row for row in ROWS if row[0] < 66_000]
ABOVE = [row for row in ROWS if row[0] >= 66_000]


def curve_ms(ma: float) -> float:
    """CCID20: t ≤ (20 mA / I)^1.43 s (evse.md 3.1)."""
    return 1000.0 * float((20.0 / min(ma, CURVE_ENDS_MA)) ** 1.43)


def feed(residual: Residual, ua: int, ms: int) -> None:
    for _ in range(ms // TICK_MS):
        residual.sense(ua, 1, TICK_MS)


def ms_until_tripped(residual: Residual, ua: int) -> int:
    for passed_ms in range(TICK_MS, 10_000, TICK_MS):
        feed(residual, ua, TICK_MS)
        if residual.tripped:
            return passed_ms
    raise AssertionError("never tripped")


def test_nothing_has_flowed_in_a_fresh_one() -> None:
    residual = Residual()
    assert (residual.heat, residual.tripped, residual.unlatched) == (0, 0, 0)
    residual.sense(17_999, 1, TICK_MS)
    assert (residual.heat, residual.tripped, residual.unlatched) == (0, 0, 0)


@pytest.mark.parametrize(("first_ua", "last_ua", "limit_ms"), ROWS)
def test_the_first_and_the_last_reading_of_a_row_trip_in_its_time_to_the_tick(
    first_ua: int, last_ua: int, limit_ms: int
) -> None:
    for ua in (first_ua, last_ua):
        assert ms_until_tripped(Residual(), ua) == limit_ms


@pytest.mark.parametrize(("first_ua", "last_ua", "limit_ms"), BELOW)
def test_below_the_latch_a_row_uses_its_curve_up_but_for_less_than_a_tick(
    first_ua: int, last_ua: int, limit_ms: int
) -> None:
    most_ma = min((last_ua + 1) / 900, LATCH_MA)  # read a tenth too low
    spare_ms = curve_ms(most_ma) - ROOM_MS - limit_ms
    assert 0 <= spare_ms < TICK_MS


@pytest.mark.parametrize(("first_ua", "last_ua", "limit_ms"), ABOVE)
def test_a_dead_latch_is_found_in_the_first_tick_after_its_curve_and_margin(
    first_ua: int, last_ua: int, limit_ms: int
) -> None:
    least_ma = first_ua / 1100  # read a tenth too high
    assert limit_ms == math.ceil((curve_ms(least_ma) + MARGIN_MS) / TICK_MS) * TICK_MS


def test_the_latchs_range_and_the_curves_end_are_read_a_tenth_too_high() -> None:
    assert LATCH_UA == 66_000
    assert 0 <= CURVE_ENDS_MA * 1_100 - LIMITS[-2][0] < 1_000
    assert LOWEST_UA == 18_000  # 20 mA, read a tenth too low


def test_heat_goes_as_slowly_as_the_lowest_leak_brings_it() -> None:
    for ms in (TICK_MS, 100, 310, 610):
        residual = Residual()
        feed(residual, 18_000, ms)
        assert not residual.tripped
        feed(residual, 0, ms)
        assert residual.heat <= 100  # of 100,000: what rounding leaves
        feed(residual, 0, TICK_MS)
        assert residual.heat == 0
        feed(residual, 18_000, ms)
        feed(residual, 0, ms - TICK_MS)
        assert residual.heat > 0


def test_a_leak_that_has_been_forgotten_has_its_whole_time_again() -> None:
    for first_ua, _, limit_ms in ROWS:
        residual = Residual()
        assert ms_until_tripped(residual, first_ua) == limit_ms
        residual.forget()
        assert ms_until_tripped(residual, first_ua) == limit_ms
        assert residual.unlatched == (1 if first_ua >= 66_000 else 0)


# A leak that changes, (µA, samples) …, and the sample with which its exact parts are a whole.
CHANGING = [
    (((22_000, 4), (27_000, 6), (40_000, 99)), 18),
    (((18_000, 6), (22_000, 24), (27_000, 99)), 41),
    (((18_000, 49), (22_000, 99)), 59),
    (((18_000, 20), (22_000, 13), (50_000, 99)), 37),
]


@pytest.mark.parametrize(("leak", "trips_with"), CHANGING)
def test_a_leak_that_passes_through_rows_trips_when_their_parts_are_a_whole(
    leak: tuple[tuple[int, int], ...], trips_with: int
) -> None:
    limits = {first_ua: limit_ms for first_ua, _, limit_ms in ROWS}
    samples = [ua for ua, count in leak for _ in range(count)]
    parts = [Fraction(TICK_MS, limits[ua]) for ua in samples]
    assert sum(parts[: trips_with - 1]) < 1 <= sum(parts[:trips_with])
    residual = Residual()
    for number, ua in enumerate(samples[:trips_with], 1):
        residual.sense(ua, 1, TICK_MS)
        assert residual.tripped == (number == trips_with)
