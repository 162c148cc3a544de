"""The mutants of a file, made by cosmic-ray. The one module that knows it.

Of its operators those are taken whose mutants differ in what a person could have written by
mistake: the neighbour and the opposite of a comparison, the opposite of an operation, a condition
turned round, `and` for `or`, a loop that never runs. A number below ten is taken one up and one
down, a larger one a tenth up and a tenth down: a threshold that one unit moves is within what the
sensors can tell. Of 0 and 1 each becomes the other, for flags know no third; a time of 0 ms
becomes a tick, since less is never seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.ast.ast_query import ASTQuery
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.number_replacer import NumberReplacer
from parso.python.tree import Number

_TOOL = "core/"
_SMALL = 10  # from here on a number is moved by a tenth
_TICK_MS = 10
_COMPARISONS = (
    ("Eq", "NotEq"),
    ("NotEq", "Eq"),
    ("Lt", "LtE"),
    ("Lt", "GtE"),
    ("LtE", "Lt"),
    ("LtE", "Gt"),
    ("Gt", "GtE"),
    ("Gt", "LtE"),
    ("GtE", "Gt"),
    ("GtE", "Lt"),
    ("Is", "IsNot"),
    ("IsNot", "Is"),
)
_OPERATIONS = (
    ("Add", "Sub"),
    ("Sub", "Add"),
    ("Mul", "FloorDiv"),
    ("FloorDiv", "Mul"),
    ("Mod", "FloorDiv"),
    ("RShift", "LShift"),
    ("LShift", "RShift"),
    ("BitOr", "BitAnd"),
    ("BitAnd", "BitOr"),
    ("BitXor", "BitAnd"),
)
OPERATORS = (
    *(f"ReplaceComparisonOperator_{was}_{now}" for was, now in _COMPARISONS),
    *(f"ReplaceBinaryOperator_{was}_{now}" for was, now in _OPERATIONS),
    "ReplaceUnaryOperator_USub_UAdd",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_Invert",
    "AddNot",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ZeroIterationForLoop",
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file.

    module: the file, from `firmware/` on. line: 1 is the first. place: the function or class it is
    in, "" for the file itself. was, became: the changed lines, without the space around them.
    source: the whole file with the change.
    """

    module: str
    line: int
    place: str
    operator: str
    was: str
    became: str
    source: str

    def __str__(self) -> str:
        where = f"{self.module}:{self.line} {self.place}".rstrip()
        return f"{where}: {self.was!r} became {self.became!r}"


class _OtherNumber(NumberReplacer):  # type: ignore[misc]  # the tool has no types
    """The tool's replacer of numbers, which moves each as far as somebody would notice."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines()

    def mutate(self, node: Number, index: int) -> Number:
        value = int(node.value, 0)
        if value <= 1:
            if index:
                return node  # unchanged, so no mutant
            other = 1 - value
            if not value and "_ms" in self._lines[node.start_pos[0] - 1]:
                other *= _TICK_MS
        else:
            step = 1 if value < _SMALL else value // 10
            other = value + step if index == 0 else value - step
        return Number(f" {other}", node.start_pos)


def mutants_of(module: str, file: Path) -> Iterator[Mutant]:
    """Every mutant of a file, in the order of the operators and then of the text."""
    source = file.read_text(encoding="utf-8")
    for name in OPERATORS:
        yield from _by(cosmic_ray.plugins.get_operator(_TOOL + name)(), name, module, source)
    yield from _by(_OtherNumber(source), "NumberReplacer", module, source)


def _by(operator: Any, name: str, module: str, source: str) -> Iterator[Mutant]:
    positions = (
        (node, start)
        for node in ast_nodes(get_ast(source))
        for start, _ in operator.mutation_positions(node)
    )
    for occurrence, (node, (line, _)) in enumerate(positions):
        mutated = mutate_code(source, operator, occurrence)
        was, became = _difference(source, mutated)
        if was == became:
            continue
        place = ASTQuery(node).get_definition_name() or ""
        yield Mutant(module, line, place, name, was, became, mutated)


def _difference(source: str, mutated: str) -> tuple[str, str]:
    """The lines that differ, from the first to the last, as they were and as they became."""
    old, new = source.splitlines(), mutated.splitlines()
    first = _alike(old, new)
    behind = _alike(old[first:][::-1], new[first:][::-1])
    return _told(old[first : len(old) - behind]), _told(new[first : len(new) - behind])


def _alike(some: list[str], others: list[str]) -> int:
    """How many lines are the same from the start on."""
    for index, (one, other) in enumerate(zip(some, others, strict=False)):
        if one != other:
            return index
    return min(len(some), len(others))


def _told(lines: list[str]) -> str:
    """Lines as one, without comments and the space that the tool puts before a number."""
    text = " ".join(line.split("  #")[0] for line in lines)
    return " ".join(text.split()).replace("( ", "(").replace("[ ", "[")
