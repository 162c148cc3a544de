"""The utility's VTN: who may do what, and what each mistake is answered with."""

import pytest

from tests.unit.openadr_bench import BUSINESS, HOUR_S, VEN, VtnBench, demand_problem, report_json
from wattback_sim.utility.access import Account


@pytest.fixture
def bench() -> VtnBench:
    return VtnBench()


# --- who may do what ---


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        (
            {"grant_type": "password", "client_id": "oak-lane", "client_secret": "s3cret"},
            400,
            "unsup",
        ),
        ({"grant_type": "client_credentials", "client_id": "oak-lane"}, 400, "invalid_request"),
        (
            {"grant_type": "client_credentials", "client_id": "oak-lane", "client_secret": "x"},
            401,
            "invalid_client",
        ),
        (
            {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": ""},
            401,
            "invalid_client",
        ),
    ],
)
def test_a_token_is_refused_as_oauth_says(
    bench: VtnBench, form: dict[str, str], status: int, error: str
) -> None:
    reply = bench.http.post("/auth/token", data=form)
    assert reply.status_code == status
    assert str(reply.json()["error"]).startswith(error)


def test_the_token_endpoint_is_told(bench: VtnBench) -> None:
    assert bench.http.get("/auth/server").json() == {"tokenURL": "http://localhost/auth/token"}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic b2FrLWxhbmU6czNjcmV0"])
def test_without_a_token_nothing_is_told(bench: VtnBench, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    demand_problem(bench.http.get("/events", headers=headers), 401)


def test_a_token_expires(bench: VtnBench) -> None:
    bench.clock.now_s += HOUR_S - 1
    assert bench.ask(VEN, "GET", "/events").status_code == 200
    bench.clock.now_s += 1
    demand_problem(bench.ask(VEN, "GET", "/events"), 401)


@pytest.mark.parametrize(
    ("who", "method", "path", "body"),
    [
        (VEN, "POST", "/programs", {"programName": "mine"}),
        (VEN, "DELETE", "/programs/program-1", None),
        (VEN, "POST", "/events", {"programID": "program-1", "intervals": []}),
        (VEN, "PUT", "/events/event-1", {"programID": "program-1", "intervals": []}),
        (VEN, "DELETE", "/events/event-1", None),
        (BUSINESS, "POST", "/reports", report_json("event-1")),
    ],
)
def test_each_role_writes_only_what_is_its_own(
    bench: VtnBench, who: Account, method: str, path: str, body: object
) -> None:
    demand_problem(bench.ask(who, method, path, body), 403)
    assert len(bench.listed(BUSINESS, "/events")) == 1


@pytest.mark.parametrize(
    ("who", "method", "path", "body", "status"),
    [
        (VEN, "GET", "/events/event-2", None, 404),
        (VEN, "GET", "/nothing", None, 404),
        (VEN, "PATCH", "/events", None, 405),
        (VEN, "GET", "/events?limit=51", None, 400),
        (VEN, "GET", "/events?skip=-1", None, 400),
        (VEN, "GET", "/events?skip=x", None, 400),
        (VEN, "GET", "/subscriptions", None, 501),
        (VEN, "GET", "/notifiers/mqtt/topics/events", None, 501),
        (VEN, "POST", "/vens", {}, 400),
        (VEN, "POST", "/vens", {"venName": ""}, 400),
        (VEN, "POST", "/vens", {"venName": "v" * 129}, 400),
        (VEN, "POST", "/vens", [1], 400),
        (VEN, "POST", "/resources", {"resourceName": "garage", "venID": "ven-9"}, 404),
        (VEN, "POST", "/reports", report_json("event-2"), 404),
        (VEN, "POST", "/reports", report_json("event-1", resources="x"), 400),
        (BUSINESS, "POST", "/vens", {"venName": "elm-street"}, 400),
        (BUSINESS, "POST", "/programs", {"programName": "evening-export"}, 409),
        (BUSINESS, "POST", "/events", {"programID": "program-2", "intervals": []}, 404),
        (BUSINESS, "DELETE", "/events/event-2", None, 404),
    ],
)
def test_each_mistake_is_answered_with_its_problem(
    bench: VtnBench, who: Account, method: str, path: str, body: object, status: int
) -> None:
    demand_problem(bench.ask(who, method, path, body), status)


def test_a_body_that_is_no_json_or_too_large_is_refused(bench: VtnBench) -> None:
    headers = {"Authorization": f"Bearer {bench.token(VEN)}"}
    for body, status in ((b"{", 400), (b"[" * 100_000, 400), (b" " * ((1 << 20) + 1), 413)):
        reply = bench.http.post("/vens", content=body, headers=headers)
        demand_problem(reply, status)
