"""Rules of settlement, one by one: what is never paid, who claims what, what a baseline is."""

from datetime import date
from decimal import Decimal

import pytest

from tests.unit.settlement_site import at, evening, event, intervals, part, statement, tariff
from wattback_controller.records import Event, Flag, Interval, Participation
from wattback_controller.settlement import words
from wattback_controller.settlement.civil import Month
from wattback_controller.settlement.settle import needed_span
from wattback_controller.settlement.statement import Statement
from wattback_sim.errors import BadInputError

TEN = "2026-02-10"
START_S, END_S = at(f"{TEN} 18:00"), at(f"{TEN} 19:00")
PEAK = event("peak", START_S, END_S)
PART = part("peak", START_S, END_S)


def paid(result: Statement) -> int:
    return result.paid_wh


def stretch(begin: str, end: str, flag: Flag = "estimated") -> list[Interval]:
    """An hour around and in the event, with a flagged stretch in it."""
    edges = (at(f"{TEN} 17:00"), at(f"{TEN} {begin}"), at(f"{TEN} {end}"), at(f"{TEN} 20:00"))
    return [
        *intervals(edges[0], edges[1], export_wh=100),
        *intervals(edges[1], edges[2], export_wh=100, flags=[flag]),
        *intervals(edges[2], edges[3], export_wh=100),
    ]


@pytest.mark.parametrize(
    ("begin", "end", "unpaid_wh"),
    [
        ("18:20", "18:40", 0),
        ("18:00", "19:00", 0),  # exactly the event
        ("17:55", "18:10", 200),  # begins before it: its two intervals within are not paid
        ("18:50", "19:05", 200),  # ends after it
        ("17:55", "19:05", 1200),
        ("17:50", "18:00", 0),  # all before it: of no concern
        ("19:00", "19:10", 0),
    ],
)
def test_estimated_energy_is_paid_when_its_whole_stretch_lies_in_the_window(
    begin: str, end: str, unpaid_wh: int
) -> None:
    result = statement(stretch(begin, end), [PART], [PEAK])
    assert paid(result) == 1200 - unpaid_wh
    unpaid = [line for line in result.lines if line.note]
    assert sum(line.delivered_wh for line in unpaid) == unpaid_wh
    assert {line.note for line in unpaid} <= {words.OPEN_STRETCH}
    if unpaid_wh == 0 and begin >= "18:00" and end <= "19:00":
        assert {flag for line in result.lines for flag in line.flags} == {"estimated"}


def test_a_measured_interval_between_ends_a_stretch() -> None:
    recorded = [
        *intervals(at(f"{TEN} 17:50"), at(f"{TEN} 18:00"), flags=["estimated"]),
        *intervals(at(f"{TEN} 18:00"), at(f"{TEN} 18:05"), export_wh=100),
        *intervals(at(f"{TEN} 18:05"), at(f"{TEN} 18:20"), export_wh=100, flags=["estimated"]),
    ]
    assert paid(statement(recorded, [PART], [PEAK])) == 400


@pytest.mark.parametrize(
    ("flag", "note"),
    [("time_unset", words.TIME_UNSET), ("meter_changed", words.METER_CHANGED)],
)
def test_energy_without_a_time_or_a_meter_is_listed_and_not_paid(flag: Flag, note: str) -> None:
    result = statement(stretch("18:20", "18:30", flag), [PART], [PEAK])
    assert paid(result) == 1000
    unpaid = [line for line in result.lines if not line.paid_wh]
    # Apart from 18:15-18:20, which shares the period and is paid.
    assert [(line.start_s, line.end_s, line.note) for line in unpaid] == [
        (at(f"{TEN} 18:20"), at(f"{TEN} 18:30"), note)
    ]
    assert result.delivered_wh == 1200


def test_what_went_to_the_home_on_an_island_is_never_paid() -> None:
    recorded = intervals(START_S, END_S, island_wh=500)
    result = statement(recorded, [PART], [PEAK], tariff(per_kw="10"))
    assert (result.delivered_wh, result.credit) == (0, Decimal("0.00"))
    assert {line.note for line in result.lines} == {words.NO_EXPORT_ISLAND}


@pytest.mark.parametrize(
    ("first", "second", "wins"),
    [
        (event("a", START_S, END_S, 2), event("b", START_S, END_S, 1), "b"),
        (event("a", START_S, END_S, 0), event("b", START_S, END_S, 1), "a"),
        (event("a", START_S, END_S, None), event("b", START_S, END_S, 9), "b"),
        (event("a", START_S, END_S, 1, 50), event("b", START_S, END_S, 1, 60), "b"),
        (event("a", START_S, END_S), event("b", START_S, END_S), "a"),
    ],
)
def test_of_two_events_at_once_the_highest_rank_claims_and_nothing_is_paid_twice(
    first: Event, second: Event, wins: str
) -> None:
    parts = [part("a", START_S, END_S), part("b", START_S, END_S)]
    recorded = intervals(START_S, END_S, export_wh=100)
    result = statement(recorded, parts, [first, second], tariff(per_kw="1"))
    assert paid(result) == 1200
    assert {line.event for line in result.lines} == {wins}
    assert [(line.event, line.mean_w) for line in result.power_lines if line.mean_w] == [
        (wins, 1200)
    ]
    assert [total.delivered_wh for total in result.events if total.event != wins] == [0]


def test_an_outranked_event_keeps_what_it_had_before_and_after() -> None:
    middle = (at(f"{TEN} 18:20"), at(f"{TEN} 18:40"))
    parts = [
        part("long", START_S, middle[0], "outranked"),
        part("short", *middle),
        part("long", middle[1], END_S),
    ]
    events = [event("long", START_S, END_S, 5), event("short", *middle, 0)]
    result = statement(intervals(START_S, END_S, export_wh=100), parts, events)
    assert {total.event: total.paid_wh for total in result.events} == {"long": 800, "short": 400}


@pytest.mark.parametrize(
    ("ended_s", "stopped", "slots"),
    [
        (END_S, "event_ended", 12),
        (END_S + 2, "event_ended", 12),  # noticed late: over with the event all the same
        (at(f"{TEN} 18:30"), "opted_out", 6),
        (at(f"{TEN} 18:32"), "reserve", 7),  # the interval in which it ended counts whole
    ],
)
def test_an_interval_counts_when_the_connector_was_asked_in_it(
    ended_s: int, stopped: str, slots: int
) -> None:
    recorded = intervals(at(f"{TEN} 17:00"), at(f"{TEN} 20:00"), export_wh=100)
    result = statement(recorded, [part("peak", START_S, ended_s, stopped)], [PEAK])
    assert paid(result) == slots * 100


def test_a_hole_in_the_record_ends_a_line_and_no_line_spans_it() -> None:
    recorded = intervals(START_S, at(f"{TEN} 18:15"), export_wh=100)
    del recorded[1]
    lines = statement(recorded, [PART], [PEAK]).lines
    assert [(line.start_s - START_S, line.end_s - START_S) for line in lines] == [
        (0, 300),
        (600, 900),
    ]


def test_the_sentence_tells_from_when_the_first_was_asked_until_the_last_was_not() -> None:
    parts = [
        part("peak", at(f"{TEN} 18:20"), at(f"{TEN} 18:50"), "opted_out", "carport"),
        part("peak", at(f"{TEN} 18:05"), at(f"{TEN} 18:30"), "reserve"),
    ]
    told = statement(intervals(START_S, END_S, 100), parts, [PEAK]).events[0].sentence
    assert told.startswith("18:05–18:50: ")


def test_an_event_that_nobody_knows_any_more_is_settled_by_its_participations() -> None:
    result = statement(intervals(START_S, END_S, export_wh=100), [PART], [], tariff(per_kw="1"))
    assert [(total.name, total.paid_wh) for total in result.events] == [("peak", 1200)]
    assert result.power_lines[0].mean_w == 1200


def test_days_outside_the_tariff_are_listed_and_not_paid() -> None:
    pays = tariff(per_kw="5", valid_until=date(2026, 2, 9))
    result = statement(intervals(START_S, END_S, export_wh=100), [PART], [PEAK], pays)
    assert result.credit == Decimal("0.00")
    notes = {line.note for line in result.all_lines}
    assert notes == {"the tariff is valid from 2026-01-01 to 2026-02-09"}


# --- what must not come in, and what is told ---


@pytest.mark.parametrize(
    ("recorded", "complaint"),
    [
        (intervals(START_S, START_S + 300) * 2, "no moment is paid twice"),
        ([Interval("garage", START_S + 60, START_S + 360, 0, 0, 0)], "within one five minutes"),
        ([Interval("garage", START_S, START_S, 0, 0, 0)], "within one five minutes"),
        ([Interval("garage", START_S, START_S + 300, 0, -1, 0)], "an energy below 0"),
    ],
)
def test_a_record_that_breaks_its_promise_is_refused(
    recorded: list[Interval], complaint: str
) -> None:
    with pytest.raises(BadInputError, match=complaint):
        statement(recorded, [PART], [PEAK])


def test_a_month_without_events_says_so() -> None:
    result = statement(intervals(START_S, END_S, export_wh=100), [], [PEAK])
    assert result.summary == (
        "No event asked this site for anything in February 2026; nothing is due."
    )
    assert (result.all_lines, result.credit) == ((), Decimal("0.00"))


def test_the_sentence_of_an_evening_is_that_of_the_demo() -> None:
    assert evening().events[0].sentence == (
        "18:15–18:30: 1.9 kWh delivered, credit $0.57, stopped because the event ended, "
        "reserve untouched"
    )


@pytest.mark.parametrize(
    ("stopped", "least_soc_bp", "end"),
    [
        ("reserve", 2000, "stopped because the owner's reserve was reached, reserve untouched"),
        ("opted_out", 1990, "reserve touched: garage was at 19.9 % of the 20.0 % to keep"),
        ("unplugged", -1, "told no state of charge, so the reserve is not known"),
        ("", 5000, "credit $0.57, still going on, reserve untouched"),
    ],
)
def test_the_sentence_says_why_it_stopped_and_what_became_of_the_reserve(
    stopped: str, least_soc_bp: int, end: str
) -> None:
    assert evening(stopped, least_soc_bp).events[0].sentence.endswith(end)


def test_who_took_part_without_delivering_is_told() -> None:
    parts: list[Participation] = [part("peak", START_S, START_S, "silent")]
    told = statement(intervals(START_S, END_S), parts, [PEAK]).events[0].sentence
    assert told.startswith("18:00–18:00: nothing delivered, credit $0.00, stopped because the co")


def test_a_settlement_needs_the_days_that_baselines_look_back_to() -> None:
    begin_s, end_s = needed_span(Month(2026, 2), tariff())
    assert begin_s < at("2025-12-18 00:00")
    assert end_s > at("2026-03-01 00:00")


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "Feb 2026", "0001-01", "2026-02-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="such as 2026-02"):
        Month.parse(text)


def test_a_month_is_read_as_it_is_written() -> None:
    assert Month.parse("2026-02") == Month(2026, 2)
    assert str(Month(2026, 2)) == "2026-02"
