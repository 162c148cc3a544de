"""A utility that lies, replays or breaks: refused with a reason, and nothing moves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.unit.openadr_bench import NOW_S, programme_of
from tests.unit.openadr_evening import Evening, kilowatts, reasons
from wattback_controller.openadr.errors import ProgrammeError
from wattback_controller.openadr.events import Refusal
from wattback_controller.openadr.plausibility import Limits


@pytest.fixture
def evening() -> Evening:
    return Evening()


def test_a_cancelled_event_that_is_back_is_refused(evening: Evening) -> None:
    event = evening.order()
    old: list[Any] = []

    def recorded(request: httpx.Request, told: Any) -> Any:
        old.append(told)
        return told

    evening.through(recorded)
    assert kilowatts(evening.poll()) == [8.0]
    evening.utility.cancel_event(event)
    assert evening.poll(30).events == ()
    evening.through(lambda request, told: old[0])
    polled = evening.poll(30)
    assert (polled.events, len(polled.refused)) == ((), 1)
    assert "cancelled and is back" in reasons(polled)[0]
    assert reasons(evening.poll(30)) == reasons(polled)  # so that a log can leave it out


def test_an_event_that_a_page_lost_is_asked_for_before_it_counts_as_withdrawn(
    evening: Evening,
) -> None:
    evening.order()
    evening.poll()
    evening.through(lambda request, told: [] if request.url.path == "/events" else told)
    assert kilowatts(evening.poll(30)) == [8.0]
    assert evening.asked[-1] == "GET /events/event-1"


def test_a_copy_that_cannot_be_read_lifts_no_limit(evening: Evening) -> None:
    evening.order({"EXPORT_CAPACITY_LIMIT": [3.0]})
    evening.poll()
    evening.through(lambda request, told: [{**told[0], "intervals": "gone"}])
    polled = evening.poll(30)
    assert kilowatts(polled) == [3.0]
    assert polled.refused == (
        Refusal("event-1", "its intervals was expected as a list, not 'gone'."),
    )


def test_one_bad_event_does_not_hide_the_good_ones(evening: Evening) -> None:
    evening.order()
    evening.through(lambda request, told: [None, {}, {"id": "event-1"}, *told, *told])
    polled = evening.poll()
    assert kilowatts(polled) == [8.0]
    assert len(polled.refused) == 3


BROKEN: dict[str, Callable[[Any], Any]] = {
    "no list": lambda told: {"events": told},
    "no json": lambda told: httpx.Response(200, content=b"<html>welcome</html>"),
    "nested": lambda told: httpx.Response(200, content=b"[" * 50_000 + b"]" * 50_000),
    "huge": lambda told: httpx.Response(200, content=b'["' + b"x" * (2 << 20) + b'"]'),
    "a list without end": lambda told: [{"id": f"event-{n}"} for n in range(50)],
    "a redirect": lambda told: httpx.Response(302, headers={"Location": "http://evil.example/"}),
    "busy": lambda told: httpx.Response(503),
    "forbidden": lambda told: httpx.Response(403),
}


@pytest.mark.parametrize("case", BROKEN)
def test_an_answer_that_is_broken_changes_nothing(evening: Evening, case: str) -> None:
    evening.order()
    before = evening.poll().events
    evening.through(lambda request, told: BROKEN[case](told))
    with pytest.raises(ProgrammeError):
        evening.poll(30)
    assert evening.site.standing(NOW_S + 30) == before


def test_a_tighter_limit_of_the_site_counts(evening: Evening) -> None:
    evening.order()
    evening.site = programme_of(
        evening.utility, evening.clock, replace(Limits(), largest_power_w=7999)
    )
    polled = evening.poll()
    assert polled.events == ()
    assert "8 kW is beyond 7.999 kW" in reasons(polled)[0]
