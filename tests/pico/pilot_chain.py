"""The pilot's whole chain on the emulated Pico: wire, divider, converter, DMA, reduction.

The firmware's own `PilotIo` runs on the emulated chip: it drives the PWM pin, and its readings
come back over the console. Around the pin stands the circuit of docs/board_pico.md; the levels on
the wire are those of the simulated pilot for each state. A spare pin marks each step of the
script, and with each mark the host sets up the next case: levels, parts, noise, and where the
edges fall between two samples.

Emulated: real code on a modelled circuit. Of a real converter it knows what the model says.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from rp2040py.gpio_pin import GPIOPinState

from tests.pico.pilot_cases import (
    EXTRA_COUNTS,
    SPIKE_SAMPLES,
    SPIKES_APART,
    Case,
    Disturbance,
)
from wattback.boards.pico import pins
from wattback_sim.firmware import firmware_root
from wattback_sim.pico.chip import EmulatedChip
from wattback_sim.pico.constants import with_constants
from wattback_sim.pico.flash import compiled
from wattback_sim.pico.pilot_line import COUNTS, PilotLine
from wattback_sim.pico.private_names import with_short_names

_MARK = 22  # a GPIO that is wired to nothing
_STEP = 64  # instructions: alarms may come half a microsecond late
_LIMIT_S = 60.0  # virtual
_SEED = 1

_UNDER_TEST = ("wattback.boards.pico.chips", "wattback.boards.pico.pilot_io")

# A reading's window ends 9.4 ms after the reading before, so all of it is this case's.
_SCRIPT = """\
import machine, os, time

os.dupterm(machine.UART(0, 115200))


def run(duties):
    from machine import Pin
    from wattback.boards.pico.chips import Chip
    from wattback.boards.pico.pilot_io import PilotIo
    from wattback.signals import Inputs

    inputs = Inputs()
    mark = Pin({mark}, Pin.OUT, value=0)
    io = PilotIo(Chip())
    time.sleep_ms(12)
    io.read(inputs)
    level = 0
    for duty_bp in duties:
        level ^= 1
        mark(level)
        io.drive(duty_bp)
        time.sleep_ms(11)
        io.read(inputs)
        print("reading", inputs.pilot_high_mv, inputs.pilot_low_mv)
    print("end")


try:
    run({duties})
except BaseException as error:
    import sys

    sys.print_exception(error)
    print("end")
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the firmware made of a case. high_us: of the PWM pin, where there was PWM."""

    case: Case
    high_mv: int
    low_mv: int
    high_us: float | None

    @property
    def high_error_mv(self) -> float:
        """Read less true."""
        return self.high_mv - self.case.high_v * 1000

    @property
    def low_error_mv(self) -> float:
        """Read less true."""
        return self.low_mv - self.case.low_v * 1000

    @property
    def high_bound_mv(self) -> float:
        """Limit of high_error_mv."""
        return self.case.bound_mv(self.case.high_v, self.case.high_us)

    @property
    def low_bound_mv(self) -> float:
        """Limit of low_error_mv."""
        return self.case.bound_mv(self.case.low_v, self.case.low_us)

    @property
    def within_bounds(self) -> bool:
        """Both levels are."""
        return (
            abs(self.high_error_mv) <= self.high_bound_mv
            and abs(self.low_error_mv) <= self.low_bound_mv
        )

    def __str__(self) -> str:
        case = self.case
        return (
            f"{case.disturbance.name}: state {case.state}, {case.offer}, "
            f"read {self.high_mv} and {self.low_mv} mV "
            f"instead of {case.high_v * 1000:.0f} and {case.low_v * 1000:.0f}"
        )


class PilotChainError(Exception):
    """The script on the chip failed; the text is what it printed."""


class DisturbedLine(PilotLine):
    """A pilot whose edges may come late, with spikes on it, and a converter that errs."""

    def __init__(self, chip: EmulatedChip) -> None:
        super().__init__(lambda: chip.now_ns)
        self._random = random.Random(_SEED)
        self._disturbance = Disturbance("none")
        self._late_ns = 0.0
        self._level = False
        self._edge = chip.clock.create_alarm(lambda: self.switch(self._level))
        self._calm = 0  # samples until the next spike

    def set_up(self, case: Case) -> None:
        """Be the wire of this case from now on."""
        self._disturbance = case.disturbance
        self._late_ns = case.late_us * 1000
        self.high_v = case.high_v
        self.low_v = case.low_v
        self.front_end = case.disturbance.front_end

    def edge(self, level: bool) -> None:
        """The PWM pin has one."""
        self._level = level
        self._edge.schedule(self._late_ns)

    def __getitem__(self, channel: int) -> int:
        d = self._disturbance
        pilot_v = self.voltage_v()
        if d.noise_mv:
            pilot_v += self._random.gauss(0.0, d.noise_mv / 1000)
        if d.spikes_v:
            self._calm -= 1
            if self._calm < 0:
                self._calm = self._random.randrange(SPIKES_APART, 2 * SPIKE_SAMPLES - SPIKES_APART)
                pilot_v += self._random.choice((-1, 1)) * self._random.choice(d.spikes_v)
        count = self.front_end.count(pilot_v)
        if d.bent:
            more = EXTRA_COUNTS[(count + 512) // 1024] + self._random.randint(-1, 1)
            count = min(max(count + more, 0), COUNTS - 1)
        return count


def measure(cases: Sequence[Case], sources: Mapping[str, str] | None = None) -> list[Reading]:
    """Read every case once, in one run of the chip.

    sources: firmware modules to flash instead of the present ones, by their dotted names.
    """
    chip = EmulatedChip(_flashed(cases, sources or {}), step=_STEP)
    line = DisturbedLine(chip)
    chip.mcu.adc.channel_values = line  # type: ignore[assignment]
    waiting = iter(cases)
    printed = bytearray()
    highs_us: list[float | None] = []
    rose_ns = 0.0

    def marked(value: GPIOPinState, before: GPIOPinState) -> None:
        levels = (GPIOPinState.LOW, GPIOPinState.HIGH)
        case = next(waiting, None) if value in levels and before in levels else None
        if case is not None:
            line.set_up(case)
            highs_us.append(None)

    def pwm(value: GPIOPinState, before: GPIOPinState) -> None:
        nonlocal rose_ns
        level = value == GPIOPinState.HIGH
        line.edge(level)
        if level:
            rose_ns = chip.now_ns
        elif highs_us:
            highs_us[-1] = (chip.now_ns - rose_ns) / 1000

    def heard(octet: int) -> None:
        printed.append(octet)
        if printed.endswith(b"end\r\n"):
            chip.stop()

    chip.mcu.gpio[_MARK].add_listener(marked)
    chip.mcu.gpio[pins.PILOT_PWM].add_listener(pwm)
    chip.mcu.uart[0].on_byte = heard
    chip.run_until(_LIMIT_S * 1e9)
    lines = [line.split() for line in printed.decode().splitlines() if line.startswith("reading")]
    if len(lines) != len(cases):
        raise PilotChainError(printed.decode(errors="replace"))
    return [
        Reading(case, int(words[1]), int(words[2]), high_us)
        for case, words, high_us in zip(cases, lines, highs_us, strict=True)
    ]


def _flashed(cases: Sequence[Case], sources: Mapping[str, str]) -> dict[PurePosixPath, bytes]:
    duties = tuple(case.duty_bp for case in cases)
    files = {PurePosixPath("main.py"): _SCRIPT.format(mark=_MARK, duties=duties).encode()}
    waiting = list(_UNDER_TEST)
    while waiting:
        module = waiting.pop()
        path = PurePosixPath(module.replace(".", "/") + ".py")
        if not (firmware_root() / path).is_file():
            path = PurePosixPath(module.replace(".", "/")) / "__init__.py"
        if path.with_suffix(".mpy") in files or not (firmware_root() / path).is_file():
            continue  # there already, or a name of a module and no module
        source = sources.get(module) or (firmware_root() / path).read_text("utf-8")
        source = with_constants(source, firmware_root())
        files[path.with_suffix(".mpy")] = compiled(with_short_names(source), str(path))
        waiting += _imports(module, source)
    return files


def _imports(module: str, source: str) -> Iterator[str]:
    """What a module needs of the firmware: the packages that it lies in, and what it imports."""
    package = module.rpartition(".")[0]
    if package:
        yield package
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("wattback"):
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)
