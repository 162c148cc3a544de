"""What must be traced: hazards of the field, confirmed clauses, and every row of the fault table.

`hazards.toml` and `clauses.toml` are ours, in our words; the faults are read from the firmware.
"""

import ast
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.traceability.tree import FIRMWARE, Tree, parsed

_HERE = Path(__file__).parent
HAZARD, CLAUSE, FAULT = "hazard", "clause", "fault"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. fact: of a clause, the section of facts/evse.md that confirms it.

    at: of a clause, module and name of constants and functions that cite that section for it.
    """

    kind: str
    name: str
    text: str
    fact: str = ""
    at: tuple[str, ...] = ()


def rows(tree: Tree) -> list[Row]:
    """All rows."""
    return [*hazards(), *clauses(), *faults(tree)]


def hazards() -> list[Row]:
    """What the field reports of units like this, as far as it is the firmware's."""
    return [Row(HAZARD, row["id"], row["text"]) for row in _table("hazards.toml", "row")]


def elsewhere() -> dict[str, str]:
    """What the field reports and is not the firmware's: by name, why."""
    return {row["id"]: row["why"] for row in _table("hazards.toml", "elsewhere")}


def clauses() -> list[Row]:
    """What public sources confirm of standards and of others' practice, and the firmware does."""
    return [
        Row(CLAUSE, row["id"], row["text"], row["fact"], tuple(row.get("at", ())))
        for row in _table("clauses.toml", "row")
    ]


def faults(tree: Tree) -> list[Row]:
    """The rows of the firmware's fault table, each with its constant's comment."""
    text = tree.files[f"{FIRMWARE}fault_table.py"]
    told = _fault_comments(text)
    return [Row(FAULT, name, told.get(name.upper(), "")) for name in _fault_names(text)]


def _fault_names(text: str) -> list[str]:
    for node in parsed(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id == "FAULTS":
                return [ast.literal_eval(row.elts[0]) for row in node.value.elts]  # type: ignore[attr-defined]
    raise AssertionError("fault_table.py has no tuple FAULTS")


def _fault_comments(text: str) -> dict[str, str]:
    told = {}
    for line in text.splitlines():
        code, _, comment = line.partition("#")
        if "const(1 <<" in code:
            told[code.split(" =")[0]] = comment.strip()
    return told


def _table(file: str, name: str) -> list[dict[str, str]]:
    document = tomllib.loads((_HERE / file).read_text(encoding="utf-8"))
    found: list[dict[str, str]] = document[name]
    return found
