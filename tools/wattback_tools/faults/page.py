"""Output: `docs/faults.md`, every fault with its limit, what is done about it and what to do.

`page.md` is what people wrote of it; the table and the sections come in at their marks.
"""

from __future__ import annotations

import re
from pathlib import Path

from wattback.fault_table import (
    ACTION_NAMES,
    ACTION_WARN,
    CLEAR_NAMES,
    FAULTS,
    PILOT_F,
    PILOT_F_BRIEFLY,
    PILOT_STEADY,
)
from wattback.settings import SETTINGS
from wattback_sim.fault_texts import FAULT_TABLE, FaultText
from wattback_tools.technician_texts import CLEAR_TEXTS
from wattback_tools.technician_units import duration

_PAGE = Path(__file__).with_name("page.md")
_ACTION_TEXTS = {
    "warn": "it is told, and nothing else",
    "stop": "the offer is withdrawn, the vehicle unloads, then the contactor opens",
    "open": "the contactor opens at once",
}
_PILOT_TEXTS = {
    PILOT_STEADY: "+12 V",
    PILOT_F_BRIEFLY: "−12 V for 300 ms, then +12 V",
    PILOT_F: "−12 V",
}
_TABLE_HEAD = """\
| code | name | what is wrong | action | pilot | ends |
| ---: | --- | --- | --- | --- | --- |
"""
_IDENTIFIER = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_DEFAULTS = {row[0]: row[1] for row in SETTINGS}

Row = tuple[str, int, int, int, int, int]  # of the firmware's table


def page() -> str:
    """The text of the page."""
    text = _PAGE.read_text("utf-8")
    text = text.replace("{table}", _TABLE_HEAD + "\n".join(map(_line, FAULTS)))
    return text.replace("{sections}", "\n".join(map(_section, FAULTS)))


def settings_named(text: str) -> list[str]:
    """The settings that a limit names."""
    return [name for name in _IDENTIFIER.findall(text) if name in _DEFAULTS]


def _line(row: Row) -> str:
    words = FAULT_TABLE[row[0]]
    cells = (
        str(words.code),
        f"[{row[0]}](#{row[0]})",
        words.text,
        ACTION_NAMES[row[5]],
        _pilot(row),
        ", ".join(name.replace("_", " ") for name in _clears(row)),
    )
    return f"| {' | '.join(cells)} |"


def _section(row: Row) -> str:
    words = FAULT_TABLE[row[0]]
    lines = (
        f"**Code {words.code}: {words.text}.**",
        "",
        f"- Sensed by: {words.sensed_by}.",
        f"- Limit: {words.limit}.",
        *_defaults(words),
        f"- Source: {words.source}.",
        f"- Action: {_ACTION_TEXTS[ACTION_NAMES[row[5]]]}. Pilot: {_pilot(row)}.",
        f"- Ends: {_ends(row)}.",
        f"- ChargeX: {', '.join(words.mrec) or 'no code'}.",
        f"- Try: {words.hint}.",
    )
    return "\n".join((f"### {row[0]}", "", *lines, ""))


def _defaults(words: FaultText) -> list[str]:
    named = settings_named(words.limit)
    if not named:
        return []
    return [f"- Defaults: {', '.join(f'{name} {_DEFAULTS[name]:,}' for name in named)}."]


def _pilot(row: Row) -> str:
    return "as it was" if row[5] == ACTION_WARN else _PILOT_TEXTS[row[1]]


def _clears(row: Row) -> list[str]:
    return [name for bit, name in enumerate(CLEAR_NAMES) if row[2] & 1 << bit]


def _ends(row: Row) -> str:
    after = duration(row[3])
    return "; ".join(
        CLEAR_TEXTS[name].format(after=after, retries=row[4]) for name in _clears(row)
    )
