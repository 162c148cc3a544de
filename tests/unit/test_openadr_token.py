"""Tokens: asked for when needed, replaced when aged or withdrawn, and read with suspicion."""

import json
from urllib.parse import parse_qs

import httpx
import pytest

from tests.unit.openadr_bench import TOKEN, VEN, Clock, answered, utility_at
from wattback_controller.openadr.client import Access, Client, in_process
from wattback_controller.openadr.errors import ProtocolError, UnauthorisedError


def test_a_token_is_asked_for_once_and_again_when_it_has_aged() -> None:
    vtn, client, clock = answered(httpx.Response(200, json=[]))
    client.get("/programs")
    client.get("/programs")
    clock.now_s += 89
    client.get("/programs")
    assert vtn.paths == ["/auth/token", "/programs", "/programs", "/programs"]
    clock.now_s += 2
    client.get("/programs")
    clock.now_s -= 3600  # somebody has set the clock back
    client.get("/programs")
    assert vtn.paths[4:] == ["/auth/token", "/programs", "/auth/token", "/programs"]
    assert vtn.asked[1].headers["Authorization"] == "Bearer abc.DEF-1"
    assert parse_qs(vtn.asked[0].content.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": [VEN.client_id],
        "client_secret": [VEN.secret],
    }


def test_a_token_that_was_withdrawn_is_replaced_once() -> None:
    vtn, client, _ = answered(httpx.Response(401), httpx.Response(200, json=[1]))
    assert client.get("/programs") == [1]
    assert vtn.paths == ["/auth/token", "/programs"] * 2
    vtn.answers = [httpx.Response(401, json={"title": "Unauthorized"})]
    with pytest.raises(UnauthorisedError, match="status 401, 'Unauthorized'"):
        client.get("/programs")


@pytest.mark.parametrize(
    "told",
    [
        [],
        '"abc"',
        {},
        TOKEN | {"access_token": None},
        TOKEN | {"access_token": ""},
        TOKEN | {"access_token": "a\r\nHost: evil"},
        TOKEN | {"access_token": "a" * 9000},
        TOKEN | {"token_type": "mac"},
        TOKEN | {"token_type": []},
    ],
)
def test_what_is_no_bearer_token_is_refused(told: object) -> None:
    vtn, client, _ = answered(httpx.Response(200, json=[]))
    vtn.token = told
    with pytest.raises(ProtocolError, match="a bearer token"):
        client.get("/programs")


@pytest.mark.parametrize("life", ["null", "0", "-5", "true", '"soon"', "1e999"])
def test_a_strange_lifetime_of_a_token_ends_within_a_day(life: str) -> None:
    vtn, client, clock = answered(httpx.Response(200, json=[]))
    vtn.token = json.dumps(TOKEN).replace("100", life)
    client.get("/programs")
    client.get("/programs")
    clock.now_s += 86_400
    client.get("/programs")
    assert vtn.paths.count("/auth/token") == 2


def test_wrong_credentials_say_whose_and_not_which() -> None:
    utility, clock = utility_at(Clock()), Clock()
    client = Client(Access("http://localhost", "oak-lane", "wr0ng"), clock, in_process(utility))
    with pytest.raises(UnauthorisedError, match="'oak-lane' no token") as caught:
        client.get("/programs")
    assert "wr0ng" not in str(caught.value)
