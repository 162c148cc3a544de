"""The home behind the gateway: loads that can be shed, a motor that starts, solar that feeds.

All loads are constant impedances. Groups lie between the legs and the neutral, so a lost neutral
divides the line voltage by them; the motor lies between the legs. A split phase is assumed.
"""

from dataclasses import dataclass

from wattback_sim.parameters import parameter

DEAD_LINE_V = 100.0  # with less nothing in a home runs
_GONE_PU = 0.5  # with less a solar inverter ceases at once
# Windows of its entering service: IEEE 1547 has 0.917 … 1.05 pu and 59.5 … 60.1 Hz by default and
# lets them be set; an island of a home is wider than a grid.
_ENTER_PU = (0.88, 1.1)
_ENTER_HZ = (59.3, 60.5)


@dataclass(slots=True)
class HomeParameters:
    """Section `home`."""

    essential_w: float = parameter(800.0, "W", 0.0, 20000.0, "loads that are never shed")
    group1_w: float = parameter(1500.0, "W", 0.0, 20000.0, "loads that are shed first")
    group2_w: float = parameter(1000.0, "W", 0.0, 20000.0, "loads that are shed second")
    group3_w: float = parameter(500.0, "W", 0.0, 20000.0, "loads that are shed last")
    leg_share: float = parameter(0.5, "", 0.0, 1.0, "of leg 1, of all loads but the motor")
    motor_w: float = parameter(600.0, "W", 0.0, 20000.0, "of the motor, running")
    motor_inrush: float = parameter(6.0, "", 1.0, 15.0, "times as much while it starts")
    motor_start_s: float = parameter(0.6, "s", 0.0, 60.0, "that its start takes")
    motor_on: bool = parameter(False, "", 0, 1, "the motor is switched on")


@dataclass(slots=True)
class SolarParameters:
    """Section `solar`."""

    available_w: float = parameter(0.0, "W", 0.0, 20000.0, "that the sun offers")
    shift_from_hz: float = parameter(60.5, "Hz", 60.0, 65.0, "it produces less from there on")
    shift_to_hz: float = parameter(61.5, "Hz", 60.0, 65.0, "it produces nothing there")
    trip_hz: float = parameter(62.0, "Hz", 60.0, 70.0, "it disconnects from there on")
    reconnect_s: float = parameter(300.0, "s", 0.0, 3600.0, "of a good supply until it feeds")
    ramp_s: float = parameter(60.0, "s", 0.0, 3600.0, "from then to all of it")


class Home:
    """shed: how many of the groups are disconnected. nominal_v: between the legs."""

    def __init__(self, parameters: HomeParameters, nominal_v: float) -> None:
        self.parameters = parameters
        self.shed = 0
        self._nominal_v = nominal_v
        self._stopped_us = 0  # the motor's start is counted from here
        self._l1_siemens = 0.0
        self._l2_siemens = 0.0
        self._motor_siemens = 0.0

    def advance(self, now_us: int, line_v: float) -> None:
        """Take what is switched on at `now_us`, on this line until then."""
        p = self.parameters
        groups_w = (p.group1_w, p.group2_w, p.group3_w)
        loads_w = p.essential_w + sum(groups_w[self.shed :])
        leg_v = self._nominal_v / 2.0
        self._l1_siemens = loads_w * p.leg_share / leg_v**2
        self._l2_siemens = loads_w * (1.0 - p.leg_share) / leg_v**2
        if not p.motor_on or line_v < DEAD_LINE_V:
            self._stopped_us = now_us
        starts = now_us - self._stopped_us < p.motor_start_s * 1e6
        motor_w = p.motor_w * (p.motor_inrush if starts else 1.0) if p.motor_on else 0.0
        self._motor_siemens = motor_w / self._nominal_v**2

    def power_w(self, l1_v: float, l2_v: float) -> float:
        """What it takes at these voltages."""
        legs_w = self._l1_siemens * l1_v**2 + self._l2_siemens * l2_v**2
        return legs_w + self._motor_siemens * (l1_v + l2_v) ** 2

    def siemens(self, neutral: bool) -> float:
        """Between the legs; neutral: it is held in the middle."""
        both = self._l1_siemens + self._l2_siemens
        if neutral:
            legs = both / 4.0
        else:
            legs = self._l1_siemens * self._l2_siemens / both if both else 0.0
        return legs + self._motor_siemens

    def split(self, line_v: float, neutral: bool) -> tuple[float, float]:
        """Voltages of the legs of an island; a neutral that is lost is where the loads pull it."""
        both = self._l1_siemens + self._l2_siemens
        share = 0.5 if neutral or not both else self._l2_siemens / both
        return line_v * share, line_v * (1.0 - share)


class Solar:
    """connected: it feeds what the frequency leaves it. power_w: of it now."""

    def __init__(self, parameters: SolarParameters, nominal_v: float, alive: bool) -> None:
        self.parameters = parameters
        self.connected = alive
        self.power_w = 0.0
        self._nominal_v = nominal_v
        self._good_s = 0.0
        self._risen = 1.0 if alive else 0.0  # of its ramp

    def advance(self, dt_s: float, l1_v: float, l2_v: float, hz: float) -> None:
        """Live for `dt_s` on this supply."""
        p = self.parameters
        line_pu = (l1_v + l2_v) / self._nominal_v
        if hz >= p.trip_hz or line_pu < _GONE_PU:
            self.connected = False
        if self.connected:
            self._good_s = 0.0
            self._risen = min(1.0, self._risen + dt_s / p.ramp_s) if p.ramp_s else 1.0
        else:
            self._risen = 0.0
            self._wait(dt_s, min(l1_v, l2_v), max(l1_v, l2_v), hz)
        # Its current is limited, so a low voltage takes power from it.
        offered_w = p.available_w * self._risen * min(1.0, line_pu) if self.connected else 0.0
        self.power_w = offered_w * self._share(hz)

    def _wait(self, dt_s: float, low_v: float, high_v: float, hz: float) -> None:
        leg_v = self._nominal_v / 2.0
        good_v = low_v >= _ENTER_PU[0] * leg_v and high_v <= _ENTER_PU[1] * leg_v
        good = good_v and _ENTER_HZ[0] <= hz <= _ENTER_HZ[1]
        self._good_s = self._good_s + dt_s if good else 0.0
        self.connected = good and self._good_s >= self.parameters.reconnect_s

    def _share(self, hz: float) -> float:
        p = self.parameters
        if hz <= p.shift_from_hz:
            return 1.0
        if hz >= p.shift_to_hz:
            return 0.0
        return (p.shift_to_hz - hz) / (p.shift_to_hz - p.shift_from_hz)
