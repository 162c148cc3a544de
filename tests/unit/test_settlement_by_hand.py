"""Months of a made-up site, reckoned by hand as well: the arithmetic stands in the tests."""

from decimal import Decimal
from pathlib import Path

import pytest

import wattback_controller
from tests.unit.settlement_site import ZONE, at, event, intervals, part, statement, tariff
from wattback_controller.settlement.civil import Month
from wattback_controller.settlement.settle import settle
from wattback_controller.settlement.statement import Statement
from wattback_controller.settlement.tariff import TimeOfUse
from wattback_controller.settlement.tariff_file import load_tariff

EXAMPLE = Path(wattback_controller.__file__).parent / "tariffs" / "time_of_use.toml"


def cents(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


@pytest.fixture(scope="module")
def february() -> Statement:
    """Two events and two connectors, at the example's rates by time of use.

    Tuesday 10 February, 18:05 to 18:30: the garage would have charged.
    Friday 20 February, 20:30 to 21:30: the garage exported before and reaches its reserve at
    21:10; the carport's meter is changed within the event.
    """
    recorded = [
        *intervals(at("2026-02-10 17:05"), at("2026-02-10 18:05"), import_wh=100),
        *intervals(at("2026-02-10 18:05"), at("2026-02-10 18:30"), export_wh=600),
        *intervals(at("2026-02-20 19:30"), at("2026-02-20 20:30"), export_wh=120),
        *intervals(at("2026-02-20 20:30"), at("2026-02-20 21:10"), export_wh=650),
        *intervals(at("2026-02-20 21:10"), at("2026-02-20 22:00")),
    ]
    for begin, end, export_wh in (("19:30", "20:30", 0), ("20:30", "20:40", 333)):
        span = (at(f"2026-02-20 {begin}"), at(f"2026-02-20 {end}"))
        recorded += intervals(*span, export_wh, connector="carport")
    recorded += intervals(
        at("2026-02-20 20:40"),
        at("2026-02-20 20:45"),
        flags=["meter_changed"],
        connector="carport",
    )
    span = (at("2026-02-20 20:45"), at("2026-02-20 21:30"))
    recorded += intervals(*span, export_wh=333, connector="carport")
    tuesday = (at("2026-02-10 18:05"), at("2026-02-10 18:30"))
    friday = (at("2026-02-20 20:30"), at("2026-02-20 21:30"))
    parts = [
        part("tuesday", *tuesday),
        part("friday", friday[0], at("2026-02-20 21:10"), "reserve", least_soc_bp=2000),
        part("friday", *friday, connector="carport"),
    ]
    events = [event("tuesday", *tuesday), event("friday", *friday)]
    return settle(Month(2026, 2), recorded, parts, events, load_tariff(EXAMPLE))


def test_the_lines_are_those_of_the_hand_calculation(february: Statement) -> None:
    # Rate until 21:00 on a weekday: 0.10 + 0.20 = 0.30 $/kWh; after it 0.10.
    # The garage's baseline on Tuesday: 12 x 100 Wh charged in the hour before, -1200 W,
    # in ten minutes -200 Wh, in a quarter of an hour -300 Wh: all export lies above it.
    # On Friday: 12 x 120 Wh exported, +1440 W: 360 Wh in a quarter of an hour, 240 in ten minutes.
    expected = [
        # (connector, Wh delivered, baseline, paid, credit)
        ("garage", 2 * 600, -200, 1200, "0.36"),  # 18:05-18:15: 1.200 x 0.30
        ("garage", 3 * 600, -300, 1800, "0.54"),  # 18:15-18:30: 1.800 x 0.30
        ("carport", 2 * 333, 0, 666, "0.20"),  # 20:30-20:40: 0.666 x 0.30 = 0.1998
        ("garage", 3 * 650, 360, 1590, "0.48"),  # 20:30-20:45: 1.590 x 0.30 = 0.477
        ("carport", 0, None, 0, "0.00"),  # 20:40-20:45: the meter
        ("carport", 3 * 333, 0, 999, "0.30"),  # 20:45-21:00: 0.999 x 0.30 = 0.2997
        ("garage", 3 * 650, 360, 1590, "0.48"),  # 20:45-21:00
        ("carport", 3 * 333, 0, 999, "0.10"),  # 21:00-21:15: 0.999 x 0.10 = 0.0999
        ("garage", 2 * 650, 240, 1060, "0.11"),  # 21:00-21:10: 1.060 x 0.10 = 0.106
        ("carport", 3 * 333, 0, 999, "0.10"),  # 21:15-21:30
    ]
    told = [
        (line.connector, line.delivered_wh, line.baseline_wh, line.paid_wh, str(line.credit))
        for line in february.lines
    ]
    assert told == expected


def test_mean_power_counts_what_was_paid_over_the_whole_window(february: Statement) -> None:
    # Tuesday, 25 min: 3000 Wh x 60 / 25 = 7200 W, x 1.50 $/kW = 10.80
    # Friday, one hour: carport 666 + 3 x 999 = 3663 W, 5.4945; garage 2 x 1590 + 1060 = 4240 W.
    told = [(line.connector, line.mean_w, str(line.credit)) for line in february.power_lines]
    assert told == [("garage", 7200, "10.80"), ("carport", 3663, "5.49"), ("garage", 4240, "6.36")]


def test_events_and_month_add_up(february: Statement) -> None:
    # Tuesday 0.36 + 0.54 + 10.80 = 11.70
    # Friday  0.20 + 0.48 + 0.30 + 0.48 + 0.10 + 0.11 + 0.10 + 5.49 + 6.36 = 13.62
    assert [total.credit for total in february.events] == cents("11.70", "13.62")
    assert february.credit == Decimal("25.32")
    # 3000; 2 x 1950 + 1300 + 666 + 3 x 999 = 8863
    assert [total.delivered_wh for total in february.events] == [3000, 8863]
    assert february.delivered_wh == 11863
    assert [total.sentence for total in february.events] == [
        "18:05–18:30: 3.0 kWh delivered, credit $11.70, stopped because the event ended, "
        "reserve untouched",
        "20:30–21:30: 8.9 kWh delivered, credit $13.62, stopped because the event ended (carport) "
        "and the owner's reserve was reached (garage), reserve untouched",
    ]
    assert february.summary == (
        "2 events in February 2026: 11.9 kWh delivered to the grid, credit $25.32."
    )


def test_the_night_in_which_an_hour_comes_twice_is_paid_twice_in_that_hour() -> None:
    # 1 November 2026, 00:45 CDT to 02:15 CST: 2.5 hours, ten quarters; 01:00 to 02:00 twice.
    start_s, end_s = at("2026-11-01 00:45"), at("2026-11-01 02:15")
    assert end_s - start_s == 9000
    night = TimeOfUse(Decimal("0.50"), 60, 120, frozenset(range(7)))
    result = statement(
        intervals(start_s, end_s, export_wh=500),
        [part("night", start_s, end_s)],
        [event("night", start_s, end_s)],
        tariff(night, per_kw="2.00"),
        Month(2026, 11),
    )
    # 8 quarters x 1.5 kWh x 0.50 = 6.00; the other two earn nothing but count for the power:
    # 10 x 1500 Wh in 2.5 h = 6000 W, x 2.00 = 12.00
    assert [str(line.credit) for line in result.lines] == ["0.00", *["0.75"] * 8, "0.00"]
    assert [(line.mean_w, str(line.credit)) for line in result.power_lines] == [(6000, "12.00")]
    assert result.credit == Decimal("18.00")
    assert result.events[0].sentence.startswith("00:45 CDT–02:15 CST: 15.0 kWh delivered")


def test_an_event_over_the_turn_of_the_month_is_split_between_two_statements() -> None:
    start_s, end_s = at("2026-01-31 23:20"), at("2026-02-01 00:40")
    story = (
        intervals(start_s, end_s, export_wh=600),
        [part("turn", start_s, end_s)],
        [event("turn", start_s, end_s)],
        tariff(per_kw="3.00"),
    )
    january, february = (statement(*story, month) for month in (Month(2026, 1), Month(2026, 2)))
    # January: 23:20-23:30 1.2 kWh, two quarters of 1.8 kWh; 0.36 + 0.54 + 0.54 = 1.44
    assert [line.paid_wh for line in january.lines] == [1200, 1800, 1800]
    assert (january.credit, january.power_lines) == (Decimal("1.44"), ())
    # February: as much, and the power of all 80 min: 9600 Wh x 60 / 80 = 7200 W, x 3.00 = 21.60
    assert [line.paid_wh for line in february.lines] == [1800, 1800, 1200]
    assert february.power_lines[0].mean_w == 7200
    assert february.credit == Decimal("1.44") + Decimal("21.60")
    assert january.events[0].sentence.startswith("23:20–24:00: 4.8 kWh delivered, credit $1.44")
    assert february.events[0].sentence.startswith("00:00–00:40: 4.8 kWh delivered, credit $23.04")
    assert statement(*story, Month(2026, 3)).events == ()


@pytest.mark.parametrize("window_ends", ["2026-03-01 00:00", "2026-03-01 00:30"])
def test_power_is_due_in_the_month_in_which_the_window_ends(window_ends: str) -> None:
    start_s, end_s = at("2026-02-28 23:00"), at(window_ends)
    story = (
        intervals(start_s, at("2026-02-28 23:30"), export_wh=500),
        [part("late", start_s, at("2026-02-28 23:30"), "opted_out")],
        [event("late", start_s, end_s)],
        tariff(per_kw="1.00"),
    )
    months = (Month(2026, 2), Month(2026, 3))
    with_power = [month for month in months if statement(*story, month).power_lines]
    assert with_power == [months[window_ends != "2026-03-01 00:00"]]


def test_months_begin_at_civil_midnight() -> None:
    assert Month(2026, 3).end_s(ZONE) - Month(2026, 3).begin_s(ZONE) == 31 * 86_400 - 3600
    assert Month(2026, 12).end_s(ZONE) == Month(2027, 1).begin_s(ZONE)
