"""Marks in the firmware, as they stand there: citations in comments and docstrings, uses of names.

- A clause is cited by its number: "Table A.7", "sequence 8.1", "A.5.3", "Annex B", "NEC 625.42".
- A fact is cited by its section and its mark: "evse.md 4.1, C", or in short "4.1, C".
- A fault is used by the name of its constant.

What a seeded defect breaks to let a hazard in, or a fault go untold, is code of its row too.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tests.defects.seeded import PatchError, hunks, place
from tests.traceability.tree import FIRMWARE, Tree, parsed, symbol_at, symbol_from, symbols

_FACT = re.compile(r"(?<![\d.])(\d{1,2}(?:\.\d+)?), C\b")
_CLAUSE = re.compile(
    r"\b(?:(Table A\.\d+|Annex [A-Z]|A\.\d+\.\d+)|(NEC \d+\.\d+)"
    r"|sequences? (\d+(?:\.\d+)?)(?: and (\d+(?:\.\d+)?))?)\b"
)
_STANDARD = "IEC 61851-1"


@dataclass(frozen=True, slots=True)
class Place:
    """module: "pilot" or "grid.trips". symbol: a constant, function or class; "" the module."""

    file: str
    symbol: str

    @property
    def module(self) -> str:
        return self.file.removeprefix(FIRMWARE).removesuffix(".py").replace("/", ".")

    @property
    def name(self) -> str:
        """As rows name it: "pilot.duty_bp_for_ma"."""
        return f"{self.module}.{self.symbol}" if self.symbol else self.module

    def __str__(self) -> str:
        file = self.file.removeprefix(FIRMWARE)
        return f"{file}:{self.symbol}" if self.symbol else file


@dataclass(frozen=True, slots=True)
class Citation:
    """of: a clause's name, or the section of a fact."""

    of: str
    place: Place


def citations(tree: Tree) -> tuple[list[Citation], list[Citation]]:
    """Of clauses, and of facts that are marked confirmed."""
    clauses, facts = [], []
    for file, text in tree.below(FIRMWARE):
        for line, said in _said(text):
            where = Place(file, symbol_from(text, line) if line else "")
            clauses += [Citation(name, where) for name in _clauses_in(said)]
            facts += [Citation(section, where) for section in _FACT.findall(said)]
    return clauses, facts


def places(tree: Tree) -> set[str]:
    """The names of all places that there are."""
    found = set()
    for file, text in tree.below(FIRMWARE):
        found.add(Place(file, "").name)
        found.update(Place(file, name).name for _, _, name in symbols(text))
    return found


def fault_uses(tree: Tree) -> dict[str, list[Place]]:
    """Where each name that the fault table gives is used; its import does not count."""
    uses: dict[str, list[Place]] = {}
    for file, text in tree.below(FIRMWARE):
        for name, symbol in _uses(text):
            where = Place(file, symbol)
            if where not in uses.setdefault(name, []):
                uses[name].append(where)
    return uses


def broken_places(tree: Tree, diff: str) -> list[Place]:
    """What a seeded defect breaks; raises PatchError where it does not fit."""
    found: list[Place] = []
    for hunk in hunks(diff):
        text = tree.files.get(hunk.file)
        if text is None:
            raise PatchError(f"there is no file {hunk.file}")
        line = text[: place(hunk, text)].count("\n") + 1 + hunk.first
        where = Place(hunk.file, symbol_at(text, line))
        if where.symbol and where not in found:  # an import is no place
            found.append(where)
    return found


def _clauses_in(said: str) -> Iterator[str]:
    for own, other, *sequences in _CLAUSE.findall(said):
        if own:
            yield f"{_STANDARD} {own}"
        elif other:
            yield other
        for number in filter(None, sequences):
            yield f"{_STANDARD} sequence {number}"


@lru_cache(maxsize=1024)
def _uses(text: str) -> tuple[tuple[str, str], ...]:
    given = {
        alias.name
        for node in parsed(text).body
        if isinstance(node, ast.ImportFrom) and node.module == "wattback.fault_table"
        for alias in node.names
    }
    return tuple(
        (node.id, symbol_at(text, node.lineno))
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.Name) and node.id in given
    )


@lru_cache(maxsize=1024)
def _said(text: str) -> tuple[tuple[int, str], ...]:
    """Comments, those of neighbouring lines as one, and docstrings, with their first lines.

    The line of the module's own docstring is 0.
    """
    found = [*_docstrings(text)]
    block: list[str] = []
    first = last = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        line = token.start[0]
        alone = token.line.lstrip().startswith("#")
        if not (alone and block and line == last + 1):
            if block:
                found.append((first, " ".join(block)))
            block, first = [], line
        block.append(token.string.lstrip("# "))
        last = line if alone else 0
    if block:
        found.append((first, " ".join(block)))
    return tuple(found)


def _docstrings(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            said = ast.get_docstring(node)
            if said:
                line = 0 if isinstance(node, ast.Module) else node.lineno
                yield line, " ".join(said.split())
