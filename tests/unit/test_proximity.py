"""Proximity profiles: bands, hysteresis, debounce, and inputs that chatter."""

import pytest

from tests.unit.proximity_pin import (
    LATCHED_OHM,
    NOTHING_OHM,
    PRESSED_OHM,
    SETTLED_MS,
    TURN_MS,
    WORSE,
    Pin,
    settled,
)
from wattback.fault_table import PROXIMITY_SHORTED
from wattback.limits import NO_LIMIT_MA
from wattback.proximity import (
    IEC_CABLE,
    NACS_ADAPTER,
    NOT_WIRED,
    PROFILE_NAMES,
    WIRED_HANDLE,
)
from wattback.settings import SETTINGS

DEBOUNCE_MS = 250
EXTREMES_OHM = (-(2**30), -1, 0, 1, 2**28, 2**30 - 1)

# (ohm, mA): each band's coding, its ends, and what lies beyond (evse.md 2.1).
CABLES = (
    (0, 0),
    (74, 0),
    (75, 63_000),
    (100, 63_000),
    (149, 63_000),
    (150, 32_000),
    (220, 32_000),
    (329, 32_000),
    (330, 20_000),
    (680, 20_000),
    (999, 20_000),
    (1_000, 13_000),
    (1_500, 13_000),
    (2_090, 13_000),
    (2_201, 0),
    (10_000, 0),
    (NOTHING_OHM, 0),
)
CODINGS = ((100, 63_000), (220, 32_000), (680, 20_000), (1_500, 13_000), (NOTHING_OHM, 0))
# (ohm, loose, shorted)
HANDLES = (
    (0, 0, 1),
    (74, 0, 1),
    (75, 0, 0),
    (LATCHED_OHM, 0, 0),
    (299, 0, 0),
    (315, 1, 0),
    (PRESSED_OHM, 1, 0),
    (2_200, 1, 0),
    (2_201, 1, 0),
    (NOTHING_OHM, 1, 0),
)


SAYS_NOTHING = (NO_LIMIT_MA, 0, 0)
LOOSE = (NO_LIMIT_MA, 1, 0)


def test_the_setting_chooses_among_the_named_profiles_and_by_default_nothing_is_wired() -> None:
    (row,) = (row for row in SETTINGS if row[0] == "proximity_profile")
    assert row[1:4] == (NOT_WIRED, 0, len(PROFILE_NAMES) - 1)
    assert PROFILE_NAMES[NOT_WIRED] == "not_wired"
    assert PROFILE_NAMES[WIRED_HANDLE] == "wired_handle"
    assert PROFILE_NAMES[IEC_CABLE] == "iec_cable"
    assert PROFILE_NAMES[NACS_ADAPTER] == "nacs_adapter"


@pytest.mark.parametrize("handle_loose", [0, 1])
@pytest.mark.parametrize(
    "ohm", [*EXTREMES_OHM, 50, LATCHED_OHM, PRESSED_OHM, 1_500, 5_000, NOTHING_OHM]
)
def test_where_nothing_is_wired_everything_is_ignored(ohm: int, handle_loose: int) -> None:
    pin = Pin(NOT_WIRED)
    pin.feed(ohm, SETTLED_MS, handle_loose)
    assert pin.picture == SAYS_NOTHING


# --- a loose cable ---


@pytest.mark.covers("IEC 61851-1 Annex B")
@pytest.mark.parametrize("dt_ms", [50, 250, 600])
@pytest.mark.parametrize(("ohm", "limit_ma"), CABLES)
def test_a_cable_carries_what_its_coding_says(ohm: int, limit_ma: int, dt_ms: int) -> None:
    pin = Pin(IEC_CABLE, dt_ms)
    pin.feed(ohm, 10_000)
    shorted = PROXIMITY_SHORTED if ohm < 75 else 0
    assert pin.picture == (limit_ma, 0, shorted)


@pytest.mark.parametrize("before", CODINGS)
@pytest.mark.parametrize("after", CODINGS)
def test_another_cable_is_seen_for_what_it_is(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    pin = Pin(IEC_CABLE)
    for ohm, limit_ma in (before, after, before):
        pin.feed(ohm)
        assert pin.picture == (limit_ma, 0, 0)


def test_at_the_start_there_is_no_cable_until_one_has_been_seen_for_its_time() -> None:
    pin = Pin(IEC_CABLE)
    pin.feed(220, DEBOUNCE_MS)
    assert pin.picture == (0, 0, 0)
    pin.feed(220, TURN_MS)
    assert pin.picture == (32_000, 0, 0)


@pytest.mark.parametrize("border", [75, 150, 330, 1_000, 2_201])
def test_a_resistance_around_a_border_does_not_flutter(border: int) -> None:
    pin = Pin(IEC_CABLE)
    for start in (border - 1, border):
        pin.feed(border // 2 if start < border else border * 5 // 4)
        pin.feed(start)
        settled = pin.picture
        for _ in range(200):
            pin.feed(border - border // 40, 300)
            pin.feed(border + border // 40, 300)
            assert pin.picture == settled


@pytest.mark.parametrize("border", [75, 150, 330, 1_000, 2_201])
def test_a_twentieth_beyond_a_border_the_state_is_left(border: int) -> None:
    pin = Pin(IEC_CABLE)
    pin.feed(border // 2)
    pin.feed(border - 1)
    below = pin.picture
    pin.feed(border + border // 20)
    above = pin.picture
    assert above != below
    pin.feed(border - border // 20)
    assert pin.picture == above
    pin.feed(border - border // 20 - 1)
    assert pin.picture == below


@pytest.mark.parametrize(("ohm", "limit_ma"), CODINGS)
def test_the_button_of_a_handle_means_nothing_to_a_cable(ohm: int, limit_ma: int) -> None:
    pin = Pin(IEC_CABLE)
    pin.feed(ohm, SETTLED_MS, handle_loose=1)
    assert pin.picture == (limit_ma, 0, 0)


# --- a wired handle ---


@pytest.mark.covers("2.2 handle")
@pytest.mark.parametrize("dt_ms", [50, 250, 600])
@pytest.mark.parametrize(("ohm", "loose", "shorted"), HANDLES)
def test_a_wired_handle_is_latched_pressed_broken_or_shorted(
    ohm: int, loose: int, shorted: int, dt_ms: int
) -> None:
    pin = Pin(WIRED_HANDLE, dt_ms)
    pin.feed(ohm, 10_000)
    assert pin.picture == (NO_LIMIT_MA, loose, PROXIMITY_SHORTED if shorted else 0)


@pytest.mark.parametrize("ohm", [LATCHED_OHM, PRESSED_OHM, NOTHING_OHM])
def test_the_contact_of_the_button_alone_is_enough(ohm: int) -> None:
    pin = Pin(WIRED_HANDLE)
    pin.feed(ohm, SETTLED_MS, handle_loose=1)
    assert pin.picture == LOOSE


def test_a_shorted_wire_is_no_latched_handle_whatever_its_contact_says() -> None:
    pin = Pin(WIRED_HANDLE)
    pin.feed(0, SETTLED_MS, handle_loose=1)
    assert pin.picture == (NO_LIMIT_MA, 0, PROXIMITY_SHORTED)


# --- a docked adapter ---


@pytest.mark.parametrize(
    "ohm", [*EXTREMES_OHM, 50, LATCHED_OHM, PRESSED_OHM, 1_500, 5_000, NOTHING_OHM]
)
def test_of_an_adapter_only_the_interlock_counts(ohm: int) -> None:
    pin = Pin(NACS_ADAPTER)
    for handle_loose, picture in ((0, SAYS_NOTHING), (1, LOOSE), (0, SAYS_NOTHING)):
        pin.feed(ohm, SETTLED_MS, handle_loose)
        assert pin.picture == picture


# --- time, and inputs that chatter ---


@pytest.mark.covers("1.5 debounce of the plug")
@pytest.mark.parametrize(("profile", "more", "less"), WORSE)
def test_less_is_taken_over_after_250_ms_and_more_after_250_ms_without_a_break(
    profile: int, more: tuple[int, int], less: tuple[int, int]
) -> None:
    good, bad = settled(profile, more).picture, settled(profile, less).picture
    pin = settled(profile, more)
    pin.feed(less[0], DEBOUNCE_MS - TURN_MS, less[1])
    assert pin.picture == good
    pin.feed(less[0], TURN_MS, less[1])
    assert pin.picture == bad
    pin.feed(more[0], DEBOUNCE_MS, more[1])
    assert pin.picture == bad
    pin.feed(more[0], TURN_MS, more[1])
    assert pin.picture == good


@pytest.mark.parametrize("dt_ms", [50, 250, 600])
@pytest.mark.parametrize(("profile", "more", "less"), WORSE)
def test_a_single_sample_changes_nothing_however_long_the_turn(
    profile: int, more: tuple[int, int], less: tuple[int, int], dt_ms: int
) -> None:
    for usual, once in ((more, less), (less, more)):
        pin = settled(profile, usual, dt_ms)
        before = pin.picture
        for _ in range(20):
            pin.feed(once[0], dt_ms, once[1])
            assert pin.picture == before
            pin.feed(usual[0], 4 * dt_ms, usual[1])
            assert pin.picture == before


@pytest.mark.parametrize(("profile", "more", "less"), WORSE)
def test_a_good_sample_now_and_then_hides_nothing(
    profile: int, more: tuple[int, int], less: tuple[int, int]
) -> None:
    bad = settled(profile, less).picture
    pin = settled(profile, more)
    for _ in range(10):
        pin.feed(less[0], 2 * TURN_MS, less[1])
        pin.feed(more[0], TURN_MS, more[1])
    assert pin.picture == bad


@pytest.mark.parametrize(("profile", "more", "less"), WORSE)
def test_what_chatters_never_becomes_what_allows_more(
    profile: int, more: tuple[int, int], less: tuple[int, int]
) -> None:
    pin = settled(profile, less)
    bad = pin.picture
    for _ in range(200):
        pin.feed(more[0], DEBOUNCE_MS, more[1])
        pin.feed(less[0], TURN_MS, less[1])
        assert pin.picture == bad


def test_two_bad_states_that_take_turns_are_no_good_one() -> None:
    pin = settled(IEC_CABLE, (100, 0))
    for _ in range(10):
        pin.feed(1_500, TURN_MS)
        pin.feed(NOTHING_OHM, TURN_MS)
    assert pin.proximity.limit_ma in (0, 13_000)
    pin = settled(WIRED_HANDLE, (LATCHED_OHM, 0))
    for _ in range(10):
        pin.feed(0, TURN_MS)
        pin.feed(PRESSED_OHM, TURN_MS)
    assert pin.picture != SAYS_NOTHING


@pytest.mark.parametrize("profile", [WIRED_HANDLE, IEC_CABLE, NACS_ADAPTER])
def test_before_the_first_samples_have_settled_nothing_may_be_offered(profile: int) -> None:
    pin = Pin(profile)
    pin.feed(220 if profile == IEC_CABLE else LATCHED_OHM, TURN_MS)
    assert pin.proximity.loose or pin.proximity.limit_ma == 0


@pytest.mark.parametrize("profile", [WIRED_HANDLE, IEC_CABLE])
@pytest.mark.parametrize("ohm", EXTREMES_OHM)
def test_readings_beyond_reason_are_a_short_or_nothing(profile: int, ohm: int) -> None:
    pin = Pin(profile)
    pin.feed(ohm)
    if ohm < 75:
        assert pin.proximity.fault_bits == PROXIMITY_SHORTED
    else:
        assert pin.picture == ((0, 0, 0) if profile == IEC_CABLE else LOOSE)
    assert all(abs(v) <= 2**30 for v in vars(pin.proximity).values() if isinstance(v, int))
