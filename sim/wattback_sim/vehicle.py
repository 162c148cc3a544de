"""The vehicle: pilot resistors, S2, a charger that obeys the duty, and what its digital link adds.

With basic signalling it reads the duty as IEC 61851-1 Table A.8 tells a vehicle to, closes S2 when
it wants energy, and follows a changed duty within its own time. Parameters make it slow, greedy,
or in need of air. While its link runs (`evcc.py`) it follows the connector's target with its
inverter, both ways; the duty is then one more limit for charging. Current is positive out of it.
While its inverter forms an island (`forming.py`), what it carries is the home's to say.
"""

import math
from dataclasses import dataclass

from wattback.pilot import ma_for_duty_bp
from wattback_sim.active_islanding import ActiveIslanding, ActiveIslandingParameters
from wattback_sim.battery import Battery
from wattback_sim.evcc import Evcc, LinkParameters, Orders, Readings
from wattback_sim.forming import Forming, FormingParameters
from wattback_sim.grid_code.grid_code import GridCode, GridCodeParameters
from wattback_sim.inverter import Inverter, InverterParameters
from wattback_sim.parameters import parameter

# Resistances to earth behind the diode (evse.md 1.1, C): state B, C and D.
_B_OHM = 2740.0
_C_OHM = 2740.0 * 1300.0 / (2740.0 + 1300.0)
_D_OHM = 2740.0 * 270.0 / (2740.0 + 270.0)
_LEAST_LINE_V = 150.0  # below it the on-board charger does not run
_STOPPED_A = 0.3
_WAKING_V = -10.0  # at the plug, for so long, and then back (state F; evse.md 1.2)
_WAKING_S = 0.2
_DIGITAL_BP = range(300, 701)  # the duty that refers to the digital link (evse.md 1.2, C)


@dataclass(slots=True)
class VehicleParameters:
    """Section `vehicle`."""

    plugged: bool = parameter(False, "", 0, 1, "already plugged in at the start", True)
    soc: float = parameter(0.5, "", 0.0, 1.0, "state of charge at the start", True)
    target_soc: float = parameter(1.0, "", 0.0, 1.0, "charges up to it")
    minimum_soc: float = parameter(0.1, "", 0.0, 1.0, "discharges down to it, never below")
    need_kwh: float = parameter(300.0, "kWh", 0.0, 300.0, "energy that it wants in this visit")
    departure_s: float = parameter(
        -1.0, "s", -1.0, 604800.0, "from plug-in to when it must have it; -1: does not say"
    )
    max_current_a: float = parameter(48.0, "A", 6.0, 96.0, "of the on-board charger")
    start_s: float = parameter(1.5, "s", 0.0, 60.0, "from an offer to S2 closed")
    response_s: float = parameter(1.0, "s", 0.0, 30.0, "from a changed duty to the current")
    stop_s: float = parameter(1.0, "s", 0.0, 60.0, "from PWM off to S2 open")
    ramp_a_per_s: float = parameter(8.0, "A/s", 0.1, 1000.0, "of the current, upwards")
    obeys_duty: bool = parameter(True, "", 0, 1, "false: draws max_current_a whatever is offered")
    s2_without_pwm: bool = parameter(False, "", 0, 1, "closes S2 without an offer (simplified)")
    ventilation: bool = parameter(False, "", 0, 1, "asks for state D instead of C")
    asleep: bool = parameter(
        False, "", 0, 1, "its link is silent and S2 open, until a pulse on the pilot wakes it"
    )


class Vehicle:
    """current_a: at its plug, positive out of it. energy_wh: taken in this visit, less what it
    takes to replace what was given."""

    def __init__(
        self,
        parameters: VehicleParameters,
        battery: Battery,
        inverter: InverterParameters,
        link: LinkParameters,
        seed: int,
        active_islanding: ActiveIslandingParameters | None = None,
        grid_code: GridCodeParameters | None = None,
        forming: FormingParameters | None = None,
    ) -> None:
        self.parameters = parameters
        self.active_islanding = ActiveIslanding(
            active_islanding or ActiveIslandingParameters(), inverter.nominal_hz
        )
        self.grid_code: GridCode | None = None  # while it feeds, or is asked to
        self._grid_code_parameters = grid_code or GridCodeParameters()
        self.battery = battery
        self.inverter = Inverter(inverter)
        self.forming = Forming(forming or FormingParameters(), inverter)
        self.evcc = Evcc(link, self._readings, seed)
        self.plugged = parameters.plugged
        self.s2_closed = False
        self.s2_forced_open = False
        self.current_a = 0.0
        self.energy_wh = 0.0
        self._orders: Orders | None = None
        self._line_v = 0.0
        self._plugged_s = 0.0
        self._now_s = 0.0
        self._read_a = 0.0
        self._allowed_a = 0.0
        self._follow_at_s = 0.0
        self._digital = False  # the duty refers to the link
        self._offered_since_s: float | None = None
        self._refused_since_s = 0.0
        self._heard_s = 0.0  # when its link was alive
        self._waking_s = 0.0

    def plug_in(self) -> None:
        """The driver plugs in: a visit begins."""
        self.plugged = True
        self.energy_wh = 0.0
        self._plugged_s = self._now_s

    def unplug(self) -> None:
        """The plug leaves the inlet; its pilot pin first, so the current may still flow."""
        self.plugged = False
        self.s2_closed = False
        self._orders = None
        self.forming.unplug()
        self._read_a = self._allowed_a = 0.0
        self._digital = False
        self._offered_since_s = None

    def load_ohm(self) -> float | None:
        """What the pilot sees of the vehicle; None when unplugged."""
        if not self.plugged:
            return None
        if not self.s2_closed:
            return _B_OHM
        return _D_OHM if self.parameters.ventilation else _C_OHM

    def wants_energy(self) -> bool:
        """Its need is not met and its battery not at the target."""
        p = self.parameters
        return self.battery.soc < p.target_soc and self.energy_wh < p.need_kwh * 1000.0

    def need_wh(self) -> float:
        """Energy that it still wants, as much of it as fits into the battery."""
        p = self.parameters
        left_wh = max(0.0, p.need_kwh * 1000.0 - self.energy_wh)
        return min(left_wh, self.battery.room_wh(p.target_soc))

    def most_charge_w(self, line_v: float) -> float:
        """What charger and battery take at this voltage, in W."""
        return min(self.parameters.max_current_a * line_v, self.battery.acceptable_w())

    def feel_pilot(self, high_v: float, dt_s: float) -> None:
        """While it is asleep: the pilot's upper level at its plug for `dt_s`."""
        if high_v <= _WAKING_V and self.plugged:
            self._waking_s += dt_s
            return
        if self._waking_s >= _WAKING_S:
            self.parameters.asleep = False
        self._waking_s = 0.0

    @property
    def support_var(self) -> float:
        """The part of it that the grid code asks for; a meter's currents show it."""
        return self.grid_code.reactive_var if self.grid_code and self.current_a else 0.0

    @property
    def reactive_var(self) -> float:
        """Reactive power, positive into the grid: little, and only of a running inverter."""
        if self._orders is None or self.forming.active:
            return 0.0
        power_w = abs(self._power_w())
        return self.support_var + power_w * (
            self.inverter.parameters.reactive_share + self.active_islanding.share
        )

    def advance(
        self, now_us: int, dt_s: float, duty_bp: int, line_v: float, line_hz: float = 60.0
    ) -> None:
        """Live for `dt_s` up to `now_us` with this duty on the pilot and this line."""
        self._now_s = now_s = now_us * 1e-6
        self._line_v = line_v
        if self.current_a:
            self._move_energy(dt_s)
        self.evcc.advance(now_us, self.plugged and not self.parameters.asleep)
        if self.evcc.orders is not None:
            self._heard_s = now_s
        if self.plugged:
            if self.evcc.orders is not self._orders:
                self._listen()
            self._read_duty(now_s, duty_bp)
            self._switch_s2(now_s)
        self._form(now_us, dt_s, line_v)
        self._obey_grid_code(line_v, line_hz, dt_s)
        self._push(line_v, line_hz, dt_s)
        self._flow(dt_s)

    def _form(self, now_us: int, dt_s: float, line_v: float) -> None:
        forming = self.forming
        formed = forming.active
        may = self.s2_closed and self.battery.soc > self.parameters.minimum_soc
        forming.advance(now_us, dt_s, self._orders, may, line_v)
        if forming.active != formed:
            self.current_a = 0.0
            self.evcc.hurry()

    def _obey_grid_code(self, line_v: float, line_hz: float, dt_s: float) -> None:
        # The connector permits a service once the grid has been good for its delay, so a
        # permission that is given anew is a new service; a charge is the connector's windows' to
        # judge.
        orders, site = self._orders, self.evcc.site
        feeds = orders is not None and (orders.target_w > 0.0 or self.current_a > 0.0)
        permitted = orders is not None and orders.permitted
        if (
            site is None
            or not (feeds and permitted)
            or self.forming.active
            or self.inverter.feeds_on
            or not self._grid_code_parameters.on
        ):
            self.grid_code = None
            return
        assert orders is not None
        rating_w = self.inverter.parameters.discharge_kw * 1000.0
        if self.grid_code is None or self.grid_code.site is not site:
            self.grid_code = GridCode(site, rating_w, self._grid_code_parameters)
        most_w = min(orders.discharge_w, self.inverter.most_w(line_v))
        asked_w = max(0.0, min(orders.target_w, most_w, rating_w))
        self.grid_code.step(line_v / site.nominal_v, line_hz, asked_w, dt_s, most_w)

    def _push(self, line_v: float, line_hz: float, dt_s: float) -> None:
        detection = self.active_islanding
        if not line_v or self.forming.active:
            detection.forget()
        elif detection.detected:
            detection.wait(line_v / self.inverter.parameters.nominal_v, line_hz, dt_s)
        elif self.current_a > 0.0 and not self.inverter.feeds_on:
            detection.step(line_v / self.inverter.parameters.nominal_v, line_hz, dt_s)
        else:
            detection.rest()

    def _power_w(self) -> float:
        return self.current_a * self._line_v

    def _move_energy(self, dt_s: float) -> None:
        power_w = self._power_w()
        if power_w <= 0.0:
            self.battery.charge(-power_w, dt_s)
            self.energy_wh += -power_w * dt_s / 3600.0
        else:
            self.battery.discharge(power_w, dt_s)
            lost = self.battery.parameters.efficiency**2  # out of the battery, and into it again
            self.energy_wh -= power_w / lost * dt_s / 3600.0

    def _listen(self) -> None:
        orders = self.evcc.orders
        if orders is None:
            if self.inverter.feeds_on and self.evcc.parameters.on:
                return  # what it was told last still counts for it
            if self.forming.outlasts(self._now_s - self._heard_s):
                return
            self.current_a = min(0.0, self.current_a)
        self._orders = orders

    def _read_duty(self, now_s: float, duty_bp: int) -> None:
        read_a = ma_for_duty_bp(duty_bp) / 1000.0
        digital = self._orders is not None and duty_bp in _DIGITAL_BP
        if read_a != self._read_a or digital != self._digital:
            offered = read_a > 0.0 or digital
            was_offered = self._read_a > 0.0 or self._digital
            if not offered:
                self._refused_since_s = now_s
                self._offered_since_s = None
            elif not was_offered:
                self._offered_since_s = now_s
            self._read_a = read_a
            self._digital = digital
            self._follow_at_s = now_s + self.parameters.response_s
        if now_s >= self._follow_at_s:
            self._allowed_a = self._read_a

    def _switch_s2(self, now_s: float) -> None:
        p = self.parameters
        stopped = abs(self.current_a) < _STOPPED_A
        if self.s2_forced_open or p.asleep:
            self.s2_closed = False
        elif not self.wants_energy() and not self._wants_to_feed():
            if stopped:
                self.s2_closed = False
        elif p.s2_without_pwm:
            self.s2_closed = True
        elif self._offered_since_s is not None:
            if now_s - self._offered_since_s >= p.start_s:
                self.s2_closed = True
        elif now_s - self._refused_since_s >= p.stop_s and (
            stopped or self.forming.active or not p.obeys_duty
        ):  # the loads of an island cannot be stopped first
            self.s2_closed = self.s2_closed and not p.obeys_duty

    def _wants_to_feed(self) -> bool:
        if self.inverter.forced_w:
            return True
        orders = self._orders
        if orders is None or self.battery.soc <= self.parameters.minimum_soc:
            return False
        return orders.wanted or orders.target_w > 0.0

    def _flow(self, dt_s: float) -> None:
        line_v = self._line_v
        if self.forming.active:
            if not line_v:
                self.current_a = 0.0
            return
        linked = self._orders is not None or self.inverter.forced_w > 0.0
        if line_v < (self.inverter.parameters.low_v if linked else _LEAST_LINE_V) or not line_v:
            self.current_a = 0.0
            return
        if not self.plugged:
            return  # the current runs on in the power pins until they part
        if self.s2_forced_open and self.current_a:
            return  # S2 opened without stopping first: the charger has not noticed yet
        if linked:
            goal_w = self._goal_w(self._orders)
            if self.active_islanding.detected:
                self.current_a = min(0.0, self.current_a)
                goal_w = min(0.0, goal_w)
            if self.grid_code is not None and self.grid_code.out:
                self.current_a = min(0.0, self.current_a)
            power_w = self.inverter.step(self._power_w(), goal_w, line_v, dt_s)
            if power_w > 0.0 and self.battery.soc <= self.parameters.minimum_soc:
                power_w = 0.0  # the battery protects itself, whatever the inverter does
            self.current_a = power_w / line_v
        else:
            self._draw(dt_s)

    def _goal_w(self, orders: Orders | None) -> float:
        """What it aims at with its link: at most what everyone allows, in the asked direction."""
        p = self.parameters
        line_v = self._line_v
        if orders is None or not self.s2_closed or self._offered_since_s is None:
            return 0.0
        if orders.target_w > 0.0:
            if not orders.permitted or self.battery.soc <= p.minimum_soc:
                return 0.0
            target_w = orders.target_w
            if self.grid_code is not None:  # it may lower an export to nothing, not to a charge
                target_w = max(0.0, self.grid_code.active_w)
            return min(target_w, orders.discharge_w, self.inverter.most_w(line_v))
        if not self.wants_energy():
            return 0.0
        duty_a = math.inf if self._digital or not p.obeys_duty else self._allowed_a
        most_w = min(duty_a, p.max_current_a) * line_v
        return -min(most_w, -orders.target_w, orders.charge_w, self.battery.acceptable_w())

    def _draw(self, dt_s: float) -> None:
        """Charge by basic signalling."""
        p = self.parameters
        line_v = self._line_v
        draw_a = -self.current_a
        allowed_a = self._allowed_a if p.obeys_duty else p.max_current_a
        if not self.s2_closed or not self.wants_energy():
            allowed_a = 0.0
        target_a = min(allowed_a, p.max_current_a, self.battery.acceptable_w() / line_v)
        if target_a < 6.0 and allowed_a < 6.0:
            target_a = 0.0
        if target_a > draw_a:
            draw_a = min(target_a, draw_a + p.ramp_a_per_s * dt_s)
        elif target_a < draw_a:
            draw_a = max(target_a, draw_a - 8.0 * p.ramp_a_per_s * dt_s)
        self.current_a = -draw_a

    def _readings(self) -> Readings:
        p = self.parameters
        inverter = self.inverter.parameters
        left_s = -1.0
        if p.departure_s >= 0.0:
            left_s = max(0.0, self._plugged_s + p.departure_s - self._now_s)
        return Readings(
            charge_w=p.max_current_a * inverter.nominal_v,
            discharge_w=inverter.discharge_kw * 1000.0,
            nominal_v=inverter.nominal_v,
            capacity_wh=self.battery.parameters.capacity_kwh * 1000.0,
            power_w=self._power_w(),
            reactive_var=self.reactive_var,
            soc=self.battery.soc,
            minimum_soc=p.minimum_soc,
            need_wh=self.need_wh(),
            departure_s=left_s,
            running=abs(self.current_a) >= _STOPPED_A,
            forms=self.forming.parameters.forms,
            forming=self.forming.active,
        )
