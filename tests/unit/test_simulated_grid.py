"""The simulated supply: two legs, the angle between them, and what a vehicle gets of both."""

from typing import Any

import pytest

from wattback_sim.grid import Grid, GridParameters


def grid(**parameters: Any) -> Grid:
    return Grid(GridParameters(**parameters))


@pytest.mark.parametrize("voltage_pu", [0.01, 0.5, 1.0, 1.6])
@pytest.mark.parametrize("leg_unbalance_pu", [0.0, 0.4, -0.8])
def test_between_opposite_legs_there_is_exactly_their_sum(
    voltage_pu: float, leg_unbalance_pu: float
) -> None:
    supply = grid(voltage_pu=voltage_pu, leg_unbalance_pu=leg_unbalance_pu)
    for import_a in (0.0, 48.0, -48.0):
        supply.load(import_a)
        assert supply.line_v == supply.voltage_l1_v + supply.voltage_l2_v


@pytest.mark.parametrize(
    ("angle_deg", "line_v"), [(180.0, 240.0), (120.0, 207.8), (60.0, 120.0), (0.0, 0.0)]
)
def test_between_equal_legs_there_is_their_sum_times_the_sine_of_half_their_angle(
    angle_deg: float, line_v: float
) -> None:
    supply = grid(leg_angle_deg=angle_deg)
    assert supply.line_v == pytest.approx(line_v, abs=0.1)
    assert (supply.voltage_l1_v, supply.voltage_l2_v) == (120.0, 120.0)


def test_of_one_phase_the_legs_difference_is_left() -> None:
    assert grid(leg_angle_deg=0.0, leg_unbalance_pu=0.25).line_v == pytest.approx(60.0)


@pytest.mark.parametrize(
    "parameters", [{"voltage_pu": 0.0}, {"voltage_pu": 0.5, "leg_unbalance_pu": 0.5}]
)
def test_a_dead_leg_has_no_angle(parameters: dict[str, float]) -> None:
    assert grid().leg_angle_deg == 180.0
    assert grid(leg_angle_deg=120.0).leg_angle_deg == 120.0
    assert grid(**parameters).leg_angle_deg == 0.0


def test_a_changed_angle_counts_from_the_next_load_on() -> None:
    supply = grid()
    supply.parameters.leg_angle_deg = 120.0
    supply.load(10.0)
    assert supply.leg_angle_deg == 120.0
    assert supply.line_v == pytest.approx(119.5 * 3.0**0.5)


# --- a single phase ---


def test_a_single_phase_has_its_voltage_on_leg_1_and_its_neutral_on_leg_2() -> None:
    supply = grid(single_phase=True, leg_v=230.0, leg_ohm=0.05)
    for import_a, line_v in ((0.0, 230.0), (32.0, 226.8), (-32.0, 233.2)):
        supply.load(import_a)
        assert supply.voltage_l1_v == supply.line_v == pytest.approx(line_v)
        assert supply.voltage_l2_v == supply.leg_angle_deg == 0.0


def test_an_islands_load_is_sized_at_the_nominal_voltage_of_its_grid() -> None:
    supply = grid(single_phase=True, leg_v=230.0, nominal_hz=50.0, frequency_hz=50.0)
    for _ in range(1_000):
        supply.cut_off(5_000.0, 0.0, 0.01)
    assert (supply.line_v, supply.frequency_hz) == pytest.approx((230.0, 50.0))
