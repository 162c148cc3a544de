"""The simulated vehicle: battery, inverter and what they do on the grid, both ways."""

from itertools import pairwise

import pytest

from wattback_sim.battery import Battery, BatteryParameters
from wattback_sim.evcc import Orders
from wattback_sim.faults import FAULT_KINDS, FaultKind
from wattback_sim.inverter import Inverter, InverterParameters
from wattback_sim.parameters import Value
from wattback_sim.world import World, default_parameters

TICK_US = 10_000
OFFER_48_A = 8000
DIGITAL = 500
STEADY = 10_000


class Driveway:
    """A plugged vehicle on a closed contactor, and what a connector has told it.

    powers_w: of every tick so far.
    """

    def __init__(self, **parameters: Value) -> None:
        self._parameters = default_parameters()
        self.set(vehicle__plugged=True, vehicle__soc=0.6, vehicle__start_s=0.0, **parameters)
        self.world = World(self._parameters, 1)
        self.vehicle = self.world.vehicle
        self.duty_bp = OFFER_48_A
        self.powers_w: list[float] = []

    def set(self, **parameters: Value) -> None:
        """Parameters by path, two underscores for the dot."""
        for path, value in parameters.items():
            self._parameters.set(path.replace("__", "."), value)

    def tell(
        self,
        target_w: float,
        charge_w: float = 19200.0,
        discharge_w: float = 19200.0,
        permitted: bool = True,
        wanted: bool = False,
    ) -> None:
        """What the loop of the link has said last."""
        self.vehicle.evcc.orders = Orders(target_w, charge_w, discharge_w, permitted, wanted)

    def silence(self) -> None:
        """The vehicle's own time without an answer is over."""
        self.vehicle.evcc.orders = None

    def run(self, seconds: float) -> float:
        """Let time pass; returns the power at its end, W out of the vehicle."""
        world = self.world
        for _ in range(round(seconds * 100)):
            world.drive(self.duty_bp, 1, 0, 0)
            world.advance(world.now_us + TICK_US)
            self.powers_w.append(world.power_w)
        return world.power_w


# --- both ways ---


def test_power_out_of_the_vehicle_is_positive_everywhere_and_counted_as_export() -> None:
    driveway = Driveway()
    driveway.tell(7680.0)
    assert driveway.run(10.0) == pytest.approx(7680.0, rel=0.001)
    world = driveway.world
    assert world.current_a == pytest.approx(7680.0 / 243.3, rel=0.01)
    assert world.import_wh == 0.0
    assert world.export_wh == pytest.approx(7680.0 * 9.5 / 3600.0, rel=0.02)
    assert world.grid.voltage_l1_v > 120.0  # it lifts the voltage behind the source impedance


def test_power_into_it_is_negative_and_counted_as_import() -> None:
    driveway = Driveway()
    driveway.tell(-7680.0)
    assert driveway.run(10.0) == pytest.approx(-7680.0, rel=0.001)
    assert driveway.world.current_a < 0.0
    assert driveway.world.export_wh == 0.0
    assert driveway.world.import_wh > 0.0
    assert driveway.world.grid.voltage_l1_v < 120.0


def test_energy_of_battery_and_meter_balance_over_a_day_of_both_ways() -> None:
    driveway = Driveway(battery__capacity_kwh=60.0)
    world = driveway.world
    before = world.battery.soc
    for target_w in (8000.0, -11000.0, 3000.0, 0.0, -6000.0, 11000.0):
        driveway.tell(target_w)
        driveway.run(120.0)
    stored_wh = (world.battery.soc - before) * 60_000.0
    efficiency = world.battery.parameters.efficiency
    metered_wh = world.import_wh * efficiency - world.export_wh / efficiency
    assert stored_wh == pytest.approx(metered_wh, abs=1.0)
    assert world.import_wh > 500.0 < world.export_wh


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_reversal_passes_through_zero_without_a_jump(sign: float) -> None:
    driveway = Driveway()
    driveway.tell(7680.0 * sign)
    driveway.run(10.0)
    driveway.powers_w.clear()
    driveway.tell(-7680.0 * sign)
    driveway.run(10.0)
    powers_w = driveway.powers_w
    assert powers_w[-1] == pytest.approx(-7680.0 * sign, rel=0.001)
    steps_w = [after - before for before, after in pairwise(powers_w)]
    assert max(abs(step_w) for step_w in steps_w) <= 105.0  # 10 kW/s, and the voltage moves
    assert all(step_w * sign <= 0.5 for step_w in steps_w)  # and it never turns back
    assert min(abs(power_w) for power_w in powers_w) <= 60.0


# --- what limits it ---


def test_it_discharges_down_to_its_own_minimum_and_never_below() -> None:
    driveway = Driveway(battery__capacity_kwh=5.0, vehicle__minimum_soc=0.5995)
    driveway.tell(11000.0)
    driveway.run(5.0)
    assert driveway.world.power_w == 0.0
    exported_wh = driveway.world.export_wh
    assert exported_wh == pytest.approx(0.0005 * 5000.0 * 0.92, rel=0.02)
    driveway.run(5.0)
    assert driveway.world.export_wh == exported_wh
    assert driveway.world.battery.soc == pytest.approx(0.5995, abs=0.00001)


def test_it_charges_no_faster_than_a_battery_that_is_nearly_full_takes() -> None:
    driveway = Driveway()
    driveway.world.battery.soc = 0.97
    driveway.tell(-11500.0)
    power_w = driveway.run(10.0)
    assert -power_w == pytest.approx(driveway.world.battery.acceptable_w(), rel=0.01)
    assert -power_w < 6000.0


@pytest.mark.parametrize(
    ("told", "expected_w"),
    [
        (Orders(9000.0, 19200.0, 5000.0, True, True), 5000.0),
        (Orders(19200.0, 19200.0, 19200.0, True, True), 11500.0),  # its own rating
        (Orders(9000.0, 19200.0, 19200.0, False, True), 0.0),
        (Orders(9000.0, 19200.0, 0.0, True, True), 0.0),
        (Orders(-9000.0, 4000.0, 19200.0, True, False), -4000.0),
        (Orders(-400.0, 19200.0, 19200.0, True, False), -400.0),  # less than a duty can say
        (Orders(0.0, 19200.0, 19200.0, True, False), 0.0),
    ],
)
def test_it_does_the_least_of_what_everyone_allows(told: Orders, expected_w: float) -> None:
    driveway = Driveway()
    driveway.vehicle.evcc.orders = told
    assert driveway.run(10.0) == pytest.approx(expected_w, rel=0.001)


def test_the_duty_is_one_more_limit_for_charging_and_none_for_discharging() -> None:
    driveway = Driveway()
    driveway.duty_bp = 1667  # 10 A
    driveway.tell(-11000.0)
    assert driveway.run(10.0) == pytest.approx(-10.0 * 239.0, rel=0.01)
    driveway.tell(9000.0)
    assert driveway.run(10.0) == pytest.approx(9000.0, rel=0.001)


def test_at_five_percent_duty_the_link_alone_counts() -> None:
    driveway = Driveway()
    driveway.duty_bp = DIGITAL
    driveway.tell(-9000.0)
    assert driveway.run(10.0) == pytest.approx(-9000.0, rel=0.001)
    driveway.tell(9000.0)
    assert driveway.run(10.0) == pytest.approx(9000.0, rel=0.001)


def test_without_a_link_five_percent_duty_offers_nothing() -> None:
    driveway = Driveway()
    driveway.duty_bp = DIGITAL
    driveway.run(10.0)
    assert driveway.powers_w == [0.0] * 1000
    assert not driveway.vehicle.s2_closed


def test_when_the_pwm_ends_it_stops_and_opens_s2() -> None:
    driveway = Driveway()
    for target_w in (9000.0, -9000.0):
        driveway.duty_bp = OFFER_48_A
        driveway.tell(target_w)
        driveway.run(5.0)
        assert abs(driveway.world.power_w) > 8900.0
        driveway.duty_bp = STEADY
        assert driveway.run(3.0) == 0.0
        assert not driveway.vehicle.s2_closed


# --- what the driver needs ---


def test_with_its_need_met_it_closes_s2_only_for_an_export_that_is_asked_for() -> None:
    driveway = Driveway(vehicle__need_kwh=0.0)
    driveway.tell(-11000.0)
    driveway.run(3.0)
    assert not driveway.vehicle.s2_closed
    driveway.tell(0.0, wanted=True)
    driveway.run(0.1)
    assert driveway.vehicle.s2_closed
    driveway.tell(5000.0, wanted=True)
    driveway.run(5.0)
    assert driveway.world.power_w == pytest.approx(5000.0, rel=0.001)


def test_below_its_minimum_it_does_not_close_s2_for_an_export() -> None:
    driveway = Driveway(vehicle__need_kwh=0.0, vehicle__minimum_soc=0.7)
    driveway.tell(5000.0, wanted=True)
    driveway.run(3.0)
    assert not driveway.vehicle.s2_closed


def test_what_an_export_has_cost_adds_to_the_need_and_is_charged_again() -> None:
    driveway = Driveway(vehicle__need_kwh=0.05)
    vehicle = driveway.vehicle
    assert vehicle.need_wh() == pytest.approx(50.0)
    driveway.tell(9000.0, wanted=True)
    driveway.run(30.0)
    exported_wh = driveway.world.export_wh
    assert vehicle.need_wh() == pytest.approx(50.0 + exported_wh / 0.92**2, abs=0.2)
    driveway.tell(-11000.0)
    driveway.run(90.0)
    assert driveway.world.power_w == 0.0
    assert vehicle.need_wh() == 0.0
    # It leaves with 50 Wh of the AC side more than it came with.
    gained_wh = (driveway.world.battery.soc - 0.6) * 123_000.0
    assert gained_wh == pytest.approx(50.0 * 0.92, abs=2.0)


def test_a_need_is_no_more_than_fits_into_the_battery() -> None:
    driveway = Driveway(vehicle__need_kwh=300.0, vehicle__target_soc=0.8)
    assert driveway.vehicle.need_wh() == pytest.approx(0.2 * 123_000.0 / 0.92)


def test_its_departure_counts_down_from_the_plug_in() -> None:
    driveway = Driveway(vehicle__departure_s=100.0)
    vehicle = driveway.vehicle
    driveway.run(30.0)
    assert vehicle._readings().departure_s == pytest.approx(70.0)
    driveway.world.unplug()
    driveway.run(5.0)
    vehicle.plug_in()
    driveway.run(1.0)
    assert vehicle._readings().departure_s == pytest.approx(99.0)
    driveway.run(120.0)
    assert vehicle._readings().departure_s == 0.0
    driveway.set(vehicle__departure_s=-1.0)
    assert vehicle._readings().departure_s == -1.0


# --- when it ceases, and when it does not ---


@pytest.mark.parametrize("voltage_pu", [0.0, 0.3, 0.47, 1.11, 1.3])
def test_it_ceases_at_once_outside_its_voltage_window(voltage_pu: float) -> None:
    driveway = Driveway()
    driveway.tell(9000.0)
    driveway.run(5.0)
    driveway.set(grid__voltage_pu=voltage_pu)
    driveway.run(0.02)
    assert driveway.world.power_w == 0.0


def test_in_a_sag_it_holds_its_current_instead_of_raising_it() -> None:
    driveway = Driveway(inverter__discharge_kw=9.6)
    driveway.tell(9600.0)
    driveway.run(5.0)
    driveway.set(grid__voltage_pu=0.7)
    driveway.run(3.0)
    assert driveway.world.current_a == pytest.approx(40.0, rel=0.02)


def test_it_ceases_when_the_contactor_opens() -> None:
    driveway = Driveway()
    driveway.tell(9000.0)
    driveway.run(5.0)
    world = driveway.world
    world.drive(OFFER_48_A, 0, 0, 0)
    world.advance(world.now_us + 30_000)
    world.advance(world.now_us + 10_000)
    assert world.power_w == 0.0


def test_it_ceases_at_once_when_its_link_is_silent_and_charges_by_the_duty() -> None:
    driveway = Driveway()
    driveway.tell(9000.0)
    driveway.run(5.0)
    driveway.silence()
    assert driveway.run(0.01) <= 0.0
    assert driveway.run(20.0) == pytest.approx(-48.0 * 235.2, rel=0.01)


@pytest.mark.parametrize("how", ["ceases", "frozen"])
def test_one_that_misbehaves_feeds_on_into_the_silence(how: str) -> None:
    driveway = Driveway(inverter__ceases=how != "ceases")
    driveway.tell(9000.0)
    driveway.run(5.0)
    driveway.vehicle.inverter.frozen = how == "frozen"
    driveway.set(link__on=True)  # its controller begins anew, and has nobody to talk to
    assert driveway.run(5.0) == pytest.approx(9000.0, rel=0.01)


def test_a_frozen_inverter_keeps_its_power_whatever_it_is_told() -> None:
    driveway = Driveway()
    driveway.tell(9000.0)
    driveway.run(5.0)
    driveway.vehicle.inverter.frozen = True
    driveway.tell(-9000.0)
    assert driveway.run(5.0) == pytest.approx(9000.0, rel=0.001)
    driveway.vehicle.inverter.frozen = False
    assert driveway.run(5.0) == pytest.approx(-9000.0, rel=0.001)


def test_an_inverted_one_does_the_opposite() -> None:
    driveway = Driveway()
    driveway.vehicle.inverter.inverted = True
    driveway.tell(-5000.0)
    assert driveway.run(5.0) == pytest.approx(5000.0, rel=0.001)


@pytest.mark.parametrize("linked", [True, False])
def test_a_forced_one_feeds_without_permission(linked: bool) -> None:
    driveway = Driveway()
    if linked:
        driveway.tell(-9000.0, permitted=False)
    driveway.run(5.0)
    assert driveway.world.power_w < -7000.0
    driveway.vehicle.inverter.forced_w = 4000.0
    assert driveway.run(5.0) == pytest.approx(4000.0, rel=0.001)


def test_pins_that_part_under_an_export_arc() -> None:
    driveway = Driveway()
    driveway.tell(9000.0)
    driveway.run(5.0)
    driveway.world.unplug()
    driveway.run(0.2)
    assert len(driveway.world.arcs) == 1
    assert driveway.world.power_w == 0.0


def test_reactive_power_is_small_and_only_of_a_running_inverter() -> None:
    driveway = Driveway(active_islanding__nudge=0.0)
    driveway.run(10.0)
    assert driveway.world.power_w < -10_000.0
    assert driveway.world.reactive_var == 0.0
    driveway.tell(10_000.0)
    driveway.run(10.0)
    assert driveway.world.reactive_var == pytest.approx(200.0, rel=0.01)


@pytest.mark.parametrize(
    "row",
    [row for row in FAULT_KINDS if row.part in ("inverter", "vehicle_link")],
    ids=lambda row: f"{row.part}-{row.kind}",
)
def test_what_breaks_in_a_scenario_is_a_part_of_the_vehicle_and_can_be_mended(
    row: FaultKind,
) -> None:
    world = Driveway().world
    owner = row.owner(world)
    sound = getattr(owner, row.attribute)
    row.break_it(world, 12.0)
    assert getattr(owner, row.attribute) == (12.0 if row.unit else row.broken) != sound
    row.mend(world)
    assert getattr(owner, row.attribute) == sound


# --- each part alone ---


def test_the_inverter_is_at_90_percent_after_its_response_and_then_settles() -> None:
    inverter = Inverter(InverterParameters(response_s=2.0, ramp_kw_per_s=1000.0))
    power_w = 0.0
    for _ in range(200):
        power_w = inverter.step(power_w, 10_000.0, 240.0, 0.01)
    assert power_w == pytest.approx(9000.0, rel=0.01)
    for _ in range(1000):
        power_w = inverter.step(power_w, 10_000.0, 240.0, 0.01)
    assert power_w == 10_000.0


def test_the_inverters_ramp_limits_a_fast_response() -> None:
    inverter = Inverter(InverterParameters(response_s=0.0, ramp_kw_per_s=2.0))
    power_w = 0.0
    for _ in range(100):
        power_w = inverter.step(power_w, -10_000.0, 240.0, 0.01)
    assert power_w == pytest.approx(-2000.0)


def test_an_inverter_without_a_response_time_stays_where_it_is_while_no_time_passes() -> None:
    inverter = Inverter(InverterParameters(response_s=0.0))
    assert inverter.step(7000.0, 8000.0, 240.0, 0.0) == 7000.0


def test_longer_steps_lead_to_the_same_power() -> None:
    inverter = Inverter(InverterParameters())
    fine_w = coarse_w = 0.0
    for _ in range(500):
        fine_w = inverter.step(fine_w, 8000.0, 240.0, 0.01)
    for _ in range(5):
        coarse_w = inverter.step(coarse_w, 8000.0, 240.0, 1.0)
    assert fine_w == coarse_w == 8000.0


def test_a_cycle_of_the_battery_loses_what_the_efficiency_says() -> None:
    battery = Battery(BatteryParameters(efficiency=0.9), 0.5)
    battery.discharge(9000.0, 3600.0)
    battery.charge(9000.0 / 0.81, 3600.0)
    assert battery.soc == pytest.approx(0.5)


def test_a_battery_is_never_emptier_than_empty_nor_fuller_than_full() -> None:
    battery = Battery(BatteryParameters(), 0.01)
    battery.discharge(50_000.0, 36_000.0)
    assert battery.soc == 0.0
    battery.charge(50_000.0, 36_000.0)
    assert battery.soc == 1.0
    assert battery.room_wh(0.9) == 0.0
