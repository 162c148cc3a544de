"""Plays short scenarios for tests: the same firmware on one or both interpreters, closely watched.

A test gives the body of a scenario file; `play` writes it with a head to a folder of the test and
plays it. The trace has a row each tick, so that bytes can be compared and edges counted.
"""

import io
from dataclasses import dataclass
from pathlib import Path

from wattback_sim.board import SimulatedBoard
from wattback_sim.player import Player, RunResult
from wattback_sim.scenario import load_scenario
from wattback_sim.trace import COLUMNS, Trace

MICROPYTHON = "micropython"
CPYTHON = "cpython"
TICK_MS = 10

_HEAD = 'profile = "us-240-split-phase"\nstarts_at = "2026-02-10T18:00:00-06:00"\n'
_AT = {name: index for index, name in enumerate(COLUMNS)}


@dataclass(frozen=True, slots=True)
class Edge:
    """Something closed (1) or opened (0) at a time since the start."""

    t_ms: float
    closed: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run. text: of the scenario file. trace: CSV, a row each tick.

    coil: edges of the command, from the trace. contacts: edges of the main contacts, exact.
    arcs_ms: when pins parted under load while the contacts could not open.
    """

    text: str
    runtime: str
    seed: int
    result: RunResult
    trace: str
    rows: list[list[str]]
    coil: tuple[Edge, ...]
    contacts: tuple[Edge, ...]
    arcs_ms: tuple[float, ...]

    def column(self, name: str) -> list[str]:
        """All values of one column."""
        at = _AT[name]
        return [row[at] for row in self.rows]

    def ever(self, name: str) -> set[str]:
        """Every name that a column showed; of a set column each member."""
        return {part for cell in self.column(name) for part in cell.split(";") if part}

    def cell(self, t_s: float, name: str) -> str:
        """A column in the first tick at or after a time."""
        t_ms = t_s * 1000
        return next(row[_AT[name]] for row in self.rows if int(row[0]) >= t_ms)

    def openings(self) -> list[Edge]:
        """The commanded openings."""
        return [edge for edge in self.coil if not edge.closed]

    def closings(self) -> list[Edge]:
        """The commanded closings."""
        return [edge for edge in self.coil if edge.closed]

    def report(self) -> str:
        """What did not hold, and all that it takes to see it again."""
        lines = [f"{self.result.interpreter}, seed {self.seed}"]
        for broken in self.result.violations:
            lines.append(f"truth {broken.truth} at {broken.t_us / 1e6:.4f} s: {broken.text}")
        for verdict in self.result.verdicts:
            if verdict.met_us is None:
                lines.append(f"not met: {verdict.expectation}, saw {verdict.seen!r}")
        story = [f"{event.t_us / 1e6:10.4f} {event.text}" for event in self.result.events]
        return "\n".join([*lines, *story, self.text])


class _Watch(Trace):
    """A trace that also follows the main contacts."""

    def __init__(self, out: io.StringIO) -> None:
        super().__init__(TICK_MS, out)
        self.contacts: list[Edge] = []
        self._closed = False

    def record(self, board: SimulatedBoard) -> None:
        """See Trace."""
        path = board.world.path
        if path.closed != self._closed:
            self._closed = path.closed
            self.contacts.append(Edge(path.moved_us / 1000, int(path.closed)))
        super().record(board)


def play(folder: Path, body: str, runtime: str = MICROPYTHON, seed: int = 1) -> Run:
    """Play a scenario once and look at everything. body: the file without its head."""
    return play_text(folder, _HEAD + body, runtime, seed)


def play_text(folder: Path, text: str, runtime: str, seed: int) -> Run:
    """Play the whole text of a scenario file."""
    file = folder / "scenario.toml"
    file.write_text(text, encoding="utf-8")
    player = Player(load_scenario(file), runtime, seed)
    out = io.StringIO()
    watch = _Watch(out)
    player.trace = watch
    result = player.play()
    return Run(
        text,
        runtime,
        seed,
        result,
        out.getvalue(),
        watch.rows,
        _coil(watch.rows),
        tuple(watch.contacts),
        tuple(t_us / 1000 for t_us in player.world.arcs),
    )


def play_both(folder: Path, body: str, seed: int = 1) -> Run:
    """Play on MicroPython and on CPython; both tell the same bytes. Returns the MicroPython run."""
    run = play(folder, body, MICROPYTHON, seed)
    twin = play(folder, body, CPYTHON, seed)
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
    for mine, theirs in zip(one.trace.splitlines(), other.trace.splitlines(), strict=False):
        if mine != theirs:
            return f"{one.runtime}: {mine}\n{other.runtime}: {theirs}\n{one.text}"
    return f"{len(one.rows)} rows on {one.runtime}, {len(other.rows)} on {other.runtime}"


def _coil(rows: list[list[str]]) -> tuple[Edge, ...]:
    edges: list[Edge] = []
    commanded = "0"
    for row in rows:
        if row[_AT["contactor_commanded"]] != commanded:
            commanded = row[_AT["contactor_commanded"]]
            edges.append(Edge(float(row[0]), int(commanded)))
    return tuple(edges)
