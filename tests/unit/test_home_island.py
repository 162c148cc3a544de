"""The simulated home behind its gateway: loads, solar, switch, and a vehicle that forms a grid."""

from itertools import pairwise

import pytest

from tests.unit.island_house import DIGITAL, FOLLOW, STATE_F, House, form
from wattback_sim.home import Solar, SolarParameters
from wattback_sim.parameters import Value
from wattback_sim.world import World, default_parameters

# --- on the grid ---


def test_a_closed_switch_joins_the_home_and_what_is_left_of_its_loads_is_drawn() -> None:
    house = House(solar__available_w=1000.0, grid__leg_ohm=0.01)
    house.run(1.0)
    assert house.gateway.loads_w == pytest.approx(3800.0, rel=0.01)
    assert house.gateway.service_w == pytest.approx(-2800.0, rel=0.02)
    assert house.gateway.line_v == house.world.grid.line_v < 240.0


def test_without_a_gateway_the_connector_sees_the_grid_itself() -> None:
    world = World(default_parameters(), 1)
    assert world.gateway is None
    assert world.bus is world.grid
    assert not world.cut_off
    assert not world.auxiliary_empty


def test_a_motor_that_starts_draws_its_inrush_and_then_its_power() -> None:
    house = House(grid__leg_ohm=0.0)
    house.run(0.2)
    before_w = house.gateway.loads_w
    house.set(home__motor_on=True)
    house.run(0.3)
    assert house.gateway.loads_w - before_w == pytest.approx(3600.0, rel=0.001)
    house.run(0.5)
    assert house.gateway.loads_w - before_w == pytest.approx(600.0, rel=0.001)


# --- the island ---


def test_an_open_switch_leaves_a_home_that_dies_away_and_a_grid_without_load() -> None:
    house = House()
    house.run(0.1)
    house.order(False)
    house.run(0.5)
    assert house.gateway.line_v < 1.0
    assert house.gateway.frequency_hz == 0.0
    assert house.gateway.grid_l1_v == 120.0
    assert house.gateway.service_w == 0.0


def test_a_vehicle_takes_the_mode_over_at_a_dead_inlet_and_ramps_to_what_it_is_told() -> None:
    house = House()
    house.outage()
    house.tell(form(0.0))
    house.run(0.1)
    assert house.forming.active
    assert house.world.load_v == 0.0
    house.contactor = 1
    house.run(0.1)
    house.tell(form(240.0, 60.3))
    voltages_v = []
    for _ in range(30):
        house.tick()
        voltages_v.append(house.gateway.line_v)
    assert max(now_v - then_v for then_v, now_v in pairwise(voltages_v)) == pytest.approx(20.0)
    assert house.legs() == (120.0, 120.0)
    assert house.gateway.frequency_hz == 60.3
    assert house.world.power_w == pytest.approx(3800.0)


@pytest.mark.parametrize(
    "parameters",
    [{"forming__willing": False}, {"forming__forms": False}, {"vehicle__soc": 0.05}],
)
def test_not_every_vehicle_takes_it_over(parameters: dict[str, Value]) -> None:
    house = House(**parameters)
    house.island()
    assert not house.forming.active
    assert house.gateway.line_v < 1.0


def test_none_takes_it_over_at_a_live_inlet() -> None:
    house = House()
    house.contactor = 1
    house.run(0.2)
    house.tell(form())
    house.run(0.2)
    assert not house.forming.active


def test_its_energy_is_counted_apart_from_what_the_grid_gives_and_takes() -> None:
    house = House()
    house.island()
    soc = house.world.battery.soc
    house.run(36.0)
    assert house.world.island_wh == pytest.approx(38.0, rel=0.05)
    assert house.world.export_wh == house.world.island_import_wh == 0.0
    assert house.world.battery.soc < soc


def test_a_lost_neutral_divides_the_voltage_by_the_loads_of_the_legs() -> None:
    house = House(home__leg_share=0.75)
    house.island()
    house.break_("transformer", "open")
    house.run(0.1)
    assert house.legs() == pytest.approx((60.0, 180.0))
    assert not house.gateway.transformer_ok
    house.break_("transformer_monitor", "stuck")
    assert house.gateway.transformer_ok


def test_a_lost_neutral_shows_nothing_on_the_grid() -> None:
    house = House(home__leg_share=0.75)
    house.break_("transformer", "open")
    house.run(0.1)
    assert house.gateway.voltage_l1_v == house.gateway.voltage_l2_v


def test_shedding_disconnects_one_group_after_the_other() -> None:
    house = House()
    house.island()
    powers_w = []
    for shed in range(4):
        house.order(False, shed)
        house.run(0.05)
        powers_w.append(round(house.world.power_w))
    assert powers_w == [3800, 2300, 1300, 800]


def test_an_overload_sags_and_trips_after_its_time_until_it_is_told_anew() -> None:
    house = House(inverter__discharge_kw=3.0, forming__overload_s=1.0)
    house.island()
    assert house.world.power_w == pytest.approx(3600.0)
    assert house.gateway.line_v == pytest.approx(240.0 * (3600.0 / 3800.0) ** 0.5)
    house.run(0.7)
    assert house.forming.tripped
    assert house.gateway.line_v < 30.0
    house.run(1.0)
    assert not house.forming.active
    house.tell(FOLLOW)
    house.run(0.1)
    house.order(False, 3)
    house.tell(form())
    house.run(0.5)
    assert house.forming.active
    assert house.gateway.line_v == pytest.approx(240.0)


def test_an_inrush_sags_for_as_long_as_it_lasts() -> None:
    house = House(inverter__discharge_kw=5.0)
    house.island()
    house.set(home__motor_on=True)
    house.run(0.3)
    assert house.gateway.line_v < 230.0
    house.run(0.6)
    assert house.gateway.line_v == pytest.approx(240.0)
    assert not house.forming.trips


def test_surplus_of_the_sun_charges_the_battery() -> None:
    house = House(solar__available_w=6000.0, solar__reconnect_s=1.0, solar__ramp_s=0.0)
    house.island()
    house.run(2.0)
    assert house.world.power_w == pytest.approx(-2200.0, rel=0.01)
    assert house.gateway.line_v == pytest.approx(240.0)
    assert house.world.island_import_wh > 0.0
    assert house.world.import_wh == 0.0


def test_surplus_that_nobody_takes_raises_the_voltage_until_the_inverter_trips() -> None:
    sun = {"solar__available_w": 12000.0, "solar__reconnect_s": 1.0, "solar__ramp_s": 0.0}
    house = House(vehicle__soc=1.0, home__group1_w=0.0, **sun)
    house.island()
    voltages_v = []
    while not house.forming.trips and house.world.now_us < 10_000_000:
        house.tick()
        voltages_v.append(house.gateway.line_v)
    high = sum(voltage_v > 1.2 * 240.0 for voltage_v in voltages_v)
    assert 16 <= high <= 18  # ticks, of 0.16 s
    house.run(0.1)
    assert house.gateway.line_v < 30.0


def test_a_frequency_shift_curtails_the_sun() -> None:
    house = House(solar__available_w=2000.0, solar__reconnect_s=1.0, solar__ramp_s=0.0)
    house.island()
    house.run(2.0)
    house.tell(form(240.0, 61.25))
    house.run(0.1)
    assert house.gateway.solar.power_w == pytest.approx(500.0)
    house.tell(form(240.0, 62.0))
    house.run(0.1)
    house.tell(form(240.0, 60.0))
    house.run(0.5)
    assert house.gateway.solar.power_w == 0.0
    house.run(1.0)
    assert house.gateway.solar.power_w == pytest.approx(2000.0)


def test_the_sun_comes_back_by_a_ramp_and_begins_anew_after_every_trip() -> None:
    solar = Solar(SolarParameters(available_w=1000.0, reconnect_s=1.0, ramp_s=10.0), 240.0, True)
    solar.advance(0.01, 120.0, 120.0, 60.0)
    assert solar.power_w == 1000.0  # it was there before
    for _ in range(2):
        solar.advance(0.01, 120.0, 120.0, 62.0)
        powers_w = []
        for _ in range(12):
            solar.advance(1.0, 120.0, 120.0, 60.0)
            powers_w.append(solar.power_w)
        assert powers_w[0] == 0.0
        assert powers_w[1:] == pytest.approx([min(100.0 * n, 1000.0) for n in range(1, 12)])


@pytest.mark.parametrize(
    ("hz", "watts"), [(60.0, 1000.0), (60.5, 1000.0), (61.0, 500.0), (61.5, 0.0), (62.0, 0.0)]
)
def test_the_curve_of_the_sun(hz: float, watts: float) -> None:
    solar = Solar(SolarParameters(available_w=1000.0), 240.0, True)
    solar.advance(0.01, 120.0, 120.0, hz)
    assert solar.power_w == pytest.approx(watts)
    assert solar.connected == (hz < 62.0)


def test_a_silent_link_is_outlasted_for_its_time() -> None:
    house = House(forming__alone_s=5.0)
    house.island()
    house.tell(None)
    house.run(4.9)
    assert house.gateway.line_v == pytest.approx(240.0)
    house.run(0.5)
    assert house.gateway.line_v < 1.0


def test_a_sudden_stop_ends_the_island() -> None:
    house = House()
    house.island()
    house.break_("forming", "sudden_stop")
    house.run(0.3)
    assert house.gateway.line_v < 1.0
    assert house.world.current_a == 0.0


# --- the switch ---


def test_a_stuck_switch_lets_the_island_reach_the_dead_grid() -> None:
    house = House()
    house.break_("grid_switch", "stuck_closed")
    house.island()
    assert house.gateway.switch.closed_contact.says(house.gateway.switch.closed)
    assert house.gateway.grid_l1_v == pytest.approx(120.0)
    assert house.gateway.grid_hz == 60.0
    assert house.gateway.backfeeds
    assert house.gateway.backfed_us >= 500_000
    house.set(grid__voltage_pu=1.0)
    house.run(0.1)
    assert house.gateway.clashes == 1
    assert not house.forming.active


def test_the_angle_drifts_with_the_difference_of_the_frequencies() -> None:
    house = House()
    house.island()
    house.set(grid__voltage_pu=1.0)
    house.run(0.02)
    before_deg = house.gateway.angle_deg
    house.tell(form(240.0, 60.1))
    house.tick()
    house.run(1.0)
    turned_deg = (house.gateway.angle_deg - before_deg) % 360.0
    assert turned_deg == pytest.approx(36.0, abs=0.5)


def drift_to(house: House, degrees: float) -> None:
    """Wait until the home has come to that angle, with the frequencies 0.1 Hz apart."""
    house.tell(form(240.0, 60.1))
    for _ in range(1100):
        house.tick()
        if abs(house.gateway.angle_deg - degrees) < 0.5:
            return
    raise AssertionError("it never came to that angle")


def test_a_closing_in_step_keeps_the_power_until_the_vehicle_follows() -> None:
    house = House(forming__follow_ms=50.0)
    house.island()
    house.set(grid__voltage_pu=1.0)
    drift_to(house, 0.0)
    house.order(True)
    house.run(0.2)
    (closing,) = house.gateway.closings
    assert closing.away_hz == pytest.approx(0.1)
    assert closing.angle_deg == pytest.approx(1.8, abs=0.6)
    assert not house.gateway.clashes
    assert house.world.power_w == pytest.approx(3800.0, rel=0.01)
    house.tell(FOLLOW)
    house.run(0.04)
    assert house.forming.active
    house.run(0.1)
    assert not house.forming.active
    assert house.world.power_w == 0.0
    assert house.gateway.service_w == pytest.approx(-3800.0, rel=0.02)


def test_its_check_of_synchronism_refuses_what_is_far_out_of_step() -> None:
    house = House()
    house.island()
    house.set(grid__voltage_pu=1.0)
    drift_to(house, 90.0)
    house.order(True)
    house.run(0.2)
    assert not house.gateway.switch.closed
    house.break_("sync_check", "stuck")
    house.order(True)
    house.run(0.2)
    assert house.gateway.switch.closed
    assert house.gateway.clashes == 1
    assert house.forming.tripped
    assert house.gateway.closings[0].angle_deg == pytest.approx(95.0, abs=15.0)


def test_a_home_that_is_held_live_trips_a_vehicle_that_forms() -> None:
    house = House()
    house.break_("home", "held_live", 230.0)
    house.outage()
    assert house.gateway.line_v == 230.0
    house.tell(form(0.0))
    house.run(0.1)
    house.contactor = 1
    house.run(0.2)
    assert house.gateway.clashes == 1
    assert not house.forming.active


def test_alone_it_closes_on_a_grid_that_has_come_back_to_a_dead_home() -> None:
    house = House(gateway__silence_s=2.0, gateway__alone_s=3.0)
    house.outage()
    house.set(grid__voltage_pu=1.0)
    house.run(4.0)
    assert not house.gateway.switch.closed
    house.run(2.0)
    assert house.gateway.switch.closed


def test_the_auxiliary_supply_lasts_its_time_and_recovers_at_once() -> None:
    house = House(gateway__auxiliary_s=10.0)
    house.outage()
    house.run(5.0)
    assert 0.4 < house.gateway.auxiliary < 0.5
    assert not house.world.auxiliary_empty
    house.run(5.0)
    assert house.world.auxiliary_empty
    house.set(grid__voltage_pu=1.0)
    house.order(True)
    house.run(0.2)
    assert not house.world.auxiliary_empty
    assert house.gateway.auxiliary == 1.0


# --- the vehicle asleep ---


def test_a_pulse_of_state_f_wakes_a_vehicle() -> None:
    house = House(vehicle__asleep=True)
    house.run(1.0)
    assert not house.world.vehicle.s2_closed
    house.duty_bp = STATE_F
    house.run(0.3)
    assert house.world.vehicle.parameters.asleep
    house.duty_bp = DIGITAL
    house.run(0.1)
    assert not house.world.vehicle.parameters.asleep
