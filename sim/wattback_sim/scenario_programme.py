"""The utility's programme in a scenario: who answers it, what the owner has chosen, what is asked.

    [programme]
    site = "evening_site.toml"     # the file of the site's controller, beside the scenario

    [owner]                        # choices, as the owner would make them
    enrolled = "yes"

    [[event]]
    name = "evening"
    announced_s = 600.0            # when the utility publishes it; without it, from the start
    t_s = 930.0
    lasts_s = 900.0
    payload = "DISPATCH_SETPOINT"
    value = 8.0                    # kW, as the utility says it; a text for an alert
    cancelled_s = 1200.0           # when it withdraws it; without it, never

The simulator plays the utility; the controller that answers it is another program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wattback_sim.clock import to_us
from wattback_sim.errors import BadInputError
from wattback_sim.toml_reader import TOP, Entry, Place, TomlReader
from wattback_sim.utility.payloads import PAYLOADS, check_payload

_EVENT_KEYS = (
    "name",
    "announced_s",
    "t_s",
    "lasts_s",
    "payload",
    "value",
    "cancelled_s",
    "priority",
)
SECTIONS = ("programme", "owner", "event")


@dataclass(frozen=True, slots=True)
class UtilityEvent:
    """What the utility asks for, with times since the run's start. cancelled_us: None, never."""

    name: str
    announced_us: int
    t_us: int
    lasts_us: int
    payload: str
    value: float | str
    cancelled_us: int | None
    priority: int | None


@dataclass(frozen=True, slots=True)
class ScenarioProgramme:
    """site_file: of the controller. owner: choices by name, as text, which that one judges."""

    site_file: Path
    owner: Mapping[str, str]
    events: tuple[UtilityEvent, ...]


def read_programme(reader: TomlReader, duration_s: float) -> ScenarioProgramme | None:
    """The three sections of a scenario, None without [programme]. Raises BadFileError."""
    if "programme" not in reader.document:
        for section in ("owner", "event"):
            if section in reader.document:
                reader.fail(f"{section} belongs to a [programme], and there is none", TOP, section)
        return None
    place = Place("programme")
    table = reader.table("programme")
    reader.refuse_unknown(table, ("site",), place)
    return ScenarioProgramme(
        site_file=reader.path.parent / reader.text(table, "site", place),
        owner=_owner(reader, reader.table("owner")),
        events=tuple(
            _event(reader, entry, at, duration_s) for entry, at in reader.tables("event")
        ),
    )


def _owner(reader: TomlReader, table: dict[str, Any]) -> dict[str, str]:
    return {name: reader.text(table, name, Place("owner")) for name in table}


def _event(reader: TomlReader, entry: Entry, place: Place, duration_s: float) -> UtilityEvent:
    reader.refuse_unknown(entry, _EVENT_KEYS, place)
    span = (0.0, duration_s, "s")

    def time_us(key: str, default: float | None = None) -> int:
        return to_us(reader.number(entry, key, span, place, default))

    payload = reader.choice(entry, "payload", PAYLOADS, place)
    priority = None
    if "priority" in entry:
        priority = reader.whole(entry, "priority", (0, 1000, ""), 0, place)
    lasts_s = reader.number(entry, "lasts_s", (1.0, 86400.0, "s"), place)
    if lasts_s % 1:
        reader.fail(f"lasts_s is in whole seconds, not {lasts_s:g}", place, "lasts_s")
    announced_us = time_us("announced_s", 0.0)
    cancelled_us = time_us("cancelled_s") if "cancelled_s" in entry else None
    if cancelled_us is not None and cancelled_us < announced_us:
        reader.fail("nothing can be withdrawn before it is announced", place, "cancelled_s")
    return UtilityEvent(
        name=reader.text(entry, "name", place),
        announced_us=announced_us,
        t_us=time_us("t_s"),
        lasts_us=to_us(lasts_s),
        payload=payload,
        value=_value(reader, entry, payload, place),
        cancelled_us=cancelled_us,
        priority=priority,
    )


def _value(reader: TomlReader, entry: Entry, payload: str, place: Place) -> float | str:
    if "value" not in entry:
        reader.fail(f"value is missing: what {payload} asks for", place, "")
    try:
        return check_payload(payload, entry["value"])
    except BadInputError as error:
        reader.fail(str(error), place, "value")
