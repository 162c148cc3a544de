"""Which demand counts at a moment, and when an event with a random start begins here."""

from dataclasses import replace

import pytest

from tests.unit.controller_bench import NOW_S, event
from wattback_controller.records import Event, Kind, Segment
from wattback_controller.schedule import demands_at, edges, randomised


def several(*segments: Segment, randomize_s: int = 0) -> Event:
    return replace(event(randomize_s=randomize_s), segments=segments)


def setpoint(start_s: int, end_s: int, value: float = 8000.0) -> Segment:
    return Segment("DISPATCH_SETPOINT", start_s, end_s, value)


def counting(events: list[Event], now_s: float, kind: Kind = "DISPATCH_SETPOINT") -> str:
    demand = demands_at(events, now_s).get(kind)
    return "" if demand is None else demand.event.event


@pytest.mark.parametrize(
    ("after_s", "counts"), [(-0.001, False), (0.0, True), (899.999, True), (900.0, False)]
)
def test_a_segment_counts_from_its_first_moment_to_before_its_end(
    after_s: float, counts: bool
) -> None:
    assert bool(counting([event()], NOW_S + after_s)) == counts


def test_segments_of_one_event_follow_each_other() -> None:
    two = several(setpoint(0, 100, 1000.0), setpoint(100, 200, 2000.0), setpoint(300, 400, 3000.0))
    found = [demands_at([two], s).get("DISPATCH_SETPOINT") for s in (0, 99, 100, 200, 300)]
    assert [None if demand is None else demand.value for demand in found] == [
        1000.0,
        1000.0,
        2000.0,
        None,
        3000.0,
    ]


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ({"priority": 0}, {"priority": 1}, "first"),
        ({"priority": 5}, {"priority": 1}, "second"),
        ({"priority": 1000}, {"priority": None}, "first"),
        ({"priority": None, "created_s": 9}, {"priority": 7, "created_s": 1}, "second"),
        ({"priority": 1, "created_s": 1}, {"priority": 1, "created_s": 2}, "second"),
        ({"priority": None, "created_s": 3}, {"priority": None, "created_s": 2}, "first"),
        ({}, {}, "first"),  # by their names
    ],
)
def test_of_two_events_at_once_one_counts_whoever_is_told_first(
    first: dict[str, int | None], second: dict[str, int | None], counts: str
) -> None:
    both = [
        event(name="first", **first),  # type: ignore[arg-type]
        event(name="second", **second),  # type: ignore[arg-type]
    ]
    assert counting(both, NOW_S) == counting(both[::-1], NOW_S) == counts


def test_an_event_of_low_priority_goes_on_when_the_higher_one_is_over() -> None:
    high = event(name="high", priority=0, start_s=NOW_S + 100, end_s=NOW_S + 200)
    low = event(name="low", priority=1)
    seen = [counting([high, low], NOW_S + s) for s in (99, 100, 199, 200)]
    assert seen == ["low", "high", "high", "low"]


def test_every_kind_counts_on_its_own() -> None:
    both = [
        event(name="set", priority=9),
        event("IMPORT_CAPACITY_LIMIT", 5000.0, name="cap", priority=0),
    ]
    assert counting(both, NOW_S) == "set"
    assert counting(both, NOW_S, "IMPORT_CAPACITY_LIMIT") == "cap"
    assert counting(both, NOW_S, "PRICE") == ""


def test_a_random_start_is_drawn_once_for_a_site_and_event() -> None:
    asked = event(randomize_s=300)
    drawn = randomised(asked, "Oak Lane")
    assert NOW_S <= drawn.start_s <= NOW_S + 300
    assert drawn == randomised(asked, "Oak Lane")
    assert drawn.end_s == asked.end_s
    # What the utility changes of it otherwise does not draw again.
    more = replace(asked, segments=(replace(asked.segments[0], value=5000.0),), modified_s=9)
    assert randomised(more, "Oak Lane").start_s == drawn.start_s


def test_random_starts_of_many_sites_are_spread_over_all_of_the_time() -> None:
    asked = event(randomize_s=300)
    delays = sorted(randomised(asked, f"site {n}").start_s - NOW_S for n in range(300))
    assert delays[0] < 10
    assert delays[-1] > 290
    assert all(80 < sum(a <= delay < a + 100 for delay in delays) < 120 for a in (0, 100, 200))


def test_without_a_random_start_nothing_is_put_off() -> None:
    asked = event()
    assert randomised(asked, "Oak Lane") is asked


def test_a_random_start_eats_into_the_event_and_never_moves_its_end_or_an_inner_edge() -> None:
    asked = several(setpoint(0, 100), setpoint(100, 200), setpoint(200, 900), randomize_s=250)
    for n in range(50):
        drawn = randomised(asked, f"site {n}")
        assert drawn.end_s == 900
        assert all(one.start_s < one.end_s for one in drawn.segments)
        assert {one.end_s for one in drawn.segments} <= {100, 200, 900}


def test_a_random_start_beyond_the_end_leaves_the_event_as_it_was() -> None:
    asked = event(end_s=NOW_S + 1, randomize_s=10**6)
    assert randomised(asked, "Oak Lane") == asked


def test_edges_are_every_beginning_and_end() -> None:
    two = several(setpoint(0, 100), setpoint(100, 200))
    assert edges([two, event(start_s=7, end_s=150)]) == {0, 7, 100, 150, 200}
    assert edges([]) == set()
