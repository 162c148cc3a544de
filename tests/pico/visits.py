"""Two visits on the emulated Pico, from power-up on: what they show and what they measure.

One charges, is asked on its wires, and ends in a tick that fails; the other opens for an unplug
under load, feeds the grid, and ends in a ground fault. `test_whole_unit.py` holds the figures
against their limits, `make evidence` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.pico.timed_unit import COLLECT, WEIGH
from tests.pico.whole_unit import Phase, WholeUnit
from wattback.codec.crc_modbus import crc16_modbus
from wattback.fault_table import GROUND_FAULT, GROUND_FAULT_EARLY
from wattback.resets import RESET_WATCHDOG
from wattback_hil.console import Console
from wattback_hil.console.answers import Hello, Vitals, Why
from wattback_hil.console.ports import SerialPort
from wattback_sim.faults import find_fault
from wattback_sim.serial_urls import registered
from wattback_sim.wires import Wire

BAUD = 19_200
BIT_US = 1e6 / BAUD
T35_US = 3.5 * 11 * BIT_US  # the silence that ends a frame of Modbus RTU
REGISTERS = 60
REPLY_BYTES = 3 + 2 * REGISTERS + 2
TRIPS = 16  # of the latch, at as many times between two ticks
LEAKS = GROUND_FAULT | GROUND_FAULT_EARLY  # its name is another within 10 s of a closing

TICK_US = 10_000
SPACING_LIMIT_US = 100  # of ticks (DESIGN)
ANSWER_LIMIT_US = 1_000  # to make an answer of 60 registers
ANSWER_AIM_US = 400
# Of a boot, this design's: nobody waits for a unit longer than for its first self-test.
SAFE_LIMIT_MS = 500
FIRST_TICK_LIMIT_MS = 3_000
READY_LIMIT_MS = 5_000
# After the silence: what a tick and what follows it may hold up. Where steps take no time, in the
# simulator, it is 4 ms.
REPLY_WITHIN_US = TICK_US
# For a master who had not polled for a second and may meet a collection, which stops the loop.
FIRST_REPLY_WITHIN_US = 5 * TICK_US

_RESET_WITHIN_S = 0.7  # of a failed tick: the watchdog's 500 ms, and a feed just before it


POLLS = 6  # each at another time between two ticks; from the second on it is a regular master


@dataclass(frozen=True)
class Poll:
    """A Modbus poll. waited_us: from the end of the silence to the driver on; drove_us: on."""

    reply: bytes
    waited_us: float
    drove_us: float


@dataclass(frozen=True)
class ConsoleSession:
    """What the console client was told while the unit charged."""

    hello: Hello
    vitals: Vitals
    why: Why


@dataclass(frozen=True)
class ChargingVisit:
    """boot_levels, opened_levels: of the contactor's output until the first tick, and from the
    tick that failed to the end of the next boot; told: its log then. answer_us: of the step that
    makes the answer of 60 registers.
    """

    safe_ms: float
    first_tick_ms: float
    ready_ms: float
    boot_levels: tuple[bool, ...]
    free_bytes: int
    polls: tuple[Poll, ...]
    answer_us: int
    console: ConsoleSession
    opened_levels: tuple[bool, ...]
    told: str
    phases: tuple[Phase, ...]
    violations: tuple[str, ...]


@dataclass(frozen=True)
class ExportingVisit:
    """latch_us: from the latch's edge to the contactor's output. answers: to the controller."""

    latch_us: float
    answers: tuple[str, ...]
    phases: tuple[Phase, ...]
    violations: tuple[str, ...]


def charging_visit() -> ChargingVisit:
    """Boot, charge, a Modbus poll, a console session, a tick that fails, the watchdog's reset."""
    unit = WholeUnit()
    free_bytes = unit.stopwatch.read().free_bytes
    boot_levels = tuple(level for _, level in unit.circuit.permits)
    unit.until_session("idle", 2)
    ready_ms = unit.link.chip.now_ns / 1e6
    unit.rest()
    unit.site.world.vehicle.plug_in()
    unit.until_session("charging", 8)
    unit.phase("takes energy", lambda: unit.status("power_w") < -9000, 2)
    polls = tuple(_poll(unit, number) for number in range(POLLS))
    answer_us = unit.stopwatch.read().answer_us
    unit.run("collector loops", 0.3, COLLECT)
    console = _ask_the_console(unit)
    unit.run("weighed", 0.2, WEIGH)
    opened_levels, told = _fail_a_tick(unit)
    return ChargingVisit(
        unit.circuit.safe_ns / 1e6,
        unit.link.first_tick_ns / 1e6,
        ready_ms,
        boot_levels,
        free_bytes,
        polls,
        answer_us,
        console,
        opened_levels,
        told,
        tuple(unit.phases),
        tuple(violation.sentence() for violation in unit.violations),
    )


def exporting_visit() -> ExportingVisit:
    """Charge, unplug under load, plug in again, feed the grid, a ground fault that is kept."""
    unit = WholeUnit({"link.on": True, "link.start_s": 0.05, "vehicle.soc": 0.8})
    unit.until_session("idle", 2)
    unit.rest()
    unit.site.world.vehicle.plug_in()
    unit.until_session("charging", 8)
    unit.phase("takes energy", lambda: unit.status("power_w") < -9000, 2)
    unit.site.world.unplug()
    unit.phase("unplugged under load", lambda: not unit.site.world.path.closed, 0.1)
    unit.until_session("idle", 2)
    unit.site.world.vehicle.plug_in()
    unit.until_session("charging", 8)
    answers: list[str] = []
    unit.site.controller.write({"704.WSet": 8000}, "rtu", answers.append)
    unit.site.controller.write({"704.WSetEna": 1}, "rtu", answers.append)
    unit.phase("is told a target", lambda: len(answers) == 2, 1)
    assert answers == ["", ""]
    unit.until_session("discharging", 6)
    unit.phase("feeds the grid", lambda: unit.status("power_w") > 7000, 4)
    latch_us = _trip_by_a_leak(unit)
    return ExportingVisit(
        latch_us,
        tuple(answers),
        tuple(unit.phases),
        tuple(violation.sentence() for violation in unit.violations),
    )


class _Ear:
    """Keeps what the board says on a wire. See wires.Peer."""

    def __init__(self, wire: Wire) -> None:
        self.heard = bytearray()
        self._wire = wire
        wire.attach(self)

    def deliver(self, now_us: int, data: bytes) -> None:
        """See wires.Peer."""
        self.heard += data

    def gone(self, now_us: int) -> None:
        """See wires.Peer."""


class _Master(_Ear):
    """A Modbus master."""

    def read(self, address: int, count: int) -> None:
        """Ask unit 1 for registers."""
        request = bytes((1, 3, *address.to_bytes(2, "big"), *count.to_bytes(2, "big")))
        self._wire.send(request + crc16_modbus(request, 0, len(request)).to_bytes(2, "little"))


def _poll(unit: WholeUnit, number: int) -> Poll:
    master = _Master(unit.site.wiring.rtu)
    unit.circuit.enables.clear()
    clock = unit.site.clock
    tick_us = 10_000
    begins_us = clock.now_us + tick_us * (POLLS + number) // POLLS
    unit.site.timetable.at(begins_us, lambda: master.read(40000, REGISTERS))
    unit.phase(f"Modbus poll {number + 1}", lambda: len(master.heard) == REPLY_BYTES, 1)
    (on_ns, on), (off_ns, off) = unit.circuit.enables
    assert on and not off
    waited_us = (on_ns - unit.circuit.heard_ns) / 1000 - T35_US
    return Poll(bytes(master.heard), waited_us, (off_ns - on_ns) / 1000)


def _ask_the_console(unit: WholeUnit) -> ConsoleSession:
    with registered("whole", unit.site):
        console = Console(SerialPort("sim://whole?channel=console"))
        return ConsoleSession(console.hello(), console.vitals(), console.why())


def _fail_a_tick(unit: WholeUnit) -> tuple[tuple[bool, ...], str]:
    """Rubbish where the pilot's object should be, as a stray write would leave it."""
    log = _Ear(unit.site.wiring.console)
    unit.circuit.permits.clear()
    unit.link.probe.poke("pilot", 5)
    unit.phase("opens", lambda: not unit.site.world.path.commanded, 0.03)
    unit.phase("watchdog", lambda: unit.link.restarts == 1, _RESET_WITHIN_S)
    unit.phase("boots again", lambda: unit.link.probe.found, 7)
    levels = tuple(level for _, level in unit.circuit.permits)
    unit.stopwatch.find_again()
    unit.phase("tells why", lambda: unit.status("reset_cause") == RESET_WATCHDOG, 0.5)
    unit.phase("logs why", lambda: b"board reset=" in log.heard, 0.5)
    unit.phase("to its end", lambda: log.heard.endswith(b"\n"), 0.1)
    return levels, log.heard.decode("ascii", "replace")


def _trip_by_a_leak(unit: WholeUnit) -> float:
    unit.circuit.permits.clear()
    unit.site.break_(find_fault("cable", "leak"), 500.0)
    unit.phase("ground fault", lambda: bool(unit.status("faults") & LEAKS), 0.2)
    (fell_ns, level), *_ = unit.circuit.permits
    tripped_ns = unit.circuit.tripped_ns  # before the leak, which stays, trips it again
    assert not level
    unit.phase("contacts open", lambda: not unit.site.world.path.closed, 0.1)
    unit.phase("kept", lambda: bool(unit.link.kept_faults() & LEAKS), 0.2)
    return (fell_ns - tripped_ns) / 1000
