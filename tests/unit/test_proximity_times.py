"""How long proximity takes: to the tick, from every profile's start on, and over long turns."""

import pytest

from tests.unit.proximity_pin import (
    LATCHED_OHM,
    NOTHING_OHM,
    PRESSED_OHM,
    WORSE,
    Pin,
    settled,
)
from wattback.fault_table import PROXIMITY_SHORTED
from wattback.limits import NO_LIMIT_MA
from wattback.proximity import IEC_CABLE, NACS_ADAPTER, WIRED_HANDLE, Proximity

TICK_MS = 10
DEBOUNCE_MS = 250
EACH_PAIR = pytest.mark.parametrize(("profile", "more", "less"), WORSE)


def test_before_the_first_turn_nothing_is_restricted() -> None:
    proximity = Proximity()
    assert (proximity.limit_ma, proximity.loose, proximity.fault_bits) == (NO_LIMIT_MA, 0, 0)


# (profile, what is there, what is said of nothing, and of it)
BEGINNINGS = (
    (IEC_CABLE, (100, 0), (0, 0, 0), (63_000, 0, 0)),
    (IEC_CABLE, (1_500, 0), (0, 0, 0), (13_000, 0, 0)),
    (WIRED_HANDLE, (LATCHED_OHM, 0), (NO_LIMIT_MA, 1, 0), (NO_LIMIT_MA, 0, 0)),
    (NACS_ADAPTER, (0, 0), (NO_LIMIT_MA, 1, 0), (NO_LIMIT_MA, 0, 0)),
)


@pytest.mark.parametrize(("profile", "at", "nothing", "there"), BEGINNINGS)
def test_at_the_start_what_is_there_counts_after_250_ms_of_it_and_a_tick(
    profile: int, at: tuple[int, int], nothing: tuple[int, int, int], there: tuple[int, int, int]
) -> None:
    pin = Pin(profile, TICK_MS)
    for _ in range(DEBOUNCE_MS // TICK_MS):
        pin.feed(at[0], TICK_MS, at[1])
        assert pin.picture == nothing
    pin.feed(at[0], TICK_MS, at[1])
    assert pin.picture == there


@pytest.mark.parametrize("profile", [IEC_CABLE, WIRED_HANDLE])
def test_a_short_that_is_there_at_the_start_is_told_after_250_ms(profile: int) -> None:
    pin = Pin(profile, TICK_MS)
    pin.feed(0, DEBOUNCE_MS - TICK_MS)
    assert pin.proximity.fault_bits == 0
    pin.feed(0, TICK_MS)
    assert pin.proximity.fault_bits == PROXIMITY_SHORTED


@pytest.mark.parametrize("profile", [IEC_CABLE, WIRED_HANDLE])
def test_a_short_lasts_until_something_else_was_there_for_250_ms(profile: int) -> None:
    pin = settled(profile, (0, 0), TICK_MS)
    for _ in range(DEBOUNCE_MS // TICK_MS):
        pin.feed(LATCHED_OHM, TICK_MS)
        assert pin.proximity.fault_bits == PROXIMITY_SHORTED
    pin.feed(LATCHED_OHM, TICK_MS)
    assert pin.proximity.fault_bits == 0


@pytest.mark.covers("1.5 debounce of the plug")
@EACH_PAIR
def test_less_counts_with_the_tick_that_completes_250_ms_however_often_it_comes(
    profile: int, more: tuple[int, int], less: tuple[int, int]
) -> None:
    pin = settled(profile, more, TICK_MS)
    good, bad = pin.picture, settled(profile, less, TICK_MS).picture
    for _ in range(3):
        pin.feed(less[0], DEBOUNCE_MS - TICK_MS, less[1])
        assert pin.picture == good
        pin.feed(less[0], TICK_MS, less[1])
        assert pin.picture == bad
        pin.feed(more[0], DEBOUNCE_MS, more[1])
        assert pin.picture == bad
        pin.feed(more[0], TICK_MS, more[1])  # and at once less again
        assert pin.picture == good


@EACH_PAIR
def test_what_good_samples_have_made_up_for_counts_no_more(
    profile: int, more: tuple[int, int], less: tuple[int, int]
) -> None:
    pin = settled(profile, more, TICK_MS)
    good = pin.picture
    pin.feed(less[0], 100, less[1])
    pin.feed(more[0], 100, more[1])
    pin.feed(less[0], DEBOUNCE_MS - TICK_MS, less[1])
    assert pin.picture == good
    pin.feed(more[0], 1_000, more[1])
    pin.feed(less[0], DEBOUNCE_MS - TICK_MS, less[1])
    assert pin.picture == good


@EACH_PAIR
def test_good_samples_make_up_for_their_own_time_and_no_more(
    profile: int, more: tuple[int, int], less: tuple[int, int]
) -> None:
    pin = settled(profile, more, TICK_MS)
    good, bad = pin.picture, settled(profile, less, TICK_MS).picture
    pin.feed(less[0], 200, less[1])
    pin.feed(more[0], 50, more[1])
    pin.feed(less[0], 90, less[1])
    assert pin.picture == good
    pin.feed(less[0], TICK_MS, less[1])
    assert pin.picture == bad


@EACH_PAIR
def test_one_sample_of_a_long_turn_counts_for_125_ms_at_most(
    profile: int, more: tuple[int, int], less: tuple[int, int]
) -> None:
    pin = settled(profile, more, TICK_MS)
    good, bad = pin.picture, settled(profile, less, TICK_MS).picture
    for dt_ms, at in ((1_000, less), (TICK_MS, more), (1_000, less)):  # 125 115 240
        pin.dt_ms = dt_ms
        pin.feed(at[0], dt_ms, at[1])
        assert pin.picture == good
    pin.dt_ms = TICK_MS
    pin.feed(less[0], TICK_MS, less[1])
    assert pin.picture == bad


def test_cables_that_allow_more_and_take_turns_count_for_250_ms_and_no_longer() -> None:
    pin = settled(IEC_CABLE, (1_500, 0), TICK_MS)
    for _ in range(100):
        pin.feed(680, TICK_MS)
        pin.feed(220, TICK_MS)
        assert pin.picture == (13_000, 0, 0)
    pin.feed(1_500, 20)
    pin.feed(NOTHING_OHM, TICK_MS)
    assert pin.picture == (13_000, 0, 0)
    pin.feed(NOTHING_OHM, TICK_MS)
    assert pin.picture == (0, 0, 0)


# A handle's borders, ohm (evse.md 2.2): shorted below 75, pressed from 315 on.
@pytest.mark.parametrize(
    ("border", "below", "above"),
    [
        (75, (NO_LIMIT_MA, 0, PROXIMITY_SHORTED), (NO_LIMIT_MA, 0, 0)),
        (315, (NO_LIMIT_MA, 0, 0), (NO_LIMIT_MA, 1, 0)),
    ],
)
def test_a_handle_leaves_a_state_a_twentieth_beyond_its_border(
    border: int, below: tuple[int, int, int], above: tuple[int, int, int]
) -> None:
    pin = Pin(WIRED_HANDLE)
    for ohm, picture in (
        (border * 4 // 5, below),
        (border + border // 20 - 1, below),
        (border + border // 20, above),
        (border - border // 20, above),
        (border - border // 20 - 1, below),
    ):
        pin.feed(ohm)
        assert pin.picture == picture, ohm


@pytest.mark.parametrize("less", [(PRESSED_OHM, 0), (LATCHED_OHM, 1)])
def test_a_press_is_one_whether_the_wire_or_the_contact_tells(less: tuple[int, int]) -> None:
    pin = settled(WIRED_HANDLE, (LATCHED_OHM, 0), TICK_MS)
    for index in range(DEBOUNCE_MS // TICK_MS):
        assert pin.proximity.loose == 0
        at = less if index % 2 else (PRESSED_OHM, 1)
        pin.feed(at[0], TICK_MS, at[1])
    assert pin.proximity.loose == 1
