"""The fields of status and report as people read them: the words of the coded ones."""

from micropython import const

from wattback import (
    contactor,
    dispatch,
    export,
    heartbeat,
    limits,
    pilot,
    resets,
    session,
    targets,
    vehicle,
)
from wattback.fault_table import FAULTS
from wattback.grid import trips

FAULT_NAMES = tuple(row[0] for row in FAULTS)

# Coded fields, each followed by its words. Flat, because a tuple is searched faster than walked.
_CHOICES = (  # the value is one of the words
    ("pilot_state", pilot.STATE_NAMES)
    + ("open_cause", contactor.CAUSE_NAMES)
    + ("session_state", session.STATE_NAMES)
    + ("mode", limits.MODE_NAMES)
    + ("import_limit_owner", limits.OWNER_NAMES)
    + ("export_limit_owner", limits.OWNER_NAMES)
    + ("target_owner", targets.OWNER_NAMES)
    + ("target_state", targets.STATE_NAMES)
    + ("controller_state", heartbeat.STATE_NAMES)
    + ("vehicle_link", vehicle.LINK_NAMES)
    + ("vehicle_refusal", vehicle.REFUSAL_NAMES)
    + ("reset_cause", resets.RESET_NAMES)
    + ("trip_row", trips.ROW_NAMES)
    + ("trip_acted", dispatch.ACTED_NAMES)
)
_CODED = _CHOICES + (  # from here on each word is a bit of the value
    ("waiting_for", session.WAIT_NAMES)
    + ("export_waits", export.WAIT_NAMES)
    + ("faults", FAULT_NAMES)
    + ("opening_faults", FAULT_NAMES)
    + ("opening_waits", session.WAIT_NAMES)
    + ("opening_export_waits", export.WAIT_NAMES)
    + ("paused_by", limits.OWNER_NAMES)
)
_SETS_AT = len(_CHOICES)

NUMBER = const(0)
CHOICE = const(1)
SET = const(2)


def kind_of(field: str) -> int:
    """NUMBER, CHOICE or SET."""
    if field not in _CODED:
        return NUMBER
    return CHOICE if _CODED.index(field) < _SETS_AT else SET


def names_of(field: str):  # type: ignore[no-untyped-def]
    """The words of a CHOICE or a SET."""
    return _CODED[_CODED.index(field) + 1]


def told(field: str, value: int, room: int = 0) -> str:
    """A field's value as a person reads it: its word, or the number where there is none; of a SET
    the words that hold in at most `room` characters, with the count of those that did not fit, or
    "none".
    """
    if field not in _CODED:
        return str(value)
    at = _CODED.index(field)
    names = _CODED[at + 1]
    if at < _SETS_AT:
        return names[value] if 0 <= value < len(names) else str(value)
    held = []
    left = 0
    for name in names:
        if value & 1:
            room -= len(name) + 1
            if room > 3:
                held.append(name)
            else:
                left += 1
        value >>= 1
    if left:
        held.append("+%d" % left)
    return ",".join(held) or "none"
