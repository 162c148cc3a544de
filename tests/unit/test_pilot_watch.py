"""What the pilot watches of itself: diode, generator, short; and the samples it does not trust."""

import pytest

from tests.unit.pilot_samples import (
    GOOD_LOW_MV,
    LEVELS_MV,
    SHORTED_LOW_MV,
    STATES,
    TICK_MS,
    feed,
    ms_until_state,
    pilot_in,
)
from wattback.fault_table import DIODE_MISSING, PILOT_SHORT, PILOT_STUCK
from wattback.pilot import DUTY_F, DUTY_STEADY, Pilot


def samples_until(
    pilot: Pilot, level: str, low_mv: int, attribute: str, value: int, dt_ms: int = TICK_MS
) -> int:
    """How many samples until an attribute has the value."""
    for count in range(1, 10_000):
        pilot.sense(LEVELS_MV[level], low_mv, dt_ms)
        if getattr(pilot, attribute) == value:
            return count
    raise AssertionError(f"{attribute} never became {value}")


# --- blanking ---


@pytest.mark.parametrize(("dt_ms", "skipped"), [(1, 19), (2, 9), (5, 3), (10, 1), (20, 0)])
def test_samples_less_than_20_ms_after_a_switching_contactor_are_skipped_and_no_others(
    dt_ms: int, skipped: int
) -> None:
    pilot = pilot_in("C")
    undisturbed_ms = ms_until_state(pilot_in("C"), "B", "B", dt_ms)
    pilot.blank()
    assert ms_until_state(pilot, "B", "B", dt_ms) == undisturbed_ms + skipped * dt_ms


@pytest.mark.parametrize("state", ["B", "C", "D"])
def test_a_disturbance_while_blanked_leaves_no_trace(state: str) -> None:
    pilot = pilot_in(state, offer_ma=16_000)
    for _ in range(100):
        pilot.blank()
        pilot.sense(-13_000, 13_000, TICK_MS)
        pilot.sense(LEVELS_MV[state], GOOD_LOW_MV, TICK_MS)
    assert STATES[pilot.state] == state
    assert (pilot.fault_bits, pilot.diode_seen) == (0, 1)


def test_the_first_sample_after_pwm_begins_is_skipped() -> None:
    pilot = pilot_in("B")
    pilot.offer(16_000, 0)
    skipping = samples_until(pilot, "B", GOOD_LOW_MV, "diode_seen", 1)
    pilot = pilot_in("B", offer_ma=16_000)
    feed(pilot, "B", 200, SHORTED_LOW_MV)
    assert skipping == samples_until(pilot, "B", GOOD_LOW_MV, "diode_seen", 1) + 1


# --- diode ---


@pytest.mark.parametrize("dt_ms", [1, 5, 10])
def test_the_diode_is_seen_after_100_ms_of_pwm_that_were_not_blanked(dt_ms: int) -> None:
    pilot = pilot_in("B")
    pilot.offer(16_000, 0)
    count = samples_until(pilot, "B", GOOD_LOW_MV, "diode_seen", 1, dt_ms)
    assert count * dt_ms == 20 - dt_ms + 100 + dt_ms


@pytest.mark.parametrize("duty_bp", [DUTY_STEADY, DUTY_F])
def test_without_pwm_nothing_is_said_of_the_diode(duty_bp: int) -> None:
    pilot = pilot_in("B")
    pilot.withdraw(duty_bp)
    level = "F" if duty_bp == DUTY_F else "B"
    feed(pilot, level, 1_000, GOOD_LOW_MV)
    assert not pilot.diode_seen
    feed(pilot, level, 1_000, SHORTED_LOW_MV)
    assert not pilot.fault_bits & DIODE_MISSING


def test_another_pwm_must_see_the_diode_anew() -> None:
    pilot = pilot_in("C", offer_ma=16_000)
    assert pilot.diode_seen
    pilot.withdraw(DUTY_STEADY)
    assert not pilot.diode_seen
    feed(pilot, "C", 6_000, 6_000)
    pilot.offer(16_000, 0)
    assert samples_until(pilot, "C", GOOD_LOW_MV, "diode_seen", 1) >= 10


def test_another_current_keeps_the_diode_seen() -> None:
    pilot = pilot_in("C", offer_ma=16_000)
    pilot.offer(10_000, 0)
    assert pilot.diode_seen


@pytest.mark.covers("1.5 diode")
@pytest.mark.parametrize(("low_mv", "good"), [(-10_000, 1), (-9_999, 0), (0, 0), (-12_600, 1)])
def test_the_low_half_must_reach_minus_10_v(low_mv: int, good: int) -> None:
    pilot = pilot_in("B")
    pilot.offer(16_000, 0)
    feed(pilot, "B", 500, low_mv)
    assert pilot.diode_seen == good
    assert bool(pilot.fault_bits & DIODE_MISSING) == (not good)


@pytest.mark.parametrize("dt_ms", [1, 5, 10])
@pytest.mark.parametrize("state", ["B", "C", "D"])
def test_a_diode_lost_for_100_ms_is_a_fault(state: str, dt_ms: int) -> None:
    pilot = pilot_in(state, offer_ma=16_000)
    count = samples_until(pilot, state, SHORTED_LOW_MV, "fault_bits", DIODE_MISSING, dt_ms)
    assert count * dt_ms == 100
    assert pilot.diode_seen == 0


def test_a_good_sample_now_and_then_does_not_hide_a_lost_diode() -> None:
    pilot = pilot_in("C", offer_ma=16_000)
    seen = 0
    for low_mv in ([SHORTED_LOW_MV] * 9 + [GOOD_LOW_MV]) * 2:
        feed(pilot, "C", 10, low_mv)
        seen |= pilot.fault_bits
    assert seen == DIODE_MISSING


def test_a_bad_diode_in_one_pwm_does_not_count_in_the_next() -> None:
    pilot = pilot_in("C", offer_ma=16_000)
    feed(pilot, "C", 90, SHORTED_LOW_MV)
    pilot.withdraw(DUTY_STEADY)
    feed(pilot, "C", 5_000)
    pilot.offer(16_000, 0)
    feed(pilot, "C", 100, SHORTED_LOW_MV)
    assert pilot.fault_bits == 0


def test_a_single_bad_sample_delays_the_diode_by_100_ms() -> None:
    pilot = pilot_in("B")
    pilot.offer(16_000, 0)
    feed(pilot, "B", 100, GOOD_LOW_MV)
    assert not pilot.diode_seen
    feed(pilot, "B", 10, SHORTED_LOW_MV)
    feed(pilot, "B", 100, GOOD_LOW_MV)
    assert not pilot.diode_seen
    feed(pilot, "B", 10, GOOD_LOW_MV)
    assert pilot.diode_seen


def test_the_cause_is_gone_when_the_pwm_ends() -> None:
    pilot = pilot_in("C", offer_ma=16_000)
    feed(pilot, "C", 200, SHORTED_LOW_MV)
    assert pilot.fault_bits == DIODE_MISSING
    pilot.withdraw(DUTY_F)
    assert pilot.fault_bits == 0


def test_the_cause_is_gone_when_the_diode_is_back() -> None:
    pilot = pilot_in("B", offer_ma=16_000)
    feed(pilot, "B", 200, SHORTED_LOW_MV)
    feed(pilot, "B", 10, GOOD_LOW_MV)
    assert pilot.fault_bits == 0


def test_no_vehicle_means_no_diode_to_watch() -> None:
    pilot = pilot_in("A")
    pilot.offer(16_000, 0)
    feed(pilot, "A", 1_000, SHORTED_LOW_MV)
    assert (pilot.fault_bits, pilot.diode_seen) == (0, 0)


# --- generator and wire ---


@pytest.mark.parametrize(("dt_ms", "samples"), [(1, 21), (5, 5), (10, 3)])
@pytest.mark.parametrize("level", ["A", "B", "C", "D"])
def test_f_driven_but_not_measured_is_a_stuck_pilot_within_30_ms(
    level: str, dt_ms: int, samples: int
) -> None:
    pilot = pilot_in("F")
    count = samples_until(pilot, level, GOOD_LOW_MV, "fault_bits", PILOT_STUCK, dt_ms)
    assert count == samples


@pytest.mark.parametrize("offer_ma", [0, 16_000])
def test_f_measured_but_not_driven_is_a_stuck_pilot_after_30_ms(offer_ma: int) -> None:
    pilot = pilot_in("B", offer_ma=offer_ma)
    assert samples_until(pilot, "F", GOOD_LOW_MV, "fault_bits", PILOT_STUCK) == 3


def test_0_v_where_f_is_driven_is_a_short_and_not_a_stuck_pilot() -> None:
    pilot = pilot_in("F")
    assert ms_until_state(pilot, "E", "E") == 250
    feed(pilot, "E", 1_000)
    assert pilot.fault_bits == PILOT_SHORT


def test_two_samples_are_not_yet_a_stuck_pilot() -> None:
    pilot = pilot_in("F")
    for level in "AAF" * 50:
        feed(pilot, level, 10)
        assert pilot.fault_bits == 0


def test_a_pilot_that_follows_again_is_not_stuck() -> None:
    pilot = pilot_in("F")
    feed(pilot, "A", 100)
    assert pilot.fault_bits == PILOT_STUCK
    feed(pilot, "F", 10)
    assert pilot.fault_bits == 0


@pytest.mark.parametrize("duty_bp", [DUTY_STEADY, DUTY_F])
def test_our_own_change_of_level_is_not_a_stuck_pilot(duty_bp: int) -> None:
    pilot = pilot_in("F" if duty_bp == DUTY_STEADY else "B")
    pilot.withdraw(duty_bp)
    feed(pilot, "B" if duty_bp == DUTY_F else "F", 10)  # the wire follows one period late
    for _ in range(100):
        feed(pilot, "F" if duty_bp == DUTY_F else "B", 10)
        assert pilot.fault_bits == 0


@pytest.mark.parametrize(("state", "within_ms"), [("A", 250), ("B", 250), ("C", 20), ("D", 20)])
def test_a_short_to_earth_is_a_fault_from_every_state_and_gone_with_it(
    state: str, within_ms: int
) -> None:
    pilot = pilot_in(state)
    assert ms_until_state(pilot, "E", "E") == within_ms
    assert pilot.fault_bits == PILOT_SHORT
    assert ms_until_state(pilot, "B", "B") == 250
    assert pilot.fault_bits == 0
