"""The console says the same, byte for byte, on MicroPython and on CPython."""

import random

import cbor2

from tests.unit.console_bench import ALL_FAULTS, GROUP, lines_of, request
from tests.unit.console_replay import replay
from tests.unit.floors import on_micropython
from wattback import contactor, export, session, vehicle
from wattback.console.words import WORDS
from wattback.signals import REPORT_NAMES, STATUS_NAMES

CODED = {
    "session_state": len(session.STATE_NAMES),
    "open_cause": len(contactor.CAUSE_NAMES),
    "waiting_for": 1 << len(session.WAIT_NAMES),
    "export_waits": 1 << len(export.WAIT_NAMES),
    "faults": ALL_FAULTS + 1,
    "contactor_commanded": 2,
    "in_service": 2,
    "vehicle_link": len(vehicle.LINK_NAMES),
    "target_owner": 4,
}


def recorded() -> list[str]:
    """Everything that a wire may bring, amid ticks that change something; always the same."""
    chance = random.Random("console")
    lines = []
    for _ in range(1500):
        if chance.random() < 0.4:
            lines.append("tick " + " ".join(_changes(chance)))
        else:
            lines.append(f"bytes {_bytes(chance).hex()}")
    return lines


def _changes(chance: random.Random) -> list[str]:
    names = chance.sample(sorted(CODED), chance.randrange(4))
    changes = [f"{name}={chance.randrange(CODED[name])}" for name in names]
    plain = sorted({*STATUS_NAMES, *REPORT_NAMES} - {*CODED, "sequence"})
    for name in chance.sample(plain, chance.randrange(3)):
        changes.append(
            f"{name}={chance.choice([0, 1, -1, chance.randrange(-(1 << 31), 1 << 31)])}"
        )
    return changes


def _bytes(chance: random.Random) -> bytes:
    kind = chance.randrange(10)
    if kind == 0:
        return chance.randbytes(chance.randrange(1, 300)) + b"\n"
    if kind == 1:
        return chance.choice(["", "\x03", "x"]).encode() + chance.choice(WORDS).encode() + b"\r"
    fields: dict[str, object] = chance.choice(
        [{}, {"d": "x" * chance.randrange(200)}, {"format": "sa"}]
    )
    fields |= {"from": chance.randrange(70)} if chance.random() < 0.3 else {}
    body = cbor2.dumps(fields) if kind < 9 else chance.randbytes(chance.randrange(20))
    group, command = chance.choice(
        [(0, 0), (0, 6), (0, 7), (3, 1), *[(GROUP, n) for n in range(5)]]
    )
    operation = chance.choice([0, 0, 0, 2, 1])
    message = request(group, command, body, operation, chance.choice([1, 1, 0, 2]))
    frame = bytearray(lines_of(message, chance.choice([124, 120, 40])))
    if kind == 8:
        frame[chance.randrange(len(frame))] = chance.randrange(256)
    return bytes(frame)


def test_a_recorded_session_is_the_same_in_every_byte_on_both_interpreters() -> None:
    lines = recorded()
    said = replay(lines)
    assert on_micropython("console_replay.py", lines=lines) == said
    # It is a session worth the name: frames, words, the log and its losses.
    everything = b"".join(map(bytes.fromhex, said))
    assert everything.count(b"\x06\x09") > 300
    assert everything.count(b"\x04\x14") > 200
    for tag in (b"E fault", b"I session", b"W contactor", b"vehicle link", b"export_waits="):
        assert tag in everything
