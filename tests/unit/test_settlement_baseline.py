"""Baselines: what is found to compare with, and what goes beyond it."""

from dataclasses import replace

import pytest

from tests.unit.settlement_site import at, event, intervals, part, statement, tariff
from wattback_controller.records import Interval
from wattback_controller.settlement.baseline import Baseline, BeforeEvent, RecentDays
from wattback_controller.settlement.civil import Month

TEN = "2026-02-10"
START_S, END_S = at(f"{TEN} 18:00"), at(f"{TEN} 19:00")
PEAK = event("peak", START_S, END_S)
PART = part("peak", START_S, END_S)


def hours(*energies: tuple[str, str, int, int]) -> list[Interval]:
    """Of (from, until, export, import Wh per five minutes), all on the tenth."""
    return [
        interval
        for begin, end, export_wh, import_wh in energies
        for interval in intervals(at(f"{TEN} {begin}"), at(f"{TEN} {end}"), export_wh, import_wh)
    ]


@pytest.mark.parametrize(
    ("before", "in_event", "baseline_wh", "paid_wh"),
    [
        # Wh per five minutes: (export, import) before, (export, import) in the event
        ((0, 0), (100, 0), 0, 1200),
        ((40, 0), (100, 0), 480, 720),
        ((100, 0), (100, 0), 1200, 0),
        ((0, 500), (100, 0), -6000, 1200),  # never more than what went out
        ((0, 500), (0, 0), None, 0),  # a charge put off is no export
        ((0, 0), (100, 30), 0, 840),
        ((40, 0), (100, 80), 480, 0),
    ],
)
def test_paid_is_what_goes_beyond_the_hour_before_and_at_most_the_export(
    before: tuple[int, int], in_event: tuple[int, int], baseline_wh: int | None, paid_wh: int
) -> None:
    recorded = hours(("17:00", "18:00", *before), ("18:00", "19:00", *in_event))
    result = statement(recorded, [PART], [PEAK], tariff(baseline=BeforeEvent(60)))
    assert result.paid_wh == paid_wh
    told = [line.baseline_wh for line in result.lines]
    assert told == [None if baseline_wh is None else baseline_wh // 4] * 4


def test_the_hour_before_is_the_last_one_measured_whole_and_without_an_event() -> None:
    recorded = [
        *hours(("15:00", "16:00", 24, 0)),
        *intervals(at(f"{TEN} 16:00"), at(f"{TEN} 16:05"), 99, flags=["estimated"]),
        *hours(("16:05", "17:00", 0, 0)),
        *hours(("17:00", "18:00", 99, 0)),  # another event
        *hours(("18:00", "19:00", 100, 0)),
    ]
    parts = [PART, part("earlier", at(f"{TEN} 17:00"), START_S)]
    events = [PEAK, event("earlier", at(f"{TEN} 17:00"), START_S)]
    result = statement(recorded, parts, events, tariff(baseline=BeforeEvent(60)))
    total = next(each for each in result.events if each.event == "peak")
    assert total.paid_wh == 12 * (100 - 24)


def test_an_hour_with_a_second_missing_is_not_whole() -> None:
    recorded = hours(
        ("16:00", "17:00", 24, 0), ("17:00", "18:00", 48, 0), ("18:00", "19:00", 99, 0)
    )
    place = next(n for n, each in enumerate(recorded) if each.start_s == at(f"{TEN} 17:00"))
    recorded[place] = replace(recorded[place], start_s=recorded[place].start_s + 1)
    result = statement(recorded, [PART], [PEAK], tariff(baseline=BeforeEvent(60)))
    # Every hour that ends after 17:00 holds the interval that lacks a second.
    assert [line.baseline_wh for line in result.lines] == [3 * 24] * 4


@pytest.mark.parametrize("rule", [BeforeEvent(60), RecentDays(5)])
def test_without_anything_to_go_by_the_line_is_not_paid_and_says_so(rule: Baseline) -> None:
    recorded = hours(("18:00", "19:00", 100, 0))
    result = statement(recorded, [PART], [PEAK], tariff(baseline=rule))
    assert result.paid_wh == 0
    assert {line.note for line in result.lines} == {rule.lacking}


def day(text: str, export_wh: int) -> list[Interval]:
    return intervals(at(f"{text} 17:45"), at(f"{text} 19:15"), export_wh)


@pytest.mark.parametrize(
    ("days", "mean_wh"),
    [
        (1, 10),  # Monday the ninth
        (2, 20),  # and Friday the sixth, not the weekend between
        (3, 40),  # Thursday had an event, Wednesday a gap: Tuesday the third
        (9, 40),  # there are no more
    ],
)
def test_recent_days_are_of_the_same_kind_without_an_event_and_measured_whole(
    days: int, mean_wh: int
) -> None:
    recorded = [
        *day("2026-02-03", 80),
        *[each for each in day("2026-02-04", 999) if each.start_s % 900],  # gaps
        *day("2026-02-05", 999),
        *day("2026-02-06", 30),
        *day("2026-02-07", 999),
        *day("2026-02-08", 999),
        *day("2026-02-09", 10),
        *day(TEN, 100),
    ]
    morning = (at("2026-02-05 06:00"), at("2026-02-05 07:00"))
    parts = [PART, part("morning", *morning)]
    events = [PEAK, event("morning", *morning)]
    result = statement(recorded, parts, events, tariff(baseline=RecentDays(days)))
    assert [line.baseline_wh for line in result.lines] == [3 * mean_wh] * 4
    assert result.paid_wh == 12 * (100 - mean_wh)


def test_recent_days_compare_civil_times_over_a_change_of_summer_time() -> None:
    # Monday 9 March 2026 is the first weekday of summer time; Friday's 18:00 was an hour later.
    start_s, end_s = at("2026-03-09 18:00"), at("2026-03-09 19:00")
    recorded = [
        *intervals(at("2026-03-06 17:00"), at("2026-03-06 18:00"), 999),
        *intervals(at("2026-03-06 18:00"), at("2026-03-06 19:00"), 10),
        *intervals(start_s, end_s, 100),
    ]
    result = statement(
        recorded,
        [part("peak", start_s, end_s)],
        [event("peak", start_s, end_s)],
        tariff(baseline=RecentDays(1)),
        Month(2026, 3),
    )
    assert result.paid_wh == 12 * 90


@pytest.mark.parametrize(
    ("of_event", "before", "counts"),
    [
        ("2026-02-12", "2025-12-29", True),  # a Thursday, and a Monday 45 days before
        ("2026-02-13", "2025-12-29", False),  # 46 days before
    ],
)
def test_recent_days_end_45_days_back(of_event: str, before: str, counts: bool) -> None:
    start_s, end_s = at(f"{of_event} 18:00"), at(f"{of_event} 19:00")
    result = statement(
        [*day(before, 10), *day(of_event, 100)],
        [part("peak", start_s, end_s)],
        [event("peak", start_s, end_s)],
        tariff(baseline=RecentDays(3)),
    )
    assert result.paid_wh == (12 * 90 if counts else 0)
