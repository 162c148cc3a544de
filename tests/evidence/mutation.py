"""Mutants of the safety files: how many a test notices, and what became of the others."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.evidence.charts import BarChart, BarRow
from tests.evidence.figures import Figure, Section, Table, at_least, none_of
from tests.evidence.provenance import ROOT
from tests.evidence.workers import SIDE_BY_SIDE
from tests.mutation.files import NOT_MUTATED, SAFETY_FILES
from tests.mutation.judgements import judgements
from tests.mutation.score import Score
from wattback_sim.errors import SimulationError

_AIM_PERCENT = 95.0


def measure() -> Section:
    """Try the mutants of every safety file, two files at once."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        scores = list(pool.map(_try, SAFETY_FILES))
    return Section(
        "mutation",
        "Mutants of the safety files",
        "cosmic-ray changes one thing at a time: a comparison to its neighbour and to its "
        "opposite, an operation to its opposite, a condition turned round, `and` for `or`, a loop "
        "that never runs, a number below ten by one, a larger one by a tenth. Each mutant takes "
        "the place of its file in a process of its own, where the unit tests of that file must "
        "fail. What survives is killed by a new test, or judged equivalent with a reason that "
        "is kept beside the tests. The score is that of the mutants that change anything.",
        "CPython, unit tests of the firmware",
        None,
        _figures(scores),
        (_table(scores), _survivors(scores), _judged(), _others()),
        (_chart(scores),),
    )


def _try(module: str) -> Score:
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutation", module, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout:
        raise SimulationError(done.stderr.strip() or f"{module}: no mutant was tried")
    (row,) = json.loads(done.stdout)
    return Score(
        row["module"],
        row["mutants"],
        row["equivalent"],
        tuple(row["survivors"]),
        tuple(row["stale"]),
    )


def _figures(scores: list[Score]) -> tuple[Figure, ...]:
    mutants = sum(score.mutants for score in scores)
    equivalent = sum(score.equivalent for score in scores)
    killed = sum(score.killed for score in scores)
    counted = f"{mutants:,} mutants of {len(scores)} files"
    return (
        at_least(
            "mutants killed, of those not equivalent",
            round(100 * killed / (mutants - equivalent), 2),
            "%",
            _AIM_PERCENT,
            counted,
            "aim",
        ),
        Figure("mutants killed", killed, "", counted),
        Figure("survivors judged equivalent", equivalent, "", counted),
        none_of(
            "survivors that nobody has judged",
            sum(len(score.survivors) for score in scores),
            counted,
        ),
        none_of(
            "judgements without a survivor",
            sum(len(score.stale) for score in scores),
            f"{sum(len(judgement.became) for judgement in judgements())} judgements",
        ),
    )


def _table(scores: list[Score]) -> Table:
    return Table(
        "File by file",
        ("file", "mutants", "killed", "equivalent", "not judged", "score %"),
        tuple(
            (
                score.module,
                score.mutants,
                score.killed,
                score.equivalent,
                len(score.survivors),
                round(score.percent, 1),
            )
            for score in scores
        ),
    )


def _survivors(scores: list[Score]) -> Table:
    rows = tuple((survivor,) for score in scores for survivor in score.survivors)
    return Table("Survivors that nobody has judged", ("file, line, change",), rows)


def _judged() -> Table:
    return Table(
        "Survivors judged equivalent",
        ("file", "was", "became", "why it changes nothing"),
        tuple(
            (judgement.module, judgement.was, " / ".join(judgement.became), judgement.why)
            for judgement in judgements()
        ),
    )


def _others() -> Table:
    return Table(
        "Files of the control plane that are not mutated",
        ("file", "why"),
        tuple(NOT_MUTATED.items()),
    )


def _chart(scores: list[Score]) -> BarChart:
    return BarChart(
        "mutants",
        "Mutants of the safety files",
        "mutants",
        ("killed", "judged equivalent", "not judged"),
        tuple(
            BarRow(
                score.module,
                (score.killed, score.equivalent, len(score.survivors)),
                f"{score.percent:.1f} %",
            )
            for score in scores
        ),
    )
