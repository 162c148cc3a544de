"""What the firmware makes of the temperature sensors, and what their parts may add to it."""

from __future__ import annotations

from dataclasses import dataclass

import wattback_sim  # noqa: F401  (its import makes `wattback` importable)
from wattback.boards.pico.slow_inputs import decic
from wattback_sim.pico.adc_chip import COUNTS
from wattback_sim.pico.sensors import ntc_celsius, ntc_ratio

# The coldest and hottest that is no fault of the sensor, the limits of the settings, and between.
TEMPERATURES_C = (-40.0, -20.0, 0.0, 25.0, 50.0, 78.0, 100.0, 110.0, 150.0)


@dataclass(frozen=True, slots=True)
class Reading:
    """Of a sensor that is at this temperature."""

    celsius: float

    @property
    def code(self) -> int:
        """What the converter shows."""
        return int(ntc_ratio(self.celsius) * COUNTS)

    @property
    def read_decic(self) -> int:
        """What the firmware makes of it."""
        return int(decic(self.code))

    @property
    def code_k(self) -> float:
        """The converter's step there."""
        ratio = ntc_ratio(self.celsius)
        return ntc_celsius(ratio + 1 / COUNTS) - self.celsius

    @property
    def percent_k(self) -> float:
        """How much 1 % of the sensor's resistance, or of the one below it, moves the reading."""
        ratio = ntc_ratio(self.celsius)
        return ntc_celsius(ratio + 0.01 * ratio * (1 - ratio)) - self.celsius
