"""The statement as CSV, for spreadsheets and other programs: a row per line, then the total.

Wh and W are whole numbers, money has a point and two decimals, times are civil with their offset.
Names that come from elsewhere and that a spreadsheet would take for a formula get an apostrophe.
"""

import csv
import io

from wattback_controller.settlement.civil import local
from wattback_controller.settlement.statement import EnergyLine, Statement
from wattback_controller.settlement.words import printable

COLUMNS = (
    "kind",  # energy, power or total
    "event",
    "name",
    "connector",
    "from",
    "until",
    "delivered_wh",
    "baseline_wh",
    "paid_wh",
    "mean_w",
    "rate",  # currency per kWh of energy, per kW of power
    "credit",
    "currency",
    "flags",
    "note",
)
_FORMULA = ("=", "+", "-", "@")


def statement_csv(statement: Statement) -> str:
    """The statement as the text of a CSV file, with a header."""
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    names = {event.event: event.name for event in statement.events}
    for line in statement.all_lines:
        row: dict[str, object] = {
            "event": _plain(line.event),
            "name": _plain(names[line.event]),
            "connector": _plain(line.connector),
            "from": local(line.start_s, statement.zone).isoformat(),
            "until": local(line.end_s, statement.zone).isoformat(),
            "rate": f"{line.rate:f}",
            "credit": line.credit,
            "currency": statement.currency,
            "note": line.note,
        }
        if isinstance(line, EnergyLine):
            row["kind"] = "energy"
            row["delivered_wh"] = line.delivered_wh
            row["baseline_wh"] = "" if line.baseline_wh is None else line.baseline_wh
            row["paid_wh"] = line.paid_wh
            row["flags"] = ";".join(sorted(line.flags))
        else:
            row["kind"] = "power"
            row["mean_w"] = line.mean_w
        writer.writerow(row)
    writer.writerow(
        {
            "kind": "total",
            "from": local(statement.month.begin_s(statement.zone), statement.zone).isoformat(),
            "until": local(statement.month.end_s(statement.zone), statement.zone).isoformat(),
            "delivered_wh": statement.delivered_wh,
            "paid_wh": statement.paid_wh,
            "credit": statement.credit,
            "currency": statement.currency,
            "note": statement.summary,
        }
    )
    return written.getvalue()


def _plain(name: str) -> str:
    told = printable(name)
    return f"'{told}" if told.startswith(_FORMULA) else told
