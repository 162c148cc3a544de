"""Seeded defects: each patch of `tests/defects` breaks the firmware; who notices?"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.defects.catching import Copy
from tests.defects.seeded import Defect, defects
from tests.evidence.figures import Figure, Section, Table, none_of
from tests.evidence.workers import SIDE_BY_SIDE, run_apart
from tests.traceability.rows import CLAUSE, rows
from tests.traceability.tree import checkout
from wattback_cli.exit_codes import ExitCode

_NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class _Share:
    """Of one process. unsound: scenarios and tests that fail before any patch."""

    uncaught: tuple[str, ...]
    unsound: tuple[str, ...]


def measure() -> Section:
    """Try every patch, and before it whoever must notice it."""
    shares = run_apart(_try_share, [(index,) for index in range(SIDE_BY_SIDE)])
    uncaught = {name for share in shares for name in share.uncaught}
    unsound = {name for share in shares for name in share.unsound}
    every = defects()
    catchers = {defect.scenario or defect.test for defect in every}
    named = {row.name for row in rows(checkout()) if row.kind != CLAUSE}
    broken = {name for defect in every for name in defect.covers}
    return Section(
        "defects",
        "Seeded defects",
        "Each patch breaks the firmware in one way and names who must notice: a truth, which "
        "judges the world after every tick, or an expectation of a scenario, or what stops the "
        "firmware, or a test by its name, which must fail by an assertion. Whoever is named "
        "passes on the sound firmware. A row is one of the traceability below. The patches are "
        "chosen and written by hand: they show that these hazards are noticed, and nothing of "
        "those that nobody thought of.",
        "MicroPython unix port, simulated world (scenarios); CPython (named tests)",
        "1",
        (
            none_of("defects that nobody caught", len(uncaught), f"{len(every)} patches"),
            none_of(
                "scenarios and named tests that fail without a defect",
                len(unsound),
                f"{len(catchers)}, each run on the sound firmware",
            ),
            none_of(
                "hazards and faults without a defect of theirs",
                len(named - broken),
                f"{len(named)} rows: hazards of the field, and the fault table",
            ),
            *_caught(every, uncaught),
        ),
        (
            Table(
                "Who caught what",
                ("defect", "it breaks", "row", "caught by"),
                tuple(_row(defect, defect.name in uncaught) for defect in every),
            ),
        ),
    )


def _try_share(index: int) -> _Share:
    mine = slice(index, None, SIDE_BY_SIDE)
    every = defects()
    scenarios = sorted({defect.scenario for defect in every if defect.scenario})[mine]
    tests = sorted({defect.test for defect in every if defect.test})[mine]
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        unsound = [name for name in scenarios if copy.play(name)[0] != ExitCode.DONE]
        unsound += [name for name in tests if copy.run_tests([name])["code"]]
        uncaught = [defect.name for defect in every[mine] if not copy.judge(defect).caught]
        copy.close()
    return _Share(tuple(uncaught), tuple(unsound))


def _caught(every: tuple[Defect, ...], uncaught: set[str]) -> list[Figure]:
    kinds = Counter(_kind(defect) for defect in every if defect.name not in uncaught)
    return [
        Figure(f"defects caught by {kind}", kinds[kind], "", f"{len(every)} patches")
        for kind in sorted(kinds)
    ]


def _kind(defect: Defect) -> str:
    if defect.test:
        return "a named test"
    catcher = defect.catcher
    return {"expectation": "an expectation", "stopped": "a stop"}.get(catcher, catcher)


def _row(defect: Defect, uncaught: bool) -> tuple[str, ...]:
    if defect.test:
        catcher = defect.test.rsplit("/", 1)[1]
    else:
        catcher = f"{defect.catcher}, in {defect.scenario}"
    rows_of = "; ".join(defect.covers)
    return (defect.name, defect.says, rows_of, _NOBODY if uncaught else catcher)
