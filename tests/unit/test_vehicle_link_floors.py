"""The vehicle link says the same, byte for byte, on MicroPython and on CPython."""

import random

from tests.unit.floors import on_micropython
from tests.unit.vehicle_link_pair import DISCOVERY, LOOP, SETUP, STOP, Bench
from tests.unit.vehicle_link_replay import replay
from wattback.vehicle import LINK_LAPSED, LINK_NONE
from wattback_sim.evcc_messages import Fields, Key, frame, to_line

KEYS = [*range(24), 52, 53, 54, 55]


def recorded() -> list[str]:
    """Visits with everything that a wire may bring, the same at every call."""
    chance = random.Random("vehicle link")
    bench = Bench()
    lines: list[str] = []
    turn = 0
    for _ in range(400):
        departs, forms = LOOP | {Key.DepartureTime: 60}, LOOP | {Key.GeneratorMode: 1}
        found = DISCOVERY | {Key.SupportedModes: 3}
        visit = [SETUP, found, LOOP, departs, LOOP, forms, STOP]
        fields = visit[turn % len(visit)] if chance.random() < 0.9 else chance.choice(visit)
        turn = 1 if fields is SETUP else turn + 1
        fields = fields | {Key.SessionID: bench.port._session}
        line = _spoilt(chance, fields)
        lines.append(f"bytes {line.hex()}")
        bench.hear(line)
        bench.core.connected = 0 if chance.randrange(40) == 0 else 1
        for _ in range(chance.choice([1, 1, 2, 5, 130 if chance.randrange(8) == 0 else 3])):
            lines.append(f"tick {bench.core.connected}")
            bench.tick()
        if bench.core.vehicle.link in (LINK_NONE, LINK_LAPSED):
            turn = 0
    return lines


def _spoilt(chance: random.Random, fields: Fields) -> bytes:
    """A message as a line; one in four of them is noise, or is not right."""
    kind = chance.randrange(16)
    line = bytearray(to_line(fields))
    if kind == 0:
        line[chance.randrange(len(line))] = chance.randrange(256)
    elif kind == 1:
        return frame(chance.randbytes(chance.randrange(1, 80)))
    elif kind == 2:
        return chance.randbytes(chance.randrange(1, 700)) + b"\n"
    elif kind == 3:
        values = [True, None, 1.5, "x", -1, 1 << 40, [1, {2: 3}], b"xy"]
        return to_line(fields | {chance.choice(KEYS): chance.choice(values)})
    return bytes(line)


def test_a_recorded_session_is_the_same_in_every_byte_on_both_interpreters() -> None:
    lines = recorded()
    said = replay(lines)
    assert on_micropython("vehicle_link_replay.py", lines=lines) == said
    # It is a session worth the name: everything was reached.
    assert {line.split()[0] for line in said if " " in line} >= {"0", "1", "3", "4", "5"}
    assert sum(" " not in line for line in said) > 200
