"""How long the ground-fault interrupt takes to open the contactor, whatever the chip is doing.

The firmware's own board permits, measures and drives in a hard timer interrupt, as the unit does,
while the loop collects garbage. The latch trips at many times within the 10 ms between two ticks.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import PurePosixPath

from wattback.boards.pico import pins
from wattback_sim.firmware import firmware_root
from wattback_sim.pico.chip import EmulatedChip
from wattback_sim.pico.circuit import Circuit
from wattback_sim.pico.constants import with_constants
from wattback_sim.pico.flash import compiled
from wattback_sim.pico.private_names import with_short_names

LATCH_LIMIT_US = 100  # from the latch's edge to the contactor's output

_FILES = (
    "__init__",
    "signals",
    "boards/__init__",
    "boards/pico/__init__",
    "boards/pico/pins",
    "boards/pico/chips",
    "boards/pico/fast",
    "boards/pico/meter",
    "boards/pico/pilot_io",
    "boards/pico/board",
)
# Permission for two ticks, none for one, so that each trip finds the contactor permitted anew.
_MAIN = """\
import gc
from machine import Timer

from wattback.boards.pico.board import PicoBoard
from wattback.boards.pico.chips import Chip
from wattback.signals import Inputs, Outputs


class Loop:
    def __init__(self):
        chip = Chip()
        self.board = PicoBoard(chip)
        self.board.arm(chip)
        self.inputs = Inputs()
        self.outputs = Outputs()
        self.outputs.pilot_duty_bp = 5000
        self.beat = 0

    def run(self, timer):
        self.beat += 1
        if self.beat & 1:
            self.board.measure()
        else:
            self.board.sample(self.inputs)
            self.outputs.contactor_closed = 0 if self.beat % 6 == 0 else 1
            for _ in range(40):
                self.board.sample(self.inputs)  # as long as a tick takes
            self.board.drive(self.outputs)


gc.collect()
loop = Loop()
# Bound to a name, because the collector would take it.
timer = Timer(-1, period=5, mode=Timer.PERIODIC, callback=loop.run, hard=True)
while True:
    gc.collect()
"""
_BOOT_NS = 2e9
_TICK_NS = 10e6


@dataclass(frozen=True)
class Latencies:
    """µs from the latch's edge to the contactor's output, of the trips that found it permitted."""

    us: tuple[float, ...]

    @property
    def median_us(self) -> float:
        return statistics.median(self.us)

    @property
    def worst_us(self) -> float:
        return max(self.us)


def measure_latencies(trips: int) -> Latencies:
    """Trip so many times, each at another time between two ticks."""
    root = firmware_root() / "wattback"
    files = {PurePosixPath("main.py"): _MAIN.encode()}
    for name in _FILES:
        source = with_constants((root / f"{name}.py").read_text("utf-8"), firmware_root())
        files[PurePosixPath(f"wattback/{name}.mpy")] = compiled(
            with_short_names(source), f"wattback/{name}.py"
        )
    chip = EmulatedChip(files, step=64)
    circuit = Circuit(chip, 19_200)
    while not circuit.permits:
        chip.run_until(chip.now_ns + _TICK_NS)
        assert chip.now_ns < _BOOT_NS, "the board did not permit the contactor"
    found: list[float] = []
    for trip in range(trips):
        circuit.set_latch(False)
        while not circuit.output(pins.CONTACTOR):
            chip.run_until(chip.now_ns + _TICK_NS / 10)
        chip.run_until(chip.now_ns + _TICK_NS * trip / trips)
        if not circuit.output(pins.CONTACTOR):
            continue
        count = len(circuit.permits)
        circuit.set_latch(True)
        chip.run_until(chip.now_ns + _TICK_NS / 10)
        fell_ns, level = circuit.permits[count]
        assert not level
        found.append((fell_ns - circuit.tripped_ns) / 1000)
        chip.run_until(chip.now_ns + 3 * _TICK_NS)
    return Latencies(tuple(found))
