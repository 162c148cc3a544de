"""The network side: what is sent, what is believed, and what each bad answer becomes."""

import json
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest

from tests.unit.openadr_bench import NOW_S, VEN, Clock, Vtn, answered, client_of
from tests.unit.source_tree import ROOT, files, imports_of, under
from wattback_controller.openadr.client import Access, Client
from wattback_controller.openadr.errors import (
    ConflictError,
    NotFoundError,
    NotReachableError,
    ProgrammeError,
    ProtocolError,
    UnauthorisedError,
)
from wattback_sim.errors import BadInputError

# --- address ---


@pytest.mark.parametrize(
    "url",
    [
        "https://vtn.example/openadr3/",
        "https://192.0.2.7:8443",
        "http://localhost:8080",
        "http://127.0.0.1:8080/3.1.0",
        "http://[::1]:8080",
    ],
)
def test_https_anywhere_and_http_on_this_machine_are_accepted(url: str) -> None:
    Client(Access(url, "a", "b"), Clock()).close()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://vtn.example", "is not encrypted"),
        ("http://localhost.example", "is not encrypted"),
        ("http://10.0.0.1", "is not encrypted"),
        ("ftp://localhost", "expected as https://host/path"),
        ("vtn.example", "expected as https://host/path"),
        ("https://", "expected as https://host/path"),
        ("https://[::1", "expected as https://host/path"),
        ("https://host:port", "expected as https://host/path"),
        ("https://xn--a/", "expected as https://host/path"),
        ("https://vtn example.org/x", "expected as https://host/path"),
        ("https://vtn.example.org/\ud800", "expected as https://host/path"),
        ("https://vtn.example.org/\n", "expected as https://host/path"),
        ("https://me:s3cret@vtn.example", "without user"),
        ("https://vtn.example/?a=b", "without user, query"),
    ],
)
def test_other_addresses_are_refused_without_repeating_a_secret(url: str, reason: str) -> None:
    with pytest.raises(BadInputError, match=reason) as caught:
        Client(Access(url, "a", "b"), Clock())
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("targets", [("\ud800",), ("x" * 1000,) * 70])
def test_a_question_that_cannot_be_sent_is_an_error_of_the_programme(
    targets: tuple[str, ...],
) -> None:
    vtn, client, _ = answered(httpx.Response(200, json=[]))
    with pytest.raises(ProtocolError, match="GET /events cannot be asked with what"):
        client.get("/events", targets=targets)
    with pytest.raises(ProtocolError, match="POST /reports cannot be asked"):
        client.post("/reports", {"name": "\ud800"})
    assert "/events" not in vtn.paths


def test_a_file_of_authorities_that_is_none_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "ca.pem"
    with pytest.raises(BadInputError, match="authorities in PEM"):
        Client(Access("https://vtn.example", "a", "b", wrong), Clock())
    wrong.write_text("no certificate")
    with pytest.raises(BadInputError, match="authorities in PEM"):
        Client(Access("https://vtn.example", "a", "b", wrong), Clock())


def test_a_secret_is_in_no_representation() -> None:
    assert VEN.secret not in repr(Access("https://vtn.example", "a", VEN.secret)) + repr(VEN)


# --- answers ---


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ProtocolError),
        (403, UnauthorisedError),
        (404, NotFoundError),
        (409, ConflictError),
        (418, ProtocolError),
        (429, NotReachableError),
        (500, NotReachableError),
        (503, NotReachableError),
    ],
)
def test_each_status_becomes_its_error_with_what_the_problem_says(
    status: int, error: type[ProgrammeError]
) -> None:
    problem = {"title": "Bad\x1b[2J luck", "detail": "try " + "x" * 1000}
    _, client, _ = answered(httpx.Response(status, json=problem))
    with pytest.raises(error, match=rf"status {status}, 'Bad \[2J luck', 'try x+'") as caught:
        client.get("/events")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "where", ["http://vtn.example/", "https://evil.example/", "/elsewhere", "http://[", "\x00:"]
)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(status: int, where: str) -> None:
    vtn, client, _ = answered(httpx.Response(status, headers={"Location": where}))
    with pytest.raises(ProtocolError):
        client.get("/events")
    assert vtn.paths == ["/auth/token", "/events"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[1, 2",
        b"[NaN]",
        b"[-Infinity]",
        b"\xff\xfe\x00",
        b'{"a": ' * 40 + b"1" + b"}" * 40,
        b"[" * 100_000,
        b"[" + b"9" * 5000 + b"]",
    ],
)
def test_what_is_no_json_of_openadr_is_refused(body: bytes) -> None:
    _, client, _ = answered(httpx.Response(200, content=body))
    with pytest.raises(ProtocolError, match="GET /events was"):
        client.get("/events")


def test_an_answer_ends_at_1_mib_while_it_still_comes() -> None:
    sent = 0

    def flood() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            yield b" " * 65_536

    _, client, _ = answered(httpx.Response(200, content=flood()))
    with pytest.raises(ProtocolError, match="more than 1 MiB"):
        client.get("/events")
    assert sent <= 2 << 20


def test_an_answer_that_drips_ends_after_half_a_minute() -> None:
    clock = Clock()

    def drip() -> Iterator[bytes]:
        while True:
            clock.now_s += 5
            yield b" "

    client = client_of(Vtn(httpx.Response(200, content=drip())), clock)
    with pytest.raises(NotReachableError, match="in full within 30 s"):
        client.get("/events")


def test_a_compressed_answer_that_nobody_asked_for_is_not_unpacked() -> None:
    vtn, client, _ = answered(
        httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"x"))
    )
    with pytest.raises(ProtocolError, match="compressed"):
        client.get("/events")
    assert vtn.asked[1].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("raised", "error", "reason"),
    [
        (httpx.ConnectError("refused"), NotReachableError, "could not be reached"),
        (httpx.ReadTimeout("slow"), NotReachableError, "has not within 10 s"),
        (httpx.RemoteProtocolError("garbage"), ProtocolError, "answered in HTTP"),
        (ConnectionRefusedError("down"), NotReachableError, "could not be reached"),
    ],
)
def test_a_connection_that_fails_is_one_of_our_errors(
    raised: Exception, error: type[ProgrammeError], reason: str
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise raised

    with pytest.raises(error, match=reason):
        client_of(fail, Clock()).get("/events")


# --- lists ---


def test_a_list_is_read_page_by_page() -> None:
    pages = [list(range(50)), list(range(50, 100)), [100]]
    vtn, client, _ = answered(*(httpx.Response(200, json=page) for page in pages))
    assert client.get_all("/events", 1000, programID="p") == list(range(101))
    assert [str(request.url.params) for request in vtn.asked[1:]] == [
        f"programID=p&skip={skip}&limit=50" for skip in (0, 50, 100)
    ]


def test_a_list_without_end_is_refused() -> None:
    _, client, _ = answered(httpx.Response(200, json=[0] * 50))
    with pytest.raises(ProtocolError, match="more than 120 objects"):
        client.get_all("/events", 120)


@pytest.mark.parametrize("told", [{}, "x", None, 7])
def test_a_list_that_is_none_is_refused(told: object) -> None:
    _, client, _ = answered(httpx.Response(200, content=json.dumps(told)))
    with pytest.raises(ProtocolError, match="answered with a list"):
        client.get_all("/events", 10)


# --- the utility's clock ---


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (formatdate(NOW_S + 7, usegmt=True), NOW_S + 7),
        ("yesterday", None),
        ("", None),
        ("Tue, 99 Feb 2026 00:00:00 GMT", None),
        ("Tue, 10 Feb 99999999999 00:00:00 GMT", None),
    ],
)
def test_the_utilitys_clock_is_told_or_unknown(date: str, expected: int | None) -> None:
    _, client, _ = answered(httpx.Response(200, json=[], headers={"Date": date}))
    assert client.date_s is None
    client.get("/events")
    assert client.date_s == expected


def test_one_file_of_what_ships_knows_httpx() -> None:
    shipped = [path for room in ("sim", "hil", "tools") for path in files(ROOT / room, ".py")]
    knowing = [path for path in shipped if any(under(n, "httpx") for n in imports_of(path))]
    assert [path.name for path in knowing] == ["client.py"]
