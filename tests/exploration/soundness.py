"""Is the abstraction sound? What is left out of a key must not matter, and this measures it.

Counters: states are given other values of every counter; each event must then lead to exactly the
same state, times in full. Classes of time and phases of rotas are coarser: a state that was merged
into an earlier one is driven on, and what can be seen afterwards is compared with what follows
that one. Where it differs, something was reached at another time than the one explored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.exploration.abstraction import COUNTERS
from tests.exploration.explorer import Explorer, seen
from tests.exploration.snapshots import Snapshot
from wattback.retained import (
    BROWN_OUTS,
    EXPORT_DAY_WH,
    EXPORT_WH,
    IMPORT_REST,
    IMPORT_WH,
    ISLAND_IMPORT_WH,
    ISLAND_WH,
    OPENINGS,
    WATCHDOG_RESETS,
)

# Shifted together with the firmware's clock or not at all; another start of the counters is
# judged by tests/lockstep/test_counter_wrap.py.
_ABSOLUTE = ("_now_ms", "now_us")
_PLACES = ("counted", "open_cause", "reset_cause")  # these name one of a few
_SHIFT = 17
_WORDS = (
    IMPORT_WH,
    EXPORT_WH,
    IMPORT_REST,
    EXPORT_DAY_WH,
    OPENINGS,
    WATCHDOG_RESETS,
    BROWN_OUTS,
    ISLAND_WH,
    ISLAND_IMPORT_WH,
)


@dataclass(frozen=True, slots=True)
class Compared:
    """tried: pairs of a state and an event; different: of them, where something differed."""

    tried: int
    different: int


def counters(explorer: Explorer, states: Iterable[int]) -> Compared:
    """Give these states other counters, and compare what every event leads to."""
    tried = different = 0
    for number in states:
        snapshot = explorer.snapshots[number]
        for event in explorer.steps:
            if not explorer.applicable(snapshot, event):
                continue
            tried += 1
            explorer.apply(event)
            plain = explorer.abstraction.running()
            explorer.rig.put(snapshot)
            _count_on(explorer)
            explorer.apply(event)
            different += explorer.abstraction.running() != plain
    return Compared(tried, different)


def merges(explorer: Explorer, pairs: Iterable[tuple[Snapshot, int]]) -> Compared:
    """Drive merged states on, and compare what is seen with what follows the ones explored."""
    tried = different = 0
    for snapshot, number in pairs:
        for event in explorer.steps:
            if not explorer.applicable(snapshot, event):
                continue
            tried += 1
            explorer.apply(event)
            merged = seen(explorer.rig)
            explorer.rig.put(explorer.snapshots[number])
            explorer.apply(event)
            different += seen(explorer.rig) != merged
    return Compared(tried, different)


def _count_on(explorer: Explorer) -> None:
    for node in explorer.rig.graph.nodes:
        for name in COUNTERS.get(node.kind, "").split():
            if name in _PLACES:
                node.attributes[name] = 1 - min(node.attributes[name], 1)
            elif name not in _ABSOLUTE:
                node.attributes[name] += _SHIFT
    for word in _WORDS:
        explorer.rig.connector.retained[word] += _SHIFT
