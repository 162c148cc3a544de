"""From an event's JSON to a record: values, units, signs and times."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.openadr_bench import (
    NOW_S,
    TERMS,
    answer_to,
    event_json,
    event_of,
    interval_json,
)
from wattback_controller.openadr.events import Copy, Descriptor
from wattback_controller.openadr.times import BEGINNING_S, FOREVER_S
from wattback_controller.records import Segment

QUARTER_S = 900
START_S = NOW_S + QUARTER_S


def units(kind: str, unit: str) -> list[dict[str, str]]:
    return [{"payloadType": kind, "units": unit}]


def period(**told: str) -> dict[str, str]:
    return dict(told)


def test_an_export_of_8_kw_is_read_with_all_that_it_says() -> None:
    event = event_of(event_json())
    assert (event.event, event.programme, event.name) == ("event-1", "evening-export", "evening")
    assert (event.priority, event.randomize_s) == (1, 0)
    assert (event.created_s, event.modified_s) == (NOW_S - 3600, NOW_S - 1800)
    assert event.segments == (Segment("DISPATCH_SETPOINT", START_S, START_S + QUARTER_S, 8000.0),)


@pytest.mark.parametrize(
    ("kind", "unit", "export_positive", "value", "expected"),
    [
        ("DISPATCH_SETPOINT", None, True, 8, 8000.0),
        ("DISPATCH_SETPOINT", "KW", True, -2.5, -2500.0),
        ("DISPATCH_SETPOINT", "W", True, 8000, 8000.0),
        ("DISPATCH_SETPOINT", None, False, 8, -8000.0),  # OpenADR's own sign is consumption
        ("DISPATCH_SETPOINT", "W", False, -7000, 7000.0),
        ("EXPORT_CAPACITY_LIMIT", None, False, 5, 5000.0),  # a magnitude has no sign to turn
        ("IMPORT_CAPACITY_LIMIT", "W", True, 5, 5.0),
        ("IMPORT_CAPACITY_LIMIT", None, True, 0, 0.0),
        ("PRICE", None, True, -0.03, -0.03),
        ("EXPORT_PRICE", "KWH", False, 9, 9.0),
    ],
)
def test_values_become_watts_in_our_sign_and_prices_per_kwh(
    kind: str, unit: str | None, export_positive: bool, value: float, expected: float
) -> None:
    raw = event_json(
        intervals=[interval_json(kind, value)], payloadDescriptors=unit and units(kind, unit)
    )
    (segment,) = event_of(raw, replace(TERMS, export_positive=export_positive)).segments
    assert (segment.kind, segment.value) == (kind, expected)
    assert str(segment.value) != "-0.0"


def test_a_unit_of_the_programme_counts_until_the_event_has_its_own() -> None:
    terms = replace(TERMS, descriptors={"DISPATCH_SETPOINT": Descriptor("W", "")})
    assert event_of(event_json(), terms).segments[0].value == 8.0
    own = event_json(payloadDescriptors=units("DISPATCH_SETPOINT", "KW"))
    assert event_of(own, terms).segments[0].value == 8000.0


def test_an_alert_keeps_its_text_without_what_would_move_a_cursor() -> None:
    raw = event_json(
        intervals=[interval_json("ALERT_GRID_EMERGENCY", "grid \x1b[2J\nfails\ud800")]
    )
    (segment,) = event_of(raw).segments
    assert (segment.value, segment.text) == (1.0, "grid  [2J fails")


def test_an_unknown_payload_beside_a_known_one_is_noted_and_not_refused() -> None:
    both = interval_json()
    both["payloads"].append({"type": "GHG", "values": [400]})
    answer = answer_to(event_json(intervals=[both]))
    assert isinstance(answer, Copy)
    assert answer.notes == ("payloads of type 'GHG' are not followed",)


# --- time ---


@pytest.mark.parametrize(
    ("default", "own", "expected"),
    [
        # One period for all: they follow each other.
        (("2026-02-11T00:15:00Z", "PT15M"), [{}, {}], [(0, 900), (900, 1800)]),
        # An own length, and whoever comes after.
        (
            ("2026-02-11T00:15:00Z", "PT15M"),
            [{"duration": "PT1H"}, {}],
            [(0, 3600), (3600, 4500)],
        ),
        # An own start makes a gap; the next follows from there.
        (
            ("2026-02-11T00:15:00Z", "PT15M"),
            [{}, {"start": "2026-02-11T02:15:00+01:00"}, {}],
            [(0, 900), (3600, 4500), (4500, 5400)],
        ),
        # The beginning of time means: at once after the one before.
        (
            ("2026-02-11T00:15:00Z", "PT15M"),
            [{"start": "0001-01-01"}, {"start": "0001-01-01T00:00:00Z"}],
            [(0, 900), (900, 1800)],
        ),
        # No default at all.
        (None, [{"start": "2026-02-11T00:15:00Z", "duration": "P1D"}], [(0, 86_400)]),
    ],
)
def test_intervals_follow_each_other_unless_they_say_otherwise(
    default: tuple[str, str] | None,
    own: list[dict[str, str]],
    expected: list[tuple[int, int]],
) -> None:
    raw = event_json(
        intervalPeriod=default and period(start=default[0], duration=default[1]),
        intervals=[interval_json(intervalPeriod=one or None) for one in own],
    )
    seen = [(s.start_s - START_S, s.end_s - START_S) for s in event_of(raw).segments]
    assert seen == expected


def test_several_prices_in_one_interval_share_its_hours() -> None:
    raw = event_json(
        intervalPeriod=period(start="2026-02-11T00:15:00Z", duration="PT3H"),
        intervals=[interval_json("PRICE", 0.17, 0.03, 0.11)],
    )
    assert [(s.start_s - START_S, s.value) for s in event_of(raw).segments] == [
        (0, 0.17),
        (3600, 0.03),
        (7200, 0.11),
    ]


def test_an_alert_until_it_is_withdrawn_begins_when_the_utility_said_so() -> None:
    raw = event_json(
        intervalPeriod=period(start="0001-01-01", duration="P9999Y"),
        intervals=[interval_json("ALERT_GRID_EMERGENCY", "save power")],
    )
    (segment,) = event_of(raw).segments
    assert (segment.start_s, segment.end_s) == (NOW_S - 1800, FOREVER_S)


def test_the_beginning_of_time_with_a_length_lies_in_the_past() -> None:
    raw = event_json(intervalPeriod=period(start="0001-01-01T00:00:00", duration="PT4H"))
    assert event_of(raw).segments[0].start_s == BEGINNING_S


@pytest.mark.parametrize(
    "cancelled",
    [
        {"intervalPeriod": period(start="0001-01-01", duration="PT0S")},
        {"intervalPeriod": period(start="2026-02-11T00:15:00Z", duration="PT0S")},
        {"duration": "PT0S"},
    ],
)
def test_an_event_without_any_length_is_cancelled(cancelled: dict[str, Any]) -> None:
    answer = answer_to(event_json(**cancelled))
    assert isinstance(answer, Copy)
    assert answer.event is None


def test_the_events_own_duration_cuts_its_intervals_off() -> None:
    raw = event_json(intervals=[interval_json(), interval_json()], duration="PT20M")
    assert [(s.start_s - START_S, s.end_s - START_S) for s in event_of(raw).segments] == [
        (0, 900),
        (900, 1200),
    ]


def test_randomize_start_is_that_of_the_event_or_of_its_first_interval() -> None:
    spread = period(start="2026-02-11T00:15:00Z", duration="PT15M", randomizeStart="PT5M")
    assert event_of(event_json(intervalPeriod=spread)).randomize_s == 300
    first = interval_json(intervalPeriod={"randomizeStart": "PT1M"})
    assert event_of(event_json(intervals=[first])).randomize_s == 60
    later = answer_to(event_json(intervals=[interval_json(), first]))
    assert isinstance(later, Copy)
    assert "interval 1 has a randomizeStart of its own" in later.notes[0]
