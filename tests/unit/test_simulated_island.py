"""The simulated island: where voltage and frequency go when the utility's switch opens."""

import math

import pytest

from wattback_sim.grid import Grid, GridParameters
from wattback_sim.island import Island, IslandParameters

TICK_S = 0.01
LOAD_W = 5_000.0


def island(**parameters: float) -> Island:
    """A section that has just been cut off, at nominal voltage and frequency."""
    section = Island(IslandParameters(load_w=LOAD_W, **parameters))
    section.hold(240.0, 60.0)
    return section


def settle(section: Island, power_w: float, reactive_var: float = 0.0) -> Island:
    for _ in range(100):
        section.step(power_w, reactive_var, TICK_S)
    return section


@pytest.mark.parametrize("quality", [0.5, 1.0, 3.0])
def test_a_source_that_matches_the_load_keeps_the_island_where_the_grid_left_it(
    quality: float,
) -> None:
    section = settle(island(quality=quality), LOAD_W)
    assert (section.voltage_v, section.frequency_hz) == pytest.approx((240.0, 60.0))


@pytest.mark.parametrize("share", [0.25, 0.5, 0.81, 1.21])
def test_the_voltage_is_that_at_which_the_resistance_takes_the_power(share: float) -> None:
    section = settle(island(), share * LOAD_W)
    resistance_ohm = 240.0**2 / LOAD_W
    assert section.voltage_v == pytest.approx(math.sqrt(share * LOAD_W * resistance_ohm))
    assert section.frequency_hz == pytest.approx(60.0)


@pytest.mark.parametrize("quality", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("load_var", [-400.0, 0.0, 400.0])
@pytest.mark.parametrize("reactive_var", [-600.0, 0.0, 300.0])
@pytest.mark.parametrize("share", [0.6, 1.0])
def test_the_frequency_is_that_at_which_coil_and_capacitor_take_the_reactive_power(
    quality: float, load_var: float, reactive_var: float, share: float
) -> None:
    section = settle(island(quality=quality, load_var=load_var), share * LOAD_W, reactive_var)
    rad_per_s = 2.0 * math.pi * section.frequency_hz
    nominal = 2.0 * math.pi * 60.0
    coil_h = 240.0**2 / (nominal * (quality * LOAD_W + load_var))
    capacitor_f = quality * LOAD_W / (nominal * 240.0**2)
    balance_var = section.voltage_v**2 * (1.0 / (rad_per_s * coil_h) - rad_per_s * capacitor_f)
    assert balance_var == pytest.approx(reactive_var, abs=0.1)


def test_a_source_that_injects_lowers_the_frequency_and_one_that_absorbs_raises_it() -> None:
    assert settle(island(), LOAD_W, 500.0).frequency_hz < 58.6
    assert settle(island(), LOAD_W, -500.0).frequency_hz > 61.4


@pytest.mark.parametrize("quality", [1.0, 3.0])
def test_it_gets_there_with_one_lag_whatever_the_steps_are(quality: float) -> None:
    lag_s = 2.0 * quality / (2.0 * math.pi * 60.0) + 1.0 / 60.0
    coarse, fine = island(quality=quality), island(quality=quality)
    coarse.step(LOAD_W / 4.0, 0.0, 0.02)
    for _ in range(20):
        fine.step(LOAD_W / 4.0, 0.0, 0.001)
    assert coarse.voltage_v == pytest.approx(120.0 + 120.0 * math.exp(-0.02 / lag_s))
    assert fine.voltage_v == pytest.approx(coarse.voltage_v)


@pytest.mark.parametrize("power_w", [0.0, -3_000.0])
def test_without_a_source_it_dies_within_cycles_and_stays_dead(power_w: float) -> None:
    section = island(load_var=300.0)
    for _ in range(10):
        section.step(power_w, -300.0, TICK_S)
    assert section.voltage_v < 3.0
    assert section.frequency_hz == 0.0


@pytest.mark.parametrize("reactive_var", [-1e6, 1e6])
def test_no_source_drives_the_model_out_of_its_range(reactive_var: float) -> None:
    section = settle(island(load_var=-20_000.0), 100.0, reactive_var)
    assert 20.0 <= section.frequency_hz <= 150.0


def test_the_supply_follows_the_island_on_both_legs_and_the_grid_once_the_switch_is_closed() -> (
    None
):
    supply = Grid(GridParameters(leg_unbalance_pu=0.05), IslandParameters(load_w=LOAD_W))
    supply.load(-20.0)
    began_v = supply.line_v
    supply.cut_off(LOAD_W * 0.81, 0.0, 0.0)
    assert supply.line_v == pytest.approx(began_v)
    for _ in range(100):
        supply.cut_off(LOAD_W * 0.81, 0.0, TICK_S)
    assert supply.line_v == pytest.approx(216.0)
    assert supply.voltage_l1_v - supply.voltage_l2_v == pytest.approx(0.1 * 108.0)
    assert supply.frequency_hz == pytest.approx(60.0)
    assert supply.leg_angle_deg == 180.0
    for _ in range(100):
        supply.cut_off(0.0, 0.0, TICK_S)
    assert supply.line_v < 0.01
    assert supply.frequency_hz == 0.0
    supply.load(-20.0)
    assert (supply.line_v, supply.frequency_hz) == (began_v, 60.0)
