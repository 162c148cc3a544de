"""What is believed: limits, replays, and that a copy which is refused changes nothing."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.openadr_bench import HOUR_S, NOW_S, answer_to, event_json, interval_json
from wattback_controller.openadr.events import Copy
from wattback_controller.openadr.memory import Memory
from wattback_controller.openadr.plausibility import Limits
from wattback_controller.records import Event

LIMITS = Limits()


def copy_of(**changes: Any) -> Copy:
    answer = answer_to(event_json(**changes))
    assert isinstance(answer, Copy), answer
    return answer


def changed(at: str, **changes: Any) -> Copy:
    """A copy that the utility made on 10 February at this time of day, UTC."""
    return copy_of(modificationDateTime=f"2026-02-10T{at}Z", **changes)


def started(start: str, duration: str, **more: Any) -> dict[str, Any]:
    return {"intervalPeriod": {"start": start, "duration": duration, **more}}


def reason(memory: Memory, copy: Copy, now_s: int = NOW_S) -> str:
    refusal = memory.hear(copy, now_s)
    return refusal.reason if refusal else ""


def values(memory: Memory, now_s: int = NOW_S) -> list[float]:
    return [segment.value for event in memory.standing(now_s) for segment in event.segments]


def kilowatts(value: float) -> dict[str, Any]:
    return {"intervals": [interval_json("DISPATCH_SETPOINT", value)]}


IMPLAUSIBLE = {
    "created in the future": (
        {"createdDateTime": "2026-02-11T00:02:01Z"},
        "created in the future",
    ),
    "changed in the future": (
        {"modificationDateTime": "2026-02-11T00:02:01Z"},
        "changed in the future",
    ),
    "over": (started("2026-02-10T23:00:00Z", "PT1H"), "over before it was heard of"),
    "far ahead": (started("2026-02-18T00:00:01Z", "PT1H"), "more than 7 days ahead"),
    "begun long ago": (started("2026-02-10T17:59:59Z", "PT12H"), "began more than 6 h ago"),
    "too long": (started("2026-02-11T00:15:00Z", "PT172801S"), "longer than 2 days"),
    "an endless set-point": (started("2026-02-11T00:15:00Z", "P9999Y"), "has no end"),
    "a start put off too far": (
        started("2026-02-11T00:15:00Z", "PT15M", randomizeStart="PT3601S"),
        "put off by more than 3600 s",
    ),
    "8 MW of export": (kilowatts(8000), "8000 kW is beyond 100 kW: was a unit mixed up?"),
    "8 MW of import": (kilowatts(-8000), "-8000 kW is beyond 100 kW"),
    "an absurd limit": (
        {"intervals": [interval_json("IMPORT_CAPACITY_LIMIT", 1e300)]},
        "kW is beyond 100 kW",
    ),
    "an absurd price": (
        {"intervals": [interval_json("EXPORT_PRICE", 9000)]},
        "EXPORT_PRICE of 9000 per kWh is beyond 18.",
    ),
}


@pytest.mark.parametrize("case", IMPLAUSIBLE)
def test_what_cannot_be_meant_is_refused_with_its_reason(case: str) -> None:
    changes, expected = IMPLAUSIBLE[case]
    memory = Memory(LIMITS, ())
    assert expected in reason(memory, copy_of(**changes))
    assert memory.seen == ()


@pytest.mark.parametrize(
    "changes",
    [
        started("2026-02-10T23:59:00Z", "PT15M"),  # it goes on already
        started("2026-02-18T00:00:00Z", "P2D"),  # the latest and the longest
        started("2026-02-10T18:00:00Z", "PT12H"),
        {"modificationDateTime": "2026-02-11T00:02:00Z"},  # clocks differ a little
        kilowatts(-100),
        {"intervals": [interval_json("PRICE", 9.0)]},
        # Prices of today were begun longer ago than a set-point may be.
        started("2026-02-10T01:00:00Z", "P1D") | {"intervals": [interval_json("PRICE", 0.1)]},
        # A limit may hold until it is withdrawn, and from whenever.
        started("2020-01-01T00:00:00Z", "P9999Y")
        | {"intervals": [interval_json("EXPORT_CAPACITY_LIMIT", 0)]},
    ],
)
def test_what_can_be_meant_is_taken(changes: dict[str, Any]) -> None:
    memory = Memory(LIMITS, ())
    assert reason(memory, copy_of(**changes)) == ""
    assert len(memory.standing(NOW_S)) == 1


def test_what_a_site_can_do_bounds_set_points_and_no_limits() -> None:
    """A limit that is looser than the site refuses no event that has a strict one too."""
    limits = replace(LIMITS, largest_power_w=16_000)
    loose = interval_json("EXPORT_CAPACITY_LIMIT", 24.0)
    strict = interval_json("IMPORT_CAPACITY_LIMIT", 4.0, id=1)
    memory = Memory(limits, ())
    assert reason(memory, copy_of(intervals=[loose, strict])) == ""
    assert sorted(values(memory)) == [4000.0, 24_000.0]
    refused = copy_of(id="event-2", intervals=[interval_json("DISPATCH_SETPOINT", 24.0)])
    assert "24 kW is beyond 16 kW" in reason(memory, refused)


# --- replays ---


def test_an_older_copy_is_a_replay_and_the_newer_one_stands() -> None:
    memory = Memory(LIMITS, ())
    assert reason(memory, changed("23:30:00.001", **kilowatts(8))) == ""
    assert "a replay" in reason(memory, changed("23:30:00", **kilowatts(4)))
    assert values(memory) == [8000.0]


def test_another_content_under_the_same_time_is_refused() -> None:
    memory = Memory(LIMITS, ())
    assert reason(memory, changed("23:30:00", **kilowatts(8))) == ""
    assert reason(memory, changed("23:30:00", **kilowatts(8))) == ""
    assert "without a newer modificationDateTime" in reason(
        memory, changed("23:30:00", **kilowatts(4))
    )
    assert values(memory) == [8000.0]


def test_a_newer_copy_takes_the_place_and_an_absurd_one_does_not() -> None:
    memory = Memory(LIMITS, ())
    assert reason(memory, changed("23:30:00", **kilowatts(8))) == ""
    assert reason(memory, changed("23:31:00", **kilowatts(4))) == ""
    assert "beyond 100 kW" in reason(memory, changed("23:32:00", **kilowatts(8000)))
    assert values(memory) == [4000.0]


def test_a_cancelled_event_that_is_back_without_a_newer_change_is_a_replay() -> None:
    memory = Memory(LIMITS, ())
    assert reason(memory, changed("23:30:00")) == ""
    memory.withdraw("event-1")
    assert values(memory) == []
    assert "cancelled and is back" in reason(memory, changed("23:30:00"))
    assert "a replay" in reason(memory, changed("23:29:00"))
    assert values(memory) == []
    assert reason(memory, changed("23:31:00")) == ""
    assert values(memory) == [8000.0]


def test_an_event_without_length_cancels_unless_it_is_older() -> None:
    cancelled = started("0001-01-01", "PT0S")
    memory = Memory(LIMITS, ())
    assert reason(memory, changed("23:29:00", **cancelled)) == ""  # of something never heard of
    assert memory.seen == ()
    assert reason(memory, changed("23:30:00")) == ""
    assert "a replay" in reason(memory, changed("23:29:00", **cancelled))
    assert values(memory) == [8000.0]
    assert reason(memory, changed("23:31:00", **cancelled)) == ""
    assert values(memory) == []


def test_an_event_that_is_moved_into_the_past_stands_no_more() -> None:
    memory = Memory(LIMITS, ())
    assert reason(memory, changed("23:30:00")) == ""
    assert reason(memory, changed("23:31:00", **started("2026-02-10T20:00:00Z", "PT15M"))) == ""
    assert values(memory) == []


def test_no_copy_that_was_ever_believed_comes_back_after_it_was_shortened() -> None:
    memory = Memory(LIMITS, ())
    long = changed("23:30:00", **started("2026-02-11T00:15:00Z", "PT2H"))
    assert reason(memory, long) == ""
    assert reason(memory, changed("23:31:00")) == ""  # a quarter of an hour now
    later_s = NOW_S + HOUR_S
    memory.forget((), later_s)
    assert "a replay" in reason(memory, long, later_s)
    memory.forget((), NOW_S + 3 * HOUR_S)
    assert memory.seen == ()


def test_what_is_over_and_listed_still_is_not_taken_for_new() -> None:
    memory = Memory(LIMITS, ())
    assert reason(memory, changed("23:30:00")) == ""
    memory.forget({"event-1"}, NOW_S + HOUR_S)
    assert reason(memory, changed("23:30:00"), NOW_S + HOUR_S) == ""
    memory.forget((), NOW_S + HOUR_S)
    assert memory.seen == ()


def test_an_event_is_changed_six_times_an_hour_and_cancelled_always() -> None:
    memory = Memory(LIMITS, ())
    for minute in range(7):
        assert reason(memory, changed(f"23:30:0{minute}", **kilowatts(minute))) == ""
    assert "changed 6 times within an hour" in reason(memory, changed("23:30:07", **kilowatts(7)))
    assert values(memory) == [6000.0]
    memory_later = Memory(LIMITS, memory.seen)
    again = changed("23:30:08", **started("2026-02-11T02:00:00Z", "PT15M"))
    assert reason(memory_later, again, NOW_S + HOUR_S) == ""
    assert reason(memory, changed("23:30:08", **started("0001-01-01", "PT0S"))) == ""
    assert values(memory) == []


def test_new_events_are_refused_while_too_many_are_not_over() -> None:
    memory = Memory(replace(LIMITS, most_events=2), ())
    assert reason(memory, copy_of(id="event-1")) == ""
    assert reason(memory, copy_of(id="event-2")) == ""
    memory.withdraw("event-2")  # cancelled ones count: they are remembered
    assert "more than 2 events" in reason(memory, copy_of(id="event-3"))
    assert reason(memory, changed("23:45:00", **kilowatts(1))) == ""
    next_day = copy_of(id="event-3", **started("2026-02-11T10:15:00Z", "PT15M"))
    assert reason(memory, next_day, NOW_S + HOUR_S) == ""


def test_a_restart_remembers_what_stood_and_what_was_cancelled() -> None:
    memory = Memory(LIMITS, ())
    assert reason(memory, copy_of(id="event-1")) == ""
    assert reason(memory, copy_of(id="event-2")) == ""
    memory.withdraw("event-2")
    restarted = Memory(LIMITS, memory.seen)
    assert [event.event for event in restarted.standing(NOW_S)] == ["event-1"]
    assert "cancelled and is back" in reason(restarted, copy_of(id="event-2"))


def test_an_event_whose_start_may_be_put_off_is_over_that_much_later() -> None:
    memory = Memory(LIMITS, ())
    spread = started("2026-02-11T00:15:00Z", "PT15M", randomizeStart="PT5M")
    assert reason(memory, copy_of(**spread)) == ""
    last: Event = memory.standing(NOW_S)[0]
    assert memory.standing(last.end_s + 299) == (last,)
    assert memory.standing(last.end_s + 300) == ()
