"""Every level that the pilot may show against the borders of the firmware, with the margin left.

Levels are the outermost that a generator and a vehicle within their limits make; borders are those
of `wattback.pilot`, hysteresis on the far side included, so that a state is both entered and kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import wattback_sim  # noqa: F401  (its import makes `wattback` importable)
from wattback import pilot
from wattback_tools.board_pico.front_end import total_mv

# Outermost levels of the upper half, V (J1772, as OpenEVSE quotes it; evse.md 1.1, C).
_UPPER_V = {"A": (11.40, 12.60), "B": (8.36, 9.56), "C": (5.48, 6.49), "D": (2.62, 3.25)}
_LOWER_V = (-12.60, -11.40)
# A shorted diode divides the lower half: 1 kΩ and the vehicle's resistance, each 3 % off the bad
# way round. 3 % is quoted for the vehicle (evse.md 1.1, C); for the source it is unconfirmed.
_SOURCE_OHM = 1000.0
_B_OHM = 2740.0
_D_OHM = 246.0
_OFF = 0.03


@dataclass(frozen=True, slots=True)
class Margin:
    """A level that must lie beyond a border. level_v: the outermost; above: on which side."""

    what: str
    level_v: float
    above: bool
    border_v: float

    @property
    def distance_mv(self) -> float:
        """Of the level from the border, on its right side."""
        distance_v = self.level_v - self.border_v
        return 1000 * (distance_v if self.above else -distance_v)

    @property
    def error_mv(self) -> float:
        """By which it may be read wrong."""
        return total_mv(self.level_v)

    @property
    def left_mv(self) -> float:
        """What remains for a wire that is worse than assumed."""
        return self.distance_mv - self.error_mv


def margins() -> list[Margin]:
    """All that must be told apart, from +12 V down."""
    borders_v = [border_mv / 1000 for border_mv in pilot._BORDERS_MV]
    hysteresis_v = pilot._HYSTERESIS_MV / 1000
    states = "ABCDE"
    found = []
    for place, border_v in enumerate(borders_v[:4]):
        upper, lower = states[place], states[place + 1]
        lowest_v = _UPPER_V[upper][0]
        highest_v = _UPPER_V[lower][1] if lower in _UPPER_V else 0.0
        found.append(Margin(f"{upper} is not {lower}", lowest_v, True, border_v + hysteresis_v))
        found.append(Margin(f"{lower} is not {upper}", highest_v, False, border_v - hysteresis_v))
    found.append(Margin("E is not F", 0.0, True, borders_v[4] + hysteresis_v))
    found.append(Margin("F is not E", _LOWER_V[1], False, borders_v[4] - hysteresis_v))
    diode_v = pilot._DIODE_MV / 1000
    found.append(Margin("a diode is seen", _LOWER_V[1], False, diode_v))
    shorted_v = _LOWER_V[0] * _divided(_B_OHM, _OFF)
    found.append(Margin("a shorted diode is no diode, B", shorted_v, True, diode_v))
    driven_f_v = -borders_v[3]
    shorted_v = _LOWER_V[1] * _divided(_D_OHM, -_OFF)
    found.append(Margin("driven F, diode shorted, D, is no short", shorted_v, False, driven_f_v))
    found.append(Margin("driven F, pilot at earth, is a short", 0.0, True, driven_f_v))
    return found


def _divided(load_ohm: float, off: float) -> float:
    load_ohm *= 1 + off
    return load_ohm / (load_ohm + _SOURCE_OHM * (1 - off))
