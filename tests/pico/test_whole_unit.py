"""The firmware as it is flashed, on the emulated Pico: visits, faults, ports, a failure, a reset.

The world drives its pins, buses and wires, the truths judge every tick of it, and a stopwatch in
the interrupt holds each tick against its limits. `pytest -rP` prints the figures.
"""

from __future__ import annotations

import pytest

from tests.pico.core_phases import TICK_LIMIT_US
from tests.pico.timed_unit import COLLECT, WEIGH
from tests.pico.whole_unit import WholeUnit
from wattback.codec.crc import crc16_modbus
from wattback.fault_table import GROUND_FAULT
from wattback.resets import RESET_WATCHDOG
from wattback_hil.console import Console
from wattback_hil.console.ports import SerialPort
from wattback_sim.faults import find_fault
from wattback_sim.serial_urls import registered

pytestmark = pytest.mark.timeout(1500)

SPACING_US = 100  # of ticks, around 10 ms (DESIGN)
HEAP_LIMIT_BYTES = 48_000
LATCH_LIMIT_US = 100  # from the latch's edge to the contactor's output
BAUD = 19_200
BIT_US = 1e6 / BAUD
T35_US = 3.5 * 11 * BIT_US  # the silence that ends a frame
REPLY_WITHIN_US = 4000  # after it
RESET_WITHIN_S = 0.7  # of a failed tick: the watchdog's 500 ms, and a feed just before it


class Master:
    """A Modbus master that asks once and keeps what comes."""

    def __init__(self, unit: WholeUnit) -> None:
        self.reply = bytearray()
        self._wire = unit.site.wiring.rtu
        self._wire.attach(self)

    def deliver(self, now_us: int, data: bytes) -> None:
        """See wires.Peer."""
        self.reply += data

    def gone(self, now_us: int) -> None:
        """See wires.Peer."""

    def read(self, address: int, count: int) -> None:
        """Ask unit 1 for registers."""
        request = bytes((1, 3, *address.to_bytes(2, "big"), *count.to_bytes(2, "big")))
        self._wire.send(request + crc16_modbus(request, 0, len(request)).to_bytes(2, "little"))


def test_it_charges_answers_its_wires_and_restarts_when_a_tick_fails() -> None:
    unit = WholeUnit()
    boot_ms = unit.link.first_tick_ns / 1e6
    print(f"\noutputs safe {unit.circuit.safe_ns / 1e6:.0f} ms after power-up, ", end="")
    print(f"first tick {boot_ms:,.0f} ms; heap left {unit.stopwatch.read().free_bytes:,} bytes")
    assert unit.stopwatch.read().free_bytes >= HEAP_LIMIT_BYTES
    unit.until_session("idle", 2)
    unit.site.world.vehicle.plug_in()
    unit.until_session("charging", 8)
    unit.phase("takes energy", lambda: unit.status("power_w") < -9000, 2)
    poll_sixty_registers(unit)
    unit.run("collector loops", 0.3, COLLECT)
    ask_the_console(unit)
    unit.run("weighed", 0.2, WEIGH)
    fail_a_tick(unit)
    print(unit.table())
    judge(unit)


def poll_sixty_registers(unit: WholeUnit) -> None:
    master = Master(unit)
    unit.circuit.enables.clear()
    master.read(40000, 60)
    length = 3 + 2 * 60 + 2
    unit.phase("Modbus poll", lambda: len(master.reply) == length, 1)
    assert master.reply[:7] == b"\x01\x03\x78SunS"
    assert crc16_modbus(master.reply, 0, length) == 0
    (on_ns, on), (off_ns, off) = unit.circuit.enables
    assert on and not off
    waited_us = (on_ns - unit.circuit.heard_ns) / 1000
    drove_bits = (off_ns - on_ns) / 1000 / BIT_US
    print(f"reply of 60 registers begins {waited_us - T35_US:,.0f} µs after the silence")
    print(f"driver on for {drove_bits:.2f} bits, of which {10 * length} are the reply")
    assert T35_US <= waited_us <= T35_US + REPLY_WITHIN_US
    assert 10 * length + 0.9 <= drove_bits <= 10 * length + 1.2


def ask_the_console(unit: WholeUnit) -> None:
    with registered("whole", unit.site):
        console = Console(SerialPort("sim://whole?channel=console"))
        hello = console.hello()
        vitals = console.vitals()
        why = console.why()
    assert (hello.manufacturer, hello.serial) == ("Wattback", "f" * 16)
    assert vitals.session_state == why.session_state == "charging"
    assert vitals.power_w < -9000
    assert vitals.reset_cause == "power_on"


def fail_a_tick(unit: WholeUnit) -> None:
    """Rubbish where the pilot's object should be, as a stray write would leave it."""
    unit.circuit.permits.clear()
    unit.link.probe.poke("pilot", 5)
    opened = unit.site.clock.now_us
    unit.phase("opens", lambda: not unit.site.world.path.commanded, 0.1)
    assert (unit.site.clock.now_us - opened) <= 30_000
    assert [level for _, level in unit.circuit.permits] == [False]
    unit.phase("watchdog", lambda: unit.link.restarts == 1, RESET_WITHIN_S)
    unit.phase("boots again", lambda: unit.link.probe.found, 4)
    unit.stopwatch.find_again()
    unit.phase("tells why", lambda: unit.status("reset_cause") == RESET_WATCHDOG, 0.5)
    said = bytearray()

    def told() -> bool:
        said.extend(unit.circuit.console)
        return b"board reset=watchdog" in said

    unit.phase("logs why", told, 0.5)


def test_it_opens_for_an_unplug_under_load_exports_and_opens_for_a_ground_fault() -> None:
    unit = WholeUnit({"link.on": True, "link.start_s": 0.05, "vehicle.soc": 0.8})
    unit.until_session("idle", 2)
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
    unit.until_session("discharging", 6)
    assert answers == ["", ""]
    unit.phase("feeds the grid", lambda: unit.status("power_w") > 7000, 4)
    trip_by_a_leak(unit)
    print("\n" + unit.table())
    judge(unit)


def trip_by_a_leak(unit: WholeUnit) -> None:
    unit.circuit.permits.clear()
    unit.site.break_(find_fault("cable", "leak"), 500.0)
    unit.phase("ground fault", lambda: bool(unit.status("faults") & GROUND_FAULT), 0.2)
    (fell_ns, level), *_ = unit.circuit.permits
    took_us = (fell_ns - unit.circuit.tripped_ns) / 1000
    print(f"\ncontactor's output off {took_us:.0f} µs after the latch's edge")
    assert not level
    assert 0 < took_us <= LATCH_LIMIT_US
    unit.phase("contacts open", lambda: not unit.site.world.path.closed, 0.1)
    unit.phase("kept", lambda: bool(unit.link.kept_faults() & GROUND_FAULT), 0.2)


def judge(unit: WholeUnit) -> None:
    """No truth broken, and every phase's ticks within their limits."""
    assert [violation.sentence() for violation in unit.violations] == []
    for phase in unit.phases:
        it = phase.figures
        assert it.worst_us <= TICK_LIMIT_US, f"{phase.name}: a tick took {it.worst_us} µs"
        assert it.grown_bytes == 0, f"{phase.name}: ticks left {it.grown_bytes} bytes"
        if it.most_gap_us:
            assert 10_000 - SPACING_US <= it.least_gap_us <= it.most_gap_us, phase.name
            assert it.most_gap_us <= 10_000 + SPACING_US, phase.name
