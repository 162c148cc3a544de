"""Curves and lags of the grid code's functions (evse.md 6.5, C), pure."""

import math

from wattback_sim.grid_code.site_settings import Droop, Points, PowerFactor

# A first-order lag is at 90 % after so many time constants.
_TIME_CONSTANTS = math.log(10.0)


def at(points: Points, x: float) -> float:
    """y on the line through the points, level before the first and after the last."""
    before = points[0]
    if x <= before[0]:
        return before[1]
    for point in points[1:]:
        if x <= point[0]:
            (x1, y1), (x2, y2) = before, point
            return y2 if x2 == x1 else y1 + (y2 - y1) * (x - x1) / (x2 - x1)
        before = point
    return before[1]


def droop_share(droop: Droop, hz: float, nominal_hz: float = 60.0) -> float:
    """What is added to the power, of the rating; negative above nominal frequency."""
    over_hz = hz - nominal_hz - droop.over_deadband_hz
    if over_hz > 0.0:
        return -over_hz / (nominal_hz * droop.over_k)
    under_hz = nominal_hz - droop.under_deadband_hz - hz
    return under_hz / (nominal_hz * droop.under_k) if under_hz > 0.0 else 0.0


def reactive_of(factor: PowerFactor, power: float) -> float:
    """Reactive power of a constant power factor, in the unit of the power."""
    reactive = abs(power) * math.tan(math.acos(factor.pf))
    return -reactive if factor.absorbs else reactive


def lag(now: float, goal: float, response_s: float, dt_s: float) -> float:
    """First-order, with `response_s` from a step to 90 % of it."""
    if response_s <= 0.0:
        return goal
    return now + (goal - now) * -math.expm1(-dt_s * _TIME_CONSTANTS / response_s)
