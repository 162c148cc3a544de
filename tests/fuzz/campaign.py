"""A campaign: inputs for one channel, or for all at once; what reaches a new arc is varied on.

After every input each channel that was spoken to must answer a good request, and have said no more
than such an input can ask for. All follows from the seed.
"""

import random
from dataclasses import dataclass

import cbor2

from tests.fuzz.arcs import Map, Tracer
from tests.fuzz.board import Board, BoardError
from tests.fuzz.corpus import SEEDS, TOKENS, state
from tests.fuzz.pieces import UNIT, WORLD, Input, Mutator, Said, on_the_wire
from tests.unit.console_bench import WRITE, lines_of, messages_in, request
from tests.unit.modbus_ports import MARKER, MARKER_READ, rtu, tcp
from tests.unit.vehicle_link_pair import SETUP
from wattback.service import (
    CHANNEL_CONSOLE,
    CHANNEL_GATEWAY,
    CHANNEL_RTU,
    CHANNEL_TCP,
    CHANNEL_VEHICLE,
    CHANNELS,
)
from wattback_sim.evcc_messages import Key, frame, from_line, to_line, unframe

_MODBUS = "access bank drafts image limit_points pdu target_points"
_CODEC = "cbor crc lines"
# What each campaign speaks to, and the modules whose arcs guide and judge it, by their rooms.
_CAMPAIGNS: dict[str, tuple[tuple[int, ...], dict[str, str]]] = {
    "console": (
        (CHANNEL_CONSOLE,),
        {"console": "fields frames group log port smp words", "codec": _CODEC},
    ),
    "Modbus RTU": ((CHANNEL_RTU,), {"modbus": f"rtu {_MODBUS}", "codec": "crc"}),
    "Modbus TCP": ((CHANNEL_TCP,), {"modbus": f"tcp {_MODBUS}"}),
    "vehicle link": (
        (CHANNEL_VEHICLE,),
        {"vehicle_link": "answers port requests", "codec": f"{_CODEC} frames"},
    ),
    "gateway link": (
        (CHANNEL_GATEWAY,),
        {"gateway_link": "port", "codec": "crc frames lines"},
    ),
    "all at once": (
        (CHANNEL_CONSOLE, CHANNEL_RTU, CHANNEL_TCP, CHANNEL_VEHICLE, CHANNEL_GATEWAY),
        {"": "ports service"},
    ),
}
NAMES = tuple(_CAMPAIGNS)


def modules_of(name: str) -> tuple[str, ...]:
    """The modules of a campaign."""
    return tuple(
        ".".join(part for part in ("wattback", room, module) if part)
        for room, modules in _CAMPAIGNS[name][1].items()
        for module in modules.split()
    )


_INPUTS_A_BOARD = 500  # then a new one, so that what a failure needs is not long
_RECENT = 40

_ECHO = lines_of(request(0, 0, cbor2.dumps({"d": "still there?"}), WRITE))
_ECHOED = cbor2.dumps({"r": "still there?"})
_RTU_READ, _RTU_ANSWER = rtu(MARKER_READ, UNIT), rtu(MARKER, UNIT)
_TCP_READ, _TCP_ANSWER = tcp(MARKER_READ, unit=UNIT), tcp(MARKER, unit=UNIT)
_SETUP = b"\n" + to_line(SETUP)
# A state with a counter that no other input has said last, and its place in the next order.
_HEARD = 54_321
_BEATS = 10_000
_HEARD_AT = 3
_ORDER_WORDS = 4
_ORDER_TICKS = 10

# The most that a channel may say: for each line, frame or request, and beside them.
_MOST_ANSWER = {
    CHANNEL_CONSOLE: 1_200,  # a word's lines, or the longest message
    CHANNEL_RTU: 256,
    CHANNEL_VEHICLE: 537,
    CHANNEL_TCP: 260,
    CHANNEL_GATEWAY: 60,  # each of its orders, which nobody asks for
}
_SHORTEST_REQUEST = 8  # on a connection
_MOST_LOG = 40 * 127


@dataclass(frozen=True, slots=True)
class Result:
    """inputs: tried, the seeds included. arcs: reached in all. growth: for each input that reached
    a new one, its number and how many of the possible arcs had been reached then.
    """

    name: str
    inputs: int
    arcs: frozenset[int]
    growth: tuple[tuple[int, int], ...]


class Campaign:
    """name: one of NAMES."""

    def __init__(self, name: str, map_: Map, seed: int) -> None:
        self._name = name
        self._seed = seed
        self._tracer = Tracer(map_, modules_of(name))
        self._chance = random.Random(f"{seed}/{name}")
        self._mutator = Mutator(self._chance, TOKENS)
        self._waiting = [input_ for channel in _CAMPAIGNS[name][0] for input_ in SEEDS[channel]]
        self._kept: list[Input] = []
        self._session = 1
        self._beat = 0
        self._board: Board | None = None

    def run(self, least: int, most: int) -> Result:
        """Until as many inputs have reached nothing new as had come until then, `least` at the
        least; or until `most` were tried. Raises AssertionError with the input that is to blame.
        """
        number = last = 0
        growth: list[tuple[int, int]] = []
        while number < most and (self._waiting or number - last < max(least, last)):
            number += 1
            input_ = self._next()
            before = len(self._tracer.arcs)
            try:
                self._try(number, input_)
            except Exception as error:
                blamed = "\n".join(str(piece) for piece in input_)
                raise AssertionError(
                    f"{self._name}, seed {self._seed}, input {number}: {error!r}\n{blamed}"
                ) from error
            if len(self._tracer.arcs) > before:
                last = number
                growth.append((number, self._tracer.reached))
                self._kept.append(input_)
        arcs = frozenset(self._tracer.arcs)
        return Result(self._name, number, arcs, tuple(growth))

    def _next(self) -> Input:
        if self._waiting:
            return self._waiting.pop(0)
        kept = self._kept
        among = kept[-_RECENT:] if self._chance.random() < 0.5 else kept
        return self._mutator.mutated(self._chance.choice(among), self._chance.choice(kept))

    def _try(self, number: int, input_: Input) -> None:
        if self._board is None or number % _INPUTS_A_BOARD == 0:
            self._board = Board(self._tracer)
            self._session = 1
        board = self._board
        sent: dict[int, bytes] = {}
        happened = False
        for channel in range(CHANNELS):
            board.listen(channel)  # what was said of itself since the last input
        began = board.ticks
        for piece in input_:
            channel = piece.channel
            if channel == WORLD:
                happened = True
                board.happen(sum(piece.body[:1]))
                board.pass_ticks(piece.ticks)
                continue
            data = on_the_wire(piece, Said(self._session, board.settings_version))
            sent[channel] = sent.get(channel, b"") + data
            board.hear(channel, data)
            if piece.hangs_up:
                board.hang_up(channel)
            board.pass_ticks(piece.ticks)
            if channel == CHANNEL_VEHICLE:
                self._learn_session(board.said(channel))
        if happened:
            board.put_back()
        board.rest()
        pieces = len(input_)
        for channel, data in sent.items():
            said = board.listen(channel)
            if channel == CHANNEL_GATEWAY:
                most = _most_ordered(board.ticks - began)
            else:
                most = _most_said(channel, data, pieces)
            if len(said) > most:
                raise BoardError(f"{len(said)} bytes answer {len(data)}")
            self._ask(channel, board)

    def _ask(self, channel: int, board: Board) -> None:
        """A good request is answered as if nothing had been."""
        if channel == CHANNEL_CONSOLE:
            board.hear(channel, b"\n" + _ECHO)
        elif channel == CHANNEL_RTU:
            board.hear(channel, _RTU_READ)
        elif channel == CHANNEL_VEHICLE:
            board.hear(channel, _SETUP)
        elif channel == CHANNEL_GATEWAY:
            self._beat = (self._beat + 1) % _BEATS  # one that stands still is none
            board.hear(channel, b"\n" + frame(state(_HEARD + self._beat)))
            board.pass_ticks(2 * _ORDER_TICKS)
        else:
            board.hang_up(channel)
            board.hear(channel, _TCP_READ)
        board.rest()
        said = board.listen(channel)
        if channel == CHANNEL_CONSOLE:
            right = messages_in(_frames_of(said))[-1][8:] == _ECHOED
        elif channel == CHANNEL_VEHICLE:
            right = self._learn_session(said)
        elif channel == CHANNEL_GATEWAY:
            right = _heard(said, _HEARD + self._beat)
        else:
            right = said == (_RTU_ANSWER if channel == CHANNEL_RTU else _TCP_ANSWER)
        if not right:
            raise BoardError(f"a good request on channel {channel} was answered {said!r}")

    def _learn_session(self, said: bytes) -> bool:
        """Whether the last line is an answer with a session; it is the present one then."""
        for line in said.splitlines()[-1:]:
            answer = from_line(line)
            if answer is not None and Key.SessionID in answer:
                self._session = answer[Key.SessionID]
                return True
        return False


def _most_said(channel: int, sent: bytes, pieces: int) -> int:
    if channel == CHANNEL_RTU:
        return pieces * _MOST_ANSWER[channel]
    if channel >= CHANNEL_TCP:
        return (len(sent) // _SHORTEST_REQUEST + 1) * _MOST_ANSWER[CHANNEL_TCP]
    lines = sent.count(b"\n") + sent.count(b"\r") + 1
    return lines * _MOST_ANSWER[channel] + _MOST_LOG


def _most_ordered(ticks: int) -> int:
    """Of the gateway's wire, on which the connector speaks at its own pace."""
    return (ticks // _ORDER_TICKS + 2) * _MOST_ANSWER[CHANNEL_GATEWAY]


def _heard(said: bytes, counter: int) -> bool:
    """Whether the last order was made by the good state, and is an order."""
    words = cbor2.loads(unframe(said.splitlines()[-1]) or b"\xf6") if said else None
    return isinstance(words, list) and len(words) == _ORDER_WORDS and words[_HEARD_AT] == counter


def _frames_of(said: bytes) -> bytes:
    """The lines of messages, without the log's and the words'."""
    lines = said.splitlines(keepends=True)
    return b"".join(line for line in lines if line[:1] in (b"\x06", b"\x04"))
