"""Plays short scenarios for tests: the same firmware on one or both interpreters, closely watched.

A test gives the body of a scenario file; `play` writes it with a head to a folder of the test and
plays it. The trace has a row each tick, so that bytes can be compared and edges counted.
"""

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from wattback_sim.board import SimulatedBoard
from wattback_sim.player import Player, RunResult
from wattback_sim.scenario import load_scenario
from wattback_sim.trace import COLUMNS, Trace

MICROPYTHON = "micropython"
CPYTHON = "cpython"
TICK_MS = 10

HEAD = 'profile = "us-240-split-phase"\nstarts_at = "2026-02-10T18:00:00-06:00"\n'
_AT = {name: index for index, name in enumerate(COLUMNS)}


@dataclass(frozen=True, slots=True)
class Edge:
    """Something closed (1) or opened (0) at a time since the start."""

    t_ms: float
    closed: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run. body: of the scenario file. trace: CSV, a row each tick; lines: its rows.

    coil: edges of the command. contacts: edges of the main contacts, exact.
    arcs_ms: when pins parted under load while the contacts could not open. import_wh: truly taken.
    """

    body: str
    runtime: str
    seed: int
    result: RunResult
    trace: str
    lines: list[str]
    coil: tuple[Edge, ...]
    contacts: tuple[Edge, ...]
    arcs_ms: tuple[float, ...]
    import_wh: float

    def column(self, name: str) -> list[str]:
        """All values of one column."""
        at = _AT[name]
        return [line.split(",")[at] for line in self.lines]

    def ever(self, name: str) -> set[str]:
        """Every name that a column showed; of a set column each member."""
        return {part for cell in self.column(name) for part in cell.split(";") if part}

    def cell(self, t_s: float, name: str) -> str:
        """A column in the first tick at or after a time."""
        t_ms = t_s * 1000
        rows = (line.split(",") for line in self.lines)
        return next(row[_AT[name]] for row in rows if int(row[0]) >= t_ms)

    def openings(self) -> list[Edge]:
        """The commanded openings."""
        return [edge for edge in self.coil if not edge.closed]

    def closings(self) -> list[Edge]:
        """The commanded closings."""
        return [edge for edge in self.coil if edge.closed]

    def causes(self) -> tuple[str, ...]:
        """Why, of each commanded opening."""
        return tuple(self.cell(edge.t_ms / 1000, "open_cause") for edge in self.openings())

    def report(self) -> str:
        """What did not hold, and all that it takes to see it again."""
        lines = [f"{self.result.interpreter}, seed {self.seed}"]
        for broken in self.result.violations:
            lines.append(f"truth {broken.truth} at {broken.t_us / 1e6:.4f} s: {broken.text}")
        for verdict in self.result.verdicts:
            if verdict.met_us is None:
                lines.append(f"not met: {verdict.expectation}, saw {verdict.seen!r}")
        story = [f"{event.t_us / 1e6:10.4f} {event.text}" for event in self.result.events]
        return "\n".join([*lines, *story, HEAD + self.body])


class _Watch(Trace):
    """A trace that also follows coil and main contacts."""

    def __init__(self, out: io.StringIO) -> None:
        super().__init__(TICK_MS, out, keep=False)
        self.coil: list[Edge] = []
        self.contacts: list[Edge] = []
        self._commanded = 0
        self._closed = False

    def record(self, board: SimulatedBoard) -> None:
        """See Trace."""
        commanded = board.status("contactor_commanded")
        if commanded != self._commanded:
            self._commanded = commanded
            self.coil.append(Edge(board.clock.now_us / 1000, commanded))
        path = board.world.path
        if path.closed != self._closed:
            self._closed = path.closed
            self.contacts.append(Edge(path.moved_us / 1000, int(path.closed)))
        super().record(board)


def play(
    folder: Path,
    body: str,
    runtime: str = MICROPYTHON,
    seed: int = 1,
    settings: Mapping[str, int] | None = None,
) -> Run:
    """Play a scenario once and look at everything.

    body: the file without its head. settings: taken over unchecked, as a broken store gives them.
    """
    file = folder / "scenario.toml"
    file.write_text(HEAD + body, encoding="utf-8")
    scenario = load_scenario(file)
    if settings is not None:
        scenario = replace(scenario, settings={**scenario.settings, **settings})
    out = io.StringIO()
    watch = _Watch(out)
    player = Player(scenario, runtime, seed, watch)
    with one_core_a_worker():
        result = player.play()
    trace = out.getvalue()
    return Run(
        body=body,
        runtime=runtime,
        seed=seed,
        result=result,
        trace=trace,
        lines=trace.splitlines()[1:],
        coil=tuple(watch.coil),
        contacts=tuple(watch.contacts),
        arcs_ms=tuple(t_us / 1000 for t_us in player.world.arcs),
        import_wh=player.world.import_wh,
    )


@contextmanager
def one_core_a_worker() -> Iterator[None]:
    """Keep a board beside its world on one core, and each worker of the suite on its own.

    World and board never run at the same time; passing frames between cores costs more than half
    of the speed. It changes no result.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    os.sched_setaffinity(0, {sorted(before)[worker % len(before)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def play_both(
    folder: Path, body: str, seed: int = 1, settings: Mapping[str, int] | None = None
) -> Run:
    """Play on MicroPython and on CPython; both tell the same bytes. Returns the first run."""
    run = play(folder, body, MICROPYTHON, seed, settings)
    twin = play(folder, body, CPYTHON, seed, settings)
    assert run.result.interpreter.startswith("MicroPython")
    assert twin.result.interpreter.startswith("CPython")
    assert run.trace == twin.trace, first_difference(run, twin)
    return run


def passes(folder: Path, body: str, seed: int = 1) -> Run:
    """Play on both interpreters; the traces agree, the truths hold, expectations are met."""
    run = play_both(folder, body, seed)
    assert run.result.passed, run.report()
    return run


def first_difference(one: Run, other: Run) -> str:
    """Where two traces part, for an assertion's message."""
    for mine, theirs in zip(one.lines, other.lines, strict=False):
        if mine != theirs:
            return f"{one.runtime}: {mine}\n{other.runtime}: {theirs}\n{one.body}"
    return f"{len(one.lines)} rows on {one.runtime}, {len(other.lines)} on {other.runtime}"
