"""The utility as the world has it: it makes programmes and events, reads reports, and can be down.

It is a WSGI application too, in process or behind `served`. While it is down, a request ends as a
connection that is refused: the application raises ConnectionRefusedError, which a client in
process meets as such, and on which a served one closes the connection without an answer.
"""

import errno
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.utility.access import Access, Account
from wattback_sim.utility.app import App
from wattback_sim.utility.objects import Body, Objects
from wattback_sim.utility.stamps import duration, moment

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# What one interval asks for: values by payload type, such as {"DISPATCH_SETPOINT": [-8.0]}.
Payloads = Mapping[str, Sequence[float | str]]


class Utility:
    """now_s: seconds since 1970 UTC. accounts: who may talk to it. down: it answers nobody."""

    def __init__(
        self,
        now_s: Callable[[], float],
        accounts: Iterable[Account],
        token_life_s: int = 3600,
    ) -> None:
        self.down = False
        self._objects = Objects(now_s)
        self._app = App(self._objects, Access(now_s, accounts, token_life_s), now_s)
        self._lock = Lock()  # a server answers in several threads

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """The WSGI application."""
        if self.down:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "the utility is down")
        with self._lock:
            reply = self._app.answer(environ)
        return reply(environ, start)

    def create_program(self, name: str, units: Mapping[str, str] | None = None) -> str:
        """The id of a new programme. units: by payload type, for all of its events."""
        told = {"programName": name, "payloadDescriptors": _descriptors(units or {})}
        with self._lock:
            return str(self._objects.create("programs", told)["id"])

    def create_event(
        self,
        program: str,
        start_s: float,
        duration_s: int,
        *intervals: Payloads,
        name: str = "",
        priority: int | None = None,
        randomize_s: int = 0,
        units: Mapping[str, str] | None = None,
        targets: Sequence[str] = (),
    ) -> str:
        """The id of a new event of a programme.

        start_s: seconds since 1970 UTC. Each of the intervals lasts duration_s, one after another.
        priority: 0 is the highest. randomize_s: by how much the start may be put off. units: by
        payload type, where they differ from the programme's. targets: whom it is for; none, all.
        Raises BadInputError when there is no such programme.
        """
        told: Body = {
            "programID": program,
            "eventName": name or None,
            "priority": priority,
            "payloadDescriptors": _descriptors(units or {}),
            "intervalPeriod": _period(start_s, duration_s, randomize_s),
            "intervals": _intervals(intervals),
            "targets": list(targets),
        }
        with self._lock:
            self._demand("programs", program)
            kept = {key: value for key, value in told.items() if value not in (None, [])}
            return str(self._objects.create("events", kept)["id"])

    def change_event(
        self,
        event: str,
        *intervals: Payloads,
        start_s: float | None = None,
        duration_s: int | None = None,
    ) -> None:
        """Let an event say something else; what is not given stays. Raises BadInputError."""
        with self._lock:
            told = dict(self._demand("events", event))
            period = dict(told["intervalPeriod"])
            if start_s is not None:
                period["start"] = moment(start_s)
            if duration_s is not None:
                period["duration"] = duration(duration_s)
            told["intervalPeriod"] = period
            if intervals:
                told["intervals"] = _intervals(intervals)
            self._objects.replace("events", event, told)

    def cancel_event(self, event: str) -> None:
        """Withdraw an event: it is not listed any more. Raises BadInputError."""
        with self._lock:
            self._demand("events", event)
            self._objects.delete("events", event)

    def reports(self) -> list[dict[str, Any]]:
        """Every report that was delivered, the oldest first."""
        with self._lock:
            return [dict(report) for report in self._objects.all("reports")]

    def _demand(self, room: str, name: str) -> Body:
        found = self._objects.get(room, name)
        if found is None:
            ids = [one["id"] for one in self._objects.all(room)]
            raise BadInputError(
                f"the utility has no {name!r} in its {room}{suggestion(name, ids)}"
            )
        return found


def _descriptors(units: Mapping[str, str]) -> list[Body]:
    return [
        {"objectType": "EVENT_PAYLOAD_DESCRIPTOR", "payloadType": kind, "units": unit}
        for kind, unit in units.items()
    ]


def _period(start_s: float, duration_s: int, randomize_s: int) -> Body:
    period = {"start": moment(start_s), "duration": duration(duration_s)}
    return {**period, "randomizeStart": duration(randomize_s)} if randomize_s else period


def _intervals(intervals: Sequence[Payloads]) -> list[Body]:
    return [
        {
            "id": number,
            "payloads": [{"type": kind, "values": list(v)} for kind, v in payloads.items()],
        }
        for number, payloads in enumerate(intervals)
    ]
