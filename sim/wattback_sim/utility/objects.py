"""The objects of a VTN in memory, by room and id, with the fields that the VTN itself provides."""

from collections.abc import Callable, Iterator
from typing import Any

from wattback_sim.utility.rooms import ROOMS
from wattback_sim.utility.stamps import moment

Body = dict[str, Any]

# What a VTN provides, whatever a body says.
_PROVIDED = ("id", "createdDateTime", "modificationDateTime", "objectType")
_LEAST_STEP_S = 0.001  # two changes never carry the same time: it is how clients tell them apart


class Objects:
    """now_s: seconds since 1970 UTC. Ids are counted and never used again."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._rooms: dict[str, dict[str, Body]] = {name: {} for name in ROOMS}
        self._made = dict.fromkeys(ROOMS, 0)
        self._stamp_s = 0.0

    def all(self, room: str) -> Iterator[Body]:
        """Every object of a room, the oldest first."""
        return iter(tuple(self._rooms[room].values()))

    def get(self, room: str, name: str) -> Body | None:
        """The object with this id, or None."""
        return self._rooms[room].get(name)

    def was_made(self, room: str, name: str) -> bool:
        """The id is or was that of an object."""
        prefix, _, number = name.rpartition("-")
        count = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
        return prefix == _prefix(room) and 1 <= count <= self._made[room]

    def create(self, room: str, body: Body) -> Body:
        """A new object of what a body says."""
        self._made[room] += 1
        name = f"{_prefix(room)}-{self._made[room]}"
        stamp = self._next_stamp()
        self._rooms[room][name] = self._complete(room, name, stamp, stamp, body)
        return self._rooms[room][name]

    def replace(self, room: str, name: str, body: Body) -> Body:
        """The object with an id that exists, as a body says now."""
        created = self._rooms[room][name]["createdDateTime"]
        self._rooms[room][name] = self._complete(room, name, created, self._next_stamp(), body)
        return self._rooms[room][name]

    def delete(self, room: str, name: str) -> Body:
        """The object that has gone. Raises KeyError when there is none."""
        return self._rooms[room].pop(name)

    def _complete(self, room: str, name: str, created: str, modified: str, body: Body) -> Body:
        told = {key: value for key, value in body.items() if key not in _PROVIDED}
        return {
            "id": name,
            "createdDateTime": created,
            "modificationDateTime": modified,
            "objectType": ROOMS[room].object_type,
            **told,
        }

    def _next_stamp(self) -> str:
        self._stamp_s = max(self._now_s(), self._stamp_s + _LEAST_STEP_S)
        return moment(self._stamp_s)


def _prefix(room: str) -> str:
    return ROOMS[room].object_type.lower()
