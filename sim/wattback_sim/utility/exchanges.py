"""What a client may do with the objects of a room: list, read, create, change, delete."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from werkzeug.datastructures import MultiDict

from wattback_sim.utility.access import Account
from wattback_sim.utility.lifespan import is_active
from wattback_sim.utility.objects import Body, Objects
from wattback_sim.utility.privacy import Eyes
from wattback_sim.utility.problems import ProblemError
from wattback_sim.utility.rooms import ROOMS

_LARGEST_PAGE = 50
_LONGEST_NAME = 128


class Exchange:
    """One request of one client about one room. now_s: seconds since 1970 UTC."""

    def __init__(
        self,
        objects: Objects,
        account: Account,
        room: str,
        query: MultiDict[str, str],
        now_s: float,
    ) -> None:
        self._objects = objects
        self._account = account
        self._room = room
        self._query = query
        self._now_s = now_s
        self._eyes = Eyes(objects, account, query.getlist("targets"))

    def listing(self) -> Iterable[Body]:
        """What the client sees and asks for, page by page. Raises ProblemError 400."""
        skip = self._whole("skip", 0, None)
        limit = self._whole("limit", _LARGEST_PAGE, _LARGEST_PAGE)
        seen = (self._eyes.see(self._room, one) for one in self._objects.all(self._room))
        kept = (one for one in seen if one is not None and self._is_asked_for(one))
        return list(islice(kept, skip, skip + limit))

    def read(self, name: str) -> Body:
        """One object. Raises ProblemError 404, also for what the client may not see."""
        one = self._eyes.see(self._room, self._objects.get(self._room, name))
        if one is None:
            raise ProblemError(404, f"there is no {self._what} {name!r} here for this client")
        return one

    def create(self, body: Body) -> Body:
        """A new object. Raises ProblemError 400, 403, 404 or 409."""
        self._demand_writer()
        told = self._owned(self._checked(body), None)
        self._demand_unique(told, None)
        return self._objects.create(self._room, told)

    def change(self, name: str, body: Body) -> Body:
        """What an object says from now on. Raises ProblemError 400, 403, 404 or 409."""
        self._demand_writer()
        before = self.read(name)
        told = self._owned(self._checked(body), before)
        self._demand_unique(told, name)
        return self._objects.replace(self._room, name, told)

    def delete(self, name: str) -> Body:
        """An object that is no more. Raises ProblemError 403 or 404."""
        self._demand_writer()
        self.read(name)
        return self._objects.delete(self._room, name)

    @property
    def _what(self) -> str:
        return ROOMS[self._room].object_type.lower()

    def _whole(self, name: str, default: int, largest: int | None) -> int:
        text = self._query.get(name, str(default))
        fits = text.isascii() and text.isdigit() and len(text) < 10
        if not fits or (largest is not None and int(text) > largest):
            most = f"0 to {largest}" if largest is not None else "0 or more"
            raise ProblemError(400, f"{name} is expected as a whole number, {most}, not {text!r}")
        return int(text)

    def _is_asked_for(self, one: Body) -> bool:
        filters = ROOMS[self._room].filters
        if any(n in self._query and self._value(one, n) != self._query[n] for n in filters):
            return False
        if self._room == "events" and "active" in self._query:
            asked = self._query["active"].lower() == "true"
            if is_active(one, self._now_s) != asked:
                return False
        return self._eyes.matches(one)

    def _value(self, one: Body, name: str) -> Any:
        if self._room == "reports" and name == "programID":  # a report names its event alone
            event = self._objects.get("events", one["eventID"])
            return event["programID"] if event else None
        return one.get(name)

    def _demand_writer(self) -> None:
        if self._account.role not in ROOMS[self._room].writers:
            raise ProblemError(
                403, f"a client of role {self._account.role!r} may not write a {self._what}"
            )

    def _checked(self, body: Body) -> Body:
        for name, kind in ROOMS[self._room].fields.items():
            value = body.get(name)
            fits = isinstance(value, kind)
            if not fits or (isinstance(value, str) and not 1 <= len(value) <= _LONGEST_NAME):
                expected = (
                    "a list" if kind is list else f"a text of 1 to {_LONGEST_NAME} characters"
                )
                raise ProblemError(400, f"a {self._what} needs {name}, which is {expected}")
        for name, room in ROOMS[self._room].parents.items():
            if not self._knows(room, body[name]):
                raise ProblemError(404, f"{name} names no object of this VTN: {body[name]!r}")
        return body

    def _knows(self, room: str, name: str) -> bool:
        if room == "events":  # a report outlives the event that was cancelled
            return self._objects.was_made(room, name)
        return self._eyes.see(room, self._objects.get(room, name)) is not None

    def _owned(self, body: Body, before: Body | None) -> Body:
        """With the client that it belongs to; targets of a VEN are not the VEN's to grant."""
        if not ROOMS[self._room].owned:
            return body
        if self._account.role == "ven":
            kept = {"targets": before["targets"]} if before and "targets" in before else {}
            told = {key: value for key, value in body.items() if key != "targets"}
            return {**told, **kept, "clientID": self._account.client_id}
        if self._room == "resources":
            ven = self._objects.get("vens", body["venID"]) or {}
            return {**body, "clientID": ven.get("clientID")}
        owner = body.get("clientID", before["clientID"] if before else None)
        if not isinstance(owner, str):
            raise ProblemError(400, "a ven that the utility makes needs clientID, which is a text")
        return {**body, "clientID": owner}

    def _demand_unique(self, body: Body, name: str | None) -> None:
        fields = ROOMS[self._room].unique
        values = [body.get(field) for field in fields]
        if not fields or None in values:
            return
        for one in self._objects.all(self._room):
            if one["id"] != name and [one.get(field) for field in fields] == values:
                raise ProblemError(
                    409, f"a {self._what} with this {' and '.join(fields)} exists: {one['id']}"
                )
