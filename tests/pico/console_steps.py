"""What the console's steps cost on the emulated Pico, by what comes over the wire.

The limit of DESIGN is here; `test_console_budgets.py` asserts it. The core is loaded first, as on
a board: its names are the interpreter's by then, and allocating takes longer in a fuller heap.
"""

from __future__ import annotations

from dataclasses import dataclass

import cbor2

from tests.pico.emulated import run_on_pico
from tests.unit.console_bench import GROUP, lines_of, request
from wattback_sim.firmware import firmware_root

STEP_LIMIT_US = 2_000  # (DESIGN, "The two planes of the firmware")

_TIMEOUT_S = 280.0
_FIRMWARE = firmware_root() / "wattback"

# What comes over the wire, by a name for the table.
_TRAFFIC = {
    "greeting": b"",
    "word status": b"status\r",
    "word why": b"why\r",
    "unknown word": b"x" * 150 + b"\n",
    "noise": b"\xff" * 150 + b"\n",
    "echo": lines_of(request(0, 0, cbor2.dumps({"d": "x" * 480}), 2)),
    "hello": lines_of(request(GROUP, 0, b"\xa0")),
    "vitals": lines_of(request(GROUP, 1, b"\xa0")),
    "vitals, page 2": lines_of(request(GROUP, 1, cbor2.dumps({"from": 26}))),
    "why": lines_of(request(GROUP, 2, b"\xa0")),
    "faults": lines_of(request(GROUP, 3, b"\xa0")),
    "many items": lines_of(request(GROUP, 1, cbor2.dumps({"x": [1, 2, 3, 4, 5, 6, 7]}))),
}

_STEPS_SCRIPT = """\
room = bytearray(6144)  # as boot.py keeps it free at the heap's low end
import gc, time
from wattback.connector import Connector
from wattback.console.port import ConsolePort
from wattback.identity import Identity
from wattback.settings import Settings
from wattback.signals import Report, Status


class Core:
    def __init__(self):
        self.status = Status()
        self.report = Report()
        self.settings = Settings()


def step_until_quiet(port, name):
    steps = 0
    worst = 0
    while True:
        began = time.ticks_us()
        more = port.step(0)
        worst = max(worst, time.ticks_diff(time.ticks_us(), began))
        steps += 1
        if port.out_count:
            port.sent()
        elif not more:
            break
    print("measured:%s:%d:%d" % (name, steps, worst))


def measure():
    core = Core()
    port = ConsolePort(core, Identity("00000001"))
    port.opened()
    status = core.status
    status.waiting_for = {waits}
    status.export_waits = {export_waits}
    status.faults = {faults}
    core.report.opening_faults = {faults}
    core.report.opening_waits = {waits}
    core.report.opening_export_waits = {export_waits}
    status.sequence = 1
    globals().pop("room")
    gc.collect()
    gc.disable()
    for name, came in {traffic!r}:
        at = 0
        while at < len(came):
            count = min(port.room(), len(came) - at)
            port.receive(came[at : at + count], count, 0)
            at += count
            status.sequence += 1
            step_until_quiet(port, name)
        step_until_quiet(port, name)
        gc.collect()
    status.sequence += 1
    status.faults = 0
    status.session_state = 4
    status.contactor_commanded = 1
    status.import_limit_owner = status.export_limit_owner = status.target_owner = 1
    status.in_service = 1
    core.report.vehicle_link = core.report.controller_state = 2
    step_until_quiet(port, "everything changes")
    before = gc.mem_alloc()
    status.sequence += 1
    step_until_quiet(port, "quiet tick")
    gc.collect()
    before = gc.mem_alloc()
    status.sequence += 1
    port.step(0)
    print("measured:bytes:0:%d" % (gc.mem_alloc() - before))


measure()
"""


@dataclass(frozen=True)
class StepCost:
    """Steps that one kind of traffic takes, and the longest of them."""

    name: str
    steps: int
    worst_us: int


def measure_steps() -> tuple[tuple[StepCost, ...], int]:
    """The worst step of each kind of traffic, and the bytes that a quiet one leaves behind."""
    script = _STEPS_SCRIPT.format(
        waits=0xFF, export_waits=0x1FFF, faults=0x7FF, traffic=tuple(_TRAFFIC.items())
    )
    run = run_on_pico([_FIRMWARE], script, _TIMEOUT_S)
    costs: dict[str, StepCost] = {}
    for line in run.stdout.splitlines():
        if line.startswith("measured:"):
            _, name, steps, worst_us = line.split(":")
            known = costs.get(name, StepCost(name, 0, 0))
            worst = max(known.worst_us, int(worst_us))
            costs[name] = StepCost(name, known.steps + int(steps), worst)
    left_bytes = costs.pop("bytes").worst_us
    return tuple(costs.values()), left_bytes
