"""A utility in memory, a controller's side that talks to it, and events as JSON to mistreat."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import httpx

from wattback_controller.openadr.client import Access, Client, in_process
from wattback_controller.openadr.events import Copy, Refusal, Terms, read_event
from wattback_controller.openadr.plausibility import Limits, Seen
from wattback_controller.openadr.programme import Enrolment, Programme
from wattback_controller.records import Event
from wattback_sim.utility.access import Account
from wattback_sim.utility.vtn import Utility

NOW_S = 1_770_768_000  # 2026-02-11T00:00:00Z
HOUR_S = 3600
NAME = "evening-export"
VEN = Account("oak-lane", "s3cret", "ven")
OTHER_VEN = Account("elm-street", "t3cret", "ven")
BUSINESS = Account("utility", "b3cret", "bl")
TERMS = Terms(NAME, "program-1", export_positive=True, currency="USD")
ENROLMENT = Enrolment(NAME, "oak-lane", ("garage", "drive"), export_positive=True, currency="USD")

EXPORT = {"DISPATCH_SETPOINT": [8.0]}
TOKEN = {"access_token": "abc.DEF-1", "token_type": "Bearer", "expires_in": 100}

Handler = Callable[[httpx.Request], httpx.Response]


class Clock:
    """Seconds since 1970 UTC, which a test moves."""

    def __init__(self, now_s: float = NOW_S) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


class Vtn:
    """Answers that a test chooses; it gives a token to everybody. asked: what it was asked."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.token: object = TOKEN  # or a text, which is sent as it is

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.path.endswith("/auth/token"):
            told = self.token if isinstance(self.token, str) else json.dumps(self.token)
            return httpx.Response(200, text=told)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked]


def answered(*answers: httpx.Response) -> tuple[Vtn, Client, Clock]:
    vtn, clock = Vtn(*answers), Clock()
    return vtn, client_of(vtn, clock), clock


def utility_at(clock: Clock, token_life_s: int = 3600) -> Utility:
    return Utility(clock, (VEN, OTHER_VEN, BUSINESS), token_life_s)


def client_of(
    way: Utility | Handler,
    clock: Clock,
    account: Account = VEN,
    url: str = "http://localhost",
) -> Client:
    """A client of a utility in process, or of a function that answers each request."""
    transport = in_process(way) if isinstance(way, Utility) else httpx.MockTransport(way)
    return Client(Access(url, account.client_id, account.secret), clock, transport)


def programme_of(
    way: Utility | Handler, clock: Clock, limits: Limits | None = None, seen: Iterable[Seen] = ()
) -> Programme:
    return Programme(client_of(way, clock), ENROLMENT, limits, seen)


class VtnBench:
    """A VTN with a programme and an event, and a hand of each of its clients."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.utility: Utility = utility_at(self.clock)
        self.http = httpx.Client(transport=in_process(self.utility), base_url="http://localhost")
        self.program = self.utility.create_program("evening-export", {"DISPATCH_SETPOINT": "KW"})
        self.event = self.utility.create_event(self.program, NOW_S, 900, EXPORT)
        self._tokens = {a.client_id: self.token(a) for a in (VEN, OTHER_VEN, BUSINESS)}

    def token(self, account: Account) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": account.client_id,
            "client_secret": account.secret,
        }
        return str(self.http.post("/auth/token", data=form).json()["access_token"])

    def ask(self, who: Account, method: str, path: str, body: object = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._tokens[who.client_id]}"}
        return self.http.request(method, path, json=body, headers=headers)

    def listed(self, who: Account, path: str) -> list[Any]:
        reply = self.ask(who, "GET", path)
        assert reply.status_code == 200, reply.text
        told = reply.json()
        assert isinstance(told, list)
        return told


def ids(objects: list[Any]) -> list[str]:
    return [one["id"] for one in objects]


def demand_problem(reply: httpx.Response, status: int) -> None:
    assert reply.status_code == status, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    problem = reply.json()
    assert problem["status"] == status
    assert problem["title"] and problem["detail"]


def report_json(event: str, **changes: object) -> dict[str, object]:
    return {"eventID": event, "clientName": "oak-lane", "resources": [], **changes}


def event_json(**changes: Any) -> dict[str, Any]:
    """An event for 8 kW of export from 18:15 to 18:30; what is None is left out."""
    told = {
        "id": "event-1",
        "createdDateTime": "2026-02-10T23:00:00.000Z",
        "modificationDateTime": "2026-02-10T23:30:00.000Z",
        "objectType": "EVENT",
        "programID": "program-1",
        "eventName": "evening",
        "priority": 1,
        "intervalPeriod": {"start": "2026-02-11T00:15:00Z", "duration": "PT15M"},
        "intervals": [interval_json()],
        **changes,
    }
    return {key: value for key, value in told.items() if value is not None}


def interval_json(
    kind: str = "DISPATCH_SETPOINT", *values: object, **more: object
) -> dict[str, Any]:
    return {"id": 0, "payloads": [{"type": kind, "values": list(values or (8.0,))}], **more}


def answer_to(raw: object, terms: Terms = TERMS) -> Copy | Refusal:
    return read_event(raw, terms, Limits().most_segments)


def event_of(raw: object, terms: Terms = TERMS) -> Event:
    answer = answer_to(raw, terms)
    assert isinstance(answer, Copy), answer
    assert answer.event is not None
    return answer.event


def reason_of(raw: object, terms: Terms = TERMS) -> str:
    answer = answer_to(raw, terms)
    assert isinstance(answer, Refusal), answer
    return answer.reason
