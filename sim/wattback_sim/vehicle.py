"""The vehicle with basic signalling: pilot resistors, S2, and a charger that obeys the duty.

It reads the duty as IEC 61851-1 Table A.8 tells a vehicle to, closes S2 when it wants energy, and
follows a changed duty within its own time. Parameters make it slow, greedy, or in need of air.
"""

from dataclasses import dataclass

from wattback.pilot import ma_for_duty_bp
from wattback_sim.battery import Battery
from wattback_sim.parameters import parameter

# Resistances to earth behind the diode (evse.md 1.1, C): state B, C and D.
_B_OHM = 2740.0
_C_OHM = 2740.0 * 1300.0 / (2740.0 + 1300.0)
_D_OHM = 2740.0 * 270.0 / (2740.0 + 270.0)
_LEAST_LINE_V = 150.0  # below it the on-board charger does not run
_STOPPED_A = 0.3


@dataclass(slots=True)
class VehicleParameters:
    """Section `vehicle`."""

    plugged: bool = parameter(False, "", 0, 1, "already plugged in at the start", True)
    soc: float = parameter(0.5, "", 0.0, 1.0, "state of charge at the start", True)
    target_soc: float = parameter(1.0, "", 0.0, 1.0, "charges up to it")
    need_kwh: float = parameter(300.0, "kWh", 0.0, 300.0, "energy that it wants in this visit")
    max_current_a: float = parameter(48.0, "A", 6.0, 96.0, "of the on-board charger")
    start_s: float = parameter(1.5, "s", 0.0, 60.0, "from an offer to S2 closed")
    response_s: float = parameter(1.0, "s", 0.0, 30.0, "from a changed duty to the current")
    stop_s: float = parameter(1.0, "s", 0.0, 60.0, "from PWM off to S2 open")
    ramp_a_per_s: float = parameter(8.0, "A/s", 0.1, 1000.0, "of the current, upwards")
    obeys_duty: bool = parameter(True, "", 0, 1, "false: draws max_current_a whatever is offered")
    s2_without_pwm: bool = parameter(False, "", 0, 1, "closes S2 without an offer (simplified)")
    ventilation: bool = parameter(False, "", 0, 1, "asks for state D instead of C")


class Vehicle:
    """draw_a: AC current drawn, a magnitude. energy_wh: taken in this visit."""

    def __init__(self, parameters: VehicleParameters, battery: Battery) -> None:
        self.parameters = parameters
        self.battery = battery
        self.plugged = parameters.plugged
        self.s2_closed = False
        self.s2_forced_open = False
        self.draw_a = 0.0
        self.energy_wh = 0.0
        self._read_a = 0.0
        self._allowed_a = 0.0
        self._follow_at_s = 0.0
        self._offered_since_s: float | None = None
        self._refused_since_s = 0.0

    def plug_in(self) -> None:
        """The driver plugs in: a visit begins."""
        self.plugged = True
        self.energy_wh = 0.0

    def unplug(self) -> None:
        """The plug leaves the inlet; its pilot pin first, so the current may still flow."""
        self.plugged = False
        self.s2_closed = False
        self._read_a = self._allowed_a = 0.0
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

    def advance(self, now_s: float, dt_s: float, duty_bp: int, line_v: float) -> None:
        """Live for `dt_s` up to `now_s` with this duty on the pilot and this line voltage."""
        if self.draw_a > 0.0:
            power_w = self.draw_a * line_v
            self.battery.charge(power_w, dt_s)
            self.energy_wh += power_w * dt_s / 3600.0
        if self.plugged:
            self._read_duty(now_s, duty_bp)
            self._switch_s2(now_s)
        self._draw(dt_s, line_v)

    def _read_duty(self, now_s: float, duty_bp: int) -> None:
        read_a = ma_for_duty_bp(duty_bp) / 1000.0
        if read_a != self._read_a:
            if read_a == 0.0:
                self._refused_since_s = now_s
                self._offered_since_s = None
            elif self._read_a == 0.0:
                self._offered_since_s = now_s
            self._read_a = read_a
            self._follow_at_s = now_s + self.parameters.response_s
        if now_s >= self._follow_at_s:
            self._allowed_a = self._read_a

    def _switch_s2(self, now_s: float) -> None:
        p = self.parameters
        if self.s2_forced_open:
            self.s2_closed = False
        elif not self.wants_energy():
            if self.draw_a < _STOPPED_A:
                self.s2_closed = False
        elif p.s2_without_pwm:
            self.s2_closed = True
        elif self._offered_since_s is not None:
            if now_s - self._offered_since_s >= p.start_s:
                self.s2_closed = True
        elif now_s - self._refused_since_s >= p.stop_s and (
            self.draw_a < _STOPPED_A or not p.obeys_duty
        ):
            self.s2_closed = self.s2_closed and not p.obeys_duty

    def _draw(self, dt_s: float, line_v: float) -> None:
        if line_v < _LEAST_LINE_V:
            self.draw_a = 0.0
            return
        p = self.parameters
        if not self.plugged:
            return  # the current runs on in the power pins until they part
        allowed_a = self._allowed_a if p.obeys_duty else p.max_current_a
        if self.s2_forced_open and self.draw_a > 0.0:
            return  # S2 opened without stopping first: the charger has not noticed yet
        if not self.s2_closed or not self.wants_energy():
            allowed_a = 0.0
        target_a = min(allowed_a, p.max_current_a, self.battery.acceptable_w() / line_v)
        if target_a < 6.0 and allowed_a < 6.0:
            target_a = 0.0
        if target_a > self.draw_a:
            self.draw_a = min(target_a, self.draw_a + p.ramp_a_per_s * dt_s)
        elif target_a < self.draw_a:
            self.draw_a = max(target_a, self.draw_a - 8.0 * p.ramp_a_per_s * dt_s)
