"""Whom the owner's page refuses, and what becomes of what others write."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.unit.owner_page_bench import HOSTILE, NOW_S, READING, Bench
from tests.unit.owner_page_reader import PageReader
from wattback_controller.choices import DEFAULT_CHOICES
from wattback_controller.connector_link import Silence
from wattback_controller.owner_page.app import LARGEST_BODY
from wattback_controller.owner_page.serve import serve_page
from wattback_controller.records import Event, Segment
from wattback_sim.errors import PortTakenError
from wattback_sim.utility.listening import Listening


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.store.close()


# --- whom it refuses ---


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]:80", "127.8.8.8", "LOCALHOST"])
def test_it_is_served_under_this_machines_names(bench: Bench, host: str) -> None:
    assert bench.browser.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/ask", "/favicon.ico"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "oak-lane.local",
        "localhost:8080",
        "localhost.evil.example",
        "me@localhost",
        "localhost:80:80",
        "8.8.8.8",
        "",
        HOSTILE.split("\u202e", 1)[0],
    ],
)
def test_another_name_is_refused_whatever_is_asked(bench: Bench, path: str, host: str) -> None:
    answer = bench.browser.get(path, headers={"Host": host})
    assert answer.status_code == 421
    told = PageReader(answer.text).text
    assert f"not served under the name {host!r}: open it on its own machine" in told
    assert "add that name" not in told  # there is nowhere to add it


@pytest.mark.parametrize("path", ["/ask", "/stay-out", "/choose"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:8080"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_is_refused_even_with_the_token(
    bench: Bench, path: str, headers: dict[str, str]
) -> None:
    form = bench.forms("/ask")[0]
    answer = bench.browser.post(path, data=form.fields | {"request": "enrol"}, headers=headers)
    assert answer.status_code == 403
    assert "The form was not sent by this page" in PageReader(answer.text).text
    assert bench.store.choices("garage") == DEFAULT_CHOICES


@pytest.mark.parametrize("token", ["", "wrong", "ü\ufffd", "x" * 43])
def test_a_form_without_this_processs_token_is_refused(bench: Bench, token: str) -> None:
    form = bench.forms("/ask")[0]
    assert len(form.fields["token"]) == 43
    assert bench.send(form, request="enrol", token=token).status_code == 403
    assert bench.store.choices("garage") == DEFAULT_CHOICES


def test_two_processes_draw_different_tokens(bench: Bench, tmp_path: Path) -> None:
    form = bench.forms("/ask")[0]
    restarted = Bench(tmp_path)
    assert restarted.send(form, request="enrol").status_code == 403
    restarted.store.close()


def test_a_body_that_is_too_large_is_refused(bench: Bench) -> None:
    form = bench.forms("/ask")[0]
    answer = bench.send(form, request="e" * LARGEST_BODY)
    assert answer.status_code == 413
    assert f"more than {LARGEST_BODY} bytes" in PageReader(answer.text).text


@pytest.mark.parametrize("path", ["/x", "/ask/", "//ask/x", "/../etc/passwd", "/%00"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_paths_are_not_found(bench: Bench, path: str, method: str) -> None:
    answer = bench.browser.open(path, method=method)
    assert answer.status_code == 404
    PageReader(answer.text)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/", "GET, HEAD"),
        ("DELETE", "/", "GET, HEAD"),
        ("OPTIONS", "/", "GET, HEAD"),
        ("GET", "/ask", "POST"),
        ("PUT", "/choose", "POST"),
    ],
)
def test_other_methods_are_not_allowed(bench: Bench, method: str, path: str, allowed: str) -> None:
    answer = bench.browser.open(path, method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


def test_every_answer_carries_the_headers_that_keep_a_browser_safe(bench: Bench) -> None:
    form = bench.forms("/ask")[0]
    answers = [
        bench.browser.get("/"),
        bench.browser.head("/"),
        bench.send(form, request="enrol"),
        bench.send(form, request="nothing"),
        bench.send(form, token=""),
        bench.browser.get("/x"),
        bench.browser.get("/", headers={"Host": "evil.example"}),
    ]
    assert [a.status_code for a in answers] == [200, 200, 303, 400, 403, 404, 421]
    for answer in answers:
        assert answer.headers["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"


# --- what others have written ---


def test_nothing_that_others_write_becomes_a_tag(bench: Bench) -> None:
    harmless = HOSTILE.replace("\ud800", "")  # what SQLite would not keep
    segment = Segment("ALERT_GRID_EMERGENCY", NOW_S, NOW_S + 60, 1, HOSTILE)
    bench.store.put_event(Event(harmless, "p", HOSTILE, 0, NOW_S, NOW_S, 0, (segment,)))
    bench.store.audit(NOW_S, harmless, harmless)
    bench.answers["garage"] = Silence(NOW_S, HOSTILE)
    bench.answers["drive's <b>end</b>"] = replace(
        READING,
        session_state=HOSTILE,
        power_w=0,
        waits=frozenset({HOSTILE}),
    )
    seen = bench.look()
    assert seen.text.count("<script>alert('x')</script>\"&\u202e") >= 9
    assert not {"script", "b"} & {tag for tag, _ in seen.tags}


def test_the_page_asks_nothing_of_the_network(bench: Bench) -> None:
    bench.announce("evening", 600)
    page = bench.browser.get("/").text
    assert "http:" not in page and "https:" not in page and "url(http" not in page
    seen = PageReader(page)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in seen.tags}
    for _, attributes in seen.tags:
        assert "src" not in attributes
        assert attributes.get("href", "/") == "/"
    ids = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert seen.title == "Oak Lane"


def test_records_that_cannot_be_read_are_told(bench: Bench) -> None:
    bench.store.close()
    for path in bench.site.folder.iterdir():
        path.write_bytes(b"no records at all" * 100)
    answer = bench.browser.get("/")
    assert answer.status_code == 503
    assert "is not a site's records" in PageReader(answer.text).text


# --- on a port ---


@pytest.fixture
def served(bench: Bench) -> Iterator[Listening]:
    served = serve_page(bench.page, 0)
    served.start()
    yield served
    served.stop()


def test_a_served_page_is_looked_at_and_asked_over_tcp(bench: Bench, served: Listening) -> None:
    assert served.address.startswith("http://127.0.0.1:")
    with httpx.Client(base_url=served.address, trust_env=False) as browser:
        form = next(f for f in PageReader(browser.get("/").text).forms if f.action == "/ask")
        fields = form.fields | {"request": "enrol"}
        headers = {"Origin": served.address}
        assert browser.post("/ask", data=fields, headers=headers).status_code == 303
        assert bench.store.choices("garage").enrolled
        assert browser.post("/ask", data=fields).status_code == 403
        assert browser.get("/", headers={"Host": "127.0.0.1"}).status_code == 421


def test_a_form_in_pieces_without_a_length_is_refused(served: Listening) -> None:
    headers = {"Origin": served.address, "Content-Type": "application/x-www-form-urlencoded"}
    answer = httpx.post(
        f"{served.address}/ask", content=iter([b"x" * 1000] * 20), headers=headers, trust_env=False
    )
    assert answer.status_code == 411


def test_a_taken_port_is_told(bench: Bench, served: Listening) -> None:
    port = int(served.address.rpartition(":")[2])
    with pytest.raises(PortTakenError, match=f"port {port} of 127.0.0.1 cannot be had"):
        serve_page(bench.page, port)


def test_a_page_that_was_never_started_can_be_stopped(bench: Bench) -> None:
    serve_page(bench.page, 0).stop()
