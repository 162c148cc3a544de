"""Good messages of every channel, from which the fuzzer starts, and bytes that mean something."""

from itertools import pairwise

import cbor2

from tests.fuzz.board import HAPPENINGS, SUPPLY_FAILS
from tests.fuzz.pieces import SESSION, SETTINGS_VERSION, UNIT, WORLD, Input, Piece
from tests.unit.console_bench import FAULTS_COMMAND, GROUP, HELLO, READ, VITALS, WHY, WRITE
from tests.unit.console_bench import request as smp
from tests.unit.modbus_bench import two, write_request
from tests.unit.vehicle_link_pair import DISCOVERY, LOOP, SETUP, STOP
from wattback.console.words import WORDS
from wattback.gateway import (
    STATE_AUXILIARY_MV,
    STATE_CLOSED_CONTACT,
    STATE_COUNTER,
    STATE_GRID_L1_MV,
    STATE_GRID_L2_MV,
    STATE_GRID_MILLIHERTZ,
    STATE_HOME_L1_MV,
    STATE_HOME_L2_MV,
    STATE_HOME_MILLIHERTZ,
    STATE_OPEN_CONTACT,
    STATE_TRANSFORMER_OK,
    STATE_WORDS,
)
from wattback.service import (
    CHANNEL_CONSOLE,
    CHANNEL_GATEWAY,
    CHANNEL_RTU,
    CHANNEL_TCP,
    CHANNEL_VEHICLE,
)
from wattback_sim.evcc_messages import Key
from wattback_sim.register_map import POINTS, Value, encode, find_point

_SESSION = cbor2.loads(SESSION)
_VERSION = cbor2.loads(SETTINGS_VERSION)
_OS = 0

# Values of points that are written one after the other, each by a request of its own.
_STORIES: tuple[tuple[tuple[str, Value], ...], ...] = (
    (("704.WSetMod", 1), ("704.WSet", 5_000), ("704.WSetEna", 1), ("704.WSetEna", 0)),
    (("704.WSetMod", 0), ("704.WSetEna", 1), ("704.WSetPct", -20), ("704.WSetRvrtTms", 1)),
    (("704.WSetRvrt", 900), ("704.WSetEnaRvrt", 1), ("704.WSetPctRvrt", 10)),
    (("704.WMaxLimPct", 50), ("704.WMaxLimPctEna", 1), ("704.WMaxLimPctRvrtTms", 1)),
    (("704.WMaxLimPctEna", 1), ("704.WMaxLimPctEna", 0)),
    (("702.WMax", 0), ("704.WSetPct", 10), ("704.WMaxLimPctEna", 1), ("702.WMax", 9_000)),
    (("702.WChaRteMax", 7_000), ("702.WDisChaRteMax", 7_000)),
    (("site_import_limit", 16), ("site_export_limit", -1), ("site_limit_timeout", 1)),
    (("site_target", -4_000), ("site_target_enable", 1), ("site_target_timeout", 1)),
    (("heartbeat", 1), ("controller_timeout", 1), ("heartbeat", 2)),
    (("export_enable", 0), ("reserve", 30), ("export_day_limit", 5_000), ("export_enable", 1)),
    (("departure_margin", 60), ("reset_faults", 0), ("reset_faults", 1)),
)


# And those that one request writes; three of these requests are more than the queue holds.
_TOGETHER: tuple[tuple[tuple[str, Value], ...], ...] = (
    (("civil_day", 20_000), ("civil_second", 60)),
    (
        ("controller_timeout", 60),
        ("export_enable", 1),
        ("reserve", 20),
        ("export_day_limit", -1),
        ("departure_margin", 900),
    ),
)
_HAPPENINGS = [Piece(WORLD, False, bytes([number]), 30) for number in range(len(HAPPENINGS))]


def _writes(story: tuple[tuple[str, Value], ...]) -> list[bytes]:
    points = [find_point(name) for name, _ in story]
    return [
        write_request(point.address, encode(point, value))
        for point, (_, value) in zip(points, story, strict=True)
    ]


def _modbus(channel: int) -> list[Input]:
    def piece(pdu: bytes, unit: int = UNIT, ticks: int = 2) -> Piece:
        return Piece(channel, True, bytes([unit]) + pdu, ticks)

    seeds: list[Input] = [
        (piece(b"\x03" + two(40_000) + two(4)),),
        (piece(b"\x03" + two(40_100) + two(125)), piece(b"\x03" + two(40_440) + two(3))),
        (piece(b"\x03" + two(40_000) + two(4), 9), piece(b"\x03" + two(40_000) + two(4), 0)),
        (piece(b"\x04" + two(0) + two(1)), piece(b"\x2b\x0e\x01\x00")),
        (Piece(channel, False, bytes(300), 2),),
    ]
    seeds += [tuple(piece(pdu) for pdu in _writes(story)) for story in _STORIES]
    for together in _TOGETHER:
        words = [word for name, value in together for word in encode(find_point(name), value)]
        pdu = write_request(find_point(together[0][0]).address, words)
        seeds.append((piece(pdu, ticks=0),) * 3)
    return seeds + [(happens, *seeds[6]) for happens in _HAPPENINGS]


def _console() -> list[Input]:
    def asked(
        group: int, command: int, fields: object, operation: int = READ, version: int = 1
    ) -> Piece:
        body = fields if isinstance(fields, bytes) else cbor2.dumps(fields)
        return Piece(CHANNEL_CONSOLE, True, smp(group, command, body, operation, version), 3)

    seeds: list[Input] = [
        (asked(_OS, 0, {"d": "abc"}, WRITE),),
        (asked(_OS, 6, {}), asked(_OS, 7, {"format": "a"}), asked(_OS, 7, {"format": "xyz"})),
        (asked(GROUP, HELLO, {}), asked(GROUP, FAULTS_COMMAND, {})),
        (asked(GROUP, VITALS, {}), asked(GROUP, VITALS, {"from": 40})),
        (asked(GROUP, WHY, {"x": [1, {"y": None}], "from": 2}),),
        (asked(_OS, 0, {"d": "long " * 80}, WRITE),),
        (asked(GROUP, HELLO, {"from": 99}, READ, 0), asked(_OS, 9, {}, READ, 2)),
        (asked(_OS, 6, b"\xbf\x61x\x9f\x01\xbf\x01\x02\xff\xff\xff"),),
        (asked(_OS, 0, b"\xbf\x61d\x61a\xff", WRITE),),
        (Piece(CHANNEL_CONSOLE, False, b"hello?\nhello again\n", 3),),
        (Piece(CHANNEL_CONSOLE, False, b"x" * 200 + b"\n", 3),),
    ]
    every = [asked(GROUP, command, {}) for command in (VITALS, WHY, FAULTS_COMMAND)]
    seeds += [(happens, *every) for happens in _HAPPENINGS]
    seeds += [(Piece(CHANNEL_CONSOLE, False, word.encode() + b"\r\n", 3),) for word in WORDS]
    return seeds


def state(counter: int, grid: bool = True, home: bool = True, closed: bool = True) -> bytes:
    """What a gateway says. grid, home: these sides are live. closed: its switch."""
    words = [0] * STATE_WORDS
    words[STATE_COUNTER] = counter
    words[STATE_CLOSED_CONTACT] = int(closed)
    words[STATE_OPEN_CONTACT] = 1 - int(closed)
    words[STATE_TRANSFORMER_OK] = 1
    words[STATE_AUXILIARY_MV] = 24_000
    if grid:
        words[STATE_GRID_L1_MV] = words[STATE_GRID_L2_MV] = 120_000
        words[STATE_GRID_MILLIHERTZ] = 60_000
    if home:
        words[STATE_HOME_L1_MV] = words[STATE_HOME_L2_MV] = 120_000
        words[STATE_HOME_MILLIHERTZ] = 60_000
    return bytes(cbor2.dumps(words))


def _said(counter: int, ticks: int = 9, **sides: bool) -> Piece:
    return Piece(CHANNEL_GATEWAY, True, state(counter, **sides), ticks)


# A home whose grid fails, up to the vehicle's turn: each state is younger than a second.
_OUTAGE: Input = (
    _said(1),
    Piece(WORLD, False, bytes([SUPPLY_FAILS]), 30),
    *(_said(counter, 90, grid=False, home=False) for counter in range(2, 6)),
    *(_said(counter, 90, grid=False, home=False, closed=False) for counter in range(6, 8)),
)


def _gateway() -> list[Input]:
    words = list(cbor2.loads(state(9)))
    odd = (words[:-1], [*words, 0], [True, *words[1:]], [words, *words[1:]], {1: words})
    edges = [
        [*words[:at], value, *words[at + 1 :]]
        for at in range(STATE_WORDS)
        for value in (-1, 1_800, 600_000, 600_001)
    ]
    seeds: list[Input] = [(_said(1),), tuple(_said(counter) for counter in (1, 2, 2)), _OUTAGE]
    seeds += [(Piece(CHANNEL_GATEWAY, True, cbor2.dumps(each), 2),) for each in (*odd, *edges)]
    seeds.append((_said(1, 120), _said(2, 0), _said(3, 0), _said(4, 0)))
    lines = (b"A" * 140 + b"\n", b"x" * 600 + b"\n", b"\x80AAAAAAAAAA\n", b"\n\n")
    seeds += [(Piece(CHANNEL_GATEWAY, False, line),) for line in lines]
    return seeds + [(_said(1), happens, _said(2)) for happens in _HAPPENINGS]


def _vehicle() -> list[Input]:
    session = {Key.SessionID: _SESSION}
    more = {
        Key.MinimumSOC: 1_000,
        Key.DepartureTime: 3_600,
        Key.EVTargetEnergyRequest: 0,
        Key.SettingsVersion: _VERSION,
        Key.GeneratorMode: 1,
    }
    names = {
        Key.EVInverterManufacturer: "Maker",
        Key.EVInverterSwVersion: "1.0",
        Key.SupportedModes: 3,
    }
    messages = (SETUP, DISCOVERY | session | names, LOOP | session | more, STOP | session)
    setup, discovery, loop, stop = (
        Piece(CHANNEL_VEHICLE, True, cbor2.dumps({int(key): value for key, value in said.items()}))
        for said in messages
    )
    whole = (setup, discovery, loop, loop)
    seeds: list[Input] = [(setup,), (setup, discovery), (*whole, stop), (setup, loop)]
    lines = (b"A" * 536 + b"\n", b"x" * 600 + b"\n", b"\x80AAAAAAAAAA\n")
    seeds += [(Piece(CHANNEL_VEHICLE, False, line),) for line in lines]
    seeds.append((*whole, *_OUTAGE, *whole))  # the link has lapsed meanwhile
    return seeds + [(*whole, happens, loop, stop) for happens in _HAPPENINGS]


SEEDS: dict[int, list[Input]] = {
    CHANNEL_CONSOLE: _console(),
    CHANNEL_RTU: _modbus(CHANNEL_RTU),
    CHANNEL_VEHICLE: _vehicle(),
    CHANNEL_GATEWAY: _gateway(),
    CHANNEL_TCP: _modbus(CHANNEL_TCP),
}

_WRITABLE = [point for point in POINTS if point.writable]
_MODBUS_TOKENS = (
    *(two(point.address) for point in _WRITABLE),
    *(two(two_.address) for one, two_ in pairwise(POINTS) if one.writable and not two_.writable),
    *(two(number) for number in (0, 1, 2, 3, 100, 0x7FFF, 0x8000, 0xFFFF)),
    b"\x03",
    b"\x06",
    b"\x10",
    b"\x00",
    bytes([UNIT]),
)
_CBOR_TOKENS = (
    *(bytes([major << 5 | 31]) for major in (2, 3, 4, 5, 7)),
    *(bytes([major << 5 | 1]) for major in range(8)),
    *(
        bytes([major << 5 | 24 + size]) + b"\0\0\0\0\0\0\0\1"[-(1 << size) :]
        for major in range(6)
        for size in range(4)
    ),
    b"\xf4",
    b"\xf5",
    b"\xf6",
    b"\xf9\x41\x00",
    b"\xfb" + bytes(8),
    b"\x81" * 7,
    b"\xff",
)
TOKENS: dict[int, tuple[bytes, ...]] = {
    WORLD: tuple(bytes([number]) for number in range(len(HAPPENINGS))),
    CHANNEL_RTU: _MODBUS_TOKENS,
    CHANNEL_TCP: _MODBUS_TOKENS,
    CHANNEL_CONSOLE: (
        *_CBOR_TOKENS,
        b"\x61d",
        b"\x66format",
        b"\x64from",
        *(word.encode() for word in WORDS),
        b"\n",
        b"\r",
        b"\x06\x09",
        b"\x04\x14",
        two(GROUP),
        two(_OS),
    ),
    CHANNEL_VEHICLE: (
        *_CBOR_TOKENS,
        SESSION,
        SETTINGS_VERSION,
        *(bytes([key]) if key < 24 else bytes([0x18, key]) for key in (*range(25), 53, 54, 55)),
        b"\n",
        b"=",
        b"==",
    ),
    CHANNEL_GATEWAY: (
        *_CBOR_TOKENS,
        *(bytes([0x80 | count]) for count in (0, 14, 15)),
        *(cbor2.dumps(value) for value in (1, 3, 1_800, -1_800, 30_000, 65_535, 100_000, 600_000)),
        b"\n",
        b"=",
    ),
}
