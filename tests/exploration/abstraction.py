"""What counts of a state: which snapshots are the same state of the exploration, and why.

Every attribute of every object counts unless it is named here. Times count by the class of their
length; what is left out is a counter that no decision reads, a picture of what counts elsewhere,
or the phase of a rota. `soundness.py` measures both claims.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from tests.exploration.snapshots import Box, Graph, Node
from wattback.retained import BACKFED, FAULTS_LATCHED, INTERRUPTED, RETRIES

Key = tuple[Any, ...]
Count = Callable[[Any], Any]

# Objects that are pictures of others, or answer only for what is judged.
PICTURES = {
    "Status": "published; made anew by each tick",
    "Report": "published; made anew in a rota",
    "Inputs": "filled anew by each tick",
    "Clock": "absolute time; every wait of the firmware is a time of its own",
    "BoardView": "a picture for the truths",
    "Truths": "judges; so are all objects below it",
    "LimitLedger": "a judge's account of what the limit slots hold",
}
# Counters: no decision reads them. A test gives them other values and finds nothing changed.
COUNTERS = {
    "Connector": "uptime_s _uptime_ms missed_ticks _now_ms opening_faults opening_waits "
    "opening_export_waits reset_cause",
    "Contactor": "closings hot_openings counted open_cause",
    "Meter": "import_wh export_wh",
    "Export": "_counted_wh day_wh day_left_s _second_ms",  # no limit of a day is set
    "SmallGateway": "clashes",
    "SmallWorld": "now_us import_wh export_wh island_wh island_import_wh beats",
}
# Phases of a rota, remainders below one step of it, and what is compared with the next sample
# only: they shift a reaction by a turn's wait at most (`wattback.turns`).
PHASES = {
    "Connector": "_turn slow_part slow_ms slow_lap_ms passed_ms _lap_ms _turn_waits _heard "
    "_report_turn current_ma magnitude_ma",
    # The island follows a grid that turns against it; what it waits for is for people alone.
    "Backup": "_second_ms waits target_mv target_millihertz magnitude_ma",
    "CommandQueue": "_head tail",  # it is empty in every state
    "Dispatch": "_news _period_ms _line_ms _line_mv _line_bp _undecided_ms _into_ms",
    "Forming": "told_v told_hz",  # as `Backup`
    "Gateway": "age_ms",  # a state comes every 100 ms, or it is not fresh
    "GridSwitch": "moved_us _due_us",
    "GroundFault": "_step_ms _valid_s",  # of a test that is valid for a day
    "Heartbeat": "_counter",  # compared with the next one only
    "House": "_counter _before_w _earlier_w net_w wish_w",
    # It stands at the supply's frequency, which counts itself, or is on its way there.
    "Islanding": "_reference_millihertz _samples",
    "Latch": "tripped_us",
    "Plausible": "_l1_mv _l2_mv _l1_ma _l2_ma _power_w",
    "PowerPath": "_now_us _due_us moved_us",
    "Recent": "_at _ms _high _low highest lowest",  # what was told in the last seconds
    "Restart": "_chance",
    # Its voltage is what the switch and the vehicle make of it; its phase is as of `Backup`.
    "SmallGateway": "_counter _round_us angle_deg frequency_hz voltage_l1_v voltage_l2_v",
    "SmallWorld": "_jitter_mv current_a load_v told_w",
    "Targets": "_rest",
    "Thermal": "_lap_ms _fast _slow _past _loose_laps",  # minutes of a squared current
    "Evcc": "said_us round_us",
    "Wake": "_pause_ms",  # it decides after 10 minutes
    "Vehicle": "age_ms _second_ms silent_us",  # a message comes every 500 ms, or the link lapses
}
_BOXES_LEFT_OUT = (
    ".queue.words",  # of commands obeyed
    ".inbox",  # of a message taken
    ".gateway.state",  # what the gateway has said of the world, which counts itself
    "._highs",  # of `Recent`, as above
    "._lows",
    "._still_decic",  # of `Thermal`, as above
    "._still_fast",
    "._still_slow",
    "._still_laps",
    ".arcs",
)
# Retained words that decide something: latches, the interrupted visit, a backfeed, retries.
_RETAINED = (FAULTS_LATCHED, INTERRUPTED, BACKFED)

# Lower ends of the classes of a time, ms: none, shorter than the connector's shortest waits,
# then by the waits that there are.
TIME_CLASSES_MS = (1, 5_000, 60_000)
_POWER_CLASSES_W = (-20_000, -300, 300, 4_000)


class Abstraction:
    """Makes keys of the present values of a graph."""

    def __init__(self, graph: Graph) -> None:
        self._nodes = [
            (node.attributes, counted)
            for node in graph.nodes
            if _counts(node) and (counted := _counted(node))
        ]
        self._boxes = [box for box in graph.boxes if _box_counts(box)]

    def key(self) -> Key:
        """The state that the graph is in."""
        values: list[Any] = []
        for attributes, counted in self._nodes:
            for name, count in counted:
                value = attributes[name]
                values.append(count(value) if count else value)
        for box in self._boxes:
            values.append(_box_key(box))
        return tuple(values)

    def running(self) -> Key:
        """The same with every time in full: what stays as it is while no wait is running."""
        values: list[Any] = []
        for attributes, counted in self._nodes:
            values += [attributes[name] for name, count in counted if count is not _nothing]
        values += [tuple(box.content) for box in self._boxes if box.name != "retained"]
        return tuple(values)

    def names(self) -> list[str]:
        """What the places of a key are called."""
        plain = [name for _, counted in self._nodes for name, _ in counted]
        return [*plain, *(box.path for box in self._boxes)]


def time_class(ms: int) -> int:
    """The class of a time in ms; a negative one means for ever, and is one of its own."""
    return bisect_right(TIME_CLASSES_MS, ms) if ms >= 0 else ms


def _power_class(w: float) -> int:
    return bisect_right(_POWER_CLASSES_W, w)


def _counts(node: Node) -> bool:
    return node.kind not in PICTURES and ".truths" not in node.path


def _counted(node: Node) -> list[tuple[str, Count | None]]:
    left_out = f"{COUNTERS.get(node.kind, '')} {PHASES.get(node.kind, '')}".split()
    return [(name, _count_of(name)) for name in node.plain if name not in left_out]


def _count_of(name: str) -> Count | None:
    if name.endswith("_ms"):
        return time_class
    if name.endswith("_us"):
        return lambda us: time_class(us // 1000)
    if name.endswith("_s"):
        return lambda s: time_class(s * 1000)
    if name in ("target_w", "power_w", "heard_w"):
        return _power_class
    if name in ("heat", "_latch_heat"):
        return bool
    if name in ("risen_bp", "_line_v", "import_power_w", "export_power_w", "_at_rest"):
        return _nothing
    return None


def _nothing(_: object) -> int:
    return 0


def _box_counts(box: Box) -> bool:
    path = box.path
    judged = ".truths" in path or ".ledger" in path or ".board.answer" in path
    return not judged and not path.endswith(_BOXES_LEFT_OUT)


def _box_key(box: Box) -> tuple[Any, ...]:
    content = box.content
    if box.name == "retained":
        return (*[content[at] for at in _RETAINED], *content[RETRIES:])
    if isinstance(content, dict):
        return tuple(sorted(content.items()))
    if box.name.endswith("_ms"):
        return tuple([time_class(ms) for ms in content])
    return tuple(content)
