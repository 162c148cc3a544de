"""Same seed, same bytes: one evening on both runtimes, every tick of it traced and judged."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TextIO, cast

from tests.evidence.figures import Figure, Section, Table, none_of
from tests.evidence.workers import run_apart
from wattback_sim.firmware import scenarios_root
from wattback_sim.player import Player
from wattback_sim.scenario import load_scenario
from wattback_sim.trace import Trace
from wattback_tools.programme_run import Accompanied

SCENARIO = "evening.toml"
_SEED = 1
_OTHER_SEED = 2
_EVERY_MS = 10  # every tick


@dataclass(frozen=True)
class _Run:
    interpreter: str
    seed: int
    ticks: int
    trace_bytes: int
    sha256: str
    violations: int
    expectations: int
    unmet: int


class _Hash:
    """In place of a file: keeps only the SHA-256 of what is written, and its size."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.size = 0

    def write(self, text: str) -> int:
        encoded = text.encode()
        self.sha256.update(encoded)
        self.size += len(encoded)
        return len(text)


def measure() -> Section:
    """Play three evenings, two at once."""
    # The longest first: the two short ones then fill the other core.
    runs = run_apart(_play, [("micropython", _SEED), ("cpython", _SEED), ("cpython", _OTHER_SEED)])
    board, host, other = runs
    return Section(
        "identity",
        "Same seed, same bytes",
        f"{SCENARIO} from beginning to end, a row of the trace each tick of {_EVERY_MS} ms; the "
        "truths judge the world after each tick.",
        f"{board.interpreter} and {host.interpreter}, simulated",
        f"{_SEED}, and {_OTHER_SEED} for comparison",
        _figures(board, host, other),
        (
            Table(
                "SHA-256 of the traces",
                ("interpreter", "seed", "ticks", "SHA-256 of the CSV"),
                tuple((run.interpreter, run.seed, run.ticks, run.sha256) for run in runs),
            ),
        ),
    )


def _figures(board: _Run, host: _Run, other: _Run) -> tuple[Figure, ...]:
    runs = (board, host, other)
    same = board.sha256 == host.sha256
    ticks = sum(run.ticks for run in runs)
    expectations = sum(run.expectations for run in runs)
    compared = f"{board.ticks:,} rows, {board.trace_bytes:,} bytes of CSV on each runtime"
    return (
        none_of("traces that depend on the runtime", int(not same), compared),
        none_of(
            "other seeds that give the same trace",
            int(other.sha256 == host.sha256),
            f"seed {_OTHER_SEED} against seed {_SEED}",
        ),
        none_of(
            "truths violated",
            sum(run.violations for run in runs),
            f"{ticks:,} ticks judged in {len(runs)} runs",
        ),
        none_of(
            "expectations unmet",
            sum(run.unmet for run in runs),
            f"{expectations} expectations in {len(runs)} runs",
        ),
    )


def _play(runtime: str, seed: int) -> _Run:
    hashed = _Hash()
    scenario = load_scenario(scenarios_root() / SCENARIO)
    trace = Trace(_EVERY_MS, cast(TextIO, hashed), keep=False)  # which only writes
    player = Player(scenario, runtime, seed, trace)
    with ExitStack() as stack:
        Accompanied(player, scenario, stack)
        result = player.play()
    return _Run(
        result.interpreter,
        seed,
        result.ticks,
        hashed.size,
        hashed.sha256.hexdigest(),
        len(result.violations),
        len(result.verdicts),
        sum(verdict.met_us is None for verdict in result.verdicts),
    )
