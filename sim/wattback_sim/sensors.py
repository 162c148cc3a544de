"""Sensors: noise, quantisation and faults between the world and the firmware's inputs.

Each sensor draws from a generator of its own, seeded by (seed, name), so that adding a sensor or
breaking one changes no other. Values are saturated, as a converter's are.
"""

import random
from collections import deque
from dataclasses import dataclass

SATURATION = (1 << 28) - 1  # the board contract
_TICK_MS = 10  # between two readings


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
    SensorKind("leg_angle_decideg", 2.0, 1),
    SensorKind("load_mv", 60.0, 10),
    SensorKind("load_angle_decideg", 2.0, 1),
    SensorKind("residual_ua", 50.0, 10),
    SensorKind("earth_ohm", 0.3, 1),
    SensorKind("board_decic", 1.0, 1),
    SensorKind("terminal_decic", 1.0, 1),
    SensorKind("handle_decic", 1.0, 1),
    SensorKind("proximity_ohm", 1.0, 1),
)
SENSOR_NAMES = tuple(sensor.name for sensor in SENSORS)


class Sensor:
    """One sensor. offset, extra_noise: in its unit; frozen: repeats its last reading; delay_ms:
    tells what was so long ago; wire: "open" or "short" reads the end of its range.
    """

    def __init__(self, kind: SensorKind, seed: int) -> None:
        self._gauss = random.Random(f"{seed}/{kind.name}").gauss
        self._noise = kind.noise
        self._step = kind.step
        self.offset = 0.0
        self.extra_noise = 0.0
        self.frozen = False
        self.delay_ms = 0.0
        self.wire = ""
        self.reading = 0
        self._late: deque[int] = deque()
        self._was_faulty = False

    @property
    def sound(self) -> bool:
        """No fault is on it now, and none was."""
        return not self._was_faulty

    def read(self, value: float) -> int:
        """The reading for a true `value`."""
        faulty = self.frozen or self.offset or self.extra_noise or self.delay_ms or self.wire
        if faulty:
            self._was_faulty = True
        noise = self._gauss(0.0, self._noise + self.extra_noise)
        if not self.frozen:
            steps = round((value + noise + self.offset) / self._step)
            self.reading = max(-SATURATION, min(SATURATION, steps * self._step))
        if self.wire:
            return -SATURATION if self.wire == "open" else SATURATION
        if self.delay_ms or self._late:
            return self._delayed()
        return self.reading

    def _delayed(self) -> int:
        late = self._late
        late.append(self.reading)
        while len(late) > 1 and len(late) > self.delay_ms / _TICK_MS + 1:
            late.popleft()
        reading = late[0]
        if not self.delay_ms:
            late.clear()
        return reading
