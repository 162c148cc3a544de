"""The kinds of objects that a VTN keeps: one row a kind, which the application walks.

What only one kind does stands in `privacy` (who sees what) and `lifespan` (what is active).
"""

from dataclasses import dataclass, field
from typing import Literal

Role = Literal["bl", "ven"]

_BOTH: frozenset[Role] = frozenset(("bl", "ven"))
_BUSINESS: frozenset[Role] = frozenset(("bl",))
_VENS: frozenset[Role] = frozenset(("ven",))


@dataclass(frozen=True)
class Room:
    """One kind of object.

    object_type: as `objectType` says it. writers: roles that may create, change and delete.
    fields: what a body must have, and of which type. parents: fields that name an object of
    another room. unique: fields of which no two objects may have the same values (none of them
    missing). filters: query parameters that compare a field. owned: it belongs to one client.
    """

    object_type: str
    writers: frozenset[Role]
    fields: dict[str, type]
    parents: dict[str, str] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    owned: bool = False


ROOMS = {
    "programs": Room("PROGRAM", _BUSINESS, {"programName": str}, unique=("programName",)),
    "events": Room(
        "EVENT",
        _BUSINESS,
        {"programID": str, "intervals": list},
        parents={"programID": "programs"},
        filters=("programID",),
    ),
    "reports": Room(
        "REPORT",
        _VENS,
        {"eventID": str, "clientName": str, "resources": list},
        parents={"eventID": "events"},
        unique=("clientID", "eventID", "reportName"),
        filters=("programID", "eventID", "clientName"),
        owned=True,
    ),
    "vens": Room(
        "VEN", _BOTH, {"venName": str}, unique=("venName",), filters=("venName",), owned=True
    ),
    "resources": Room(
        "RESOURCE",
        _BOTH,
        {"resourceName": str, "venID": str},
        parents={"venID": "vens"},
        unique=("venID", "resourceName"),
        filters=("resourceName", "venID"),
        owned=True,
    ),
}
