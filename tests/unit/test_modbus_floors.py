"""Modbus on the interpreter of a board: the same answers, and reads that take no memory."""

import random

from tests.unit.floors import on_micropython
from tests.unit.modbus_bench import two, write_request
from tests.unit.modbus_ports import rtu, tcp
from tests.unit.modbus_replay import UNIT, Player
from wattback_sim.register_map import POINTS

PROGRAM = "modbus_replay.py"
WRITABLE = [point for point in POINTS if point.writable]


def test_reads_refusals_and_renewals_allocate_nothing() -> None:
    told = dict(line.split() for line in on_micropython(PROGRAM, "weigh"))
    assert told == {"rtu": "0", "tcp": "0", "refusal": "0", "renewal": "0"}


def recorded() -> list[str]:
    """Traffic with everything that a master may want, the same at every call."""
    chance = random.Random("modbus")
    lines: list[str] = []
    for _ in range(500):
        request = _request(chance)
        if chance.random() < 0.5:
            frame = bytearray(rtu(request, chance.choice([UNIT, UNIT, UNIT, 0, 9])))
            if chance.random() < 0.1:
                frame[chance.randrange(len(frame))] ^= 1 << chance.randrange(8)
            lines.append(f"rtu {frame.hex()}")
        else:
            unit = chance.choice([UNIT, UNIT, 0, 255, 9])
            stream = tcp(request, chance.randrange(0x10000), unit) * chance.choice([1, 1, 2])
            if chance.random() < 0.05:
                stream = chance.randbytes(chance.randrange(1, 200))
            lines.append(f"tcp {stream.hex()}")
        if chance.random() < 0.5:
            lines.append(f"tick {chance.choice([1, 3, 20, 120])}")
    return lines


def _request(chance: random.Random) -> bytes:
    kind = chance.randrange(10)
    if kind < 3:
        return b"\x03" + two(chance.randrange(39_990, 40_460)) + two(chance.randrange(0, 127))
    if kind == 3:
        return chance.randbytes(chance.randrange(1, 250))
    point = chance.choice(WRITABLE)
    first = WRITABLE.index(point)
    words: list[int] = []
    for other in WRITABLE[first : first + chance.choice([1, 1, 2, 4, 8])]:
        if other.address == point.address + len(words):
            low, high = (-9_000, 9_000) if other.kind in ("int16", "int32") else (0, 9_000)
            value = chance.choice([0, 1, chance.randint(low, high)])
            octets = (value & (1 << 16 * other.registers) - 1).to_bytes(2 * other.registers, "big")
            words += [octets[n] << 8 | octets[n + 1] for n in range(0, len(octets), 2)]
    return write_request(point.address, words)


def test_recorded_traffic_has_the_same_answers_on_both_interpreters() -> None:
    lines = recorded()
    player = Player()
    answers = [player.play(line) for line in lines]
    assert on_micropython(PROGRAM, lines=lines) == answers
    # It is traffic worth the name: everything was reached.
    pdus = {bytes.fromhex(answer.split()[0])[7:9] for answer in answers if len(answer) > 17}
    functions = {pdu[0] for pdu in pdus}
    assert {3, 6, 16, 0x83, 0x86, 0x90} <= functions
    exceptions = {pdu[1] for pdu in pdus if pdu[0] & 0x80}
    assert {1, 2, 3, 11} <= exceptions
    assert any(answer.endswith("closed") for answer in answers)
