"""A programme from end to end: a utility in memory, polled as the control loop polls it."""

import json
from dataclasses import replace

import httpx
import pytest

from tests.unit.openadr_bench import (
    BUSINESS,
    ENROLMENT,
    HOUR_S,
    NAME,
    NOW_S,
    OTHER_VEN,
    client_of,
    programme_of,
)
from tests.unit.openadr_evening import START_S, Evening, kilowatts, reasons
from wattback_controller.openadr.client import in_process
from wattback_controller.openadr.errors import (
    NotFoundError,
    NotReachableError,
    ProtocolError,
    UnauthorisedError,
)
from wattback_controller.openadr.programme import Note, Programme


@pytest.fixture
def evening() -> Evening:
    return Evening()


# --- what the utility says ---


def test_the_first_poll_makes_the_site_known_and_a_second_one_adds_nothing(
    evening: Evening,
) -> None:
    evening.poll()
    evening.poll(after_s=HOUR_S)
    programme_of(evening.utility, evening.clock).poll(NOW_S)  # another life
    with_eyes = client_of(evening.utility, evening.clock, BUSINESS)
    vens, resources = with_eyes.get("/vens"), with_eyes.get("/resources")
    assert [(one["venName"], one["clientID"]) for one in vens] == [("oak-lane", "oak-lane")]
    assert [(one["resourceName"], one["venID"]) for one in resources] == [
        ("garage", "ven-1"),
        ("drive", "ven-1"),
    ]


def test_an_event_is_ordered_changed_and_cancelled(evening: Evening) -> None:
    event = evening.order(priority=0, randomize_s=60, name="evening")
    seen = evening.poll()
    (ordered,) = seen.events
    assert (ordered.event, ordered.programme, ordered.priority) == (event, NAME, 0)
    assert (ordered.start_s, ordered.end_s, ordered.randomize_s) == (START_S, START_S + 900, 60)
    assert kilowatts(seen) == [8.0]
    evening.utility.change_event(event, {"DISPATCH_SETPOINT": [4.0]}, start_s=START_S + 60)
    assert kilowatts(evening.poll(30)) == [4.0]
    evening.utility.change_event(event, duration_s=300)
    assert evening.poll(30).events[0].end_s == START_S + 360
    evening.utility.cancel_event(event)
    assert evening.poll(30).events == ()


def test_an_event_ends_without_a_word_while_the_utility_still_lists_it(evening: Evening) -> None:
    evening.order()
    assert kilowatts(evening.poll()) == [8.0]
    over = evening.poll(1801)
    assert (over.events, over.refused) == ((), ())


def test_units_of_the_programme_count_for_its_events(evening: Evening) -> None:
    other = evening.utility.create_program("in-watts", {"DISPATCH_SETPOINT": "W"})
    evening.utility.create_event(other, START_S, 900, {"DISPATCH_SETPOINT": [8000.0]})
    evening.order()  # another programme's events are not asked for
    client = client_of(evening.utility, evening.clock)
    enrolment = replace(ENROLMENT, programme="in-watts", export_positive=False)
    assert kilowatts(Programme(client, enrolment).poll(NOW_S)) == [-8.0]


def test_what_is_not_followed_is_noted(evening: Evening) -> None:
    event = evening.order({"DISPATCH_SETPOINT": [8.0], "GHG": [400.0]})
    polled = evening.poll()
    assert kilowatts(polled) == [8.0]
    assert polled.notes == (Note(event, "payloads of type 'GHG' are not followed"),)


def test_an_event_for_a_part_of_the_customers_is_seen_once_it_is_granted(evening: Evening) -> None:
    evening.order(targets=["north"])
    assert evening.poll().events == ()
    business = httpx.Client(transport=in_process(evening.utility), base_url="http://localhost")
    form = {
        "grant_type": "client_credentials",
        "client_id": BUSINESS.client_id,
        "client_secret": BUSINESS.secret,
    }
    token = business.post("/auth/token", data=form).json()["access_token"]
    granted = {"venName": "oak-lane", "clientID": "oak-lane", "targets": ["north"]}
    headers = {"Authorization": f"Bearer {token}"}
    assert business.put("/vens/ven-1", json=granted, headers=headers).status_code == 200
    assert kilowatts(evening.poll(900)) == [8.0]
    assert kilowatts(evening.poll(30)) == [8.0]


# --- what goes wrong ---


def granting(evening: Evening, targets: object) -> Programme:
    """A site that is granted these targets by a utility that is otherwise honest."""
    inner = httpx.Client(transport=in_process(evening.utility))

    def handle(request: httpx.Request) -> httpx.Response:
        answer = inner.send(request)
        told = answer.json()
        if request.url.path == "/vens":
            granted = (
                [{**one, "targets": targets} for one in told]
                if isinstance(told, list)
                else {**told, "targets": targets}
            )
            return httpx.Response(answer.status_code, content=json.dumps(granted))
        return httpx.Response(answer.status_code, content=answer.content)

    return programme_of(handle, evening.clock)


@pytest.mark.parametrize(
    ("targets", "reason"),
    [
        (["\ud800"], "a target was expected as 1 to 128 printable characters, not '.*ud800'"),
        ([""], "a target was expected as 1 to 128"),
        (["a\x1b[2J"], "a target was expected as 1 to 128"),
        (["x" * 129], "a target was expected as 1 to 128"),
        (["x" * 1000] * 70, "a target was expected as 1 to 128"),
        ([f"group-{n}" for n in range(65)], "more than 64 targets"),
        ([7], "a target was expected as a text"),
    ],
)
def test_targets_that_cannot_be_asked_for_are_an_error_of_the_programme(
    evening: Evening, targets: list[object], reason: str
) -> None:
    with pytest.raises(ProtocolError, match=reason):
        granting(evening, targets).poll(NOW_S)


def test_as_many_and_as_long_targets_as_there_may_be_are_asked_for(evening: Evening) -> None:
    event = evening.order()
    polled = granting(evening, [f"{n:0128}" for n in range(64)]).poll(NOW_S)
    assert [one.event for one in polled.events] == [event]


def test_what_another_programme_has_said_is_not_remembered(evening: Evening) -> None:
    evening.order()
    evening.poll()
    other = replace(ENROLMENT, programme="morning-export")
    client = client_of(evening.utility, evening.clock)
    assert Programme(client, other, seen=evening.site.seen).standing(NOW_S) == ()
    assert len(Programme(client, ENROLMENT, seen=evening.site.seen).standing(NOW_S)) == 1


def test_while_the_utility_is_down_what_stood_stands(evening: Evening) -> None:
    evening.order()
    evening.poll()
    evening.utility.down = True
    with pytest.raises(NotReachableError, match="could not be reached"):
        evening.poll(30)
    assert [event.event for event in evening.site.standing(NOW_S + 30)] == ["event-1"]
    evening.utility.down = False
    assert kilowatts(evening.poll(30)) == [8.0]


def test_a_restart_stands_by_what_was_heard_before_the_utility_answers(evening: Evening) -> None:
    evening.order()
    evening.poll()
    evening.utility.down = True
    again = programme_of(evening.utility, evening.clock, seen=evening.site.seen)
    assert [event.event for event in again.standing(NOW_S)] == ["event-1"]


def test_a_programme_that_does_not_exist_says_which_do(evening: Evening) -> None:
    enrolment = replace(ENROLMENT, programme="morning")
    site = Programme(client_of(evening.utility, evening.clock), enrolment)
    with pytest.raises(NotFoundError, match="'morning'; known are 'evening-export'"):
        site.poll(NOW_S)


def test_a_name_that_belongs_to_another_site_is_told(evening: Evening) -> None:
    evening.poll()
    site = Programme(client_of(evening.utility, evening.clock, OTHER_VEN), ENROLMENT)
    with pytest.raises(UnauthorisedError, match="'oak-lane' as another client's"):
        site.poll(NOW_S)


def test_the_utilitys_clock_is_compared_with_ours(evening: Evening) -> None:
    assert evening.poll().clock_off_s == 0
    assert evening.site.poll(NOW_S - 500).clock_off_s == 500


def test_a_utility_that_lives_in_the_future_orders_nothing(evening: Evening) -> None:
    evening.order()
    polled = evening.site.poll(NOW_S - HOUR_S)
    assert polled.clock_off_s == HOUR_S
    assert polled.events == ()
    assert reasons(polled) == [
        "it was changed in the future: is the utility's clock right, and is ours?"
    ]


def test_what_is_remembered_is_plain_and_comes_back_the_same(evening: Evening) -> None:
    first, second = evening.order(), evening.order({"PRICE": [0.5]})
    evening.poll()
    evening.utility.cancel_event(second)
    evening.poll(30)
    assert [(one.event, one.accepted is None) for one in evening.site.seen] == [
        (first, False),
        (second, True),
    ]
    again = programme_of(evening.utility, evening.clock, seen=evening.site.seen)
    assert again.poll(NOW_S + 30) == evening.poll()
