"""The pilot to the sample: first ones, wishes, unplugs, what is forgiven, and our own edges."""

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
from wattback.fault_table import DIODE_MISSING, PILOT_STUCK
from wattback.pilot import DUTY_F, DUTY_STEADY, Pilot


def feed_each(pilot: Pilot, levels: str, dt_ms: int = TICK_MS) -> None:
    """One sample of each level; the low half good."""
    for level in levels:
        pilot.sense(LEVELS_MV[level], GOOD_LOW_MV, dt_ms)


# --- a pilot that has just begun ---


def test_before_anything_is_seen_nothing_is_claimed() -> None:
    pilot = Pilot()
    assert (pilot.gone, pilot.asking, pilot.steady) == (0, 0, 0)
    assert (pilot.diode_seen, pilot.negative_seen) == (0, 0)


def test_the_first_offer_may_be_made_before_the_first_sample() -> None:
    pilot = Pilot()
    assert pilot.spaced == 1
    pilot.offer(16_000, 0)
    assert pilot.offered_ma == 16_000


@pytest.mark.parametrize("level", ["A", "B", "C", "D"])
def test_a_pilot_that_never_reached_minus_12_v_is_stuck_from_its_third_sample_on(
    level: str,
) -> None:
    pilot = Pilot()
    feed_each(pilot, level * 2)
    assert pilot.fault_bits == 0
    feed_each(pilot, level)
    assert pilot.fault_bits == PILOT_STUCK


# --- a wish for energy ---


@pytest.mark.parametrize("wish", ["C", "D"])
@pytest.mark.parametrize("here", ["A", "B", "E", "F"])
def test_one_sample_of_energy_is_a_wish_and_no_request(here: str, wish: str) -> None:
    pilot = pilot_in(here)
    assert pilot.asking == 0
    feed_each(pilot, wish)
    assert (pilot.asking, pilot.requesting) == (1, 0)


@pytest.mark.parametrize("dt_ms", [1, 10])
@pytest.mark.parametrize("away", ["A", "B", "E", "F"])
def test_a_wish_is_told_for_a_second_after_the_last_sample_of_it(away: str, dt_ms: int) -> None:
    pilot = pilot_in("B")
    for _ in range(3):
        feed_each(pilot, "C", dt_ms)
        feed_each(pilot, away * (1_000 // dt_ms - 1), dt_ms)
        assert pilot.asking == 1
    feed_each(pilot, away, dt_ms)
    assert pilot.asking == 0


def test_a_wish_that_stands_is_told_for_as_long_as_it_does() -> None:
    pilot = pilot_in("B")
    for _ in range(500):
        feed_each(pilot, "C")
        assert pilot.asking == 1


# --- an unplug ---


@pytest.mark.parametrize("dt_ms", [1, 5, 10])
@pytest.mark.parametrize("state", ["B", "C", "D"])
def test_an_unplug_ends_a_visit_after_500_ms_in_state_a(state: str, dt_ms: int) -> None:
    pilot = pilot_in(state)
    ms_until_state(pilot, "A", "A", dt_ms)
    for _ in range(500 // dt_ms - 1):
        feed_each(pilot, "A", dt_ms)
        assert (pilot.gone, pilot.connected) == (0, 1)
    feed_each(pilot, "A", dt_ms)
    assert (pilot.gone, pilot.connected) == (1, 0)


@pytest.mark.parametrize("other", ["B", "C", "D", "E", "F"])
def test_one_sample_that_is_not_a_starts_the_500_ms_of_an_unplug_anew(other: str) -> None:
    pilot = pilot_in("A")
    assert pilot.gone == 1
    feed_each(pilot, other)
    assert pilot.gone == 0
    feed_each(pilot, "A" * 50)
    assert pilot.gone == 0
    feed_each(pilot, "A")
    assert pilot.gone == 1


def test_a_vehicle_that_comes_back_within_500_ms_has_never_left() -> None:
    pilot = pilot_in("B")
    for _ in range(20):
        feed(pilot, "A", 500)
        assert (STATES[pilot.state], pilot.gone, pilot.connected) == ("A", 0, 1)
        feed(pilot, "B", 260)
        assert (STATES[pilot.state], pilot.gone, pilot.connected) == ("B", 0, 1)


# --- the end of energy, and what a good sample makes up for ---


@pytest.mark.covers("IEC 61851-1 sequence 8.1")
@pytest.mark.parametrize("dt_ms", [1, 2, 5, 10])
@pytest.mark.parametrize("here", ["C", "D"])
@pytest.mark.parametrize("there", ["A", "B", "E", "F"])
def test_energy_ends_with_the_sample_that_completes_30_ms_without_it(
    here: str, there: str, dt_ms: int
) -> None:
    pilot = pilot_in(here)
    feed_each(pilot, there * (30 // dt_ms - 1), dt_ms)
    assert pilot.requesting == 1
    feed_each(pilot, there, dt_ms)
    assert (pilot.requesting, STATES[pilot.state]) == (0, there)


# A good sample takes a fifth of its time off what was bad; 30 ms of bad in sum end energy.
@pytest.mark.parametrize(
    ("dt_ms", "before", "last"),
    [
        (10, "BCBCBC", "B"),  # 10 8 18 16 26 24 34
        (10, "BBCB", "B"),  # 20 18 28 38
        (10, "BBCCCCCB", "B"),  # 20 10 20 30
        (10, "BCCCCCBB", "B"),  # 10 0 10 20 30: all is forgiven
        (10, "BCCCCCCCCCCBB", "B"),  # and no more than all
        (20, "BCCC", "B"),  # 20 8 28: too little ...
        (20, "BCC", "B"),  # 20 12 32: ... and just enough
        (5, "BBBBBCB", "B"),  # 25 24 29 34
    ],
)
def test_what_is_bad_adds_up_to_30_ms_less_a_fifth_of_what_is_good(
    dt_ms: int, before: str, last: str
) -> None:
    pilot = pilot_in("C")
    feed_each(pilot, before, dt_ms)
    assert pilot.requesting == 1
    feed_each(pilot, last, dt_ms)
    assert pilot.requesting == (1 if before == "BCCC" else 0)


@pytest.mark.parametrize("state", ["C", "D"])
def test_energy_that_has_just_come_bears_two_samples_of_disturbance_at_once(state: str) -> None:
    pilot = pilot_in("B")
    ms_until_state(pilot, state, state)
    feed_each(pilot, "BB")
    assert pilot.requesting == 1
    feed_each(pilot, "B")
    assert pilot.requesting == 0


def test_energy_that_moves_between_c_and_d_before_it_counts_is_not_steady() -> None:
    pilot = pilot_in("B")
    for _ in range(20):
        feed(pilot, "C", 300)
        feed(pilot, "D", 300)
        assert (pilot.requesting, pilot.steady, pilot.asking) == (0, 0, 1)


# --- our own edges ---


@pytest.mark.parametrize("level", ["A", "B", "C", "D"])
def test_a_pilot_that_does_not_follow_to_minus_12_v_is_stuck_three_samples_after_the_blank_one(
    level: str,
) -> None:
    pilot = pilot_in(level, offer_ma=16_000)
    pilot.withdraw(DUTY_F)
    feed_each(pilot, level * 3)
    assert pilot.fault_bits == 0
    feed_each(pilot, level)
    assert pilot.fault_bits == PILOT_STUCK


@pytest.mark.parametrize(
    ("duty_bp", "here", "there"), [(DUTY_F, "B", "F"), (DUTY_STEADY, "F", "B")]
)
def test_what_did_not_follow_before_an_edge_does_not_count_after_it(
    duty_bp: int, here: str, there: str
) -> None:
    pilot = pilot_in(here)
    feed_each(pilot, there * 2)  # not what is driven, and not yet for too long
    pilot.withdraw(duty_bp)
    feed_each(pilot, here * 3)  # the first is skipped
    assert pilot.fault_bits == 0
    feed_each(pilot, here)
    assert pilot.fault_bits == PILOT_STUCK


def test_minus_12_v_that_is_not_driven_is_forgotten_with_the_first_sample_without_it() -> None:
    pilot = pilot_in("B")
    feed_each(pilot, "FFF")
    assert pilot.fault_bits == PILOT_STUCK
    feed_each(pilot, "B")
    assert pilot.fault_bits == 0


def test_a_pilot_stuck_at_a_level_is_well_again_once_that_level_is_driven() -> None:
    pilot = pilot_in("B")
    pilot.withdraw(DUTY_F)
    feed(pilot, "B", 1_000)
    assert pilot.fault_bits == PILOT_STUCK
    pilot.withdraw(DUTY_STEADY)
    feed_each(pilot, "BB")  # the first is skipped
    assert pilot.fault_bits == 0


# The border between a short and a −12 V that a vehicle loads: that between D and E, mirrored.
@pytest.mark.parametrize(("high_mv", "state"), [(-1_500, "E"), (-1_501, "F")])
def test_where_minus_12_v_is_driven_a_short_reaches_down_to_minus_1500_mv(
    high_mv: int, state: str
) -> None:
    pilot = pilot_in("B")
    pilot.withdraw(DUTY_F)
    for _ in range(100):
        pilot.sense(high_mv, high_mv, TICK_MS)
    assert STATES[pilot.state] == state


# --- the diode ---


# 100 ms of bad samples in sum are a lost diode, less a fifth of the time of the good ones.
@pytest.mark.parametrize(
    ("dt_ms", "bad", "good", "more"),
    [
        (10, 9, 5, 2),  # 90 80 90 100
        (10, 9, 45, 10),  # 90 0 100: all is forgiven
        (10, 9, 60, 10),  # and no more than all
        (20, 4, 4, 2),  # 80 64 84 104
        (20, 3, 5, 3),  # 60 40 60 80 100
        (20, 4, 10, 3),  # 80 40 60 80 100
    ],
)
def test_bad_samples_of_the_diode_add_up_to_100_ms_less_a_fifth_of_the_good_ones(
    dt_ms: int, bad: int, good: int, more: int
) -> None:
    pilot = pilot_in("C", offer_ma=16_000)
    for count, low_mv in ((bad, SHORTED_LOW_MV), (good, GOOD_LOW_MV), (more - 1, SHORTED_LOW_MV)):
        for _ in range(count):
            pilot.sense(LEVELS_MV["C"], low_mv, dt_ms)
            assert pilot.fault_bits == 0
    pilot.sense(LEVELS_MV["C"], SHORTED_LOW_MV, dt_ms)
    assert pilot.fault_bits == DIODE_MISSING


def test_a_diode_that_was_lost_for_long_is_lost_again_with_one_bad_sample() -> None:
    pilot = pilot_in("C", offer_ma=16_000)
    feed(pilot, "C", 10_000, SHORTED_LOW_MV)
    feed(pilot, "C", 50)
    assert pilot.fault_bits == 0
    feed(pilot, "C", 10, SHORTED_LOW_MV)
    assert pilot.fault_bits == DIODE_MISSING
    feed(pilot, "C", 60)
    feed(pilot, "C", 10, SHORTED_LOW_MV)
    assert pilot.fault_bits == 0


def test_what_was_away_in_short_steps_is_made_up_for_in_longer_ones_though_it_is_steady() -> None:
    pilot = pilot_in("C")
    for _ in range(7):
        pilot.sense(LEVELS_MV["B"], GOOD_LOW_MV, 4)
    while not pilot.steady:  # of whose steps a fifth is nothing
        pilot.sense(LEVELS_MV["C"], GOOD_LOW_MV, 4)
    feed(pilot, "C", 1_000)
    pilot.sense(LEVELS_MV["B"], GOOD_LOW_MV, TICK_MS)
    assert pilot.requesting == 1
