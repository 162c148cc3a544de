"""Sensors: noise, quantisation and faults between the world and the firmware's inputs.

Each sensor draws from a generator of its own, seeded by (seed, name), so that adding a sensor or
breaking one changes no other. Values are saturated, as a converter's are.
"""

import random
from dataclasses import dataclass

SATURATION = (1 << 28) - 1  # the board contract


@dataclass(frozen=True, slots=True)
class SensorKind:
    """name: as in the firmware's inputs. noise: standard deviation, and step, in its unit."""

    name: str
    noise: float
    step: int


# Assumed: a 12-bit converter on the pilot, an energy-metering chip on the supply.
SENSORS = (
    SensorKind("pilot_high_mv", 15.0, 8),
    SensorKind("pilot_low_mv", 15.0, 8),
    SensorKind("voltage_l1_mv", 60.0, 10),
    SensorKind("voltage_l2_mv", 60.0, 10),
    SensorKind("current_l1_ma", 15.0, 2),
    SensorKind("current_l2_ma", 15.0, 2),
    SensorKind("power_w", 3.0, 1),
    SensorKind("reactive_var", 3.0, 1),
    SensorKind("frequency_millihertz", 2.0, 1),
)
SENSOR_NAMES = tuple(sensor.name for sensor in SENSORS)


class Sensor:
    """One sensor. offset, extra_noise: in its unit; frozen: repeats its last reading."""

    def __init__(self, kind: SensorKind, seed: int) -> None:
        self._gauss = random.Random(f"{seed}/{kind.name}").gauss
        self._noise = kind.noise
        self._step = kind.step
        self.offset = 0.0
        self.extra_noise = 0.0
        self.frozen = False
        self.reading = 0
        self._was_faulty = False

    @property
    def sound(self) -> bool:
        """No fault is on it now, and none was."""
        return not self._was_faulty

    def read(self, value: float) -> int:
        """The reading for a true `value`."""
        if self.frozen or self.offset or self.extra_noise:
            self._was_faulty = True
        noise = self._gauss(0.0, self._noise + self.extra_noise)
        if not self.frozen:
            steps = round((value + noise + self.offset) / self._step)
            self.reading = max(-SATURATION, min(SATURATION, steps * self._step))
        return self.reading
