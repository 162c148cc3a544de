"""What the slow sensors and their dividers make of the world: ratios at the converter's inputs.

docs/board_pico.md has the circuit. The dividers hang on the converter's reference, so that a
ratio of resistors is all that counts.
"""

from __future__ import annotations

import math
from enum import IntEnum

NTC_OHM = 10_000.0  # at 25 °C
NTC_BETA_K = 3950.0
LOWER_OHM = 10_000.0  # under each NTC
PROXIMITY_OHM = 3_300.0  # from the reference to the proximity pin

_ZERO_K = 273.15
_NOMINAL_K = _ZERO_K + 25.0
_COLDEST_C, _HOTTEST_C = -150.0, 500.0  # beyond them a sensor is open or shorted


class Channel(IntEnum):
    """Of the converter."""

    BOARD = 0
    TERMINAL = 1
    HANDLE = 2
    PROXIMITY = 3
    HANDLE_LOOSE = 4
    RESET = 5


def ntc_ratio(celsius: float) -> float:
    """At the converter, of a sensor at this temperature; beyond all places open or shorted."""
    if not _COLDEST_C < celsius < _HOTTEST_C:
        return float(celsius > 0)
    ohm = NTC_OHM * math.exp(NTC_BETA_K * (1 / (celsius + _ZERO_K) - 1 / _NOMINAL_K))
    return LOWER_OHM / (LOWER_OHM + ohm)


def ntc_celsius(ratio: float) -> float:
    """The temperature at which the converter sees this part of its reference."""
    ohm = LOWER_OHM / ratio - LOWER_OHM
    return 1 / (1 / _NOMINAL_K + math.log(ohm / NTC_OHM) / NTC_BETA_K) - _ZERO_K


def proximity_ratio(ohm: float) -> float:
    """At the converter, of so much from the proximity pin to earth."""
    return 1 - PROXIMITY_OHM / (ohm + PROXIMITY_OHM)
