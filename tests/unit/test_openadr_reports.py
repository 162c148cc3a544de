"""Reports: energy with its sign and quality, and that sending one twice is harmless."""

from dataclasses import replace

import pytest

from tests.unit.openadr_bench import NOW_S, Clock, client_of, utility_at
from wattback_controller.openadr.errors import NotFoundError
from wattback_controller.openadr.reports import (
    Availability,
    Report,
    availability_report,
    deliver,
    delivery_report,
)
from wattback_controller.records import Flag, Interval

FIRST = Interval("garage", NOW_S, NOW_S + 300, import_wh=0, export_wh=640, island_wh=50)
SECOND = Interval("garage", NOW_S + 300, NOW_S + 400, import_wh=30, export_wh=10, island_wh=0)
OTHER = replace(FIRST, connector="drive", export_wh=100)


def delivered(*intervals: Interval, export_positive: bool = True) -> Report:
    return delivery_report("event-1", "oak-lane", intervals, export_positive)


def values(report: Report, kind: str) -> list[object]:
    return [
        payload["values"][0]
        for resource in report["resources"]
        for interval in resource["intervals"]
        for payload in interval["payloads"]
        if payload["type"] == kind
    ]


def test_energy_and_mean_power_are_told_by_connector_and_interval() -> None:
    report = delivered(SECOND, FIRST, OTHER)
    assert (report["eventID"], report["clientName"]) == ("event-1", "oak-lane")
    assert [one["resourceName"] for one in report["resources"]] == ["drive", "garage"]
    assert values(report, "USAGE") == [0.1, 0.64, -0.02]
    assert values(report, "DEMAND") == [1.2, 7.68, -0.72]
    assert [one["intervalPeriod"] for one in report["resources"][1]["intervals"]] == [
        {"start": "2026-02-11T00:00:00Z", "duration": "PT300S"},
        {"start": "2026-02-11T00:05:00Z", "duration": "PT100S"},
    ]


def test_the_sign_is_the_programmes() -> None:
    assert values(delivered(FIRST, export_positive=False), "USAGE") == [-0.64]


@pytest.mark.parametrize(
    ("flags", "quality"),
    [
        ((), "OK"),
        (("estimated",), "ESTIMATED"),
        (("time_unset",), "BAD"),
        (("estimated", "meter_changed"), "BAD"),
    ],
)
def test_the_quality_of_an_interval_is_told(flags: tuple[Flag, ...], quality: str) -> None:
    assert values(delivered(replace(FIRST, flags=frozenset(flags))), "DATA_QUALITY") == [quality]


def test_what_could_be_exported_is_told_with_its_energy() -> None:
    offers = (Availability("garage", 9600, 30_000), Availability("drive", 0, 0))
    report = availability_report("event-1", "oak-lane", NOW_S, offers, 900)
    assert values(report, "STORAGE_MAX_DISCHARGE_POWER") == [0.0, 9.6]
    assert values(report, "STORAGE_DISPATCH_FORECAST") == [0.0, 30.0]


def test_a_report_twice_is_one_report_and_a_corrected_one_is_another() -> None:
    clock = Clock()
    utility = utility_at(clock)
    client = client_of(utility, clock)
    program = utility.create_program("evening-export")
    event = utility.create_event(program, NOW_S, 900, {"DISPATCH_SETPOINT": [8.0]})
    assert event == "event-1"
    deliver(client, delivered(FIRST, SECOND))
    deliver(client, delivered(SECOND, FIRST))
    assert len(utility.reports()) == 1
    deliver(client, delivered(FIRST, replace(SECOND, export_wh=11)))
    assert len(utility.reports()) == 2
    utility.cancel_event(event)
    deliver(client, delivered(FIRST))  # what was delivered until then
    assert len(utility.reports()) == 3


def test_a_report_about_an_event_that_never_was_is_not_delivered() -> None:
    clock = Clock()
    with pytest.raises(NotFoundError):
        deliver(client_of(utility_at(clock), clock), delivered(FIRST))
