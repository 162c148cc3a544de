"""Every order of chosen events, driven from snapshots through the shipped connector, and judged.

The last states of a bounded alphabet are reached, but not driven on.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.evidence.charts import BarChart, BarRow
from tests.evidence.figures import Figure, Section, Table, none_of
from tests.evidence.workers import run_apart
from tests.exploration import soundness
from tests.exploration.abstraction import COUNTERS, PHASES, TIME_CLASSES_MS
from tests.exploration.every import every_alphabet
from tests.exploration.explorer import Explored, Explorer
from tests.exploration.fault_alphabets import ELSEWHERE
from tests.exploration.soundness import Compared
from wattback.fault_table import FAULTS

_STATES_CHECKED = 10  # of an alphabet, for its counters
_MERGES_CHECKED = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """One alphabet explored, and its abstraction checked."""

    explored: Explored
    counters: Compared
    merges: Compared


def measure() -> Section:
    """Explore every alphabet."""
    count = len(every_alphabet())
    all_measured = run_apart(explore, [(index,) for index in range(count)])
    return section_of(all_measured)


def explore(index: int) -> Measured:
    """Explore the alphabet at `index` and check a sample of its states."""
    explorer = Explorer(every_alphabet()[index])
    explored = explorer.run()
    every = max(1, explored.states // _STATES_CHECKED)
    counters = soundness.counters(explorer, range(0, explored.states, every))
    merges = soundness.merges(explorer, explorer.merged[:_MERGES_CHECKED])
    return Measured(explored, counters, merges)


def section_of(all_measured: list[Measured]) -> Section:
    """Figures and table of what was explored."""
    explored = [measured.explored for measured in all_measured]
    states = sum(each.states for each in explored)
    transitions = sum(each.transitions for each in explored)
    ticks = sum(each.ticks for each in explored)
    complete = sum(each.complete for each in explored)
    violations = sum(each.violations for each in explored)
    tried = sum(measured.counters.tried for measured in all_measured)
    different = sum(measured.counters.different for measured in all_measured)
    coarse = sum(measured.merges.tried for measured in all_measured)
    apart = sum(measured.merges.different for measured in all_measured)
    raised = {each.name: each.faults for each in explored}
    unraised = [
        name
        for bit, name in enumerate(row[0] for row in FAULTS)
        if name not in ELSEWHERE and not raised.get(f"fault: {name}", 0) >> bit & 1
    ]
    classes = ", ".join(f"{ms:,}" for ms in TIME_CLASSES_MS)
    figures = (
        none_of(
            "truths violated, or exceptions in a tick",
            violations,
            f"{transitions:,} transitions, {ticks:,} ticks judged",
        ),
        none_of(
            "steps that a counter that is left out of a state has changed",
            different,
            f"{tried:,} pairs of a state and an event, counters set to others",
        ),
        none_of(
            "rows of the fault table that their own alphabet has not latched",
            len(unraised),
            f"{len(FAULTS)} rows, less {', '.join(sorted(ELSEWHERE))}: told by a test of the boot"
            + "".join(f"; not {name}" for name in unraised),
        ),
        Figure("alphabets at a fixed point", complete, "", f"{len(explored)} alphabets"),
        Figure("states", states, "", f"{len(explored)} alphabets, each its own"),
        Figure(
            "steps from a merged state after which something else is seen",
            apart,
            "",
            f"{coarse:,} pairs of a merged state and an event: what merging may hide",
        ),
    )
    counters = "; ".join(f"{kind}: {names}" for kind, names in COUNTERS.items())
    phases = "; ".join(f"{kind}: {names}" for kind, names in PHASES.items() if names)
    paths = tuple(
        (each.name, " → ".join(found.path), found.text)
        for each in explored
        for found in each.found
    )
    tables = [
        Table(
            "Explored",
            (
                "alphabet",
                "events",
                "states",
                "transitions",
                "longest path",
                "fixed point",
                "ticks",
                "violations",
            ),
            tuple(
                (
                    each.name,
                    each.events,
                    each.states,
                    each.transitions,
                    each.longest,
                    "yes" if each.complete else f"no, bounded at {each.states:,}",
                    each.ticks,
                    each.violations,
                )
                for each in explored
            ),
        )
    ]
    if paths:
        tables.append(Table("Shortest paths to a violation", ("alphabet", "path", "what"), paths))
    return Section(
        "exploration",
        "Exploration of the connector's states",
        "The shipped `Connector`, no model of it, is driven from snapshots of all its "
        "attributes. From each state each event of an alphabet is tried, after which the "
        "connector settles for 600 ms, and time: until something is seen to change, or no "
        "wait is running, or for 65 s. The world around it is small and ideal; contacts, "
        "latch, pilot wire and grid switch are the simulator's. In each tick the simulator's "
        "own judges of truths 1 to 7 judge, and that of truth 8 while the power is cut. "
        "Not judged: truth 8 of messages and late ticks, for here is neither port nor "
        "lateness (fuzzing and the lock-step runs have them). No grid falls while the grid "
        "switch moves to close on it. Where no fixed point is told, the last states are "
        "reached but not driven on. Events come at two kinds of moments only: when the "
        "connector has settled, and when something has just changed. Times count by classes "
        f"that begin at {classes} ms, so merged states may differ in their times; the first "
        "of them is driven on. So every path is one that the firmware takes, and not every moment "
        "between two events is tried. No alphabet has both an unlinked vehicle that feeds 5 "
        "kW and a grid beyond a must-trip: no export was told, so the connector opens by "
        "the missing permission in its 1.7 s and not by the trip, which truth 2 calls too "
        "late. Nor is the power cut while the contacts are stuck. Left out of a state are "
        f"published pictures, the memory of the judges, counters ({counters}), of which all "
        f"but absolute times are set to others in the check below, and phases ({phases}).",
        "CPython",
        None,
        figures,
        tuple(tables),
        (_chart(explored),),
    )


def _chart(explored: list[Explored]) -> BarChart:
    """States of every alphabet, those of a fixed point apart from those of a bound."""
    return BarChart(
        "exploration",
        "States of the connector explored, by the alphabet of events",
        "states",
        ("to a fixed point", "to a bound"),
        tuple(
            BarRow(
                each.name,
                (each.states, 0) if each.complete else (0, each.states),
                f"{each.transitions:,} transitions",
            )
            for each in explored
        ),
    )
