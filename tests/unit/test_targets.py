"""Targets: whose wish counts, when it ends, what follows it, and how fast it is approached."""

from itertools import pairwise

import pytest

from tests.property.small_int import SmallInt
from wattback.targets import (
    ACTIVE,
    EXPIRED,
    FOR_EVER,
    HIGHEST_TARGET_W,
    OWNER_NAMES,
    OWNER_NONE,
    OWNER_PROGRAMME,
    OWNER_SITE,
    SILENT,
    STATE_NAMES,
    UNSET,
    Targets,
)

TICK_MS = 10


def targets_with(*wishes: tuple[int, int, int, int, int, int]) -> Targets:
    """owner, enabled, w, lasts_s, then enabled, then w."""
    targets = Targets()
    for wish in wishes:
        targets.set(*wish)
    targets.age(TICK_MS)
    targets.settle(0)
    return targets


def run(targets: Targets, seconds: int, silent: int = 0) -> None:
    for _ in range(seconds * 10):
        targets.age(100)
        targets.settle(silent)


# --- whose wish ---


def test_at_first_nobody_wants_anything() -> None:
    targets = targets_with()
    assert (targets.owner, targets.asked_w, targets.state) == (OWNER_NONE, 0, UNSET)
    assert (targets.left_ms, targets.target_w) == (FOR_EVER, 0)


@pytest.mark.parametrize("owner", [OWNER_PROGRAMME, OWNER_SITE])
@pytest.mark.parametrize("w", [-HIGHEST_TARGET_W, -1, 0, 1, HIGHEST_TARGET_W])
def test_a_wish_counts_and_its_owner_is_named(owner: int, w: int) -> None:
    targets = targets_with((owner, 1, w, 0, 0, 0))
    assert (targets.owner, targets.asked_w, targets.state) == (owner, w, ACTIVE)
    assert targets.left_ms == FOR_EVER


# programme enabled, site enabled, whose wish counts then
@pytest.mark.parametrize(
    ("programme", "site", "owner"),
    [
        (0, 0, OWNER_NONE),
        (1, 0, OWNER_PROGRAMME),
        (0, 1, OWNER_SITE),
        (1, 1, OWNER_PROGRAMME),
    ],
)
def test_the_first_enabled_wish_of_the_table_wins(programme: int, site: int, owner: int) -> None:
    targets = targets_with(
        (OWNER_PROGRAMME, programme, 8_000, 0, 0, 0), (OWNER_SITE, site, -3_000, 0, 0, 0)
    )
    assert targets.owner == owner
    assert targets.asked_w == {OWNER_NONE: 0, OWNER_PROGRAMME: 8_000, OWNER_SITE: -3_000}[owner]


def test_a_wish_for_nothing_is_a_wish() -> None:
    targets = targets_with((OWNER_PROGRAMME, 1, 0, 0, 0, 0), (OWNER_SITE, 1, 5_000, 0, 0, 0))
    assert (targets.owner, targets.asked_w) == (OWNER_PROGRAMME, 0)


# --- when it ends ---


@pytest.mark.parametrize("dt_ms", [1, 10, 50])
def test_a_wish_lasts_for_its_time_to_the_millisecond(dt_ms: int) -> None:
    targets = Targets()
    targets.set(OWNER_SITE, 1, 5_000, 2, 0, 0)
    for passed_ms in range(dt_ms, 2_000, dt_ms):
        targets.age(dt_ms)
        targets.settle(0)
        assert (targets.state, targets.left_ms) == (ACTIVE, 2_000 - passed_ms)
    targets.age(dt_ms)
    targets.settle(0)
    assert (targets.owner, targets.asked_w, targets.state) == (OWNER_NONE, 0, EXPIRED)


# then enabled, then w, owner and power afterwards
@pytest.mark.parametrize(
    ("next_enabled", "next_w", "owner", "w", "state"),
    [
        (0, 0, OWNER_NONE, 0, EXPIRED),
        (0, 4_000, OWNER_NONE, 0, EXPIRED),
        (1, 0, OWNER_SITE, 0, ACTIVE),
        (1, -2_000, OWNER_SITE, -2_000, ACTIVE),
    ],
)
def test_afterwards_it_reverts_to_what_was_named_and_stays_there(
    next_enabled: int, next_w: int, owner: int, w: int, state: int
) -> None:
    targets = targets_with((OWNER_SITE, 1, 8_000, 5, next_enabled, next_w))
    run(targets, 4)
    assert targets.asked_w == 8_000
    for seconds in (2, 100, 100_000 // 1_000):
        run(targets, seconds)
        assert (targets.owner, targets.asked_w, targets.state) == (owner, w, state)
        assert targets.left_ms == FOR_EVER


def test_when_the_programmes_wish_has_expired_the_sites_counts() -> None:
    targets = targets_with((OWNER_PROGRAMME, 1, 8_000, 5, 0, 0), (OWNER_SITE, 1, -3_000, 0, 0, 0))
    run(targets, 6)
    assert (targets.owner, targets.asked_w, targets.state) == (OWNER_SITE, -3_000, ACTIVE)


def test_a_wish_that_is_renewed_does_not_expire() -> None:
    targets = Targets()
    for _ in range(20):
        targets.set(OWNER_SITE, 1, 5_000, 5, 0, 0)
        run(targets, 4)
        assert targets.state == ACTIVE


def test_a_new_wish_after_an_expired_one_counts() -> None:
    targets = targets_with((OWNER_SITE, 1, 8_000, 5, 0, 0))
    run(targets, 6)
    targets.set(OWNER_SITE, 1, 3_000, 0, 0, 0)
    targets.age(TICK_MS)
    targets.settle(0)
    assert (targets.asked_w, targets.state) == (3_000, ACTIVE)


def test_a_wish_that_is_taken_back_leaves_nothing_to_expire() -> None:
    targets = targets_with((OWNER_SITE, 1, 8_000, 5, 1, 4_000))
    targets.set(OWNER_SITE, 0, 8_000, 5, 1, 4_000)
    run(targets, 10)
    assert (targets.owner, targets.state, targets.left_ms) == (OWNER_NONE, UNSET, FOR_EVER)


# --- a silent controller ---


def test_the_wishes_of_a_silent_controller_do_not_count_and_come_back_with_it() -> None:
    targets = targets_with((OWNER_SITE, 1, 8_000, 0, 0, 0))
    run(targets, 1, silent=1)
    assert (targets.owner, targets.asked_w, targets.state) == (OWNER_NONE, 0, SILENT)
    run(targets, 1)
    assert (targets.owner, targets.asked_w, targets.state) == (OWNER_SITE, 8_000, ACTIVE)


def test_the_time_of_a_wish_runs_while_its_controller_is_silent() -> None:
    targets = targets_with((OWNER_SITE, 1, 8_000, 5, 0, 0))
    run(targets, 6, silent=1)
    assert targets.state == EXPIRED
    run(targets, 1)
    assert (targets.owner, targets.state) == (OWNER_NONE, EXPIRED)


def test_silence_without_a_wish_is_no_reason() -> None:
    targets = targets_with()
    run(targets, 1, silent=1)
    assert targets.state == UNSET


# --- the ramp ---


# from, goal, ramp in W/s, seconds that it takes
@pytest.mark.parametrize(
    ("start_w", "goal_w", "ramp_w_per_s", "seconds"),
    [
        (0, 5_000, 500, 10),
        (-7_600, 8_000, 500, 31.2),
        (8_000, -7_600, 500, 31.2),
        (0, 1_000, 10, 100),
        (-19_200, 19_200, 20_000, 1.92),
    ],
)
@pytest.mark.parametrize("dt_ms", [1, 10, 50])
def test_the_ramp_takes_the_time_of_its_rate_whatever_the_tick(
    start_w: int, goal_w: int, ramp_w_per_s: int, seconds: float, dt_ms: int
) -> None:
    targets = Targets()
    targets.start(start_w)
    passed_ms = 0
    while targets.target_w != goal_w:
        targets.follow(goal_w, ramp_w_per_s, dt_ms)
        passed_ms += dt_ms
    assert passed_ms == pytest.approx(seconds * 1_000, abs=2 * dt_ms)


@pytest.mark.parametrize(("start_w", "goal_w"), [(-7_600, 8_000), (8_000, -7_600)])
def test_a_reversal_passes_through_zero_in_steps_of_the_ramp(start_w: int, goal_w: int) -> None:
    targets = Targets()
    targets.start(start_w)
    told = [start_w]
    while targets.target_w != goal_w:
        targets.follow(goal_w, 500, TICK_MS)
        told.append(targets.target_w)
    assert told == sorted(told, reverse=goal_w < start_w)
    assert 0 in told
    assert {abs(b - a) for a, b in pairwise(told)} == {5}


def test_the_ramp_stops_at_its_goal() -> None:
    targets = Targets()
    targets.start(0)
    for _ in range(10_000):
        targets.follow(333, 700, TICK_MS)
    assert targets.target_w == 333


@pytest.mark.parametrize(
    ("told_w", "lowest_w", "highest_w", "left_w"),
    [
        (8_000, -11_520, 5_000, 5_000),
        (8_000, -11_520, 0, 0),
        (-8_000, -5_000, 0, -5_000),
        (-8_000, 0, 0, 0),
        (3_000, -11_520, 5_000, 3_000),
    ],
)
def test_what_is_not_permitted_is_cut_at_once(
    told_w: int, lowest_w: int, highest_w: int, left_w: int
) -> None:
    targets = Targets()
    targets.start(told_w)
    targets.confine(lowest_w, highest_w)
    assert targets.target_w == left_w


def test_the_longest_wish_and_the_steepest_ramp_stay_small_integers() -> None:
    targets = Targets()
    targets.set(OWNER_SITE, 1, SmallInt(HIGHEST_TARGET_W), SmallInt(86_400), 0, 0)
    for _ in range(100):
        targets.age(SmallInt(50))
        targets.settle(0)
        targets.follow(SmallInt(19_200), SmallInt(20_000), SmallInt(50))
    assert targets.target_w == HIGHEST_TARGET_W


def test_every_owner_and_every_state_has_a_name() -> None:
    assert OWNER_NAMES == ("none", "programme", "site", "departure", "house")
    assert STATE_NAMES == ("unset", "active", "expired", "silent")
