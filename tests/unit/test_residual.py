"""The leak's curve as a table: every row within its bounds, nothing lost that comes and goes."""

import random

import pytest

from tests.property.small_int import SmallInt, carry
from wattback.residual import LATCH_UA, LIMITS, LOWEST_UA, Residual

TICK_MS = 10
CONTACTS_MS = 60  # a contactor that releases slowly
BLANK_MS = 50
WAY_MS = 5  # from the tick to the coil
ERROR = 0.1  # of the sensor
MARGIN_MS = 30  # what a latch is given beyond the curve before it is called dead
LATCH_MA = 60.0

STARTS = [LOWEST_UA] + [row[0] for row in LIMITS[:-1]]
BELOW = [(start, *row) for start, row in zip(STARTS, LIMITS, strict=True) if start < LATCH_UA]
ABOVE = [(start, *row) for start, row in zip(STARTS, LIMITS, strict=True) if start >= LATCH_UA]


def curve_ms(ma: float) -> float:
    return 1000.0 * float((20.0 / min(ma, 264.0)) ** 1.43)


def feed(residual: Residual, ua: int, ms: int, dt_ms: int = TICK_MS, confirmed: int = 1) -> None:
    for _ in range(ms // dt_ms):
        residual.sense(ua, confirmed, dt_ms)


def ms_until_tripped(ua: int, dt_ms: int = TICK_MS) -> int:
    residual = Residual()
    ms = 0
    while not residual.tripped:
        feed(residual, ua, dt_ms, dt_ms)
        ms += dt_ms
        assert ms < 10_000, "it never tripped"
    return ms


def test_the_rows_rise_and_reach_from_the_threshold_to_the_latch_and_beyond() -> None:
    ends = [row[0] for row in LIMITS]
    assert ends == sorted(set(ends))
    assert BELOW[-1][1] == LATCH_UA
    assert ABOVE
    assert LOWEST_UA / (1 + ERROR) > 15_000  # vendors trip at 15 to 20 mA
    assert LOWEST_UA <= 20_000 * (1 - ERROR)
    assert LATCH_UA >= LATCH_MA * 1000 * (1 + ERROR)


@pytest.mark.parametrize(("start_ua", "end_ua", "limit_ms"), BELOW)
def test_a_row_of_the_firmware_leaves_room_for_contacts_blanking_and_tick(
    start_ua: int, end_ua: int, limit_ms: int
) -> None:
    most_ma = min(end_ua / 1000 / (1 - ERROR), LATCH_MA)
    assert limit_ms + TICK_MS + BLANK_MS + WAY_MS + CONTACTS_MS <= curve_ms(most_ma)


@pytest.mark.parametrize(("start_ua", "end_ua", "limit_ms"), ABOVE)
def test_a_row_of_the_latch_ends_later_than_a_latch_that_works(
    start_ua: int, end_ua: int, limit_ms: int
) -> None:
    assert limit_ms >= curve_ms(start_ua / 1000 / (1 + ERROR)) + MARGIN_MS


@pytest.mark.parametrize("dt_ms", [1, 5, 10])
@pytest.mark.parametrize(("start_ua", "end_ua", "limit_ms"), BELOW + ABOVE)
def test_each_row_trips_in_its_time(start_ua: int, end_ua: int, limit_ms: int, dt_ms: int) -> None:
    for ua in (start_ua, end_ua - 1):
        assert limit_ms * 0.98 <= ms_until_tripped(ua, dt_ms) <= limit_ms


def test_a_constant_leak_of_the_latchs_range_is_the_latchs_and_no_other_is() -> None:
    for start_ua, end_ua, limit_ms in BELOW + ABOVE:
        for ua in (start_ua, end_ua - 1):
            residual = Residual()
            feed(residual, ua, limit_ms)
            assert (residual.tripped, residual.unlatched) == (1, 1 if ua >= LATCH_UA else 0)


def test_below_the_threshold_nothing_ever_trips() -> None:
    residual = Residual()
    feed(residual, LOWEST_UA - 1, 3_600_000)
    assert (residual.heat, residual.tripped, residual.unlatched) == (0, 0, 0)


def test_a_leak_that_jumps_between_rows_trips_no_later_than_the_least_of_them() -> None:
    chance = random.Random(1)
    for _ in range(300):
        least_ua = chance.randrange(LOWEST_UA, 60_000)
        residual = Residual()
        ms = 0
        while not residual.tripped:
            feed(residual, chance.randrange(least_ua, 66_000), TICK_MS)
            ms += TICK_MS
            assert ms < 10_000, "it never tripped"
        assert ms <= ms_until_tripped(least_ua)


@pytest.mark.parametrize("on_ms", [20, 50, 200])
def test_a_leak_that_goes_for_less_time_than_it_flows_trips_all_the_same(on_ms: int) -> None:
    for start_ua, _, limit_ms in BELOW + ABOVE:
        residual = Residual()
        flowed_ms = 0
        while not residual.tripped:
            feed(residual, start_ua, on_ms)
            flowed_ms += on_ms
            if not residual.tripped:
                feed(residual, 0, on_ms // 2)
            assert flowed_ms <= 2 * limit_ms + on_ms


def test_what_a_leak_has_brought_goes_no_faster_than_it_came() -> None:
    for start_ua, _, limit_ms in BELOW + ABOVE:
        residual = Residual()
        grown_ms = limit_ms // 2 // TICK_MS * TICK_MS
        feed(residual, start_ua, grown_ms)
        before = residual.heat
        feed(residual, 0, grown_ms - TICK_MS)
        assert 0 < residual.heat < before
        feed(residual, 0, 1_000)
        assert residual.heat == 0


def test_the_trip_is_gone_with_the_leak() -> None:
    residual = Residual()
    feed(residual, 500_000, 100)
    assert (residual.tripped, residual.unlatched) == (1, 1)
    feed(residual, 0, TICK_MS)
    assert (residual.tripped, residual.unlatched) == (0, 0)


def test_the_latch_is_blamed_only_for_one_piece_behind_closed_contacts() -> None:
    residual = Residual()
    for _ in range(20):
        feed(residual, 70_000, 200)
        feed(residual, 50_000, TICK_MS)
        assert not residual.unlatched
    assert residual.tripped
    feed(residual, 70_000, 1_000, confirmed=0)
    assert not residual.unlatched
    feed(residual, 70_000, 240)
    assert residual.unlatched


def test_open_contacts_let_it_all_be_forgotten() -> None:
    residual = Residual()
    feed(residual, 500_000, 100)
    residual.forget()
    assert (residual.heat, residual.tripped, residual.unlatched) == (0, 0, 0)
    feed(residual, 70_000, 230)
    assert not residual.tripped


@pytest.mark.parametrize("ua", [LOWEST_UA, 65_999, LATCH_UA, 2**29 - 1])
def test_it_counts_in_small_integers(ua: int) -> None:
    residual = Residual()
    carry(residual)
    for dt_ms in (1, 10, 50, 600):
        for _ in range(1_000):
            residual.sense(SmallInt(ua), 1, SmallInt(dt_ms))
            residual.sense(SmallInt(0), 1, SmallInt(dt_ms))
