"""The vehicle's bidirectional inverter: how fast its power follows, and when it does not run.

It is the vehicle that decides what to do; here is how the power electronics do it. Power is that
of the AC side, positive out of the vehicle.
"""

from dataclasses import dataclass

from wattback_sim.parameters import parameter

# A first-order lag is at 90 % after 2.3 time constants; IEEE 1547 gives responses as that time.
_TIME_CONSTANTS = 2.3
_SETTLED_W = 10.0


@dataclass(slots=True)
class InverterParameters:
    """Section `inverter`."""

    discharge_kw: float = parameter(11.5, "kW", 0.0, 50.0, "rating, out of the vehicle")
    response_s: float = parameter(0.5, "s", 0.0, 30.0, "from a step of the target to 90 % of it")
    ramp_kw_per_s: float = parameter(10.0, "kW/s", 0.1, 1000.0, "of its power, either way")
    nominal_v: float = parameter(240.0, "V", 100.0, 600.0, "line voltage that it is made for")
    nominal_hz: float = parameter(60.0, "Hz", 50.0, 60.0, "frequency that it is made for", True)
    low_v: float = parameter(120.0, "V", 0.0, 300.0, "line voltage below which it does not run")
    high_v: float = parameter(
        264.0, "V", 200.0, 400.0, "line voltage above which it does not feed"
    )
    reactive_share: float = parameter(0.02, "", -0.5, 0.5, "of its power, injected as var")
    forms_deg: float = parameter(
        90.0, "deg", -180.0, 180.0, "phase of a voltage that it holds on its own"
    )
    ceases: bool = parameter(True, "", 0, 1, "false: feeds on although its link is silent")


class Inverter:
    """Moves power towards a goal.

    What may be wrong with it: forced_w: feeds that much whatever it is told; inverted: takes every
    goal with the wrong sign; frozen: keeps its power while it can; forms_v: holds this voltage
    behind open contacts, though nobody has asked it to.
    """

    def __init__(self, parameters: InverterParameters) -> None:
        self.parameters = parameters
        self.forced_w = 0.0
        self.inverted = False
        self.forms_v = 0.0
        self.frozen = False

    @property
    def feeds_on(self) -> bool:
        """It does not cease by itself when its link is silent."""
        return self.frozen or not self.parameters.ceases

    def most_w(self, line_v: float) -> float:
        """The most that it can feed at this line voltage, in W: its current is limited."""
        p = self.parameters
        if not p.low_v <= line_v <= p.high_v:
            return 0.0
        return p.discharge_kw * 1000.0 * min(1.0, line_v / p.nominal_v)

    def step(self, power_w: float, goal_w: float, line_v: float, dt_s: float) -> float:
        """Its power after `dt_s` seconds, from `power_w` towards `goal_w`."""
        p = self.parameters
        if line_v < p.low_v or (line_v > p.high_v and power_w > 0.0):
            return 0.0
        if self.frozen and power_w:
            return power_w
        if self.forced_w:
            goal_w = self.forced_w
        if self.inverted:
            goal_w = -goal_w
        goal_w = min(goal_w, self.most_w(line_v))
        if not dt_s:
            return power_w
        lag_s = p.response_s / _TIME_CONSTANTS
        wanted_w = (goal_w - power_w) * dt_s / (lag_s + dt_s)
        ramp_w = p.ramp_kw_per_s * 1000.0 * dt_s
        power_w += max(-ramp_w, min(ramp_w, wanted_w))
        return goal_w if abs(goal_w - power_w) < _SETTLED_W else power_w
