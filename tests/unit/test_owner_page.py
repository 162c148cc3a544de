"""The owner's page: what it shows, and what can be asked on it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.owner_page_bench import ENROLLED, HOSTILE, NOW_S, Bench
from tests.unit.owner_page_reader import Form, PageReader
from wattback.session import STATE_NAMES
from wattback_controller.choices import DEFAULT_CHOICES, OPTION_NAMES, Choices, choose
from wattback_controller.connector_link import Silence
from wattback_controller.owner import REQUESTS, Request
from wattback_controller.owner_page.words import SESSION_TEXTS
from wattback_sim.errors import BadInputError
from wattback_sim.texts import EXPORT_WAIT_TEXTS


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.store.close()


# --- what it shows ---


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "Charging 7.2 kW"),
        ({"power_w": 5000, "waits": frozenset()}, "Discharging 5.0 kW"),
        ({"power_w": 3000, "on_grid": False}, "3.0 kW; the home is cut off from the grid"),
        ({"faults": frozenset({"ground_fault"})}, "Fault: current has flowed to earth."),
        ({"soc_bp": -1}, "State of charge not known; 40.0 % is never exported."),
        ({}, "62.0 % charged; 40.0 % is never exported: 22.0 % to spare."),
        ({"soc_bp": 3000}, "30.0 % charged; 40.0 % is never exported: nothing to spare."),
        ({"reserve_now_bp": 5000}, "the vehicle itself keeps 50.0 %: 12.0 % to spare."),
        ({"waits": frozenset({"target"})}, "It can export as soon as somebody asks for it."),
        ({"t_s": NOW_S - 600}, "as it was at 18:10; nobody has asked it since"),
    ],
)
def test_a_connector_says_what_it_is_doing(
    bench: Bench, changes: dict[str, object], says: str
) -> None:
    assert says in bench.say(**changes)


def test_every_state_of_a_visit_has_its_words(bench: Bench) -> None:
    assert set(SESSION_TEXTS) == set(STATE_NAMES)
    for state, text in SESSION_TEXTS.items():
        said = bench.say(power_w=0, session_state=state).lower()
        assert text in said


@pytest.mark.parametrize("wait", EXPORT_WAIT_TEXTS)
def test_every_reason_not_to_export_is_told(bench: Bench, wait: str) -> None:
    said = bench.say(waits=frozenset({wait, "limit"}))
    assert "It does not export: it waits for" in said
    assert EXPORT_WAIT_TEXTS["limit"] in said
    assert EXPORT_WAIT_TEXTS[wait] in said or wait in ("target", "contactor")


def test_a_silent_connector_says_why_and_an_unheard_one_that_it_is(bench: Bench) -> None:
    bench.answers["garage"] = Silence(NOW_S, "nobody answers at 127.0.0.1:502")
    said = bench.look().text
    assert "Does not answer Nobody answers at 127.0.0.1:502." in said
    assert "Not heard of yet" in said  # the other one


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "It takes part in the programme."),
        ({"enrolled": False}, "It is not in the programme"),
        ({"opted_out": True}, "It stays out of all events, until told otherwise."),
        ({"out_until_s": NOW_S + 20_000}, "It stays out of events until 23:53."),
        ({"out_until_s": NOW_S + 63_569}, "It stays out of events until tomorrow 12:00."),
    ],
)
def test_where_the_owner_stands_is_said(
    bench: Bench, changes: dict[str, object], says: str
) -> None:
    bench.store.set_choices("garage", replace(ENROLLED, **changes))  # type: ignore[arg-type]
    assert says in bench.look().text


def test_the_log_shows_its_last_20_lines_the_newest_first(bench: Bench) -> None:
    for number in range(25):
        bench.store.audit(NOW_S + number, "somebody", f"does thing {number:02}")
    said = bench.look().text
    assert "does thing 04" not in said
    assert said.index("15 Feb 18:20:55 somebody does thing 24") < said.index("does thing 05")


# --- what can be asked ---


@pytest.mark.parametrize("request_row", REQUESTS, ids=lambda row: row.name)
@pytest.mark.parametrize("before", [DEFAULT_CHOICES, replace(ENROLLED, opted_out=True)])
def test_every_request_has_a_button_that_carries_it_out(
    bench: Bench, request_row: Request, before: Choices
) -> None:
    bench.store.set_choices("garage", before)
    (form,) = bench.forms("/ask")
    assert ("request", request_row.name) in form.buttons
    answer = bench.send(form, request=request_row.name)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/#connector-0")
    wanted = request_row.change(before, NOW_S, bench.site.zone)
    assert bench.store.choices("garage") == wanted
    assert bench.last_line()[1:] == ("owner (page)", f"garage: asks to {request_row.text}")


def refusal(option: str, text: str) -> str:
    """What the table says of such a text, "" when it takes it."""
    try:
        choose(ENROLLED, option, text)
    except BadInputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("option", OPTION_NAMES)
@pytest.mark.parametrize("text", ["no", "55.5%", "06:30", "0.35", "never", "none"])
def test_every_option_has_a_form_that_sets_it_and_shows_it(
    bench: Bench, option: str, text: str
) -> None:
    bench.store.set_choices("garage", ENROLLED)
    (form,) = [form for form in bench.forms("/choose") if form.fields["option"] == option]
    answer = bench.send(form, value=f" {text}\n")
    refused = refusal(option, text)
    if refused:
        assert answer.status_code == 400
        assert refused[1:] in PageReader(answer.text).text
        assert bench.store.choices("garage") == ENROLLED
        return
    assert answer.status_code == 303
    assert bench.store.choices("garage") == choose(ENROLLED, option, text)
    assert bench.last_line()[2] == f"garage: sets {option} to {text}"
    (form,) = [form for form in bench.forms("/choose") if form.fields["option"] == option]
    assert choose(DEFAULT_CHOICES, option, form.fields["value"]) == choose(
        DEFAULT_CHOICES, option, text
    )


def test_what_the_page_shows_as_chosen_can_be_sent_back_unchanged(bench: Bench) -> None:
    for before in (DEFAULT_CHOICES, replace(ENROLLED, departure="", pause_above=1e-7)):
        bench.store.set_choices("garage", before)
        for form in bench.forms("/choose"):
            assert bench.send(form).status_code == 303
        assert bench.store.choices("garage") == before


def test_each_connector_has_its_own_forms(bench: Bench) -> None:
    (form,) = bench.forms("/ask", "drive's <b>end</b>")
    answer = bench.send(form, request="enrol")
    assert answer.headers["Location"] == "/#connector-1"
    assert bench.store.choices("drive's <b>end</b>").enrolled
    assert not bench.store.choices("garage").enrolled


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("/ask", {"request": "sell-the-car"}),
        ("/ask", {}),
        ("/ask", {"request": "enrol", "connector": HOSTILE.replace("\ud800", "")}),
        ("/stay-out", {"event": "no-such-event"}),
        ("/choose", {"option": "reserve", "value": "101%"}),
        ("/choose", {"option": "reserve", "value": "nan"}),
        ("/choose", {"option": "out_of", "value": "x"}),
        ("/choose", {"option": "__class__", "value": "x\x00" * 1000}),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence_and_changes_nothing(
    bench: Bench, action: str, fields: dict[str, str]
) -> None:
    token = bench.forms("/ask")[0].fields["token"]
    answer = bench.send(Form(action, {"token": token, "connector": "garage"} | fields))
    assert answer.status_code == 400
    assert "Nothing was changed" in PageReader(answer.text).text
    assert bench.store.choices("garage") == DEFAULT_CHOICES
    assert bench.store.audit_lines(1) == []
