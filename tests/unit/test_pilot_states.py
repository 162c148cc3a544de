"""The pilot's high level becomes a state: with hysteresis, and slower towards energy than away."""

import pytest

from tests.unit.pilot_samples import (
    BANDS_MV,
    LEVELS_MV,
    STATES,
    TICK_MS,
    feed,
    ms_until_state,
    pilot_in,
)
from wattback.pilot import DUTY_F, DUTY_STEADY, STATE_NAMES, Pilot

EVERY_MV = range(-13_000, 13_001)
# (rising, falling) border between neighbours, mV: PZK's (evse.md 1.5); E and F around −10 V.
BORDERS_MV = (
    (10_750, 10_250),
    (7_750, 7_250),
    (4_750, 4_250),
    (1_750, 1_250),
    (-9_750, -10_250),
)
PAIRS = [(here, there) for here in STATES for there in STATES if here != there]


def settle(pilot: Pilot, high_mv: int) -> str:
    """Two samples so far apart that every debounce has passed."""
    pilot.sense(high_mv, -12_000, 1000)
    pilot.sense(high_mv, -12_000, 1000)
    return STATES[pilot.state]


def falling(high_mv: int) -> str:
    return STATES[sum(high_mv < down for _, down in BORDERS_MV)]


def rising(high_mv: int) -> str:
    return STATES[sum(high_mv <= up for up, _ in BORDERS_MV)]


def test_the_states_are_called_a_to_f() -> None:
    assert "".join(STATE_NAMES) == STATES


@pytest.mark.covers("IEC 61851-1 A.4.11", "1.5 levels")
def test_every_millivolt_downwards_changes_state_at_the_lower_borders() -> None:
    pilot = Pilot()
    pilot.withdraw(DUTY_STEADY)
    settle(pilot, 13_000)
    wrong = [mv for mv in reversed(EVERY_MV) if settle(pilot, mv) != falling(mv)]
    assert wrong == []


@pytest.mark.covers("IEC 61851-1 A.4.11", "1.5 levels")
def test_every_millivolt_upwards_changes_state_at_the_upper_borders() -> None:
    pilot = Pilot()
    pilot.withdraw(DUTY_STEADY)
    settle(pilot, -13_000)
    wrong = [mv for mv in EVERY_MV if settle(pilot, mv) != rising(mv)]
    assert wrong == []


@pytest.mark.covers("1.1 levels", "1.5 levels")
@pytest.mark.parametrize("before", STATES)
def test_every_level_within_the_bands_of_the_standard_is_its_state_wherever_it_came_from(
    before: str,
) -> None:
    pilot = Pilot()
    wrong = []
    for state, (low_mv, high_mv) in BANDS_MV.items():
        for mv in range(low_mv, high_mv + 1, 10):
            settle(pilot, LEVELS_MV[before])
            if settle(pilot, mv) != state:
                wrong.append((state, mv))
    assert wrong == []


@pytest.mark.parametrize(("here", "there"), PAIRS)
def test_every_state_leads_directly_to_every_other(here: str, there: str) -> None:
    pilot = pilot_in(here)
    seen = {here}
    for _ in range(100):
        pilot.sense(LEVELS_MV[there], -12_000, TICK_MS)
        seen.add(STATES[pilot.state])
    assert seen == {here, there}


@pytest.mark.covers("1.5 debounce to energy")
@pytest.mark.parametrize("dt_ms", [1, 2, 5, 10])
@pytest.mark.parametrize("here", ["A", "B", "E", "F"])
@pytest.mark.parametrize("there", ["C", "D"])
def test_energy_counts_only_after_500_ms_of_it(here: str, there: str, dt_ms: int) -> None:
    assert ms_until_state(pilot_in(here), there, there, dt_ms) == 500


@pytest.mark.covers("IEC 61851-1 sequence 8.1")
@pytest.mark.parametrize("dt_ms", [1, 2, 5, 10])
@pytest.mark.parametrize("here", ["C", "D"])
@pytest.mark.parametrize("there", ["A", "B", "E", "F"])
def test_the_end_of_energy_counts_within_30_ms(here: str, there: str, dt_ms: int) -> None:
    passed_ms = ms_until_state(pilot_in(here), there, there, dt_ms)
    assert passed_ms >= 20
    assert passed_ms + dt_ms <= 30  # the change may lie one sample before the first that shows it


@pytest.mark.covers("IEC 61851-1 sequence 2.1", "1.5 debounce of the plug")
@pytest.mark.parametrize("dt_ms", [1, 5, 10])
@pytest.mark.parametrize("here", ["B", "E", "F"])
def test_a_vehicle_that_leaves_is_seen_within_30_ms(here: str, dt_ms: int) -> None:
    assert ms_until_state(pilot_in(here), "A", "A", dt_ms) == 20


@pytest.mark.covers("IEC 61851-1 sequence 1.1", "1.5 debounce of the plug")
@pytest.mark.parametrize("dt_ms", [1, 5, 10])
@pytest.mark.parametrize("here", ["A", "E", "F"])
def test_a_vehicle_that_comes_to_b_is_seen_after_250_ms(here: str, dt_ms: int) -> None:
    assert ms_until_state(pilot_in(here), "B", "B", dt_ms) == 250


def test_between_c_and_d_500_ms_pass_and_energy_stays_asked_for() -> None:
    pilot = pilot_in("C")
    for _ in range(50):
        pilot.sense(LEVELS_MV["D"], -12_000, TICK_MS)
        assert pilot.requesting
    assert ms_until_state(pilot, "D", "D") == 0
    assert pilot.requesting


def test_a_dip_of_499_ms_into_c_is_not_energy() -> None:
    pilot = pilot_in("B")
    for _ in range(20):
        for _ in range(500):
            pilot.sense(LEVELS_MV["C"], -12_000, 1)
            assert not pilot.requesting
        pilot.sense(LEVELS_MV["B"], -12_000, 1)


def test_a_bounce_within_the_500_ms_starts_them_anew() -> None:
    pilot = pilot_in("B")
    feed(pilot, "C", 400)
    pilot.sense(LEVELS_MV["B"], -12_000, TICK_MS)
    assert ms_until_state(pilot, "C", "C") == 500


def test_a_move_from_c_to_d_within_the_500_ms_starts_them_anew() -> None:
    pilot = pilot_in("B")
    feed(pilot, "C", 400)
    assert ms_until_state(pilot, "D", "D") == 500


@pytest.mark.parametrize("here", ["C", "D"])
def test_a_disturbance_of_two_samples_does_not_end_energy(here: str) -> None:
    pilot = pilot_in(here)
    for level in "ABEF":
        feed(pilot, level, 20)
        assert STATES[pilot.state] == here
        feed(pilot, here, 100)


@pytest.mark.parametrize("here", ["C", "D"])
@pytest.mark.parametrize("noise", ["AB", "BA", "BE", "EA", "FE", "ABEF", "FEBA"])
def test_noise_that_hops_between_levels_without_energy_ends_energy_as_fast(
    here: str, noise: str
) -> None:
    pilot = pilot_in(here)
    for index in range(3):
        pilot.sense(LEVELS_MV[noise[index % len(noise)]], -12_000, TICK_MS)
    assert not pilot.requesting


def test_noise_that_hops_does_not_hasten_what_is_slow() -> None:
    pilot = pilot_in("A")
    for index in range(200):
        pilot.sense(LEVELS_MV["BC"[index % 2]], -12_000, TICK_MS)
        assert STATES[pilot.state] == "A"


def test_requesting_is_c_or_d_and_nothing_else() -> None:
    assert {state: pilot_in(state).requesting for state in STATES} == {
        "A": 0,
        "B": 0,
        "C": 1,
        "D": 1,
        "E": 0,
        "F": 0,
    }


@pytest.mark.parametrize("state", ["B", "C", "D"])
def test_connected_begins_with_a_vehicle_and_survives_f_which_hides_it(state: str) -> None:
    pilot = pilot_in(state)
    assert pilot.connected == 1
    pilot.withdraw(DUTY_F)
    feed(pilot, "F", 1000)
    assert STATES[pilot.state] == "F"
    assert pilot.connected == 1
    pilot.withdraw(DUTY_STEADY)
    feed(pilot, "A", 500)
    assert pilot.connected  # a loose contact is no unplug
    feed(pilot, "A", 50)
    assert not pilot.connected


def test_connected_survives_a_shorted_pilot() -> None:
    pilot = pilot_in("B")
    feed(pilot, "E", 1000)
    assert pilot.connected


def test_before_anything_is_seen_the_state_is_f_without_a_vehicle() -> None:
    pilot = Pilot()
    assert (STATES[pilot.state], pilot.connected, pilot.requesting) == ("F", 0, 0)
    assert (pilot.duty_bp, pilot.offered_ma, pilot.fault_bits) == (DUTY_F, 0, 0)
