"""Events that are refused: which reason each gets, and that no reason carries an attack."""

import json
from typing import Any

import pytest

from tests.unit.openadr_bench import answer_to, event_json, interval_json, reason_of
from wattback_controller.openadr.events import Refusal


def units(kind: str, unit: str, **more: str) -> list[dict[str, str]]:
    return [{"objectType": "EVENT_PAYLOAD_DESCRIPTOR", "payloadType": kind, "units": unit, **more}]


PERIOD = {"start": "2026-02-11T00:15:00Z", "duration": "PT15M"}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no id": ({"id": None}, "the id of an event was expected as a text"),
    "an id that is a path": ({"id": "../../vens"}, "letters, digits"),
    "an id of 129 letters": ({"id": "e" * 129}, "1 to 128"),
    "another type of object": ({"objectType": "PROGRAM"}, "objectType is 'PROGRAM'"),
    "another programme": ({"programID": "program-2"}, "another programme"),
    "no change time": ({"modificationDateTime": None}, "modificationDateTime was expected"),
    "a change time without zone": (
        {"modificationDateTime": "2026-02-10T23:00:00"},
        "with its time zone",
    ),
    "no creation time": ({"createdDateTime": None}, "createdDateTime was expected"),
    "no intervals": ({"intervals": None}, "no intervals"),
    "empty intervals": ({"intervals": []}, "no intervals"),
    "intervals that are a number": ({"intervals": 3}, "expected as a list, not 3"),
    "an interval that is null": ({"intervals": [None]}, "interval 0 was expected as an object"),
    "no start": ({"intervalPeriod": {"duration": "PT1H"}}, "nor its first interval has a start"),
    "no duration": ({"intervalPeriod": {"start": PERIOD["start"]}}, "has a duration"),
    "a start without zone": (
        {"intervalPeriod": PERIOD | {"start": "2026-02-11T00:15:00"}},
        "with its time zone",
    ),
    "a start that is a number": ({"intervalPeriod": PERIOD | {"start": 5}}, "as a text, not 5"),
    "a 30th of February": (
        {"intervalPeriod": PERIOD | {"start": "2026-02-30T00:15:00Z"}},
        "no time that exists",
    ),
    "a duration in months": ({"intervalPeriod": PERIOD | {"duration": "P1M"}}, "such as PT15M"),
    "a negative duration": ({"intervalPeriod": PERIOD | {"duration": "-PT1H"}}, "such as PT15M"),
    "a start put off for ever": (
        {"intervalPeriod": PERIOD | {"randomizeStart": "P9999Y"}},
        "would never start",
    ),
    "repeated intervals": ({"duration": "P9999Y"}, "would repeat"),
    "a priority below the highest": ({"priority": -1}, "whole number from 0"),
    "a priority that is true": ({"priority": True}, "whole number from 0, not True"),
    "a name that is a list": ({"eventName": ["x"]}, "expected as a text, not a list of 1"),
    "descriptors that are a text": ({"payloadDescriptors": "KW"}, "expected as a list"),
    "an unknown unit": (
        {"payloadDescriptors": units("DISPATCH_SETPOINT", "MW")},
        "is 'MW', not KW or W",
    ),
}
REFUSED_INTERVALS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "nothing known": (
        [interval_json("SIMPLE", 2)],
        "nothing that is known here; payloads of type",
    ),
    "a report-only event": ([{"id": 0, "payloads": []}], "nothing that is known here"),
    "a payload that is a text": ([{"id": 0, "payloads": ["x"]}], "a payload was expected as"),
    "no type": ([{"id": 0, "payloads": [{"values": [1]}]}], "the type of a payload"),
    "no values": (
        [{"id": 0, "payloads": [{"type": "PRICE", "values": []}]}],
        "with one value, not 0",
    ),
    "two set-points": ([interval_json("DISPATCH_SETPOINT", 1, 2)], "with one value, not 2"),
    "a set-point in words": ([interval_json("DISPATCH_SETPOINT", "8")], "number, not '8'"),
    "a set-point that is true": ([interval_json("DISPATCH_SETPOINT", True)], "number, not True"),
    "not a number": ([interval_json("DISPATCH_SETPOINT", float("nan"))], "a finite number"),
    "infinity": ([interval_json("PRICE", float("inf"))], "a finite number"),
    "beyond all numbers": ([interval_json("PRICE", 10**400)], "a number of more than 60 digits"),
    "a negative limit": ([interval_json("EXPORT_CAPACITY_LIMIT", -1)], "a magnitude"),
    "an alert that is a number": ([interval_json("ALERT_GRID_EMERGENCY", 1)], "as a text, not 1"),
    "prices that do not share": ([interval_json("PRICE", *range(7))], "in whole seconds"),
    "two at the same time": (
        [interval_json(), interval_json(intervalPeriod={"start": "2026-02-11T00:20:00Z"})],
        "at the same time",
    ),
    "one of no length": (
        [interval_json(), interval_json(intervalPeriod={"duration": "PT0S"})],
        "has no duration",
    ),
    "one after what has no end": (
        [interval_json(intervalPeriod={"duration": "P9999Y"}), interval_json()],
        "never begins",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_with_an_event_is_said(case: str) -> None:
    changes, reason = REFUSED[case]
    raw = {key: value for key, value in (event_json() | changes).items() if value is not None}
    assert reason in reason_of(raw)


@pytest.mark.parametrize("case", REFUSED_INTERVALS)
def test_what_is_wrong_with_its_intervals_is_said(case: str) -> None:
    intervals, reason = REFUSED_INTERVALS[case]
    assert reason in reason_of(event_json(intervals=intervals))


@pytest.mark.parametrize(
    ("unit", "currency", "reason"),
    [("MWH", "USD", "is 'MWH', not KWH"), ("KWH", "EUR", "is 'EUR', not USD")],
)
def test_a_price_in_another_unit_or_currency_is_refused(
    unit: str, currency: str, reason: str
) -> None:
    raw = event_json(
        intervals=[interval_json("PRICE", 0.1)],
        payloadDescriptors=units("PRICE", unit, currency=currency),
    )
    assert reason in reason_of(raw)


def test_more_segments_than_allowed_are_refused_before_they_cost_anything() -> None:
    many = json.loads("[" + ",".join(["0.1"] * 100_000) + "]")
    day = PERIOD | {"duration": "PT100000S"}
    raw = event_json(intervalPeriod=day, intervals=[interval_json("PRICE", *many)])
    assert reason_of(raw) == "it has more than 1200 segments."


@pytest.mark.parametrize("raw", [None, 3, "event", [], True, [{}]])
def test_what_is_no_object_is_refused(raw: object) -> None:
    assert "expected as an object" in reason_of(raw)


def test_a_refusal_names_the_event_and_shows_little_of_what_it_got() -> None:
    raw = event_json(objectType="x" * 100_000 + "\x1b[2J")
    answer = answer_to(raw)
    assert isinstance(answer, Refusal)
    assert answer.event == "event-1"
    assert len(answer.reason) < 200
    assert answer.reason.isprintable()
