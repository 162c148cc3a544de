"""Ground fault: the leak and the latch judged, both tested before every closing."""

import pytest

from tests.property.small_int import SmallInt
from wattback.fault_table import (
    GROUND_FAULT,
    GROUND_FAULT_EARLY,
    GROUND_FAULT_LATCH,
    GROUND_FAULT_SELF_TEST,
)
from wattback.ground_fault import GroundFault

TICK_MS = 10
TEST_UA = 200_000  # what the test winding imitates
EARLY_MS = 10_000
BLANK_MS = 50


class Latch:
    """The hardware: trips on the test current, releases on reset, each after a delay."""

    def __init__(self, trips_after_ms: int = 30, releases_after_ms: int = 30) -> None:
        self.latched = 0
        self._trips_after_ms = trips_after_ms
        self._releases_after_ms = releases_after_ms
        self._ms = 0

    def follow(self, part: GroundFault) -> None:
        moving = part.reset if self.latched else part.test
        self._ms = self._ms + TICK_MS if moving else 0
        if self._ms > (self._releases_after_ms if self.latched else self._trips_after_ms):
            self.latched = 1 - self.latched
            self._ms = 0


def run(
    part: GroundFault,
    latch: Latch,
    ms: int,
    may_test: int = 1,
    closed: int = 0,
    leak_ua: int = 0,
    shows_ua: int = TEST_UA,
) -> None:
    """shows_ua: what the residual sensor reads of the test current."""
    for _ in range(ms // TICK_MS):
        residual_ua = shows_ua if part.test else leak_ua
        part.sense(latch.latched, residual_ua, may_test, closed, closed, TICK_MS)
        assert not (part.test and part.reset)
        latch.follow(part)


def charging(ms: int = 20_000) -> tuple[GroundFault, Latch]:
    """Tested, and closed for so long."""
    part, latch = after_a_test()
    run(part, latch, ms, may_test=0, closed=1)
    assert (part.valid, part.fault_bits) == (1, 0)
    return part, latch


def ms_until_fault(part: GroundFault, latch: Latch, leak_ua: int) -> int:
    for count in range(200):
        run(part, latch, TICK_MS, may_test=0, closed=1, leak_ua=leak_ua)
        if part.fault_bits:
            return count * TICK_MS
    raise AssertionError("it never tripped")


def after_a_test() -> tuple[GroundFault, Latch]:
    part = GroundFault()
    latch = Latch()
    run(part, latch, 1_000)
    assert part.valid
    return part, latch


def just_tested() -> tuple[GroundFault, Latch]:
    """In the first sample in which its test is valid."""
    part, latch = GroundFault(), Latch()
    for _ in range(100):
        run(part, latch, TICK_MS)
        if part.valid:
            return part, latch
    raise AssertionError("its test never passed")


def ms_until_failed(part: GroundFault, latch: Latch) -> int:
    for count in range(10_000):
        if part.fault_bits == GROUND_FAULT_SELF_TEST:
            return count * TICK_MS
        run(part, latch, TICK_MS)
    raise AssertionError("the self-test never failed")


def test_before_its_test_nothing_is_valid_and_nothing_is_driven() -> None:
    part = GroundFault()
    assert (part.valid, part.test, part.reset, part.fault_bits) == (0, 0, 0, 0)


def test_the_test_releases_trips_and_releases_again() -> None:
    part = GroundFault()
    latch = Latch()
    walked: list[tuple[int, int, int]] = []
    for _ in range(100):
        run(part, latch, TICK_MS)
        step = (part.reset, part.test, part.valid)
        if not walked or walked[-1] != step:
            walked.append(step)
    assert walked == [(1, 0, 0), (0, 1, 0), (1, 0, 0), (0, 0, 1)]
    assert (part.test, part.reset, latch.latched, part.fault_bits) == (0, 0, 0, 0)


def test_a_latch_left_tripped_from_before_is_released_first() -> None:
    part = GroundFault()
    latch = Latch()
    latch.latched = 1
    run(part, latch, 1_000)
    assert part.valid
    assert part.fault_bits == 0


def test_no_test_runs_while_it_may_not() -> None:
    part = GroundFault()
    latch = Latch()
    for _ in range(1_000):
        run(part, latch, TICK_MS, may_test=0)
        assert (part.test, part.reset, part.valid, part.fault_bits) == (0, 0, 0, 0)


@pytest.mark.covers("3.2 self-test")
@pytest.mark.parametrize(("trips_after_ms", "works"), [(0, 1), (900, 1), (1_100, 0)])
def test_a_latch_must_trip_within_a_second(trips_after_ms: int, works: int) -> None:
    part = GroundFault()
    run(part, Latch(trips_after_ms=trips_after_ms), 10_000)
    assert part.valid == works
    assert part.fault_bits == (0 if works else GROUND_FAULT_SELF_TEST)


@pytest.mark.covers("3.2 self-test")
@pytest.mark.parametrize(("releases_after_ms", "works"), [(0, 1), (1_900, 1), (2_100, 0)])
def test_a_latch_must_release_within_2_s(releases_after_ms: int, works: int) -> None:
    part = GroundFault()
    run(part, Latch(releases_after_ms=releases_after_ms), 10_000)
    assert part.valid == works
    assert part.fault_bits == (0 if works else GROUND_FAULT_SELF_TEST)


def test_a_dead_latch_fails_its_test_after_a_second_and_stays_failed() -> None:
    part = GroundFault()
    latch = Latch(trips_after_ms=10**9)
    assert 1_000 <= ms_until_failed(part, latch) <= 1_050
    run(part, latch, 600_000)
    assert (part.valid, part.test, part.reset) == (0, 0, 0)
    assert part.fault_bits == GROUND_FAULT_SELF_TEST


def test_a_latch_that_does_not_release_fails_after_2_s() -> None:
    part = GroundFault()
    latch = Latch(releases_after_ms=10**9)
    latch.latched = 1
    assert 2_000 <= ms_until_failed(part, latch) <= 2_050


def test_the_second_to_trip_and_the_2_s_to_release_are_kept_to_the_millisecond() -> None:
    part = GroundFault()
    part.sense(0, 0, 1, 0, 0, 1)
    part.sense(0, 0, 1, 0, 0, 1)
    for _ in range(1_000):
        part.sense(0, 0, 1, 0, 0, 1)
        assert part.test
    part.sense(0, 0, 1, 0, 0, 1)
    assert part.fault_bits == GROUND_FAULT_SELF_TEST
    part.retry()
    part.sense(1, 0, 1, 0, 0, 1)
    for _ in range(2_000):
        part.sense(1, 0, 1, 0, 0, 1)
        assert part.reset
    part.sense(1, 0, 1, 0, 0, 1)
    assert part.fault_bits == GROUND_FAULT_SELF_TEST


def test_a_failed_test_runs_again_after_a_reset_and_not_before() -> None:
    part = GroundFault()
    ms_until_failed(part, Latch(trips_after_ms=10**9))
    run(part, Latch(), 10_000)
    assert not part.valid
    part.retry()
    assert part.fault_bits == 0
    run(part, Latch(), 1_000)
    assert part.valid


def test_a_reset_without_a_failed_test_leaves_a_valid_one() -> None:
    part, _ = after_a_test()
    part.retry()
    assert part.valid


def test_a_test_counts_for_one_closing() -> None:
    part, latch = after_a_test()
    run(part, latch, 1_000, may_test=0, closed=1)
    assert part.valid
    part.spend()
    assert not part.valid
    run(part, latch, 1_000, may_test=0)
    assert not part.valid
    run(part, latch, 1_000)
    assert part.valid


@pytest.mark.parametrize(("closed", "bits"), [(0, GROUND_FAULT), (1, GROUND_FAULT_EARLY)])
def test_a_trip_outside_a_test_is_a_ground_fault_in_the_same_sample(
    closed: int, bits: int
) -> None:
    part, latch = after_a_test()
    latch.latched = 1
    part.sense(latch.latched, 0, 0, closed, closed, TICK_MS)
    assert part.fault_bits == bits
    assert not part.valid


def test_the_cause_stays_while_the_latch_is_tripped_and_the_contact_closed() -> None:
    part, latch = charging()
    latch.latched = 1
    run(part, latch, 200, may_test=0, closed=1)
    part.spend()
    run(part, latch, 200, may_test=0)
    assert part.fault_bits == GROUND_FAULT
    assert not part.reset


def test_a_tripped_latch_is_released_by_the_next_test_once_the_contact_is_open() -> None:
    part, latch = after_a_test()
    latch.latched = 1
    run(part, latch, 200, may_test=0, closed=1)
    part.spend()
    run(part, latch, 1_000, may_test=1)
    assert part.valid
    assert (latch.latched, part.fault_bits) == (0, 0)


def test_a_trip_before_any_test_is_a_ground_fault_too() -> None:
    part = GroundFault()
    part.sense(1, 0, 0, 0, 0, TICK_MS)
    assert part.fault_bits == GROUND_FAULT


def test_the_test_current_alone_is_no_ground_fault() -> None:
    part = GroundFault()
    latch = Latch()
    for _ in range(100):
        run(part, latch, TICK_MS)
        assert part.fault_bits == 0


@pytest.mark.covers("3.3 self-test interval")
@pytest.mark.parametrize("dt_ms", [100, 1_000])
def test_a_test_is_invalid_at_24_h_sharp_and_made_again(dt_ms: int) -> None:
    part, _ = just_tested()
    for _ in range(86_400 * 1_000 // dt_ms - 1):
        part.sense(0, 0, 0, 0, 0, dt_ms)
        assert part.valid
    part.sense(0, 0, 0, 0, 0, dt_ms)
    assert not part.valid
    run(part, Latch(), 1_000)
    assert part.valid


def test_a_failed_test_lasts_for_a_fortnight_in_small_integers() -> None:
    part = GroundFault()
    for _ in range(14 * 86_400):
        part.sense(0, 0, 1, 0, 0, SmallInt(1_000))
    assert part.fault_bits == GROUND_FAULT_SELF_TEST


def test_a_closing_may_last_longer_than_a_day_and_then_says_so() -> None:
    part, latch = just_tested()
    for second in range(1, 2 * 86_400):
        part.sense(0, 0, 0, 1, 1, 1_000)
        assert (part.valid, part.expired) == (1, 1 if second >= 86_400 else 0), second
    part.spend()
    assert (part.valid, part.expired) == (0, 0)
    run(part, latch, 1_000)
    assert (part.valid, part.expired) == (1, 0)


def test_an_expired_test_allows_no_second_closing() -> None:
    part, _ = after_a_test()
    for _ in range(86_401):
        part.sense(0, 0, 0, 1, 1, 1_000)
    assert part.expired
    part.sense(0, 0, 0, 0, 0, 1_000)
    assert (part.valid, part.expired) == (0, 0)


# --- the residual sensor in the test ---


@pytest.mark.parametrize(("shows_ua", "works"), [(0, 0), (17_999, 0), (18_000, 1), (2**28, 1)])
def test_the_sensor_must_show_the_test_current(shows_ua: int, works: int) -> None:
    part = GroundFault()
    run(part, Latch(), 10_000, shows_ua=shows_ua)
    assert part.valid == works
    assert part.fault_bits == (0 if works else GROUND_FAULT_SELF_TEST)


@pytest.mark.parametrize("frozen_ua", [0, 12_000, 17_999, 18_000, 200_000])
def test_a_frozen_sensor_passes_no_test(frozen_ua: int) -> None:
    part = GroundFault()
    run(part, Latch(), 10_000, leak_ua=frozen_ua, shows_ua=frozen_ua)
    assert (part.valid, part.fault_bits) == (0, GROUND_FAULT_SELF_TEST)


def test_a_sensor_slower_than_the_latch_is_waited_for() -> None:
    part, latch = GroundFault(), Latch(trips_after_ms=0)
    shown_ua = 0
    for _ in range(100):
        part.sense(latch.latched, shown_ua, 1, 0, 0, TICK_MS)
        latch.follow(part)
        aim_ua = TEST_UA if part.test else 0
        shown_ua += (aim_ua - shown_ua) // 4
    assert (part.valid, part.fault_bits) == (1, 0)


def test_the_test_current_does_not_count_as_a_leak() -> None:
    part, latch = GroundFault(), Latch(trips_after_ms=800)
    run(part, latch, 2_000)
    assert (part.valid, part.fault_bits) == (1, 0)
    run(part, latch, 600, may_test=0, closed=1, leak_ua=18_000)
    assert part.fault_bits == 0


# --- the leak ---


@pytest.mark.parametrize(
    ("leak_ua", "within_ms", "bits"),
    [
        (18_000, 620, GROUND_FAULT),
        (30_000, 290, GROUND_FAULT),
        (65_999, 80, GROUND_FAULT),
        (66_000, 240, GROUND_FAULT_LATCH),
        (500_000, 60, GROUND_FAULT_LATCH),
    ],
)
def test_a_leak_is_a_fault_in_its_time_and_the_latchs_where_it_should_have_tripped(
    leak_ua: int, within_ms: int, bits: int
) -> None:
    part, latch = charging()
    assert ms_until_fault(part, latch, leak_ua) == within_ms - TICK_MS
    assert (part.fault_bits, part.valid) == (bits, 0)


def test_a_leak_below_the_threshold_is_none() -> None:
    part, latch = charging()
    run(part, latch, 600_000, may_test=0, closed=1, leak_ua=17_999)
    assert (part.valid, part.fault_bits) == (1, 0)


def test_a_latch_that_trips_in_time_is_not_blamed() -> None:
    part, latch = charging()
    run(part, latch, 230, may_test=0, closed=1, leak_ua=66_000)
    latch.latched = 1
    run(part, latch, 1_000, may_test=0, closed=1, leak_ua=66_000)
    assert part.fault_bits == GROUND_FAULT


def test_a_latch_is_not_blamed_for_what_flows_behind_open_contacts() -> None:
    part, _ = charging()
    for _ in range(100):
        part.sense(0, 500_000, 0, 1, 0, TICK_MS)
    assert part.fault_bits == GROUND_FAULT


@pytest.mark.parametrize(
    ("closed_ms", "bits"),
    [
        (100, GROUND_FAULT_EARLY),
        (EARLY_MS - 20, GROUND_FAULT_EARLY),
        (EARLY_MS + 20, GROUND_FAULT),
        (60_000, GROUND_FAULT),
    ],
)
def test_a_trip_within_10_s_of_closing_has_a_name_of_its_own(closed_ms: int, bits: int) -> None:
    part, latch = charging(closed_ms)
    latch.latched = 1
    run(part, latch, TICK_MS, may_test=0, closed=1)
    assert part.fault_bits == bits
    part, latch = charging(closed_ms - 80)
    ms_until_fault(part, latch, 60_000)
    assert part.fault_bits == bits


def test_the_10_s_count_anew_from_each_closing() -> None:
    for _ in range(2):
        part, latch = charging()
        part.spend()
        run(part, latch, 20_000)
        run(part, latch, 5_000, may_test=0, closed=1)
        latch.latched = 1
        run(part, latch, TICK_MS, may_test=0, closed=1)
        assert part.fault_bits == GROUND_FAULT_EARLY


def test_a_fault_keeps_the_name_of_its_beginning_until_the_leak_is_gone() -> None:
    part, latch = charging(9_600)
    ms_until_fault(part, latch, 30_000)
    part.spend()
    for _ in range(100):
        run(part, latch, TICK_MS, may_test=0, closed=0, leak_ua=30_000)
        assert part.fault_bits == GROUND_FAULT_EARLY
    run(part, latch, TICK_MS, may_test=0, closed=0)
    assert part.fault_bits == 0
    run(part, latch, 1_000)
    assert (part.valid, part.fault_bits) == (1, 0)


def test_inrush_at_closing_is_not_counted_and_a_leak_after_it_is_in_full() -> None:
    part, latch = after_a_test()
    run(part, latch, BLANK_MS, may_test=0, closed=1, leak_ua=5_000_000)
    assert part.fault_bits == 0
    assert ms_until_fault(part, latch, 60_000) == 80 - TICK_MS


@pytest.mark.parametrize("after_ms", range(0, BLANK_MS + 10, 10))
def test_the_latch_counts_in_the_blanking_too(after_ms: int) -> None:
    part, latch = after_a_test()
    run(part, latch, after_ms, may_test=0, closed=1)
    latch.latched = 1
    run(part, latch, TICK_MS, may_test=0, closed=1)
    assert part.fault_bits == GROUND_FAULT_EARLY


def test_a_leak_that_shows_while_the_contactor_is_open_is_a_fault_and_then_a_failed_test() -> None:
    part, latch = after_a_test()
    run(part, latch, 620, may_test=0, leak_ua=30_000)
    assert part.fault_bits == GROUND_FAULT
    run(part, latch, 3_000, leak_ua=30_000)
    assert part.fault_bits == GROUND_FAULT_SELF_TEST


def test_a_leak_lasts_for_a_day_in_small_integers() -> None:
    part, _ = charging()
    for _ in range(86_400):
        part.sense(0, SmallInt(2**29 - 1), 0, 1, 1, SmallInt(1_000))
    assert part.fault_bits == GROUND_FAULT_LATCH
