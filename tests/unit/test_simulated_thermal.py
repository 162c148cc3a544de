"""The simulated temperatures: rises, time constants, a loose terminal, steps of the ambient."""

import math

import pytest

from wattback.settings import Settings
from wattback_sim.thermal import Thermal, ThermalParameters

PLACES = ("board_c", "terminal_c", "handle_c")
FIRST_STEP_K = 15.0  # below a limit: where the firmware begins to derate


def settle(thermal: Thermal, current_a: float, hours: float = 6.0, dt_s: float = 5.0) -> None:
    for _ in range(round(hours * 3600.0 / dt_s)):
        thermal.advance(dt_s, current_a)


def test_everything_begins_at_ambient_and_stays_there_without_current() -> None:
    thermal = Thermal(ThermalParameters(ambient_c=-17.0))
    settle(thermal, 0.0)
    assert [getattr(thermal, place) for place in PLACES] == [-17.0] * 3


@pytest.mark.parametrize("current_a", [-48.0, 48.0])
def test_at_48_a_each_place_settles_at_its_rise_whichever_way_it_flows(current_a: float) -> None:
    thermal = Thermal(ThermalParameters())
    settle(thermal, current_a)
    assert thermal.board_c == pytest.approx(37.0, abs=0.01)
    assert thermal.terminal_c == pytest.approx(52.0, abs=0.01)
    assert thermal.handle_c == pytest.approx(37.0, abs=0.01)


@pytest.mark.parametrize("ambient_c", [-30.0, 25.0, 45.0])
def test_a_sound_unit_stays_below_every_derating_step_at_48_a(ambient_c: float) -> None:
    thermal = Thermal(ThermalParameters(ambient_c=ambient_c))
    settle(thermal, 48.0)
    settings = Settings()
    assert thermal.board_c < settings.board_hot_decic / 10 - FIRST_STEP_K
    assert thermal.terminal_c < settings.terminal_hot_decic / 10 - FIRST_STEP_K
    assert thermal.handle_c < settings.handle_hot_decic / 10 - FIRST_STEP_K


def test_the_rise_goes_with_the_square_of_the_current() -> None:
    thermal = Thermal(ThermalParameters())
    settle(thermal, 24.0)
    assert thermal.handle_c - 25.0 == pytest.approx(12.0 / 4, abs=0.01)


def test_a_loose_terminal_rises_so_many_times_as_high_and_warms_nothing_else() -> None:
    thermal = Thermal(ThermalParameters(terminal_loosening=4.0))
    settle(thermal, 48.0)
    assert thermal.terminal_c - thermal.board_c == pytest.approx(60.0, abs=0.01)
    assert thermal.board_c == pytest.approx(37.0, abs=0.01)


@pytest.mark.parametrize("dt_s", [0.01, 0.1, 1.0])
def test_after_one_time_constant_a_place_has_made_63_percent_of_its_way(dt_s: float) -> None:
    thermal = Thermal(ThermalParameters(handle_time_s=60.0))
    settle(thermal, 48.0, 60.0 / 3600.0, dt_s)
    assert thermal.handle_c - 25.0 == pytest.approx(12.0 * (1 - math.exp(-1)), rel=0.01)


def test_a_step_of_the_ambient_arrives_everywhere_and_at_the_terminals_last() -> None:
    parameters = ThermalParameters()
    thermal = Thermal(parameters)
    parameters.ambient_c = 55.0
    settle(thermal, 0.0, 0.1)
    assert 25.0 < thermal.terminal_c < thermal.board_c == thermal.handle_c < 55.0
    settle(thermal, 0.0)
    assert [getattr(thermal, place) for place in PLACES] == pytest.approx([55.0] * 3, abs=0.01)


def test_ticks_of_10_ms_wait_for_a_step_of_100_ms_and_none_of_their_current_is_lost() -> None:
    in_ticks = Thermal(ThermalParameters())
    at_once = Thermal(ThermalParameters())
    for tick in range(10):
        assert in_ticks.board_c == 25.0
        in_ticks.advance(0.01, 48.0 if tick < 5 else 0.0)
    at_once.advance(0.1, 48.0 / math.sqrt(2.0))
    assert in_ticks.board_c == pytest.approx(at_once.board_c, abs=1e-9) != 25.0


def test_no_step_is_too_long_to_be_stable() -> None:
    thermal = Thermal(ThermalParameters(board_time_s=1.0))
    for _ in range(100):
        thermal.advance(3600.0, 48.0)
        assert 25.0 < thermal.board_c <= 37.0
