"""What is kept of a run: one JSON object a line, the first about the board, then one a row.

A line is written as soon as its row has ended, so an interrupted run keeps what it has measured.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wattback_tools.board_checks.checks import Check, Result
from wattback_tools.flashing.board_files import BoardIdentity


def head_document(date: str, port: str, who: BoardIdentity, firmware: str) -> dict[str, Any]:
    """Which board, when."""
    return {
        "command": "board check",
        "date": date,
        "port": port,
        "board": {
            "machine": who.machine,
            "micropython": who.micropython,
            "serial": who.serial,
        },
        "firmware": firmware,
    }


def result_document(result: Result) -> dict[str, Any]:
    """A row that was run."""
    check = result.check
    return {
        "id": check.id,
        "what": check.what,
        "value": result.value,
        "unit": check.unit,
        "low": check.low,
        "high": check.high,
        "verdict": result.verdict.value,
        "measured_by": measured_by(check),
        "note": result.note,
    }


def check_document(check: Check) -> dict[str, Any]:
    """A row of the table."""
    return {
        "id": check.id,
        "what": check.what,
        "measured_by": measured_by(check),
        "method": check.method,
        "needs": "; then ".join(text for text in (check.needs, check.needs_then) if text),
        "unit": check.unit,
        "low": check.low,
        "high": check.high,
        "source": check.source,
        "unproved": check.unproved,
        "chips": list(check.chips),
    }


def measured_by(check: Check) -> str:
    """The board, a person, both, or the unit's console."""
    if check.over_console:
        return "console"
    if check.is_asked:
        return "person"
    return "board and person" if check.needs or check.needs_then else "board"


class Record:
    """A file that grows by a line. Nothing is written where none is wanted."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        if path is not None:
            path.write_text("", encoding="utf-8")

    def add(self, document: dict[str, Any]) -> None:
        """One more line."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(document, ensure_ascii=False) + "\n")
