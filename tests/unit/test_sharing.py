"""Sharing a service: everyone the same, and nobody what is not there."""

import pytest

from wattback_controller.sharing import Bound, rise_in_room, share, share_in_turns

LEAST = 6000


def bound(most: int, names: str) -> Bound:
    """names: of a letter each."""
    return Bound(most, frozenset(names))


SHARED = {
    "nobody wants anything": ({}, {}, [bound(100, "AB")], {}),
    "no bound": ({"A": 5000, "B": 700}, {}, [], {"A": 5000, "B": 700}),
    "room for all": ({"A": 5000, "B": 700}, {}, [bound(9000, "AB")], {"A": 5000, "B": 700}),
    "the same for everyone": (
        {"A": 9000, "B": 9000, "C": 9000},
        {},
        [bound(9000, "ABC")],
        {"A": 3000, "B": 3000, "C": 3000},
    ),
    "what one cannot use, the others share": (
        {"A": 1000, "B": 9000, "C": 9000},
        {},
        [bound(9000, "ABC")],
        {"A": 1000, "B": 4000, "C": 4000},
    ),
    "whole steps, rounded down": (
        {"A": 5000, "B": 5000, "C": 5000},
        {},
        [bound(8000, "ABC")],
        {"A": 2600, "B": 2600, "C": 2600},
    ),
    "a want is not exceeded": ({"A": 1099, "B": 99}, {}, [], {"A": 1000, "B": 0}),
    "who cannot be told counts": (
        {"A": 9000, "B": 9000},
        {"S": 3000},
        [bound(9000, "ABS")],
        {"A": 3000, "B": 3000},
    ),
    "who hangs elsewhere does not": (
        {"A": 9000},
        {"S": 3000},
        [bound(9000, "A")],
        {"A": 9000},
    ),
    "what is held counts once for who wants": (
        {"A": 9000},
        {"A": 3000},
        [bound(9000, "A")],
        {"A": 9000},
    ),
    "the smallest of several bounds": (
        {"A": 9000, "B": 9000, "C": 9000},
        {},
        [bound(12_000, "ABC"), bound(3000, "AB")],
        {"A": 1500, "B": 1500, "C": 9000},
    ),
    "a full bound stops its own members alone": (
        {"A": 9000, "B": 9000},
        {},
        [bound(0, "A"), bound(5000, "B")],
        {"A": 0, "B": 5000},
    ),
    "a bound that is exceeded already gives nothing more": (
        {"A": 9000, "B": 9000},
        {"S": 10_000},
        [bound(9000, "AS")],
        {"A": 0, "B": 9000},
    ),
    "nothing below nothing": ({"A": -500}, {}, [bound(1000, "A")], {"A": 0}),
}


@pytest.mark.parametrize("case", SHARED)
def test_a_share(case: str) -> None:
    wants, held, bounds, given = SHARED[case]
    assert share(wants, held, bounds) == given


TURNS = {
    "room for all": ({"A": 9000, "B": 9000}, {}, [bound(18_000, "AB")], "AB", (9000, 9000)),
    "just enough for all": ({"A": 9000, "B": 9000}, {}, [bound(12_000, "AB")], "AB", (6000, 6000)),
    "too little for two": ({"A": 9000, "B": 9000}, {}, [bound(11_900, "AB")], "AB", (9000, 0)),
    "the other turn": ({"A": 9000, "B": 9000}, {}, [bound(11_900, "AB")], "BA", (0, 9000)),
    "too little for one": ({"A": 9000, "B": 9000}, {}, [bound(5900, "AB")], "AB", (0, 0)),
    "who wants less than is of use gets nothing": (
        {"A": 5900, "B": 9000},
        {},
        [bound(18_000, "AB")],
        "AB",
        (0, 9000),
    ),
    "who makes no room is not put off": (
        # C is the last in turn, but hangs elsewhere.
        {"A": 9000, "B": 9000, "C": 9000},
        {},
        [bound(8000, "AB"), bound(9000, "C")],
        "ABC",
        (8000, 0, 9000),
    ),
    "a silent one is served before all others": (
        {"A": 9000, "B": 9000},
        {"S": 6000},
        [bound(12_000, "ABS")],
        "AB",
        (6000, 0),
    ),
}


@pytest.mark.parametrize("case", TURNS)
def test_a_share_in_turns(case: str) -> None:
    wants, held, bounds, order, given = TURNS[case]
    found = share_in_turns(wants, held, bounds, LEAST, order)
    assert found == dict(zip(sorted(wants), given, strict=True))


RISES = {
    "room": ({"A": 9000}, {"A": 6000}, 20_000, {"A": 9000}),
    "no room yet": ({"A": 12_000, "B": 6000}, {"A": 6000, "B": 12_000}, 18_000, (6000, 6000)),
    "some room": ({"A": 12_000, "B": 6000}, {"A": 6000, "B": 9000}, 18_000, (9000, 6000)),
    "a fall is at once": ({"A": 6000, "B": 0}, {"A": 16_000, "B": 16_000}, 18_000, (6000, 0)),
    "too little to begin": ({"A": 9000, "B": 6000}, {"A": 0, "B": 13_000}, 18_000, (0, 6000)),
    "the first takes the room": (
        {"A": 9000, "B": 9000},
        {"A": 6000, "B": 6000},
        15_000,
        (9000, 6000),
    ),
    "who holds more than there is keeps others down": (
        {"A": 6000},
        {"A": 0, "S": 20_000},
        18_000,
        {"A": 0},
    ),
    "who is new counts as nothing": ({"A": 9000}, {}, 18_000, {"A": 9000}),
}


@pytest.mark.parametrize("case", RISES)
def test_a_rise_waits_for_room(case: str) -> None:
    given, counted, most, allowed = RISES[case]
    expected = (
        allowed if isinstance(allowed, dict) else dict(zip(sorted(given), allowed, strict=True))
    )
    assert rise_in_room(given, counted, [bound(most, "ABS")], LEAST) == expected


def test_a_rise_without_a_bound_waits_for_nothing() -> None:
    assert rise_in_room({"A": 9000}, {"A": 0, "S": 80_000}, [bound(1, "S")], LEAST) == {"A": 9000}
