"""Active and reactive power that the grid code's functions make of what is asked for.

Shares of the rating; active power is positive out of the vehicle, reactive power positive into the
grid. Each function has its own response, a first-order lag (evse.md 6.5, C).
"""

import math

from wattback_sim.grid_code import curves
from wattback_sim.grid_code.site_settings import SiteSettings

# Reactive capability (evse.md 6.5, C): of category B either way, from 0.20 pu of active power on,
# in proportion from 0.05 pu.
_CAPABLE = 0.44
_FULL_FROM = 0.20
_NONE_BELOW = 0.05
_REFERENCE_PU = (0.95, 1.05)


class Functions:
    """active, reactive: what comes out now, shares of the rating, before the electronics follow.

    inverted: droop and reactive functions with the wrong sign, as somebody may have wired them.
    """

    def __init__(self, site: SiteSettings) -> None:
        self.active = 0.0
        self.reactive = 0.0
        self.inverted = False
        self._site = site
        self._droop = 0.0
        self._volt_watt = 1.0
        self._limit = 1.0
        self._reference_pu = site.reference.pu if site.reference else 1.0

    def step(self, pu: float, hz: float, asked: float, power: float, dt_s: float) -> None:
        """asked: the target. power: what flows."""
        sign = -1.0 if self.inverted else 1.0
        self.reactive = self._reactive(pu, power, sign, dt_s)
        active = asked + sign * self._sense_droop(hz, dt_s)
        active = min(active, self._highest(pu, dt_s))
        # Reactive power comes first: what is left of the apparent power is active.
        left = math.sqrt(max(0.0, 1.0 - self.reactive**2))
        self.active = max(-left, min(left, active))

    def _sense_droop(self, hz: float, dt_s: float) -> float:
        droop = self._site.droop
        if droop is None or not hz:
            return 0.0
        goal = curves.droop_share(droop, hz, self._site.nominal_hz)
        if goal or self._droop:
            self._droop = curves.lag(self._droop, goal, droop.response_s, dt_s)
        return self._droop

    def _highest(self, pu: float, dt_s: float) -> float:
        site = self._site
        if site.volt_watt is not None:
            goal = curves.at(site.volt_watt.points, pu)
            self._volt_watt = curves.lag(self._volt_watt, goal, site.volt_watt.response_s, dt_s)
        if site.limit is not None:
            goal = site.limit.points[0][1]
            self._limit = curves.lag(self._limit, goal, site.limit.response_s, dt_s)
        return min(self._volt_watt, self._limit)

    def _reactive(self, pu: float, power: float, sign: float, dt_s: float) -> float:
        site = self._site
        if site.volt_var is not None:
            goal = curves.at(site.volt_var.points, pu - self._shift_pu(pu, dt_s))
            response_s = site.volt_var.response_s
        elif site.watt_var is not None:
            goal = curves.at(site.watt_var.points, power)
            response_s = site.watt_var.response_s
        elif site.constant_var is not None:
            goal = site.constant_var.points[0][1]
            response_s = site.constant_var.response_s
        elif site.power_factor is not None:
            goal = curves.reactive_of(site.power_factor, power)
            response_s = site.power_factor.response_s
        else:
            return 0.0
        part = (abs(power) - _NONE_BELOW) / (_FULL_FROM - _NONE_BELOW)
        most = _CAPABLE * max(0.0, min(1.0, part))
        goal = max(-most, min(most, sign * goal))
        return curves.lag(self.reactive, goal, response_s, dt_s)

    def _shift_pu(self, pu: float, dt_s: float) -> float:
        reference = self._site.reference
        if reference is None or not reference.follows:
            return 0.0
        part = -math.expm1(-dt_s / reference.time_constant_s)
        low, high = _REFERENCE_PU
        self._reference_pu += (pu - self._reference_pu) * part
        self._reference_pu = max(low, min(high, self._reference_pu))
        return self._reference_pu - reference.pu
