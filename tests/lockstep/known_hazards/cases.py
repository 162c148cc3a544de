"""What cases of a known hazard are made of: a scenario played on MicroPython and looked at.

`played` is for what a scenario file can say, `over_wires` for what the unit tells on its wires.
The truths are judged in both, on every tick.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.lockstep.cases import EAGER, case
from tests.lockstep.exporting import Exporting, exporting_site
from tests.lockstep.playing import MICROPYTHON, Run, play
from wattback_sim.parameters import Value

Shows = Callable[[Path], None]
World = Callable[[Run], None]

# A vehicle with basic signalling, as most are.
BASIC: dict[str, Value] = {"link.on": False, "vehicle.response_s": 0.0}
# What a sensor may say too much, and what a vehicle may take too much of a small offer.
SLACK_A = 0.6


@dataclass(frozen=True, slots=True)
class Hazard:
    """seen_in: the threads that tell of it. cases: each plays one way in which it may come."""

    seen_in: str
    cases: Mapping[str, Shows]


def nothing_more(_run: Run) -> None:
    """The scenario's own expectations say it all."""


def played(
    closings: int,
    causes: str,
    faults: str,
    body: str,
    world: World = nothing_more,
    vehicle: str = EAGER,
) -> Shows:
    """A scenario. closings, causes, faults: as in `cases.case`. world: looks at the whole run."""
    row = case(closings, causes, faults, body + vehicle)

    def shows(folder: Path) -> None:
        run = play(folder, row.body, MICROPYTHON)
        assert run.result.interpreter.startswith("MicroPython")
        assert run.result.passed, run.report()
        seen = (len(run.closings()), run.causes(), frozenset(run.ever("faults")))
        assert seen == (row.closings, row.causes, row.faults), run.report()
        world(run)

    return shows


def over_wires(
    script: Callable[[Exporting], None],
    initial: Mapping[str, Value] | None = None,
    settings: Mapping[str, int] | None = None,
) -> Shows:
    """A script on a site that is read by Modbus and console; its vehicle is plugged in."""

    def shows(_folder: Path) -> None:
        with exporting_site(MICROPYTHON, initial, settings) as site:
            script(site)

    return shows


def all_of(*worlds: World) -> World:
    """Several looks at one run."""

    def world(run: Run) -> None:
        for look in worlds:
            look(run)

    return world


def contacts_part(at_s: float, within_ms: float) -> World:
    """The main contacts part once, so soon after an event."""

    def world(run: Run) -> None:
        (opened,) = (edge.t_ms for edge in run.contacts if not edge.closed)
        assert 0.0 < opened - at_s * 1000 <= within_ms, run.report()
        assert run.arcs_ms == (), run.report()

    return world


def contacts_stay_closed(run: Run) -> None:
    """They have closed once, and the plug has been live ever since."""
    assert [edge.closed for edge in run.contacts] == [1], run.report()


def draws_at_most(most_a: float, from_s: float) -> World:
    """No more than that flows from a time on, and it does flow at the end."""

    def world(run: Run) -> None:
        drawn_a = [-int(cell) / 1000 for cell in since(run, from_s, "current_ma")]
        assert max(drawn_a) <= most_a + SLACK_A, run.report()
        assert drawn_a[-1] > most_a - SLACK_A, run.report()

    return world


def opens_unloaded(run: Run) -> None:
    """Whatever was opened carried less than 1 A when its coil was told to open."""
    assert run.openings(), run.report()
    for edge in run.openings():
        assert abs(int(run.cell(edge.t_ms / 1000, "current_ma"))) < 1000, run.report()


def since(run: Run, from_s: float, name: str) -> list[str]:
    """A column from a time on."""
    times = run.column("t_ms")
    cells = zip(times, run.column(name), strict=True)
    return [cell for t_ms, cell in cells if int(t_ms) >= from_s * 1000]


def between(run: Run, from_s: float, to_s: float, name: str) -> set[str]:
    """What a column shows between two times."""
    times = run.column("t_ms")
    cells = zip(times, run.column(name), strict=True)
    return {cell for t_ms, cell in cells if from_s * 1000 <= int(t_ms) < to_s * 1000}


def times_raised(run: Run, fault: str) -> int:
    """How often a fault came up."""
    stood = [fault in cell.split(";") for cell in run.column("faults")]
    return sum(now and not before for before, now in zip([False, *stood], stood, strict=False))
