"""Output: `docs/registers.md` and `docs/registers_grid_code.md`, the register map for people.

`page.md` and `page_grid_code.md` are what people wrote of it; the tables come in at their marks.
"""

import textwrap
from pathlib import Path

from wattback.settings import SETTINGS
from wattback_tools.registers.grid_code_points import GRID_CODE
from wattback_tools.registers.models import BASE, VENDOR_FILES, Model
from wattback_tools.registers.plan import SETTING_NAMES, Plan, Row
from wattback_tools.registers.sources import ACCEPTED_TEXTS
from wattback_tools.registers.standard_points import ABSENT

_PAGE = Path(__file__).with_name("page.md")
_GRID_CODE_PAGE = Path(__file__).with_name("page_grid_code.md")
_MARK = "<!-- tables -->\n"
_TABLE_HEAD = """\
| address | point | type | unit | scale | access | meaning |
|---:|---|---|---|---:|---|---|
"""


def document(plan: Plan) -> str:
    """The text of the page."""
    last = BASE + plan.registers - 1
    before, after = _PAGE.read_text("utf-8").split(_MARK)
    before = before.format(base=BASE, last=last, registers=plan.registers)
    models = [model for model in plan.models if model.number not in GRID_CODE]
    return before + "\n".join(_model(plan, model) for model in models) + after


def grid_code_document(plan: Plan) -> str:
    """The text of the page of the grid code's models."""
    before, after = _GRID_CODE_PAGE.read_text("utf-8").split(_MARK)
    models = [model for model in plan.models if model.number in GRID_CODE]
    return before + "\n".join(_model(plan, model) for model in models) + after


def _model(plan: Plan, model: Model) -> str:
    rows = [row for row in plan.rows if row.point.model == model.number]
    last = model.address + model.registers - 1
    text = f"## Model {model.number}: {model.title}\n\n"
    text += f"Registers {model.address} to {last}."
    second = next((row for row in rows if _is_second(row)), None)
    if second is not None:
        group = second.point.name.partition("[")[0]
        text += (
            f" {group}[2], from {second.point.address} on, has the points of {group}[1]; all but"
        )
        text += "\nReadOnly can be written, and its constants must stay."
        rows = [row for row in rows if not _is_second(row)]
    text += "\n\n" + _TABLE_HEAD
    text += "".join(_line(row) for row in rows if row.source)
    absent = [row for row in rows if not row.source and row.point.kind != "pad"]
    reasoned = [row for row in absent if (model.number, row.point.name) in ABSENT]
    if reasoned:
        text += "\nOf the points that belong to IEEE 1547-2018, these are not implemented:\n\n"
        for row in reasoned:
            text += f"- {row.point.name}: {ABSENT[(model.number, row.point.name)]}\n"
    others = [row.point.name for row in absent if row not in reasoned]
    if others:
        text += "\n" + textwrap.fill(f"Not implemented either: {', '.join(others)}.", 99) + "\n"
    return text


def _is_second(row: Row) -> bool:
    """Of the set that can be written."""
    return row.point.name.partition(".")[0].endswith("[2]")


def _line(row: Row) -> str:
    point = row.point
    kind = f"{point.kind}, {point.registers} regs" if point.kind == "string" else point.kind
    cells = (
        str(point.address),
        point.name,
        kind,
        point.unit,
        str(row.scale) if row.scale else "",
        "RW" if row.writable else "R",
        _meaning(row),
    )
    return f"| {' | '.join(cells)} |\n"


def _meaning(row: Row) -> str:
    point, source = row.point, row.source
    assert source is not None
    parts = [(point.text or source.text).rstrip(".")]
    if point.name == "ID":
        parts = [f"always {source.constant}"]
    elif point.name == "L":
        parts = [f"registers that follow: {source.constant}"]
    elif source.constant is not None and not row.writable and not source.value:
        parts.append(f"always {_value(row, source.constant)}")
    if row.writable and ACCEPTED_TEXTS[source.accepts]:
        parts.append(f"accepts {ACCEPTED_TEXTS[source.accepts]}")
    elif source.setting:
        _name, _default, low, high, _when = SETTINGS[SETTING_NAMES.index(source.setting)]
        parts.append(f"accepts {_value(row, low)} … {_value(row, high)} {point.unit}".rstrip())
    if point.symbols and (point.model in VENDOR_FILES or row.writable):
        bit = "bits: " if point.kind == "bitfield32" else ""
        parts.append(
            bit + ", ".join(f"{value} {name}" for value, name in sorted(point.symbols.items()))
        )
    return "; ".join(part for part in parts if part)


def _value(row: Row, value: int) -> str:
    """A register's value as people write it."""
    symbols = row.point.symbols
    if row.point.kind == "enum16":
        return symbols[value]
    if row.point.kind == "bitfield32":
        return " and ".join(name for bit, name in symbols.items() if value & 1 << bit)
    return f"{value * 10**row.scale:g}" if row.scale else str(value)
