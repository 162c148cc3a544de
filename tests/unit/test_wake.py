"""The wake-up ladder: when it begins, how long a pulse lasts, and that it ends."""

import pytest

from tests.unit.wake_visit import (
    CYCLE_MS,
    DAY_MS,
    HOUR_MS,
    PAUSE_MS,
    PULSE_MS,
    TURN_MS,
    WAKE_AFTER_MS,
    Visit,
    allowing,
)


@pytest.mark.covers("1.5 wake-up")
@pytest.mark.parametrize("dt_ms", [10, 50, 100, 250, 600])
@pytest.mark.parametrize("after_s", [5, 30, 600])
def test_a_vehicle_that_leaves_an_offer_unused_is_woken_after_the_set_time(
    after_s: int, dt_ms: int
) -> None:
    visit = Visit(allowing(1, after_s), dt_ms)
    passed_ms = visit.asleep_until(1)
    assert after_s * 1000 <= passed_ms < after_s * 1000 + dt_ms
    assert visit.wake.attempts == 1


@pytest.mark.covers("IEC 61851-1 A.5.3")
@pytest.mark.parametrize("dt_ms", [50, 60, 250, 600])
def test_a_pulse_lasts_4_s_and_no_more_than_two_turns_longer(dt_ms: int) -> None:
    visit = Visit(allowing(1), dt_ms)
    visit.asleep_until(1)
    lasted_ms = visit.asleep_until(0)
    assert PULSE_MS < lasted_ms < PULSE_MS + 2 * dt_ms


@pytest.mark.parametrize("attempts", [0, 1, 2, 3])
def test_a_vehicle_that_sleeps_on_is_woken_as_often_as_set_and_then_left_in_peace(
    attempts: int,
) -> None:
    visit = Visit(allowing(attempts), 600)
    assert visit.asleep(7 * DAY_MS) == attempts
    assert (visit.wake.attempts, visit.wake.pulse) == (attempts, 0)


def test_the_next_attempt_waits_for_the_set_time_after_the_offer_is_back() -> None:
    visit = Visit(allowing(2))
    assert visit.asleep(WAKE_AFTER_MS) == 1
    visit.asleep(PULSE_MS + TURN_MS)
    visit.paused(1_000)  # the pilot's spacing
    assert visit.asleep(WAKE_AFTER_MS - TURN_MS) == 0
    assert visit.asleep(TURN_MS) == 1


def test_a_vehicle_that_wakes_up_after_the_first_pulse_gets_no_second_one() -> None:
    visit = Visit(allowing(3))
    assert visit.asleep(CYCLE_MS) == 1
    assert visit.charging(HOUR_MS) == 0
    assert visit.wake.attempts == 0


@pytest.mark.parametrize(
    ("offered", "requesting", "connected"),
    [(0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1)],
    ids=["nobody", "waiting", "charging", "asking"],
)
def test_nobody_is_woken_who_does_not_sleep_through_an_offer(
    offered: int, requesting: int, connected: int
) -> None:
    visit = Visit(allowing(3), 600)
    assert visit.feed(offered, requesting, DAY_MS, connected) == 0


def test_a_vehicle_that_asks_now_and_then_is_awake() -> None:
    visit = Visit(allowing(3))
    for _ in range(50):
        assert visit.asleep(WAKE_AFTER_MS - TURN_MS) == 0
        assert visit.feed(1, 1, TURN_MS) == 0


def test_an_offer_that_comes_and_goes_faster_than_the_set_time_wakes_nobody() -> None:
    visit = Visit(allowing(3))
    for _ in range(200):
        assert visit.asleep(WAKE_AFTER_MS - TURN_MS) == 0
        assert visit.paused(TURN_MS) == 0


def test_a_pulse_goes_on_whatever_is_offered_or_asked_meanwhile() -> None:
    for offered, requesting in ((0, 0), (1, 0), (0, 1), (1, 1)):
        visit = Visit(allowing(1))
        assert visit.asleep(WAKE_AFTER_MS) == 1
        for _ in range(PULSE_MS // TURN_MS):
            visit.wake.sense(offered, requesting, 1, visit.settings, TURN_MS)
            assert visit.wake.pulse


def test_a_vehicle_that_leaves_ends_the_pulse_at_once() -> None:
    visit = Visit(allowing(1))
    assert visit.asleep(WAKE_AFTER_MS) == 1
    visit.feed(0, 0, TURN_MS, connected=0)
    assert (visit.wake.pulse, visit.wake.attempts) == (0, 0)


@pytest.mark.parametrize("ends", [False, True])
def test_the_next_vehicle_has_all_attempts(ends: bool) -> None:
    visit = Visit(allowing(2))
    assert visit.asleep(10 * CYCLE_MS) == 2
    if ends:
        visit.wake.finish()
    visit.feed(0, 0, TURN_MS, connected=0)
    assert visit.asleep(10 * CYCLE_MS) == 2


# --- a visit that was paused, and one that the vehicle has ended ---


@pytest.mark.parametrize("pause_ms", [TURN_MS, 6_000, 60_000, HOUR_MS])
def test_a_visit_that_was_paused_under_a_vehicle_that_asked_has_all_attempts(
    pause_ms: int,
) -> None:
    visit = Visit(allowing(2))
    assert visit.asleep(10 * CYCLE_MS) == 2
    visit.charging()
    visit.paused(pause_ms)
    assert visit.asleep(10 * CYCLE_MS) == 2


def test_a_vehicle_that_has_ended_by_itself_is_not_woken() -> None:
    visit = Visit(allowing(3), 600)
    visit.charging()
    visit.ended_by_the_vehicle()
    assert visit.asleep(DAY_MS) == 0


def test_a_full_vehicle_that_tops_up_every_hour_is_not_woken_in_between() -> None:
    visit = Visit(allowing(3), 600)
    for _ in range(24):
        visit.charging()
        visit.ended_by_the_vehicle()
        assert visit.asleep(HOUR_MS) == 0


@pytest.mark.covers("1.5 wake-up")
@pytest.mark.parametrize(
    ("ends", "pause_ms", "pulses"),
    [
        (False, PAUSE_MS - TURN_MS, 0),
        (False, PAUSE_MS, 2),
        (True, PAUSE_MS, 0),
        (True, HOUR_MS - TURN_MS, 0),
        (True, HOUR_MS, 2),
        (True, DAY_MS, 2),
    ],
)
def test_an_offer_after_a_long_pause_gives_attempts_anew(
    ends: bool, pause_ms: int, pulses: int
) -> None:
    visit = Visit(allowing(2))
    assert visit.asleep(10 * CYCLE_MS) == 2
    if ends:
        visit.charging()
        visit.ended_by_the_vehicle()
        visit.asleep(CYCLE_MS)
    assert visit.paused(pause_ms) == 0
    assert visit.asleep(10 * CYCLE_MS) == pulses


def test_short_pauses_do_not_add_up_to_a_long_one() -> None:
    visit = Visit(allowing(1), 600)
    assert visit.asleep(2 * CYCLE_MS) == 1
    pulses = 0
    for _ in range(DAY_MS // (120_000 + 2 * CYCLE_MS)):
        visit.paused(120_000)
        pulses += visit.asleep(2 * CYCLE_MS)
    assert pulses == 0


def test_a_paused_vehicle_that_then_ends_by_itself_is_left_in_peace() -> None:
    visit = Visit(allowing(2), 600)
    visit.charging()
    visit.paused(60_000)
    assert visit.asleep(CYCLE_MS) == 1
    visit.charging()
    visit.ended_by_the_vehicle()
    assert visit.asleep(DAY_MS) == 0


def test_what_it_counts_stays_small_over_a_year_of_waiting() -> None:
    visit = Visit(allowing(3), 600_000)
    visit.paused(366 * DAY_MS)
    assert max(value for value in vars(visit.wake).values()) < 2**30
