"""The table of everything that a connector measures and has decided, with units."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from wattback.backup.steps import REFUSAL_NAMES, STATE_NAMES
from wattback_hil.console.answers import Hello, Vitals
from wattback_tools.technician_backup import name_at, open_names
from wattback_tools.technician_units import (
    amps,
    duration,
    hertz,
    kilovars,
    kilowatt_hours,
    names,
    percent,
    volts,
    watts,
)
from wattback_tools.technician_views import profile_text, unit_document


def _yes_no(flag: int) -> str:
    return "yes" if flag else "no"


def _day(days: int) -> str:
    return "not set" if days < 0 else str(date(1970, 1, 1) + timedelta(days=days))


def _time_of_day(s: int) -> str:
    return f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}"


def _until(s: int) -> str:
    return "not said" if s < 0 else duration(s)


def _waits(bits: int) -> str:
    waits = open_names(bits)
    return "no gateway" if waits is None else names(waits)


# How a whole number is read: by its name, or by what its name ends with. The first row counts.
READINGS: tuple[tuple[str, Callable[[int], str]], ...] = (
    ("contactor_commanded", _yes_no),
    ("contactor_confirmed", _yes_no),
    ("in_service", _yes_no),
    ("grid_switch_closed", _yes_no),
    ("_target_enabled", _yes_no),
    ("civil_day", _day),
    ("civil_s", _time_of_day),
    ("departure_s", _until),
    ("backup_state", lambda at: name_at(STATE_NAMES, at)),
    ("backup_refusal", lambda at: name_at(REFUSAL_NAMES, at)),
    ("backup_waits", _waits),
    ("backup_shed", str),
    ("tick", str),
    ("closings", str),
    ("_openings", str),
    ("_cold", str),
    ("_hot", str),
    ("watchdog_resets", str),
    ("brown_outs", str),
    ("missed_ticks", str),
    ("settings_version", str),
    ("_millihertz", hertz),
    ("_mv", lambda mv: volts(mv, 3)),
    ("_ma", lambda ma: amps(ma, 3)),
    ("_wh", kilowatt_hours),
    ("_w", watts),
    ("_var", kilovars),
    ("_bp", percent),
    ("_s", duration),
)


def reading(name: str, value: object) -> str:
    """A field's value as people read it."""
    if isinstance(value, tuple):
        return names(value)
    if isinstance(value, int):
        for ending, read in READINGS:
            if name.endswith(ending):
                return read(value)
    return str(value)


def vitals_lines(hello: Hello, vitals: Vitals) -> list[str]:
    """A line a field, by the firmware's names, and which profile its settings were made from."""
    fields = asdict(vitals)
    width = max(map(len, fields)) + 2
    return [
        *(f"{name:<{width}}{reading(name, value)}" for name, value in fields.items()),
        f"{'profile':<{width}}{profile_text(hello, vitals.settings_version)}",
    ]


def vitals_document(hello: Hello, vitals: Vitals) -> dict[str, Any]:
    """The same for programs, in the firmware's units."""
    return {"command": "vitals", "unit": unit_document(hello), "vitals": asdict(vitals)}
