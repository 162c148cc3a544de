"""What the pilot proves by itself: steadiness before a closing, its own −12 V, a diode under F."""

import pytest

from tests.unit.pilot_samples import LEVELS_MV, STATES, TICK_MS, feed, pilot_in
from wattback.pilot import DUTY_F, DUTY_STEADY, Pilot


@pytest.mark.parametrize("state", ["C", "D"])
def test_energy_that_has_just_come_to_count_is_steady(state: str) -> None:
    pilot = pilot_in("B")
    feed(pilot, state, 500)
    assert (pilot.requesting, pilot.steady) == (0, 0)
    feed(pilot, state, TICK_MS)
    assert (pilot.requesting, pilot.steady) == (1, 1)


@pytest.mark.parametrize("dt_ms", [1, 5, 10])
@pytest.mark.parametrize("away", ["A", "B", "E"])
def test_one_sample_away_is_unsteady_for_500_ms_and_keeps_the_state(away: str, dt_ms: int) -> None:
    pilot = pilot_in("C")
    pilot.sense(LEVELS_MV[away], -12_000, dt_ms)
    assert (pilot.requesting, pilot.steady) == (1, 0)
    for _ in range(500 // dt_ms):
        pilot.sense(LEVELS_MV["C"], -12_000, dt_ms)
        assert (pilot.requesting, pilot.steady) == (1, 0)
    pilot.sense(LEVELS_MV["C"], -12_000, dt_ms)
    assert (pilot.requesting, pilot.steady) == (1, 1)


def test_moving_between_c_and_d_stays_steady() -> None:
    pilot = pilot_in("C")
    for level in "DCDDDCCD" * 20:
        feed(pilot, level, TICK_MS)
        assert pilot.steady == 1


@pytest.mark.parametrize("state", ["A", "B", "E", "F"])
def test_without_energy_nothing_is_steady(state: str) -> None:
    assert pilot_in(state).steady == 0


@pytest.mark.parametrize("dt_ms", [1, 5, 10])
def test_minus_12_v_is_proved_by_300_ms_of_it(dt_ms: int) -> None:
    pilot = Pilot()
    for _ in range(300 // dt_ms):
        pilot.sense(-12_000, -12_000, dt_ms)
        assert pilot.negative_seen == 0
    pilot.sense(-12_000, -12_000, dt_ms)
    assert pilot.negative_seen == 1


def test_one_sample_of_another_level_starts_the_proof_anew() -> None:
    pilot = pilot_in("F")
    assert pilot.negative_seen == 1
    feed(pilot, "E", TICK_MS)
    assert pilot.negative_seen == 0
    feed(pilot, "F", 300)
    assert pilot.negative_seen == 0
    feed(pilot, "F", TICK_MS)
    assert pilot.negative_seen == 1


def test_minus_12_v_that_is_not_driven_proves_nothing() -> None:
    pilot = pilot_in("B")
    feed(pilot, "F", 1_000)
    assert pilot.negative_seen == 0


def test_the_proof_ends_with_the_f_that_gave_it() -> None:
    pilot = pilot_in("F")
    pilot.withdraw(DUTY_STEADY)
    feed(pilot, "B", 100)
    assert pilot.negative_seen == 0


# A vehicle whose diode is shorted loads the −12 V: 2.74 kΩ, 882 Ω and 246 Ω behind the 1 kΩ of the
# generator leave −8.8, −5.6 and −2.4 V (evse.md 1.1).
@pytest.mark.parametrize("loaded_mv", [-8_790, -5_620, -2_370])
def test_minus_12_v_loaded_by_a_shorted_diode_is_neither_a_short_nor_a_stuck_pilot(
    loaded_mv: int,
) -> None:
    pilot = pilot_in("B")
    pilot.withdraw(DUTY_F)
    for _ in range(200):
        pilot.sense(loaded_mv, loaded_mv, TICK_MS)
        assert pilot.fault_bits == 0
    assert STATES[pilot.state] == "F"


@pytest.mark.parametrize("high_mv", [-1_000, 0, 1_000])
def test_about_0_v_where_minus_12_v_is_driven_is_a_short(high_mv: int) -> None:
    pilot = pilot_in("B")
    pilot.withdraw(DUTY_F)
    for _ in range(200):
        pilot.sense(high_mv, high_mv, TICK_MS)
    assert STATES[pilot.state] == "E"
    assert pilot.negative_seen == 0
