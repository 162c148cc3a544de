"""Row -> code -> tests, put together from the marks, and what does not hold, a sentence each."""

from collections import Counter
from dataclasses import dataclass

from tests.defects.seeded import PatchError
from tests.traceability import proofs as proving
from tests.traceability.code_marks import (
    Citation,
    Place,
    broken_places,
    citations,
    fault_uses,
    places,
)
from tests.traceability.rows import CLAUSE, FAULT, Row, elsewhere, rows
from tests.traceability.tree import Tree


@dataclass(frozen=True, slots=True)
class Traced:
    """A row with the places of its code and the ids of its tests."""

    row: Row
    code: tuple[Place, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """rows: in the order of their tables. complaints: sentences; none where all holds."""

    rows: tuple[Traced, ...]
    complaints: tuple[str, ...]


def trace(tree: Tree) -> Trace:
    """Trace a checkout."""
    wanted = {row.name: row for row in rows(tree)}
    complaints = _twice(tree)
    code: dict[str, list[Place]] = {name: [] for name in wanted}
    tests: dict[str, list[str]] = {name: [] for name in wanted}
    complaints += _cite(tree, wanted, code)
    complaints += _use(tree, wanted, code)
    complaints += _prove(tree, wanted, tests)
    traced = tuple(
        Traced(row, tuple(dict.fromkeys(code[name])), tuple(dict.fromkeys(tests[name])))
        for name, row in wanted.items()
    )
    for each in traced:
        if not each.code:
            complaints.append(f"the {each.row.kind} '{each.row.name}' has no code")
        if not each.tests:
            complaints.append(f"the {each.row.kind} '{each.row.name}' has no test")
    return Trace(traced, tuple(complaints))


def _twice(tree: Tree) -> list[str]:
    counts = Counter(row.name for row in rows(tree))
    return [f"two rows are called '{name}'" for name, count in counts.items() if count > 1]


def _cite(tree: Tree, wanted: dict[str, Row], code: dict[str, list[Place]]) -> list[str]:
    complaints = []
    clauses, facts = citations(tree)
    known = places(tree)
    cited = {(fact.place.name, fact.of): fact.place for fact in facts}
    owned: set[tuple[str, str]] = set()
    for citation in clauses:
        row = wanted.get(citation.of)
        if row is None or row.kind != CLAUSE:
            complaints.append(f"{citation.place} cites '{citation.of}', which is no row")
        else:
            code[row.name].append(citation.place)
            owned.add((citation.place.name, row.fact))
    for row in wanted.values():
        for name in row.at:
            if name not in known:
                complaints.append(f"the clause '{row.name}' names {name}, which there is not")
            elif (name, row.fact) not in cited:
                complaints.append(
                    f"the clause '{row.name}' names {name}, which does not cite {row.fact}, C"
                )
            else:
                code[row.name].append(cited[name, row.fact])
                owned.add((name, row.fact))
    return complaints + _unowned(facts, owned)


def _unowned(facts: list[Citation], owned: set[tuple[str, str]]) -> list[str]:
    return [
        f"{fact.place} cites {fact.of}, C, and no clause has it"
        for fact in facts
        if (fact.place.name, fact.of) not in owned
    ]


def _use(tree: Tree, wanted: dict[str, Row], code: dict[str, list[Place]]) -> list[str]:
    complaints = []
    uses = fault_uses(tree)
    for row in wanted.values():
        if row.kind == FAULT:
            code[row.name] += uses.get(row.name.upper(), [])
    for defect in proving.seeded(tree):
        try:
            broken = broken_places(tree, defect.diff)
        except PatchError as error:
            complaints.append(f"{defect.name}.patch does not fit: {error}")
            continue
        for name in defect.covers:
            if name in wanted and wanted[name].kind != CLAUSE:
                code[name] += broken
    return complaints


def _prove(tree: Tree, wanted: dict[str, Row], tests: dict[str, list[str]]) -> list[str]:
    complaints = []
    others = elsewhere()
    for proof in proving.proofs(tree):
        if not proving.exists(tree, proof.test):
            complaints.append(f"{proof.where} names {proof.test}, which there is not")
        elif proof.row in wanted:
            tests[proof.row].append(proof.test)
        elif proof.row not in others:
            complaints.append(f"{proof.where} names the row '{proof.row}', which there is not")
    return complaints
