"""The firmware's thermal part with readings that a test sets, or with simulated temperatures."""

import random

from wattback.fault_table import BOARD_OVERHEATED, HANDLE_OVERHEATED, TERMINAL_OVERHEATED
from wattback.settings import Settings
from wattback.signals import Inputs
from wattback.thermal import Thermal
from wattback_sim import thermal as physics

# place: (field, limit in 0.1 °C, fault)
PLACES = {
    "board": ("board_decic", 1000, BOARD_OVERHEATED),
    "terminal": ("terminal_decic", 1000, TERMINAL_OVERHEATED),
    "handle": ("handle_decic", 780, HANDLE_OVERHEATED),
}
FIELDS = [row[0] for row in PLACES.values()]
TURNS_MS = [50, 60, 150, 250, 600, 1000]
MINUTE_MS = 60_000


class Unit:
    """The firmware's part with its inputs, at 20 °C everywhere until it is told otherwise."""

    def __init__(self, **settings: int) -> None:
        self.thermal = Thermal()
        self.settings = Settings()
        for name, value in settings.items():
            setattr(self.settings, name, value)
        self.inputs = Inputs()
        self.set(**dict.fromkeys(FIELDS, 200))

    def set(self, **readings: int) -> None:
        for field, decic in readings.items():
            setattr(self.inputs, field, decic)

    def feed(self, ms: int, dt_ms: int = 250, magnitude_ma: int = 0) -> None:
        sense, inputs, settings = self.thermal.sense, self.inputs, self.settings
        for _ in range(max(ms // dt_ms, 1)):
            sense(inputs, magnitude_ma, settings, dt_ms)

    @property
    def faults(self) -> int:
        return self.thermal.fault_bits


class WarmUnit(Unit):
    """The same with the simulated temperatures.

    ever: faults of any moment. frozen: readings that replace those of their fields.
    """

    def __init__(self, noise_decic: int = 0, **parameters: float) -> None:
        super().__init__()
        self.parameters = physics.ThermalParameters(**parameters)
        self.world = physics.Thermal(self.parameters)
        self.frozen: dict[str, int] = {}
        self.ever = 0
        self._noise = random.Random("thermal").randint
        self._noise_decic = noise_decic

    def run(self, ms: int, current_a: float, dt_ms: int = 1000) -> None:
        for _ in range(ms // dt_ms):
            self.world.advance(dt_ms / 1000, current_a)
            for field in FIELDS:
                true_decic = round(getattr(self.world, field.replace("decic", "c")) * 10)
                noise = self._noise(-1, 1) * self._noise_decic if self._noise_decic else 0
                setattr(self.inputs, field, true_decic + noise)
            self.set(**self.frozen)
            self.feed(dt_ms, dt_ms, int(current_a * 1000))
            self.ever |= self.faults

    def run_until_fault(self, current_a: float, most_ms: int) -> int:
        passed_ms = 0
        while not self.faults and passed_ms < most_ms:
            self.run(5_000, current_a)
            passed_ms += 5_000
        return passed_ms
