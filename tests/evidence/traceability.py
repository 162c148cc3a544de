"""Traceability: hazard, confirmed clause or fault -> code -> tests, generated from the marks."""

from __future__ import annotations

from collections import Counter

from tests.evidence.figures import Figure, Section, Table, none_of
from tests.traceability.rows import CLAUSE, FAULT, HAZARD, elsewhere
from tests.traceability.trace import Traced, trace
from tests.traceability.tree import checkout

_SHOWN = 3
_TITLES = {
    HAZARD: "Hazards that users of units like this report; the code is what their seeded "
    "defects break",
    CLAUSE: "Clauses that public sources confirm, and others' practice by the section of the fact "
    "sheet evse.md; the code is what cites them",
    FAULT: "Rows of the fault table; the code is what names them, and what their seeded defects "
    "break",
}


def measure() -> Section:
    """Trace this checkout."""
    traced = trace(checkout())
    complete = [row for row in traced.rows if row.code and row.tests]
    incomplete = len(traced.rows) - len(complete)
    apart = "; ".join(f"{name}: {why}" for name, why in elsewhere().items())
    tests = {test.partition("[")[0] for row in traced.rows for test in row.tests}
    return Section(
        "traceability",
        "Traceability",
        "Read from marks in the code and the tests: a clause's number or a section of the facts "
        "cited in a comment, a fault's name, a seeded defect, pytest's marker `covers`, the keys "
        "of tables of cases. A row that loses its code or its tests fails `make test`. No "
        "standard was read in the original: a clause stands here when a public source attributes "
        f"its figure to it. Not the firmware's, or not there yet: {apart}.",
        "CPython, reading the sources",
        None,
        (
            none_of(
                "rows without code, or without a test", incomplete, f"{len(traced.rows)} rows"
            ),
            none_of(
                "marks that lead nowhere, and citations that no row has",
                len(traced.complaints),
                "every mark in the firmware and the tests",
            ),
            *(_count(kind, traced.rows) for kind in _TITLES),
            Figure("tests that some row has", len(tests), "", "their cases not counted"),
        ),
        tuple(_table(kind, traced.rows) for kind in _TITLES),
    )


def _count(kind: str, traced: tuple[Traced, ...]) -> Figure:
    count = sum(each.row.kind == kind for each in traced)
    return Figure(f"rows: {kind}", count, "", "all of them, by name, in the tables below")


def _table(kind: str, traced: tuple[Traced, ...]) -> Table:
    return Table(
        _TITLES[kind],
        ("row", "in words", "code", "tests"),
        tuple(
            (
                each.row.name,
                each.row.text,
                _some(list(map(str, each.code))),
                _some(_functions(each.tests)),
            )
            for each in traced
            if each.row.kind == kind
        ),
    )


def _functions(tests: tuple[str, ...]) -> list[str]:
    """Tests by file and name; where several cases of one are named, their number."""
    counts = Counter(test.partition("[")[0].rsplit("/", 1)[1] for test in tests)
    return [f"{name} ×{count}" if count > 1 else name for name, count in counts.items()]


def _some(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" + {more}" if more > 0 else "")
