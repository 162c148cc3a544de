"""Output: `sim/wattback_sim/registers.csv`, names and places of all points for host programs."""

import csv
import io

from wattback_tools.registers.models import (
    SYMBOLS_FROM,
    VENDOR_FILES,
    ModelPoint,
    firmware_names,
)
from wattback_tools.registers.plan import Plan, Row

COLUMNS = (
    "model",
    "name",
    "address",
    "registers",
    "type",
    "scale",
    "unit",
    "access",
    "implemented",
    "names",
    "text",
)


def host_table(plan: Plan) -> str:
    """The text of the file: a line a point, in the order of addresses."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(row) for row in plan.rows)
    return out.getvalue()


def _cells(row: Row) -> tuple[object, ...]:
    point = row.point
    return (
        point.model,
        point.name,
        point.address,
        point.registers,
        point.kind,
        row.scale,
        point.unit,
        "RW" if row.writable else "R",
        "yes" if row.source else "no",
        " ".join(_names(point)),
        point.text or (row.source.text if row.source else ""),
    )


def _names(point: ModelPoint) -> list[str]:
    """Those of the firmware, and those of the standard models in the same small letters."""
    if sorted(point.symbols) != list(range(len(point.symbols))):
        raise SystemExit(f"{point.name}: its symbols leave values out")
    if point.model in VENDOR_FILES and point.name in SYMBOLS_FROM:
        return firmware_names(SYMBOLS_FROM[point.name])
    return [name.lower() for _value, name in sorted(point.symbols.items())]
