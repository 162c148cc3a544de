"""The times of the wake-up ladder to the tick: each begins anew, and none carries over."""

import pytest

from tests.unit.wake_visit import HOUR_MS, PAUSE_MS, PULSE_MS, WAKE_AFTER_MS, Visit, allowing
from wattback.wake import Wake

TICK_MS = 10


def asleep_until_left_in_peace(attempts: int) -> Visit:
    """A vehicle that has slept through all its attempts, and sleeps on under the offer."""
    visit = Visit(allowing(attempts), TICK_MS)
    assert visit.asleep(attempts * (WAKE_AFTER_MS + PULSE_MS + TICK_MS)) == attempts
    assert (visit.wake.attempts, visit.wake.pulse) == (attempts, 0)
    return visit


def paused_once(visit: Visit, ms: int) -> None:
    """A pause told in one turn."""
    visit.wake.sense(0, 0, 1, visit.settings, ms)


def test_before_the_first_turn_there_is_no_pulse_and_was_no_attempt() -> None:
    wake = Wake()
    assert (wake.pulse, wake.attempts) == (0, 0)


@pytest.mark.covers("IEC 61851-1 A.5.3")
@pytest.mark.parametrize("dt_ms", [10, 50, 60, 250])
def test_a_pulse_ends_with_the_turn_after_the_one_that_completes_4_s(dt_ms: int) -> None:
    visit = Visit(allowing(2), dt_ms)
    for _ in range(2):
        visit.asleep_until(1)
        turns = visit.asleep_until(0) // dt_ms
        assert turns == -(-PULSE_MS // dt_ms) + 1


@pytest.mark.parametrize(
    ("offered", "requesting", "connected"),
    [(0, 0, 1), (0, 1, 1), (1, 1, 1), (0, 0, 0)],
    ids=["withdrawn", "charging", "asking", "left"],
)
def test_the_time_asleep_begins_anew_after_whatever_interrupts_it(
    offered: int, requesting: int, connected: int
) -> None:
    visit = Visit(allowing(1), TICK_MS)
    for _ in range(3):
        assert visit.asleep(WAKE_AFTER_MS - TICK_MS) == 0
        assert visit.feed(offered, requesting, TICK_MS, connected) == 0
    assert visit.asleep(WAKE_AFTER_MS - TICK_MS) == 0
    assert visit.asleep(TICK_MS) == 1


def test_the_time_asleep_begins_anew_after_a_pulse() -> None:
    visit = Visit(allowing(3), TICK_MS)
    for attempt in (1, 2, 3):
        assert visit.asleep(WAKE_AFTER_MS - TICK_MS) == 0
        assert visit.asleep(TICK_MS) == 1
        assert visit.wake.attempts == attempt
        visit.asleep(PULSE_MS + TICK_MS)
        assert visit.wake.pulse == 0


def test_a_vehicle_that_leaves_under_the_pulse_takes_its_time_asleep_along() -> None:
    visit = Visit(allowing(1), TICK_MS)
    assert visit.asleep(WAKE_AFTER_MS) == 1
    visit.feed(0, 0, TICK_MS, connected=0)
    assert visit.asleep(WAKE_AFTER_MS - TICK_MS) == 0
    assert visit.asleep(TICK_MS) == 1


@pytest.mark.parametrize("before_ms", [0, TICK_MS, PAUSE_MS - TICK_MS])
@pytest.mark.parametrize(("pause_ms", "pulses"), [(PAUSE_MS - TICK_MS, 0), (PAUSE_MS, 1)])
def test_a_pause_of_10_min_gives_attempts_anew_whatever_pauses_came_before(
    before_ms: int, pause_ms: int, pulses: int
) -> None:
    visit = asleep_until_left_in_peace(1)
    if before_ms:
        paused_once(visit, before_ms)
        assert visit.asleep(2 * WAKE_AFTER_MS) == 0
    paused_once(visit, pause_ms)
    assert visit.asleep(2 * WAKE_AFTER_MS) == pulses


@pytest.mark.parametrize(("pause_ms", "pulses"), [(HOUR_MS - TICK_MS, 0), (HOUR_MS, 1)])
@pytest.mark.parametrize("before_ms", [0, PAUSE_MS])
def test_after_an_end_by_the_vehicle_it_is_an_hour_since_it_asked_last(
    before_ms: int, pause_ms: int, pulses: int
) -> None:
    visit = asleep_until_left_in_peace(1)
    if before_ms:
        paused_once(visit, before_ms)
    visit.feed(0, 1, TICK_MS)
    visit.wake.finish()
    paused_once(visit, pause_ms)
    assert visit.asleep(2 * WAKE_AFTER_MS) == pulses


@pytest.mark.parametrize(("pause_ms", "pulses"), [(HOUR_MS - TICK_MS, 0), (HOUR_MS, 1)])
def test_the_hour_after_an_end_is_as_long_for_the_first_vehicle_ever(
    pause_ms: int, pulses: int
) -> None:
    visit = Visit(allowing(1), TICK_MS)
    visit.wake.finish()
    paused_once(visit, pause_ms)
    assert visit.asleep(2 * WAKE_AFTER_MS) == pulses


def test_the_pause_of_the_vehicle_before_does_not_count_for_the_next_one() -> None:
    visit = asleep_until_left_in_peace(1)
    paused_once(visit, HOUR_MS)
    visit.feed(0, 0, TICK_MS, connected=0)
    visit.wake.finish()
    paused_once(visit, HOUR_MS - TICK_MS)
    assert visit.asleep(2 * WAKE_AFTER_MS) == 0


def test_an_offer_after_a_long_pause_waits_for_the_whole_time_asleep_again() -> None:
    visit = asleep_until_left_in_peace(1)
    paused_once(visit, PAUSE_MS)
    assert visit.asleep(WAKE_AFTER_MS - TICK_MS) == 0
    assert visit.asleep(TICK_MS) == 1
