"""Permission to the tick: a fresh watch, what obedience makes up for, and what a cut begins."""

import pytest

from wattback.fault_table import POWER_NOT_PERMITTED
from wattback.permission import Permission
from wattback.settings import Settings

TICK_MS = 10
EXCESS_MS = 1_700
FOLLOW_MS = 4_500
BEHIND_MS = (2_000, 2_500)  # how long a target of before still counts, at least and at most
SLICE_MS = 500
SETTINGS = Settings()


def feed(watch: Permission, power_w: int, target_w: int, ms: int, withdrawn: int = 0) -> None:
    for _ in range(ms // TICK_MS):
        watch.sense(power_w, target_w, 1, withdrawn, SETTINGS, TICK_MS)


def ms_until_blamed(watch: Permission, power_w: int, target_w: int, withdrawn: int = 0) -> int:
    for passed_ms in range(TICK_MS, 60_000, TICK_MS):
        feed(watch, power_w, target_w, TICK_MS, withdrawn)
        if watch.fault_bits or watch.overdue:
            return passed_ms
    raise AssertionError("never blamed")


def watching(target_w: int, ms: int = 10_000) -> Permission:
    """A watch over a vehicle that has followed this target for so long."""
    watch = Permission()
    feed(watch, target_w, target_w, ms)
    assert (watch.fault_bits, watch.overdue, watch.ceasing) == (0, 0, 0)
    return watch


# --- time ---


def test_a_fresh_watch_blames_nobody_and_gives_each_direction_its_whole_time() -> None:
    watch = Permission()
    assert (watch.fault_bits, watch.overdue, watch.ceasing) == (0, 0, 0)
    assert ms_until_blamed(Permission(), 1_000, 0) == EXCESS_MS
    assert ms_until_blamed(Permission(), -1_000, 0) == FOLLOW_MS + TICK_MS


@pytest.mark.parametrize(
    ("power_w", "may_last_ms"), [(1_000, EXCESS_MS - TICK_MS), (-1_000, FOLLOW_MS)]
)
def test_an_excess_that_was_made_up_for_has_its_whole_time_again(
    power_w: int, may_last_ms: int
) -> None:
    watch = watching(0)
    for _ in range(3):
        feed(watch, power_w, 0, may_last_ms)
        assert watch.fault_bits == 0
        feed(watch, 0, 0, may_last_ms)
    assert ms_until_blamed(watch, power_w, 0) == may_last_ms + TICK_MS


@pytest.mark.parametrize(
    ("power_w", "may_last_ms"), [(1_000, EXCESS_MS - TICK_MS), (-1_000, FOLLOW_MS)]
)
def test_a_moment_of_obedience_makes_up_for_its_own_time_and_no_more(
    power_w: int, may_last_ms: int
) -> None:
    watch = watching(0)
    feed(watch, power_w, 0, may_last_ms)
    feed(watch, 0, 0, 5 * TICK_MS)
    assert ms_until_blamed(watch, power_w, 0) == 6 * TICK_MS


@pytest.mark.parametrize(("from_w", "to_w"), [(5_000, 0), (-5_000, 0)])
def test_a_target_of_before_counts_for_2_to_2_and_a_half_seconds_whenever_it_changed(
    from_w: int, to_w: int
) -> None:
    own_ms = EXCESS_MS if from_w > 0 else FOLLOW_MS + TICK_MS
    behind_ms = [
        ms_until_blamed(watching(from_w, ms), from_w, to_w) - own_ms
        for ms in range(10_000, 10_000 + SLICE_MS, TICK_MS)
    ]
    assert BEHIND_MS[0] - TICK_MS <= min(behind_ms) <= BEHIND_MS[0]
    assert BEHIND_MS[1] - TICK_MS <= max(behind_ms) <= BEHIND_MS[1]


# --- a cut ---


def test_a_cut_export_is_ceasing_until_it_has_ceased_be_the_permission_back_or_not() -> None:
    for withdrawn in (1, 0):
        watch = watching(8_000)
        watch.cut(0)
        assert watch.ceasing
        feed(watch, 8_000, 0, EXCESS_MS + 1_000, withdrawn)
        assert watch.ceasing
        feed(watch, 241, 0, TICK_MS, withdrawn)
        assert watch.ceasing
        feed(watch, 240, 0, TICK_MS, withdrawn)
        assert not watch.ceasing


def test_a_cut_of_the_smallest_target_leaves_nothing_of_it() -> None:
    watch = watching(1)
    watch.cut(0)
    assert watch.ceasing
    assert ms_until_blamed(watch, 241, 0, withdrawn=1) == EXCESS_MS


def test_a_cut_of_an_export_that_nobody_told_is_ceasing_too_and_counts_what_was_spent() -> None:
    watch = watching(0)
    feed(watch, 1_000, 0, 500)
    watch.cut(1_400)
    assert watch.ceasing
    assert ms_until_blamed(watch, 1_000, 0, withdrawn=1) == EXCESS_MS - 1_400
    assert (watch.fault_bits, watch.overdue) == (0, 1)


@pytest.mark.parametrize("target_w", [0, -5_000])
def test_a_cut_where_nothing_flows_out_begins_nothing(target_w: int) -> None:
    watch = watching(target_w)
    watch.cut(1_400)
    assert not watch.ceasing
    assert ms_until_blamed(watch, 1_000, target_w) == EXCESS_MS
    assert watch.fault_bits == POWER_NOT_PERMITTED


def test_after_a_cut_more_than_1_a_is_too_much_at_once() -> None:
    watch = watching(8_000)
    watch.cut(0)
    assert ms_until_blamed(watch, 241, 0, withdrawn=1) == EXCESS_MS
