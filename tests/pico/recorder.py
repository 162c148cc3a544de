"""World and connector in one process, tick by tick, and the recording of what crossed between.

The connector has the board of `replay/board.py`; the vehicle's link is played here, word by word
into the inbox and orders out, so that nothing of the service plane takes part.
"""

from __future__ import annotations

import ast
from array import array
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import wattback_sim  # noqa: F401  (makes the firmware importable)
from tests.pico.replay.board import RecordedBoard
from tests.pico.replay.words import (
    KIND_COMMAND,
    KIND_INBOX,
    KIND_TICK,
    RECORD_WORDS,
    SUM_AT,
    places_of,
    state_of,
    sum_of_answer,
)
from wattback.commands import ACCEPTED
from wattback.connector import TICK_MS, Connector
from wattback.retained import WORDS
from wattback.session import STATE_NAMES
from wattback.settings import SETTINGS
from wattback.vehicle import MESSAGE_LOOP, MESSAGE_PARAMETERS, MESSAGE_SETUP
from wattback_sim.evcc import Orders
from wattback_sim.firmware import firmware_root
from wattback_sim.pico.constants import with_constants
from wattback_sim.pico.private_names import with_short_names
from wattback_sim.world import World, default_parameters

Proof = Callable[[Connector], bool]

_LOOP_MS = 500
_CATEGORY = 3
_NORMAL = 2  # B
_LONGEST_LEAD = 8  # ticks
_PATIENCE_S = 20.0


@dataclass(frozen=True)
class Stretch:
    """A recorded phase: `ticks` of 10 ms. records: how many of the recording."""

    name: str
    ticks: int
    records: int


@dataclass(frozen=True)
class _Tick:
    """What was before a tick, and the records that lead through it."""

    session: str
    state: array[int]
    records: list[array[int]]


class Recorder:
    """Plays, and records phases.

    parameters: of the world; settings, kept: of the connector, and its retained words by where
    they lie; what is not named has its default.
    recording: for `Playback`. stretches: its phases. loaded: the settings in table order.
    need_wh, departure_s: what the vehicle's link says from its next message on.
    """

    def __init__(
        self,
        seed: int,
        parameters: Mapping[str, float],
        settings: Mapping[str, int],
        kept: Mapping[int, int],
    ) -> None:
        chosen = default_parameters()
        for path, value in parameters.items():
            chosen.set(path, chosen.check(path, value))
        self.loaded = [settings.get(row[0], row[1]) for row in SETTINGS]
        self.recording = bytearray()
        self.stretches: list[Stretch] = []
        self.world = World(chosen, seed)
        self._board = RecordedBoard()
        self.connector = Connector(self._board, [kept.get(at, 0) for at in range(WORDS)])
        refused = self.connector.load_settings(self.loaded)
        assert not refused, f"the setting {refused} is refused"
        self.need_wh = 0
        self.departure_s = -1
        self._now_ms = 0
        self._loops = False
        self._next_loop_ms = 0
        self._places = places_of(self.connector, names_on_board)
        self._state = state_of(self.connector, self._places)
        self._records: list[array[int]] = []  # since the last tick
        self._past: deque[_Tick] = deque(maxlen=_LONGEST_LEAD)

    @property
    def session(self) -> str:
        """The state of the session."""
        return STATE_NAMES[self.connector.status.session_state]

    def phase(
        self,
        name: str,
        ticks: int,
        before: str,
        after: str,
        proof: Proof = lambda connector: True,
        lead: int = 0,
        at: Mapping[int, Callable[[], None]] = MappingProxyType({}),
    ) -> None:
        """Record a phase that leads from one state of the session to another.

        proof: must hold after one of its ticks, or the phase does not show what it is for. lead:
        wait until it holds; the phase begins this many ticks before. at: what happens before
        which of its ticks, where nothing is waited for.
        """
        passed: list[_Tick] = []
        proven = False
        if lead:
            self.until(name, proof)
            passed = list(self._past)[-lead:]
            proven = True
        for tick in range(len(passed), ticks):
            if tick in at:
                at[tick]()
            self.tick()
            passed.append(self._past[-1])
            proven = proof(self.connector) or proven
        began, ended = passed[0].session, self.session
        assert began == before, f"{name} begins in {began}, not in {before}"
        assert ended == after, f"{name} ends in {ended}, not in {after}"
        assert proven, f"{name} does not show what it is for"
        records = [record for tick in passed for record in tick.records]
        self.stretches.append(Stretch(name, ticks, len(records)))
        for words in (passed[0].state, *records):
            self.recording += words.tobytes()

    def tick(self) -> None:
        """Let the world live for 10 ms, then tick."""
        self._now_ms += TICK_MS
        self.world.advance(self._now_ms * 1000)
        if self._loops and self._now_ms >= self._next_loop_ms:
            self.say_loop()
        words = [0] * (RECORD_WORDS - 2)
        self.world.sense(words, 1)
        words[0] = self._now_ms
        self._board.frame = array("i", [KIND_TICK, *words, 0])
        self._board.measure(self.connector.inputs)
        session = self.session
        self.connector.tick(self._now_ms)
        self._record(KIND_TICK, *words)
        self._past.append(_Tick(session, self._state, self._records))
        self._state = state_of(self.connector, self._places)
        self._records = []
        self.world.drive(*self._board.driven)
        self._give_orders()

    def run_s(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds * 1000) // TICK_MS):
            self.tick()

    def until(self, what: str, proof: Proof) -> None:
        """Let time pass until something holds."""
        for _ in range(round(_PATIENCE_S * 1000) // TICK_MS):
            if proof(self.connector):
                return
            self.tick()
        raise AssertionError(f"{what} does not come; the session is {self.session}")

    def until_session(self, state: str) -> None:
        """Let time pass until the session is in a state."""
        self.until(state, lambda connector: self.session == state)

    def command(self, code: int, *arguments: int) -> None:
        """Put a command into the queue."""
        words = [*arguments, *[0] * (6 - len(arguments))]
        answer = self.connector.queue.put(code, *words)
        assert answer == ACCEPTED, f"command {code} is refused: {answer}"
        self._record(KIND_COMMAND, code, *words)

    def say_setup(self) -> None:
        """The vehicle's link: a new session."""
        self._say(MESSAGE_SETUP)

    def say_parameters(self) -> None:
        """The vehicle's link: certification and ratings."""
        inverter = self.world.vehicle.inverter.parameters
        rating_w = round(inverter.discharge_kw * 1000)
        nominal_mv = round(inverter.nominal_v * 1000)
        self._say(MESSAGE_PARAMETERS, 1, _CATEGORY, rating_w, rating_w, nominal_mv, _NORMAL)

    def say_loop(self) -> None:
        """The vehicle's link: one message of the loop; from then on one every 500 ms."""
        self._loops = True
        self._next_loop_ms = self._now_ms + _LOOP_MS
        soc_bp = round(self.world.vehicle.battery.soc * 10_000)
        version = self.connector.vehicle.settings_version
        self._say(MESSAGE_LOOP, version, soc_bp, 0, self.need_wh, self.departure_s)

    def fall_silent(self) -> None:
        """The link says nothing more; the inverter goes on with what it heard last."""
        self._loops = False

    def unplug(self) -> None:
        """The driver leaves, and his vehicle's link with him."""
        self._loops = False
        self.world.vehicle.evcc.orders = None
        self.world.unplug()

    def _say(self, *words: int) -> None:
        vehicle = self.connector.vehicle
        assert not vehicle.inbox_full, "the last message has not been taken"
        filled = [*words, *[0] * (len(vehicle.inbox) - len(words))]
        for index, word in enumerate(filled):
            vehicle.inbox[index] = word
        vehicle.inbox_full = 1
        self._record(KIND_INBOX, *filled)

    def _give_orders(self) -> None:
        if not self._loops:
            return
        status = self.connector.status
        report = self.connector.report
        self.world.vehicle.evcc.orders = Orders(
            target_w=status.target_w,
            charge_w=report.import_power_w,
            discharge_w=report.export_power_w,
            permitted=status.target_w > 0,
            wanted=status.target_w > 0,
        )

    def _record(self, *words: int) -> None:
        padding = [0] * (SUM_AT - len(words))
        told = sum_of_answer(self.connector, self._board.driven)
        self._records.append(array("i", [*words, *padding, told]))


def names_on_board(holder: object) -> list[str]:
    """Attributes of an object, in the order of the names that they have on a board."""
    short = _short_names(type(holder).__module__)
    return sorted(vars(holder), key=lambda name: short.get(name, name))


@cache
def _short_names(module: str) -> dict[str, str]:
    root = firmware_root()
    path = root.joinpath(*module.split(".")).with_suffix(".py")
    if not path.is_file():
        return {}  # the recorded board has no private names
    source = with_constants(path.read_text("utf-8"), root, module.rpartition(".")[0])
    return dict(zip(_attributes(source), _attributes(with_short_names(source)), strict=True))


def _attributes(source: str) -> list[str]:
    nodes = ast.walk(ast.parse(source))
    return [node.attr for node in nodes if isinstance(node, ast.Attribute)]
