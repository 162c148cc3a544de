"""Permission: power against the target, out of the vehicle and into it, and how soon it counts."""

import pytest

from tests.property.small_int import SmallInt
from wattback.fault_table import POWER_NOT_PERMITTED
from wattback.permission import NO_EXPORT_W, Permission
from wattback.settings import Settings

TICK_MS = 10
EXCESS_W = 500
EXCESS_MS = 1_700
BEHIND_MS = (2_000, 2_500)  # how long a target of before still counts, at least and at most
FOLLOW_MS = 4_500
SETTINGS = Settings()


def feed(
    watch: Permission, power_w: int, target_w: int, ms: int, told: int = 1, withdrawn: int = 0
) -> None:
    for _ in range(ms // TICK_MS):
        watch.sense(power_w, target_w, told, withdrawn, SETTINGS, TICK_MS)


def ms_until_blamed(
    watch: Permission, power_w: int, target_w: int, told: int = 1, withdrawn: int = 0
) -> int:
    for passed_ms in range(0, 60_000, TICK_MS):
        watch.sense(power_w, target_w, told, withdrawn, SETTINGS, TICK_MS)
        if watch.fault_bits or watch.overdue:
            return passed_ms + TICK_MS
    raise AssertionError("never blamed")


def watching(target_w: int) -> Permission:
    """A watch over a vehicle that has followed this target for long."""
    watch = Permission()
    feed(watch, target_w, target_w, 10_000)
    assert (watch.fault_bits, watch.overdue) == (0, 0)
    return watch


# --- what is permitted ---


# target, the most and the least that may flow for ever
@pytest.mark.parametrize(
    ("target_w", "most_w", "least_w"),
    [
        (5_000, 5_500, -500),
        (1, 501, -500),
        (0, NO_EXPORT_W, -500),
        (-1, NO_EXPORT_W, -501),
        (-7_600, NO_EXPORT_W, -8_100),
    ],
)
def test_what_lies_within_the_tolerance_flows_for_ever_and_1_w_more_does_not(
    target_w: int, most_w: int, least_w: int
) -> None:
    for power_w in (most_w, least_w):
        watch = watching(target_w)
        feed(watch, power_w, target_w, 60_000)
        assert (watch.fault_bits, watch.overdue) == (0, 0)
    for power_w in (most_w + 1, least_w - 1):
        watch = watching(target_w)
        feed(watch, power_w, target_w, 60_000)
        assert (watch.fault_bits, watch.overdue) == (POWER_NOT_PERMITTED, 0)


def test_1_a_at_240_v_is_no_export_worth_the_name() -> None:
    assert NO_EXPORT_W == 240


def test_a_vehicle_that_hears_no_target_is_not_blamed_for_what_it_draws() -> None:
    watch = Permission()
    feed(watch, -11_000, 0, 60_000, told=0)
    assert watch.fault_bits == 0


def test_a_vehicle_that_hears_no_target_is_blamed_for_what_it_exports() -> None:
    assert ms_until_blamed(Permission(), 1_000, 0, told=0) == EXCESS_MS


# --- how soon ---


@pytest.mark.parametrize(
    ("power_w", "target_w"), [(1_000, 0), (1_000, -5_000), (8_000, 5_000), (500, 0)]
)
def test_export_without_a_target_or_beyond_it_is_a_fault_after_its_1_8_s(
    power_w: int, target_w: int
) -> None:
    watch = watching(target_w)
    assert ms_until_blamed(watch, power_w, target_w) == EXCESS_MS
    assert watch.fault_bits == POWER_NOT_PERMITTED


@pytest.mark.parametrize(("power_w", "target_w"), [(-5_000, 5_000), (-8_000, -5_000), (-600, 0)])
def test_import_with_the_wrong_sign_or_beyond_the_target_is_a_fault_after_4_5_s(
    power_w: int, target_w: int
) -> None:
    watch = watching(target_w)
    assert ms_until_blamed(watch, power_w, target_w) == FOLLOW_MS + TICK_MS


@pytest.mark.parametrize(("from_w", "to_w"), [(8_000, 2_000), (5_000, 0), (3_000, -3_000)])
def test_a_vehicle_that_is_behind_a_falling_export_has_its_time(from_w: int, to_w: int) -> None:
    watch = watching(from_w)
    passed_ms = ms_until_blamed(watch, from_w, to_w)
    assert BEHIND_MS[0] + EXCESS_MS <= passed_ms <= BEHIND_MS[1] + EXCESS_MS


@pytest.mark.covers("IEC 61851-1 sequence 6")
@pytest.mark.parametrize(("from_w", "to_w"), [(-8_000, -2_000), (-5_000, 0), (-3_000, 3_000)])
def test_a_vehicle_that_is_behind_a_falling_import_has_more_than_its_5_s(
    from_w: int, to_w: int
) -> None:
    watch = watching(from_w)
    passed_ms = ms_until_blamed(watch, from_w, to_w)
    assert BEHIND_MS[0] + FOLLOW_MS <= passed_ms <= BEHIND_MS[1] + FOLLOW_MS + TICK_MS


@pytest.mark.parametrize("late_ms", [0, 500, 1_000, 2_000])
def test_a_vehicle_that_follows_a_reversal_late_is_not_blamed(late_ms: int) -> None:
    watch = watching(-7_600)
    told = [-7_600] * 300 + [*range(-7_600, 8_000, 5)] + [8_000] * 1_000
    told += [*range(8_000, -7_600, -5)] + [-7_600] * 1_000
    late = late_ms // TICK_MS
    for index, target_w in enumerate(told):
        feed(watch, told[max(index - late, 0)], target_w, TICK_MS)
        assert (watch.fault_bits, watch.overdue) == (0, 0), index


# --- a permission that is withdrawn ---


@pytest.mark.parametrize("spent_ms", [0, 600, 1_000, 1_400])
def test_after_a_cut_what_flows_is_overdue_within_1_8_s_of_the_cause(spent_ms: int) -> None:
    watch = watching(8_000)
    watch.cut(spent_ms)
    assert ms_until_blamed(watch, 8_000, 0, withdrawn=1) == EXCESS_MS - spent_ms
    assert (watch.fault_bits, watch.overdue) == (0, 1)


def test_more_silence_than_the_whole_time_is_overdue_at_once() -> None:
    watch = watching(8_000)
    watch.cut(2_500)
    assert ms_until_blamed(watch, 8_000, 0, withdrawn=1) == TICK_MS


def test_a_vehicle_that_ceases_in_time_is_not_overdue() -> None:
    watch = watching(8_000)
    watch.cut(0)
    feed(watch, 8_000, 0, EXCESS_MS - 2 * TICK_MS, withdrawn=1)
    feed(watch, 0, 0, 60_000, withdrawn=1)
    assert (watch.fault_bits, watch.overdue) == (0, 0)


def test_what_is_overdue_is_so_until_it_ceases() -> None:
    watch = watching(8_000)
    watch.cut(0)
    feed(watch, 8_000, 0, 5_000, withdrawn=1)
    assert watch.overdue
    feed(watch, 0, 0, TICK_MS, withdrawn=1)
    assert not watch.overdue


def test_a_cut_does_not_give_time_back() -> None:
    watch = watching(5_000)
    feed(watch, 9_000, 5_000, 1_000)
    watch.cut(0)
    assert ms_until_blamed(watch, 9_000, 0, withdrawn=1) == EXCESS_MS - 1_000


def test_a_cut_of_what_does_not_flow_takes_no_time_away() -> None:
    watch = watching(0)
    for _ in range(1_000):
        watch.cut(1_400)
        feed(watch, 0, 0, TICK_MS)
    assert ms_until_blamed(watch, 1_000, 0) == EXCESS_MS


def test_a_cut_leaves_what_was_told_to_flow_in() -> None:
    watch = watching(-7_600)
    for _ in range(1_000):
        watch.cut(0)
        feed(watch, -7_600, -7_600, TICK_MS)
    assert watch.fault_bits == 0


def test_what_is_overdue_stays_so_while_the_contacts_open() -> None:
    watch = watching(8_000)
    watch.cut(0)
    feed(watch, 8_000, 0, EXCESS_MS, withdrawn=1)
    for _ in range(10):
        feed(watch, 8_000, 0, TICK_MS, withdrawn=0)
        assert (watch.fault_bits, watch.overdue) == (0, 1)


# --- moments ---


def test_a_moment_of_obedience_now_and_then_does_not_hide_an_excess() -> None:
    watch = watching(5_000)
    blamed_ms = 0
    while not watch.fault_bits:
        feed(watch, 5_000, 5_000, TICK_MS)
        feed(watch, 9_000, 5_000, 4 * TICK_MS)
        blamed_ms += 5 * TICK_MS
        assert blamed_ms <= 2 * EXCESS_MS


def test_a_spike_of_a_second_is_forgiven_by_a_second() -> None:
    watch = watching(5_000)
    for _ in range(20):
        feed(watch, 9_000, 5_000, 1_000)
        feed(watch, 5_000, 5_000, 1_000)
    assert watch.fault_bits == 0


def test_the_cause_is_gone_with_the_excess() -> None:
    watch = watching(0)
    for power_w in (5_000, -5_000):
        feed(watch, power_w, 0, 10_000)
        assert watch.fault_bits == POWER_NOT_PERMITTED
        feed(watch, 0, 0, TICK_MS)
        assert watch.fault_bits == 0


def test_an_excess_of_weeks_stays_a_small_integer() -> None:
    watch = Permission()
    for _ in range(20_000):
        watch.sense(SmallInt(2**28), SmallInt(-19_200), 1, 1, SETTINGS, SmallInt(50))
        watch.sense(SmallInt(-(2**28)), SmallInt(19_200), 1, 0, SETTINGS, SmallInt(50))
    numbers = [value for value in vars(watch).values() if isinstance(value, int)]
    assert max(numbers) < 10_000
