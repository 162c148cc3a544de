"""Breadth first through all orders of an alphabet's events, to a fixed point or to its bound.

From each state every event is tried, and time. A state is a snapshot of the real connector, of the
small world and of its judges; two snapshots are one state where `abstraction.py` says so, and the
first to be found is the one that is explored. Every path is therefore one that the firmware takes.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from tests.exploration.abstraction import Abstraction, Key
from tests.exploration.alphabets import Alphabet, Event
from tests.exploration.rig import Rig
from tests.exploration.snapshots import Snapshot
from wattback.connector import TICK_MS

_LOOK_MS = 1_000  # longer than every rota of turns
_CASCADE_TICKS = 15  # what one change brings about within a round of turns belongs to it
_STUCK_TICKS = 100  # a command or a message is obeyed long before
_EACH_MERGE = 31  # is kept for `soundness.py`
_MOST_VIOLATIONS = 5  # paths that are told; the rest is mostly their consequence

# What of the published status is seen to change: no measured values, no counters.
_SEEN = (
    "session_state",
    "pilot_state",
    "duty_bp",
    "contactor_commanded",
    "contactor_confirmed",
    "waiting_for",
    "export_waits",
    "in_service",
    "import_limit_ma",
    "export_limit_ma",
    "target_owner",
    "faults",
    "mode",
    "backup_state",
    "grid_switch_closed",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A violation. path: the shortest order of events that leads to it, and `text` what it is."""

    path: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Explored:
    """What came of one alphabet. complete: a fixed point was reached. longest: of the shortest
    paths to each state, in steps. faults: bits of the rows that were latched in some state."""

    name: str
    events: int
    states: int
    transitions: int
    longest: int
    complete: bool
    ticks: int
    faults: int
    violations: int
    found: tuple[Found, ...]


class Explorer:
    """Explores one alphabet. snapshots: of the states, in order of their discovery. merged: of
    those that were the same state as an earlier one, a sample, each with the earlier's number."""

    def __init__(self, alphabet: Alphabet) -> None:
        self.alphabet = alphabet
        self.rig = Rig(alphabet.settings)
        self.abstraction = Abstraction(self.rig.graph)
        self.steps = (*alphabet.events, Event("time passes", self.pass_time))
        self.snapshots: list[Snapshot] = []
        self._numbers: dict[Key, int] = {}
        self._parents: list[tuple[int, str]] = []
        self._depths: list[int] = []
        self.merged: list[tuple[Snapshot, int]] = []
        self._merges = 0
        self._transitions = 0
        self._faults = 0
        self._violations = 0
        self._found: list[Found] = []

    def run(self) -> Explored:
        """Explore until nothing is new, or the bound is reached."""
        alphabet = self.alphabet
        alphabet.begin(self.rig)
        self._judge(-1, "power-up")
        self._add(-1, "power-up")
        waiting = deque([0])
        complete = True
        while waiting:
            if len(self.snapshots) >= alphabet.bound:
                complete = False
                break
            number = waiting.popleft()
            before = len(self.snapshots)
            for event in self.steps:
                self._try(number, event)
            waiting.extend(range(before, len(self.snapshots)))
        return Explored(
            alphabet.name,
            len(alphabet.events),
            len(self.snapshots),
            self._transitions,
            max(self._depths),
            complete,
            self.rig.ticks,
            self._faults,
            self._violations,
            tuple(self._found),
        )

    def apply(self, event: Event) -> None:
        """Let an event happen, and the connector settle."""
        event.act(self.rig)
        if event is not self.steps[-1]:
            self.rig.run(self.alphabet.settle_ms // TICK_MS)
        for _ in range(_STUCK_TICKS):
            connector = self.rig.connector
            if connector.queue.first() < 0 and not connector.vehicle.inbox_full:
                return
            self.rig.tick()
        raise AssertionError("the queue of commands is not emptied")

    def pass_time(self, rig: Rig) -> None:
        """Tick until something that is seen changes, until no wait is running any more, or for
        the alphabet's longest time."""
        before = seen(rig)
        running = self.abstraction.running()
        for _ in range(self.alphabet.longest_ms // _LOOK_MS):
            for _ in range(_LOOK_MS // TICK_MS):
                rig.tick()
                if seen(rig) != before:
                    rig.run(_CASCADE_TICKS)
                    return
            earlier, running = running, self.abstraction.running()
            if running == earlier:
                return  # no wait is running any more

    def applicable(self, snapshot: Snapshot, event: Event) -> bool:
        """Go to a state; whether the event would change anything there."""
        self.rig.put(snapshot)
        return event.applies(self.rig)

    def path(self, number: int) -> list[str]:
        """The events that lead to a state."""
        steps: list[str] = []
        while number >= 0:
            number, step = self._parents[number]
            steps.append(step)
        return steps[::-1]

    def _try(self, number: int, event: Event) -> None:
        if not self.applicable(self.snapshots[number], event):
            return
        self._transitions += 1
        try:
            self.apply(event)
        except Exception as error:
            self._fail(number, event.name, f"the tick raised {error!r}")
            return
        if not self._judge(number, event.name):
            self._add(number, event.name)

    def _judge(self, number: int, step: str) -> bool:
        truths = self.rig.truths
        if truths.broken:
            self._fail(number, step, truths.violations[0].sentence())
        return truths.broken > 0

    def _fail(self, number: int, step: str, text: str) -> None:
        self._violations += 1
        if len(self._found) < _MOST_VIOLATIONS:
            self._found.append(Found((*self.path(number), step), text))

    def _add(self, parent: int, step: str) -> None:
        key = self.abstraction.key()
        if key in self._numbers:
            self._merges += 1
            if self._merges % _EACH_MERGE == 0:
                self.merged.append((self.rig.take(), self._numbers[key]))
            return
        self._numbers[key] = len(self.snapshots)
        self._faults |= self.rig.connector.faults.active
        self.snapshots.append(self.rig.take())
        self._parents.append((parent, step))
        self._depths.append(self._depths[parent] + 1 if parent >= 0 else 0)


def seen(rig: Rig) -> tuple[int, ...]:
    """What a person could see to have changed."""
    status = vars(rig.connector.status)
    sign = (status["target_w"] > 0) - (status["target_w"] < 0)
    return (*[status[name] for name in _SEEN], rig.connector.vehicle.link, sign)
