"""A metering chip on both legs, and what judges its readings."""

from wattback.plausible import Plausible
from wattback.settings import Settings
from wattback.signals import Inputs

LASTS_MS = 2_000


class Chip:
    """jitter: 0 when its last digits stand still. moving: the reading of which one moves."""

    def __init__(self, **readings: int) -> None:
        self.watch = Plausible()
        self.inputs = Inputs()
        self.settings = Settings()
        self.jitter = 1
        self.moving = "voltage_l1_mv"
        self.truth = {"voltage_l1_mv": 120_000, "voltage_l2_mv": 120_000, **readings}

    def run(self, ms: int, dt_ms: int = 50, **readings: int) -> int:
        """Judge for some time; what it comes to."""
        self.truth.update(readings)
        for _ in range(ms // dt_ms):
            vars(self.inputs).update(self.truth)
            setattr(self.inputs, self.moving, getattr(self.inputs, self.moving) + self.jitter)
            self.jitter = -self.jitter
            self.watch.sense(self.inputs, self.settings, dt_ms)
        return self.watch.fault_bits


def flow(one_ma: int, other_ma: int, power_w: int, reactive_var: int = 0) -> dict[str, int]:
    """Readings of a chip: both legs' currents, active and reactive power."""
    return {
        "current_l1_ma": one_ma,
        "current_l2_ma": other_ma,
        "power_w": power_w,
        "reactive_var": reactive_var,
    }
