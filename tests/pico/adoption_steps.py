"""What adopting settings costs on the emulated Pico: each step of it, and the tick that adopts.

A master writes every setting of model 703 at once, then asks for the largest set, volt-var.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.pico.emulated import run_on_pico
from tests.unit.linked_wall import settings_with
from tests.unit.modbus_bench import write_request
from wattback_sim.firmware import firmware_root
from wattback_sim.register_map import Value, encode_together

_TIMEOUT_S = 280.0
_FIRMWARE = firmware_root() / "wattback"
_SINGLES: dict[str, Value] = {
    "703.ES": "enabled",
    "703.ESVHi": 105.5,
    "703.ESVLo": 92.0,
    "703.ESHzHi": 60.5,
    "703.ESHzLo": 59.6,
    "703.ESDlyTms": 100,
    "703.ESRndTms": 0,
    "703.ESRmpTms": 100,
}
_SET: dict[str, Value] = {"705.Ena": "enabled", "705.AdptCrvReq": 2}

_SCRIPT = """\
room = bytearray(6144)  # as boot.py keeps it free at the heap's low end
import gc, micropython, time

gc.threshold(8192)  # likewise
from wattback.boards.pico.spread import spread
from wattback.connector import Connector
from wattback.identity import Identity
from wattback.modbus import pdu
from wattback.modbus.bank import Bank
from wattback.retained import WORDS


class Board:
    def sample(self, inputs):
        pass

    def drive(self, outputs):
        pass


def measure():
    connector = Connector(Board(), [0] * WORDS)
    assert not connector.load_settings({settings!r})
    spread(connector)
    bank = Bank(connector, Identity("00000001"))
    reply = bytearray(pdu.BUFFER)
    globals().pop("room")
    gc.threshold(-1)
    gc.collect()
    gc.disable()
    for request in {requests!r}:
        steps = 0
        worst = 0
        tick = 0
        length = 0
        version = connector.vehicle.settings_version
        while not length:
            began = time.ticks_us()
            if steps:
                length = pdu.carry_out(bank, request, 0, reply, pdu.LEAD, 0)
            else:
                pdu.answer(bank, request, 0, len(request), reply, pdu.LEAD)
            worst = max(worst, time.ticks_diff(time.ticks_us(), began))
            steps += 1
            if steps % 10 == 0:
                gc.collect()  # as a unit's loop does when its room is full
            micropython.heap_lock()
            began = time.ticks_us()
            connector.tick(steps * 10)
            took = time.ticks_diff(time.ticks_us(), began)
            micropython.heap_unlock()
            if connector.vehicle.settings_version != version:
                tick = max(tick, took)
        print("measured:%d:%d:%d:%d" % (steps, worst, tick, reply[pdu.LEAD]))
        gc.collect()


measure()
"""


@dataclass(frozen=True)
class AdoptionCost:
    """steps: calls of the port until it has an answer. worst_us: the longest. tick_us: the
    longest tick from the one that takes over on. function: of the answer.
    """

    steps: int
    worst_us: int
    tick_us: int
    function: int


def measure_adoptions() -> tuple[AdoptionCost, ...]:
    """Of single settings, and of a set."""
    requests = [write_request(*encode_together(values)) for values in (_SINGLES, _SET)]
    settings = settings_with(utility_may_set=1)
    run = run_on_pico(
        [_FIRMWARE], _SCRIPT.format(settings=settings, requests=requests), _TIMEOUT_S
    )
    return tuple(
        AdoptionCost(*(int(number) for number in line.split(":")[1:]))
        for line in run.stdout.splitlines()
        if line.startswith("measured:")
    )
