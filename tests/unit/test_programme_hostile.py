"""A utility that has been taken over, down to the connector: nothing moves, and the log says why.

The connector is ready and its owner takes part, so that an order would be followed: the last test
has the same utility tell the truth, and it is.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from tests.unit.controller_bench import AddressBench
from tests.unit.openadr_bench import event_json, interval_json
from wattback_sim.utility.stamps import moment
from wattback_sim.utility.vtn import Utility

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_LOOKS_S = 25  # time for two looks at the utility
_HOUR_S, _DAY_S = 3600, 86_400

# Of a request's path and the honest answer, what is answered instead.
Lie = Callable[[str, Response], Response]


class Liar:
    """Between a controller and its utility."""

    def __init__(self, utility: Utility) -> None:
        self.lie: Lie | None = None
        self._utility = utility

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
        path = Request(environ).path
        reply = Response.from_app(self._utility, environ)
        if self.lie is not None:
            reply = self.lie(path, reply)
        return reply(environ, start)


class Bench(AddressBench):
    """An address whose utility lies. A lie lasts until the next one, or none."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "garage")
        self.plug_in()
        self.honest = self.address.utility
        self.liar = Liar(self.honest)
        self.address.utility = cast("Utility", self.liar)  # for the way there alone
        self.address.new_controller()
        self.run(_LOOKS_S)

    def event(self, **changes: Any) -> dict[str, Any]:
        """An order to export 8 kW from now on; what is changed is what is wrong with it."""
        told = {
            "id": f"event-{len(self.told())}",
            "programID": self.address.programme_id,
            "createdDateTime": moment(self.now_s),
            "modificationDateTime": moment(self.now_s),
            "intervalPeriod": {"start": moment(self.now_s - 5), "duration": "PT1H"},
            "intervals": [interval_json("DISPATCH_SETPOINT", -8.0)],
        }
        return event_json(**{**told, **changes})

    def start(self, in_s: float) -> dict[str, str]:
        return {"start": moment(self.now_s + in_s), "duration": "PT1H"}

    def news(self, lie: Lie) -> str:
        """What the audit log says of a lie; then the utility is honest again."""
        before = len(self.told())
        self.liar.lie = lie
        self.run(_LOOKS_S)
        self.liar.lie = None
        news = "\n".join(self.told()[before:])
        self.run(_LOOKS_S)
        return news

    def demand_calm(self) -> None:
        """No order has reached the connector, ever: neither its log nor its meter know one."""
        said = [item.text for item in self.sites["garage"].story.events]
        assert [text for text in said if "has a target" in text] == []
        assert self.reading().target_owner == "none"
        assert self.reading().export_wh == 0
        assert self.parts() == []


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("hostile"))
    yield bench
    bench.close()


def listing(*events: object) -> Lie:
    """These are all the events that there are."""
    return lambda path, reply: (
        Response(json.dumps(events), mimetype="application/json") if path == "/events" else reply
    )


def setpoint(*values: object) -> dict[str, Any]:
    return {"intervals": [interval_json("DISPATCH_SETPOINT", *values)]}


def descriptor(**told: str) -> dict[str, Any]:
    return {"payloadDescriptors": [{"payloadType": "DISPATCH_SETPOINT", **told}]}


Changes = Callable[[Bench], dict[str, Any]]
EVENTS: dict[str, tuple[Changes, str]] = {
    "an absurd set-point": (lambda b: setpoint(-1000.0), "is beyond 100 kW: was a unit mixed up?"),
    "a set-point in W": (lambda b: setpoint(-8000.0), "is beyond 100 kW: was a unit mixed up?"),
    "a number beyond all": (lambda b: setpoint(-(10**400)), "the value of DISPATCH_SETPOINT"),
    "another unit": (lambda b: descriptor(units="MW"), "is 'MW', not KW or W"),
    "far ahead": (lambda b: {"intervalPeriod": b.start(8 * _DAY_S)}, "more than 7 days ahead"),
    "over already": (lambda b: {"intervalPeriod": b.start(-2 * _HOUR_S)}, "was over before"),
    "begun long ago": (
        lambda b: {"intervalPeriod": {**b.start(-7 * _HOUR_S), "duration": "PT20H"}},
        "began more than 6 h ago, unheard",
    ),
    "without an end": (
        lambda b: {"intervalPeriod": {**b.start(-5), "duration": "P9999Y"}},
        "has no end, which only limits and alerts may have",
    ),
    "for weeks": (
        lambda b: {"intervalPeriod": {**b.start(-5), "duration": "P3W"}},
        "lasts longer than 2 days",
    ),
    "changed tomorrow": (
        lambda b: {"modificationDateTime": moment(b.now_s + _DAY_S)},
        "was changed in the future",
    ),
    "made tomorrow": (
        lambda b: {"createdDateTime": moment(b.now_s + _DAY_S)},
        "was created in the future",
    ),
    "another programme's": (lambda b: {"programID": "program-9"}, "belongs to another programme"),
    "a text for a number": (lambda b: setpoint("-8"), "the value of DISPATCH_SETPOINT"),
    "true for a number": (lambda b: setpoint(True), "the value of DISPATCH_SETPOINT"),
    "a list for a number": (lambda b: setpoint([-8.0]), "the value of DISPATCH_SETPOINT"),
    "two values": (lambda b: setpoint(-8.0, -9.0), "was expected with one value, not 2"),
    "intervals of text": (lambda b: {"intervals": "now"}, "was expected as a list"),
    "no zone": (
        lambda b: {"intervalPeriod": {"start": "2026-02-10T18:00:00", "duration": "PT1H"}},
        "was expected with its time zone",
    ),
    "a name of control characters": (
        lambda b: {"id": "event\x1b[2J", **setpoint(-1000.0)},
        "is refused",
    ),
}


@pytest.mark.parametrize("case", EVENTS)
def test_an_order_that_cannot_be_meant_moves_nothing(bench: Bench, case: str) -> None:
    changes, reason = EVENTS[case]
    news = bench.news(listing(bench.event(**changes(bench))))
    assert reason in news
    assert "controller" in {who for _, who, _ in bench.store.audit_lines(3)}
    assert "\x1b" not in news
    bench.demand_calm()


def test_many_absurd_orders_are_each_named_once(bench: Bench) -> None:
    orders = [bench.event(id=f"flood-{n}", **setpoint(-1000.0)) for n in range(45)]
    news = bench.news(listing(*orders))
    assert news.count("is refused") == len(orders)
    bench.demand_calm()


def body(data: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Lie:
    """The list of events is answered with these bytes."""
    return lambda path, reply: (
        Response(data, status, headers, mimetype="application/json")
        if path == "/events"
        else reply
    )


def token(data: bytes, status: int = 200) -> Lie:
    """Whoever asks for a token gets this, and whoever has one is not believed."""

    def lie(path: str, reply: Response) -> Response:
        if path == "/auth/token":
            return Response(data, status, mimetype="application/json")
        return Response(b"{}", 401, mimetype="application/json")

    return lie


ANSWERS: dict[str, tuple[Lie, str]] = {
    "huge": (body(b'["' + b"x" * (2 << 20) + b'"]'), "answered with more than 1 MiB"),
    "deep": (body(b"[" * 100_000 + b"]" * 100_000), "GET /events was"),
    "a page for people": (body(b"<html>welcome</html>"), "to be answered with JSON"),
    "no number": (body(b'[{"id": NaN}]'), "to be answered with JSON"),
    "no list": (body(b'{"events": []}'), "to be answered with a list"),
    "compressed": (
        body(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}),
        "in a compressed form",
    ),
    "a redirect": (body(b"", 302, {"Location": "http://evil.example/"}), "which is not followed"),
    "without an end": (listing(*[{"id": f"e-{n}"} for n in range(50)]), "more than 1000 objects"),
    "no token": (token(b'{"error": "invalid_client"}', 401), "gives 'oak-lane' no token"),
    "a token of two lines": (
        token(b'{"access_token": "a\\r\\nX: y", "token_type": "Bearer"}'),
        "to be answered with a bearer token",
    ),
    "a token that counts for nothing": (
        token(b'{"access_token": "abc", "token_type": "Bearer"}'),
        "status 401",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_that_is_none_moves_nothing(bench: Bench, case: str) -> None:
    lie, reason = ANSWERS[case]
    news = bench.news(lie)
    assert "the utility cannot be asked: " in news
    assert reason in news
    assert bench.told()[-1] == "the utility answers again"
    assert "s3cret" not in news and "simulated utility" not in news
    bench.demand_calm()


def test_an_order_that_was_withdrawn_does_not_come_back(bench: Bench) -> None:
    name = bench.honest.create_event(
        bench.address.programme_id, bench.now_s + 60, _HOUR_S, {"DISPATCH_SETPOINT": [-8.0]}
    )
    old: list[bytes] = []

    def keep(path: str, reply: Response) -> Response:
        if path == "/events":
            old.append(reply.get_data())
        return reply

    bench.news(keep)
    bench.honest.cancel_event(name)
    bench.run(_LOOKS_S)
    assert bench.told()[-1] == f"cancels event {name}"
    bench.run(_LOOKS_S)  # its time has come
    news = bench.news(body(old[-1]))
    assert f"event {name} is refused: it was cancelled and is back" in news
    bench.demand_calm()


def test_a_clock_that_lies_starts_nothing(bench: Bench) -> None:
    start_s = bench.now_s + _DAY_S
    name = bench.honest.create_event(
        bench.address.programme_id, start_s, _HOUR_S, {"DISPATCH_SETPOINT": [-8.0]}
    )

    def ahead(path: str, reply: Response) -> Response:
        reply.headers["Date"] = http_date(start_s + 60)
        return reply

    news = bench.news(ahead)
    assert f"announces event {name}" in news
    assert "the utility's clock and this one differ: ours counts" in news
    bench.honest.cancel_event(name)
    bench.run(_LOOKS_S)
    bench.demand_calm()


def test_what_it_is_told_in_truth_it_does(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.liar.lie = listing(bench.event())
    bench.run(90)
    assert bench.reading().target_owner == "programme"
    assert bench.reading().target_w == 8000
    said = [item.text for item in bench.sites["garage"].story.events]
    assert "has a target of the programme: discharging 8.0 kW" in said
    assert [part.connector for part in bench.parts()] == ["garage"]
    with pytest.raises(AssertionError):
        bench.demand_calm()
    bench.close()
