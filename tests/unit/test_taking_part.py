"""Who takes part in which event, from when to when, and why it ended."""

from dataclasses import replace

import pytest

from tests.unit.controller_bench import NOW_S, READY, event, part
from wattback_controller.connector_link import Order, Reading
from wattback_controller.plan import Told
from wattback_controller.records import STOP_TEXTS, Event, Participation
from wattback_controller.taking_part import boundaries, follow_parts

EVENT = event(end_s=NOW_S + 900)
OTHER = event(name="event-2", start_s=NOW_S + 100, end_s=NOW_S + 400, priority=0)


def told(to: Event | None, reason: str = "", target_w: int | None = 8000) -> Told:
    return Told(Order(True, 4000, target_w), to, reason)


def followed(
    after_s: int,
    going_on: Participation | None,
    tells: Told | None,
    events: tuple[Event, ...] = (EVENT, OTHER),
    reading: Reading = READY,
    trusted: bool = True,
    since_s: int = NOW_S,
) -> tuple[Participation | None, Participation | None]:
    """What goes on at `garage` then, and what has ended. tells: None for a silent connector."""
    now_on, ended = follow_parts(
        NOW_S + after_s,
        {} if going_on is None else {"garage": going_on},
        {} if tells is None else {"garage": tells},
        {} if tells is None else {"garage": reading},
        events,
        trusted,
        {"garage": since_s},
    )
    assert len(ended) <= 1
    return now_on.get("garage"), ended[0] if ended else None


def going(seen_s: int, **changes: object) -> Participation:
    """One that was seen so long after the beginning."""
    return replace(part(end_s=NOW_S + seen_s), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("after_s", "since_s", "start_s"),
    [
        (0, NOW_S, NOW_S),
        (3, NOW_S, NOW_S),  # a slow round
        (3, NOW_S - 100, NOW_S + 4),  # heard of after its start: no energy was read there
        (3, NOW_S + 3, NOW_S + 4),  # has taken part, and stopped, before
        (6, NOW_S, NOW_S + 7),
        (60, NOW_S - 240, NOW_S + 61),
    ],
)
def test_it_begins_with_the_event_or_with_the_next_second(
    after_s: int, since_s: int, start_s: int
) -> None:
    begun, ended = followed(after_s, None, told(EVENT), since_s=since_s)
    assert begun is not None
    assert (begun.start_s, begun.end_s) == (start_s, NOW_S + after_s)
    assert (begun.event, begun.asked_w, begun.reserve_bp) == ("event-1", 8000, 4000)
    assert (begun.least_soc_bp, begun.stopped) == (7000, "")
    assert ended is None


def test_who_is_told_of_no_event_takes_part_in_none() -> None:
    assert followed(0, None, told(None, "opted_out")) == (None, None)


def test_what_goes_on_keeps_the_largest_that_was_asked_and_the_lowest_charge() -> None:
    now_on: Participation | None = going(10)
    for after_s, target_w, soc_bp in ((11, 9000, 6500), (12, 4000, 6900), (13, -9500, -1)):
        now_on, _ = followed(
            after_s, now_on, told(EVENT, target_w=target_w), reading=replace(READY, soc_bp=soc_bp)
        )
    assert now_on is not None
    assert (now_on.asked_w, now_on.least_soc_bp, now_on.end_s) == (-9500, 6500, NOW_S + 13)
    assert now_on.start_s == NOW_S


def test_a_silent_connector_goes_on_until_the_event_ends() -> None:
    assert followed(500, going(10), None) == (going(500), None)
    assert followed(900, going(899), None) == (
        None,
        going(900, stopped="silent"),
    )


# What is told, of which events, when; then how it ends, and how long after its beginning.
ENDS: dict[str, tuple[int, Told, tuple[Event, ...], bool, str, int]] = {
    "with the event": (900, told(None), (EVENT,), True, "event_ended", 900),
    "in a round that comes late": (904, told(None), (EVENT,), True, "event_ended", 900),
    "because the owner opted out": (
        500,
        told(None, "opted_out"),
        (EVENT,),
        True,
        "opted_out",
        501,
    ),
    "in the last second": (899, told(None, "reserve"), (EVENT,), True, "reserve", 900),
    "for a higher one": (500, told(OTHER), (EVENT, OTHER), True, "outranked", 501),
    "cancelled": (500, told(None), (), True, "event_cancelled", 501),
    "by a utility that is silent": (500, told(None), (EVENT,), False, "programme_silent", 501),
    "with one of its segments": (500, told(None), (EVENT,), True, "event_ended", 501),
    "put into the past": (
        500,
        told(None),
        (event(end_s=NOW_S + 400),),
        True,
        "event_ended",
        501,
    ),
}


@pytest.mark.parametrize("case", ENDS)
def test_it_ends(case: str) -> None:
    after_s, tells, events, trusted, stopped, end_s = ENDS[case]
    seen_s = min(after_s, 900) - 1
    _, ended = followed(after_s, going(seen_s), tells, events, trusted=trusted)
    assert ended is not None
    assert (ended.stopped, ended.end_s - NOW_S) == (stopped, end_s)
    assert ended.start_s == NOW_S


@pytest.mark.parametrize("reason", [reason for reason in STOP_TEXTS if reason])
def test_every_reason_not_to_take_part_is_how_it_ends(reason: str) -> None:
    _, ended = followed(10, going(9), told(None, reason))
    assert ended is not None
    assert ended.stopped == reason


def test_who_began_by_a_clock_that_was_ahead_has_taken_no_time_and_begins_anew() -> None:
    begun = going(200, start_s=NOW_S + 100)
    now_on, ended = followed(50, begun, told(EVENT), since_s=NOW_S + 40)
    assert now_on is not None and ended is not None
    assert (ended.stopped, ended.start_s, ended.end_s) == (
        "clock_set_back",
        NOW_S + 100,
        NOW_S + 100,
    )
    assert now_on.start_s == NOW_S + 51


def test_a_clock_that_is_steered_back_by_a_second_ends_nothing() -> None:
    begun = going(99, start_s=NOW_S + 100)
    assert followed(98, begun, told(EVENT)) == (replace(begun, end_s=NOW_S + 98), None)
    _, ended = followed(98, begun, told(None, "opted_out"))
    assert ended is not None
    assert ended.start_s == ended.end_s == NOW_S + 100


def test_no_second_is_of_two_events() -> None:
    now_on, ended = followed(100, going(99), told(OTHER), since_s=OTHER.start_s)
    assert now_on is not None and ended is not None
    assert now_on.start_s == ended.end_s == OTHER.start_s
    assert ended.stopped == "outranked"


def test_who_had_just_begun_when_another_event_took_over_has_taken_no_time() -> None:
    begun = going(99, start_s=NOW_S + 100)
    _, ended = followed(100, begun, told(OTHER), since_s=OTHER.start_s)
    assert ended is not None
    assert ended.start_s == ended.end_s == NOW_S + 100


def test_an_event_that_was_cancelled_while_nobody_looked_ends_when_somebody_did_last() -> None:
    _, ended = followed(500, going(100), told(None), ())
    assert ended is not None
    assert (ended.stopped, ended.end_s) == ("event_cancelled", NOW_S + 101)


@pytest.mark.parametrize("after_s", [900, 5000, 86_400])
def test_an_event_that_ended_while_nobody_looked_ended_at_its_end(after_s: int) -> None:
    _, ended = followed(after_s, going(100), told(None))
    assert ended is not None
    assert (ended.stopped, ended.end_s) == ("event_ended", NOW_S + 900)


def test_energy_is_cut_at_both_ends_and_where_a_controller_has_left_off() -> None:
    assert boundaries(going(100, stopped="opted_out"), NOW_S + 200) == {NOW_S, NOW_S + 100}
    assert boundaries(going(100), NOW_S + 101) == {NOW_S}
    assert boundaries(going(100), NOW_S + 160) == {NOW_S}
    assert boundaries(going(100), NOW_S + 161) == {NOW_S, NOW_S + 101}
