"""Garbage for every port of a board: what no peer should send, and what none of it may change.

Random bytes, halves, frames that are too long or of another unit, lies about lengths, many
requests at once, requests that are refused. Nothing here is a write that would be obeyed.
"""

import random
from collections.abc import Callable

from tests.lockstep.traffic import Ear, Stage, rtu, tcp
from tests.unit.modbus_bench import write_request
from wattback_sim.evcc import Evcc
from wattback_sim.evcc_messages import frame
from wattback_sim.register_map import encode, find_point
from wattback_sim.wires_tcp import Connection

_READ = "01 03 9c40 007d"
# Requests without their unit: good ones, if it were this connector's.
_WRITES = tuple(
    write_request(point.address, encode(point, value)).hex()
    for point, value in (
        (find_point("704.WSetEna"), 1),
        (find_point("704.WSet"), 3_000),
        (find_point("site_import_limit"), 0),
        (find_point("site_export_limit"), 0),
        (find_point("export_enable"), 0),
    )
)
_REFUSED = (
    "01 06 9c40 0000",  # read-only
    "01 06 9d6b 0002",  # an enable of 2
    "01 10 9d6d 0001 02 0000",  # half of WSet
    "01 10 9d6d 0002 04 7fffffff",  # beyond the rating
    "01 10 9d6b 007b f6" + "00" * 246,  # as much as one write can be, over what may not be written
    "01 10 9d6b 0002 08 0001 0001 0001",  # counts that contradict each other
    "01 03 ffff 0002",
    "01 03 9c40 007e",
    "01 2b 0e 01 00",
    "01 03",
)
_SMP = b"\x06\x09"
_VITALS = _SMP + b"AAsIAAABRVYAAaCKGQ==\n"  # a request for everything that is measured


def rtu_garbage(chance: random.Random) -> bytes:
    """A piece for the RS-485 wire."""
    whole = rtu(_READ)
    foreign = rtu(f"{chance.choice((0xF7, 2, 0xFF)):02x}" + chance.choice(_WRITES))
    damaged = bytearray(rtu("01" + chance.choice(_WRITES)))
    damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    kinds: tuple[Callable[[], bytes], ...] = (
        lambda: chance.randbytes(chance.randrange(1, 400)),
        lambda: foreign,
        lambda: bytes(damaged),
        lambda: whole * chance.randrange(2, 6),
        lambda: whole[: chance.randrange(1, len(whole))],
        lambda: rtu(chance.choice(_REFUSED)),
        lambda: rtu("00 03 9c40 0004"),
        lambda: rtu("01" + chance.choice(_WRITES))[: chance.randrange(1, 6)],
        lambda: b"\x01\x10" + bytes(chance.randrange(250, 600)),
    )
    return chance.choice(kinds)()


def tcp_garbage(chance: random.Random) -> bytes:
    """A piece for a connection."""
    number = chance.randrange(0x10000)
    write = chance.choice(_WRITES)
    kinds: tuple[Callable[[], bytes], ...] = (
        lambda: chance.randbytes(chance.randrange(1, 600)),
        lambda: tcp(_READ, number) * chance.randrange(2, 12),
        lambda: tcp(_READ, number)[: chance.randrange(1, 11)],
        lambda: tcp(chance.choice(_REFUSED), number) * chance.randrange(1, 5),
        lambda: tcp("09" + write, number),
        lambda: b"\0\1\0\1" + tcp("01" + write)[4:],  # another protocol
        lambda: b"\0\1\0\0\xff\xff\1" + bytes(300),
        lambda: b"\0\1\0\0\0\1\1",
    )
    return chance.choice(kinds)()


def console_garbage(chance: random.Random) -> bytes:
    """A piece for the console."""
    letters = bytes(chance.choices(b"ABCxyz0189+/=", k=chance.randrange(1, 200)))
    kinds: tuple[Callable[[], bytes], ...] = (
        lambda: chance.randbytes(chance.randrange(1, 400)),
        lambda: _SMP + letters + b"\n",
        lambda: (b"\x04\x14" + letters + b"\n") * 8,
        lambda: b"\x06\x09\x06\x09AA\x04\x14",
        lambda: b"x" * 700,
        lambda: chance.choice((b"status\r\n", b"why\n", b"HELP\r", b"reboot now\n")) * 3,
        lambda: b"\x03\x04\x01\x05raw repl\n",
        lambda: _VITALS,
        lambda: _VITALS[: chance.randrange(3, len(_VITALS))],
        lambda: _VITALS[:-1] * 3 + b"\n",
    )
    return chance.choice(kinds)()


def vehicle_garbage(chance: random.Random) -> bytes:
    """Lines for the vehicle link: each ends, so that what the vehicle says next stays whole."""
    good = frame(bytes.fromhex("a2 00 07 01 01"))  # a stop
    damaged = bytearray(good)
    damaged[chance.randrange(len(damaged) - 1)] ^= 1 << chance.randrange(6)
    kinds: tuple[Callable[[], bytes], ...] = (
        lambda: chance.randbytes(chance.randrange(1, 200)).replace(b"\n", b""),
        lambda: good[: chance.randrange(1, len(good) - 1)],
        lambda: bytes(damaged),
        lambda: b"A" * 700,
        lambda: bytes(chance.choices(b"ABCxyz0189+/=", k=chance.randrange(1, 300))),
    )
    return chance.choice(kinds)() + b"\n"


SERIAL = {"rtu": rtu_garbage, "console": console_garbage}
_PAUSES_S = (0.001, 0.004, 0.02, 0.1)
_AFTER_VEHICLE_US = range(60_000, 300_000)  # of its period of 500 ms: it is answered by then


def serial_script(seed: int, name: str, from_s: float, to_s: float) -> Callable[[Stage], None]:
    """Garbage on a serial wire, a piece as soon as the one before has passed and a pause."""

    def script(stage: Stage) -> None:
        chance = random.Random(f"{seed}/{name}")
        wire = stage.site.wiring.serial[name]

        def say() -> None:
            passed_s = wire.send(SERIAL[name](chance)) / 1e6
            if passed_s < to_s:
                stage.at(passed_s + chance.choice(_PAUSES_S), say)

        stage.at(from_s, say)

    return script


def vehicle_script(seed: int, from_s: float, to_s: float) -> Callable[[Stage], None]:
    """Garbage on the vehicle link, between what the vehicle says."""

    def script(stage: Stage) -> None:
        chance = random.Random(f"{seed}/vehicle")
        evcc: Evcc = stage.site.world.vehicle.evcc

        def say() -> None:
            if stage.site.clock.now_us - evcc.said_us in _AFTER_VEHICLE_US:
                stage.site.wiring.vehicle.send(vehicle_garbage(chance))

        for number in range(int((to_s - from_s) / 0.1)):
            stage.at(from_s + 0.1 * number + 0.003, say)

    return script


class Caller:
    """A TCP client that always calls again when it was hung up on."""

    def __init__(self, stage: Stage, name: str) -> None:
        self._stage = stage
        self._ear = Ear(name, stage.heard)
        self._connection: Connection | None = None

    def send(self, data: bytes) -> None:
        if self._connection is None or not self._connection.open:
            self._connection = self._stage.site.wiring.connect(self._ear)
        self._connection.send(data)

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def tcp_script(seed: int, name: str, from_s: float, to_s: float) -> Callable[[Stage], None]:
    """Garbage on a connection. Now and then it is left with half a write that would be good: what
    came next on the same connection would make it a whole one."""

    def script(stage: Stage) -> None:
        chance = random.Random(f"{seed}/{name}")
        caller = Caller(stage, name)

        def say(t_s: float) -> None:
            pause_s = chance.choice(_PAUSES_S)
            if chance.random() < 0.1:
                whole = tcp("01" + chance.choice(_WRITES))
                caller.send(whole[: chance.randrange(1, len(whole))])
                caller.hang_up()
                pause_s += 0.01  # until the board has seen it
            elif t_s >= to_s:
                caller.hang_up()
                return
            else:
                caller.send(tcp_garbage(chance))
            stage.at(t_s + pause_s, lambda: say(t_s + pause_s))

        stage.at(from_s, lambda: say(from_s))

    return script
