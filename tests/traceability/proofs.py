"""Marks in the tests: which test proves which row, read without running or importing any.

- `@pytest.mark.covers("a row", …)` above a test, or `pytestmark = pytest.mark.covers(…)`.
- A table whose keys are rows: the known hazards, and the ways to raise each fault.
- A seeded defect, which names its rows and who must notice it.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tests.defects.seeded import Defect, parse
from tests.traceability.tree import Tree, parsed

_HAZARDS = "tests/lockstep/known_hazards/"
_FAULTS = "tests/lockstep/test_every_fault.py"
# Folder or file of a table, the name of its dictionary, and the test that walks it.
TABLES = (
    (_HAZARDS, "HAZARDS", "tests/lockstep/test_known_hazards.py::test_known_hazard"),
    (_FAULTS, "WAYS", f"{_FAULTS}::test_fault"),
)
_DEFECT = "tests/defects/test_defects.py::test_defect_is_caught"


@dataclass(frozen=True, slots=True)
class Proof:
    """A test that is said to prove a row. where: who says so, for people."""

    row: str
    test: str
    where: str


def proofs(tree: Tree) -> list[Proof]:
    """All of them, those of markers first."""
    return [*_marked(tree), *_tabled(tree), *_seeded(tree)]


def seeded(tree: Tree) -> list[Defect]:
    """The seeded defects."""
    return [
        parse(name.rsplit("/", 1)[1].removesuffix(".patch"), text)
        for name, text in tree.below("tests/defects/", ".patch")
    ]


def exists(tree: Tree, test: str) -> bool:
    """Is there such a test? The id of its case is not looked at."""
    file, _, name = test.partition("[")[0].partition("::")
    return name in _functions(tree.files.get(file, ""))


def _marked(tree: Tree) -> Iterator[Proof]:
    for file, text in tree.below("tests/"):
        if "covers(" not in text:
            continue
        for function, row in _marks(text):
            for name in [function] if function else _functions(text):
                yield Proof(row, f"{file}::{name}", file)


def _tabled(tree: Tree) -> Iterator[Proof]:
    for place, name, test in TABLES:
        for file, text in tree.below(place):
            for row, case in _cases(text, name):
                yield Proof(row, f"{test}[{case}]", file)


def _seeded(tree: Tree) -> Iterator[Proof]:
    for defect in seeded(tree):
        test = defect.test or f"{_DEFECT}[{defect.name}, caught by {defect.catcher}]"
        for row in defect.covers:
            yield Proof(row, test, f"tests/defects/{defect.name}.patch")


@lru_cache(maxsize=4096)
def _functions(text: str) -> tuple[str, ...]:
    return tuple(
        node.name
        for node in parsed(text).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and _runs(node)
    )


def _runs(test: ast.FunctionDef) -> bool:
    """Whether nothing keeps the test from running: one that is skipped is no proof."""
    said = " ".join(ast.unparse(decorator) for decorator in test.decorator_list)
    body = " ".join(ast.unparse(statement) for statement in test.body)
    marks = ("mark.skip", "mark.skipif", "mark.xfail")
    return not any(mark in said for mark in marks) and "pytest.skip(" not in body


@lru_cache(maxsize=4096)
def _marks(text: str) -> tuple[tuple[str, str], ...]:
    """(test or "" for all of the module, row)."""
    found: list[tuple[str, str]] = []
    for node in parsed(text).body:
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                found += [(node.name, row) for row in _covered(decorator)]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            found += [("", row) for row in _covered(node.value)]
    return tuple(found)


def _covered(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.covers":
        return [ast.literal_eval(argument) for argument in node.args]
    return []


@lru_cache(maxsize=256)
def _cases(text: str, name: str) -> tuple[tuple[str, str], ...]:
    """(row, case) of a dictionary: its keys, and the keys of a dictionary in a value."""
    found: list[tuple[str, str]] = []
    for node in parsed(text).body:
        if isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Dict):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if ast.unparse(target) == name:
                for key, value in zip(node.value.keys, node.value.values, strict=True):
                    row = ast.literal_eval(key) if key is not None else ""
                    ways = _ways(value)
                    found += [(row, f"{row}: {way}") for way in ways] or [(row, row)]
    return tuple(found)


def _ways(value: ast.expr) -> list[str]:
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "Hazard":
        told = value.args[1]
        if isinstance(told, ast.Dict):
            return [ast.literal_eval(key) for key in told.keys if key is not None]
    return []
