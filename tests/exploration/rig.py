"""A connector in the small world, with the judges of every simulated run beside it.

What a tick does here is what the simulator's site does: the world moves, the firmware ticks, its
outputs are driven, what it obeyed is booked, and the truths are judged. All of it can be taken as
a snapshot and put back.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.exploration.small_world import SmallWorld
from tests.exploration.snapshots import Graph, Snapshot
from tests.unit.linked_wall import settings_with
from wattback import commands
from wattback.backup.backup import Backup
from wattback.connector import TICK_MS, TIME_MASK_MS, Connector
from wattback.retained import ISLAND_IMPORT_WH, ISLAND_WH, WORDS
from wattback.settings import SETTINGS
from wattback_sim.board import AT
from wattback_sim.limit_ledger import LimitLedger
from wattback_sim.truths import Truths

_COMMAND_WORDS = 7
_OFF_TICKS = 50  # of a power cut: longer than any output is held
# What the truths read of the firmware's answer.
_TOLD = (
    "contactor_commanded",
    "contactor_confirmed",
    "open_cause",
    "session_state",
    "faults",
    "target_w",
    "import_wh",
    "export_wh",
)
_TOLD_AT = tuple((name, AT[name]) for name in _TOLD)
_VERSION_AT = AT["settings_version"]
_KEPT_AT = ((ISLAND_WH, AT["island_wh"]), (ISLAND_IMPORT_WH, AT["island_import_wh"]))


class Clock:
    """now_us: since the start."""

    def __init__(self) -> None:
        self.now_us = 0


class BoardView:
    """The board as the truths read it, in the place of the simulator's `SimulatedBoard`."""

    def __init__(self, world: SmallWorld, clock: Clock, settings: Mapping[str, int]) -> None:
        self.world = world
        self.clock = clock
        self.settings_by_name = settings
        self.answer = [0] * (max(AT.values()) + 1)
        self.late_ticks = 0
        self.ticked = False


class Rig:
    """settings: by name, others have their defaults. ticks: driven so far, by whatever path."""

    def __init__(self, settings: Mapping[str, int]) -> None:
        self.ticks = 0
        self._settings = settings_with(**settings)
        by_name = dict(zip((row[0] for row in SETTINGS), self._settings, strict=True))
        self.world = SmallWorld(bool(by_name["gateway_fitted"]))
        self.connector = self._boot([0] * WORDS)
        self.clock = Clock()
        self.board = BoardView(self.world, self.clock, by_name)
        self.ledger = LimitLedger(by_name)
        self.truths = Truths(self.board, self.ledger)  # type: ignore[arg-type]
        self.core = Graph(self.connector)
        self.graph = Graph(_Whole(self))

    def take(self) -> Snapshot:
        """Everything as it is now."""
        return self.graph.take()

    def put(self, snapshot: Snapshot) -> None:
        """Everything as it was."""
        self.graph.put(snapshot)

    def tick(self, dt_ms: int = TICK_MS) -> None:
        """One tick of world and firmware, judged."""
        self.ticks += 1
        world = self.world
        connector = self.connector
        board = self.board
        queue = connector.queue
        world.advance(dt_ms * 1000, connector.vehicle, connector.backup)
        self.clock.now_us = world.now_us
        oldest = queue.tail
        connector.tick(world.now_us // 1000 & TIME_MASK_MS)
        if queue.tail != oldest:
            self._obeyed(list(queue.words[oldest : oldest + _COMMAND_WORDS]))
        status = connector.status
        world.told_w = status.target_w
        answer = board.answer
        for name, at in _TOLD_AT:
            answer[at] = getattr(status, name)
        for word, at in _KEPT_AT:
            answer[at] = connector.retained[word]
        answer[_VERSION_AT] = connector.vehicle.settings_version
        board.ticked = True
        self.truths.judge()

    def run(self, ticks: int) -> None:
        """So many ticks."""
        for _ in range(ticks):
            self.tick()

    def command(self, code: int, *words: int) -> None:
        """Put a command into the queue, which must take it."""
        padded = (*words, 0, 0, 0, 0, 0, 0)[: _COMMAND_WORDS - 1]
        answer = self.connector.queue.put(code, *padded)
        assert answer == commands.ACCEPTED, commands.ANSWER_NAMES[answer]

    def cut_power(self) -> None:
        """The board's own supply is cut for half a second; it boots on what it has retained."""
        world = self.world
        world.go_dark()
        self.board.ticked = False
        for _ in range(_OFF_TICKS):
            world.advance(TICK_MS * 1000, self.connector.vehicle)
            self.connector.vehicle.inbox_full = 0  # nobody is there to hear it
            self.clock.now_us = world.now_us
            self.truths.judge()
        world.powered = True
        self.core.copy(Graph(self._boot(list(self.connector.retained))))
        self.ledger.restarted()
        self.truths.restarted()

    def _boot(self, retained: list[int]) -> Connector:
        connector = Connector(self.world, retained, chance=1, new_backup=Backup)
        refused = connector.load_settings(self._settings)
        assert not refused, f"the settings are refused: {refused}"
        return connector

    def _obeyed(self, words: list[int]) -> None:
        self.ledger.obeyed(self.world.now_us, words)
        if words[0] == commands.COMMAND_RESET_FAULTS:
            self.truths.technician_reset()


class _Whole:
    """The root of all that is saved."""

    def __init__(self, rig: Rig) -> None:
        self.connector = rig.connector
        self.world = rig.world
        self.clock = rig.clock
        self.board = rig.board
        self.ledger = rig.ledger
        self.truths = rig.truths
