"""Interlocks: emergency stop, disconnect, the button that resets, and the ground monitor."""

import pytest

from wattback.fault_table import DISCONNECT_OPEN, EARTH_MISSING, EMERGENCY_STOP
from wattback.interlocks import Interlocks
from wattback.signals import Inputs

TICK_MS = 10
LIMIT_OHM = 150
EARTHED_OHM = 20
SATURATED_OHM = (1 << 30) - 1
CONTACTS = {"emergency_stopped": EMERGENCY_STOP, "disconnect_open": DISCONNECT_OPEN}
EACH_CONTACT = pytest.mark.parametrize(("field", "bit"), CONTACTS.items(), ids=list(CONTACTS))


class Unit:
    """Interlocks with their inputs, fed tick by tick. presses: calls in which `pressed` was 1."""

    def __init__(self) -> None:
        self.interlocks = Interlocks()
        self.inputs = Inputs()
        self.interlocks.sense(self.inputs, TICK_MS)  # at rest
        self.presses = 0

    def feed(self, ms: int, dt_ms: int = TICK_MS, **inputs: int) -> int:
        """Let time pass with these inputs; bits at its end."""
        vars(self.inputs).update(inputs)
        for _ in range(ms // dt_ms):
            self.interlocks.sense(self.inputs, dt_ms)
            self.presses += self.interlocks.pressed
        return self.interlocks.fault_bits

    def earth(self, ohm: int, ms: int, dt_ms: int = 250) -> int:
        for _ in range(ms // dt_ms):
            self.interlocks.sense_earth(ohm, LIMIT_OHM, dt_ms)
        return self.interlocks.fault_bits


def test_at_rest_there_is_nothing_to_tell_and_nothing_to_do() -> None:
    unit = Unit()
    assert unit.feed(60_000) == 0
    assert (unit.presses, unit.interlocks.busy) == (0, 0)


def test_before_the_first_sample_nothing_is_told_and_the_part_asks_for_one() -> None:
    interlocks = Interlocks()
    assert (interlocks.fault_bits, interlocks.pressed, interlocks.busy) == (0, 0, 1)


# --- emergency stop and disconnect ---


@EACH_CONTACT
def test_two_samples_are_enough_from_the_very_first_on_and_one_is_not(
    field: str, bit: int
) -> None:
    unit = Unit()
    unit.interlocks = Interlocks()
    assert unit.feed(TICK_MS, **{field: 1}) == 0
    assert unit.interlocks.busy
    assert unit.feed(TICK_MS) == bit


@EACH_CONTACT
def test_after_a_spike_every_tick_is_asked_for_until_it_is_made_up_for(
    field: str, bit: int
) -> None:
    unit = Unit()
    unit.feed(TICK_MS, **{field: 1})
    for _ in range(4):
        unit.feed(TICK_MS, **{field: 0})
        assert unit.interlocks.busy
    unit.feed(TICK_MS)
    assert not unit.interlocks.busy


@EACH_CONTACT
def test_a_good_sample_makes_up_for_a_fifth_of_its_time(field: str, bit: int) -> None:
    unit = Unit()
    unit.feed(20, **{field: 1})
    assert unit.feed(50, dt_ms=50, **{field: 0}) == 0
    assert unit.feed(TICK_MS, **{field: 1}) == bit  # 20 ms, less 10, and 10 more
    assert unit.feed(60, dt_ms=60, **{field: 0}) == 0
    assert unit.feed(TICK_MS, **{field: 1}) == 0  # 20 ms, less 12, and 10 more


@EACH_CONTACT
def test_good_samples_make_up_for_what_was_and_for_nothing_to_come(field: str, bit: int) -> None:
    unit = Unit()
    unit.feed(60_000, **{field: 0})
    assert unit.feed(20, **{field: 1}) == bit


@EACH_CONTACT
def test_two_samples_are_enough_and_one_is_not(field: str, bit: int) -> None:
    unit = Unit()
    assert unit.feed(TICK_MS, **{field: 1}) == 0
    assert unit.feed(TICK_MS) == bit


@EACH_CONTACT
def test_one_sample_in_six_is_a_spike_every_time(field: str, bit: int) -> None:
    unit = Unit()
    for _ in range(1_000):
        assert unit.feed(TICK_MS, **{field: 1}) & bit == 0
        assert unit.feed(5 * TICK_MS, **{field: 0}) & bit == 0


@EACH_CONTACT
@pytest.mark.parametrize("good", [1, 2, 4])
def test_a_contact_that_chatters_is_a_broken_wire(field: str, bit: int, good: int) -> None:
    unit = Unit()
    told = 0
    for _ in range(8):
        told |= unit.feed(TICK_MS, **{field: 1})
        unit.feed(good * TICK_MS, **{field: 0})
    assert told == bit


@EACH_CONTACT
def test_a_broken_wire_is_present_for_as_long_as_it_is_broken(field: str, bit: int) -> None:
    unit = Unit()
    unit.feed(50, **{field: 1})
    for _ in range(1_000):
        assert unit.feed(1_000, dt_ms=50) == bit
        assert unit.interlocks.busy
    assert unit.feed(TICK_MS, **{field: 0}) == 0
    unit.feed(100)
    assert not unit.interlocks.busy


def test_the_two_contacts_are_told_apart_and_together() -> None:
    unit = Unit()
    assert unit.feed(100, emergency_stopped=1) == EMERGENCY_STOP
    assert unit.feed(100, disconnect_open=1) == EMERGENCY_STOP | DISCONNECT_OPEN
    assert unit.feed(100, emergency_stopped=0) == DISCONNECT_OPEN
    assert unit.feed(100, disconnect_open=0) == 0


@EACH_CONTACT
def test_samples_of_one_contact_do_not_count_for_the_other(field: str, bit: int) -> None:
    unit = Unit()
    others = {name: 1 for name in CONTACTS if name != field}
    unit.feed(TICK_MS, **others)
    assert unit.feed(TICK_MS, **{field: 1, **dict.fromkeys(others, 0)}) == 0


@EACH_CONTACT
def test_the_button_does_not_hide_what_is_pressed(field: str, bit: int) -> None:
    unit = Unit()
    assert unit.feed(5_000, reset_pressed=1, **{field: 1}) == bit


# --- the button that resets ---


@pytest.mark.parametrize("dt_ms", [1, 5, 10, 50])
def test_a_press_counts_once_it_has_lasted_for_a_second(dt_ms: int) -> None:
    unit = Unit()
    unit.feed(1_000 - dt_ms, dt_ms, reset_pressed=1)
    assert unit.presses == 0
    unit.feed(dt_ms, dt_ms)
    assert (unit.presses, unit.interlocks.pressed) == (1, 1)


def test_a_button_that_is_held_or_jammed_counts_once() -> None:
    unit = Unit()
    unit.feed(3_600_000, 50, reset_pressed=1)
    assert (unit.presses, unit.interlocks.pressed) == (1, 0)


def test_a_button_that_is_down_at_power_up_is_stuck_until_it_has_been_released() -> None:
    unit = Unit()
    unit.interlocks = Interlocks()
    unit.feed(60_000, reset_pressed=1)
    assert unit.presses == 0
    unit.feed(TICK_MS, reset_pressed=0)
    unit.feed(1_000, reset_pressed=1)
    assert unit.presses == 1


def test_every_press_counts_once() -> None:
    unit = Unit()
    for count in range(1, 5):
        unit.feed(1_500, reset_pressed=1)
        unit.feed(TICK_MS, reset_pressed=0)
        assert unit.presses == count


@pytest.mark.parametrize("held_ms", [10, 500, 990])
def test_short_presses_do_not_add_up(held_ms: int) -> None:
    unit = Unit()
    for _ in range(50):
        unit.feed(held_ms, reset_pressed=1)
        unit.feed(TICK_MS, reset_pressed=0)
    assert unit.presses == 0


def test_while_the_button_is_held_the_part_asks_for_every_tick_and_then_no_more() -> None:
    unit = Unit()
    unit.feed(5_000, reset_pressed=1)
    assert unit.interlocks.busy
    unit.feed(TICK_MS, reset_pressed=0)
    assert not unit.interlocks.busy


def test_a_short_press_asks_for_every_tick_from_its_first_sample_on() -> None:
    unit = Unit()
    unit.feed(TICK_MS, reset_pressed=1)
    assert unit.interlocks.busy


def test_a_button_that_is_stuck_at_power_up_is_sampled_until_it_has_been_released() -> None:
    unit = Unit()
    unit.interlocks = Interlocks()
    unit.feed(5_000, reset_pressed=1)
    assert unit.interlocks.busy
    unit.feed(TICK_MS, reset_pressed=0)
    assert not unit.interlocks.busy


def test_the_first_press_after_a_release_counts_after_its_second_and_not_a_tick_before() -> None:
    unit = Unit()
    for _ in range(3):
        unit.feed(990, reset_pressed=1)
        assert unit.interlocks.pressed == 0
        unit.feed(TICK_MS)
        assert unit.interlocks.pressed == 1
        unit.feed(TICK_MS)
        assert unit.interlocks.pressed == 0
        unit.feed(TICK_MS, reset_pressed=0)
    assert unit.presses == 3


# --- the ground monitor ---


@pytest.mark.covers("3.4 lost earth")
@pytest.mark.parametrize("dt_ms", [10, 50, 250, 500])
def test_no_earth_for_2_s_is_a_fault_and_for_less_is_none(dt_ms: int) -> None:
    unit = Unit()
    assert unit.earth(SATURATED_OHM, 2_000, dt_ms) == 0
    assert unit.earth(SATURATED_OHM, dt_ms, dt_ms) == EARTH_MISSING


@pytest.mark.parametrize(
    ("ohm", "bits"),
    [(0, 0), (LIMIT_OHM, 0), (LIMIT_OHM + 1, EARTH_MISSING), (SATURATED_OHM, EARTH_MISSING)],
)
def test_up_to_the_limit_there_is_an_earth(ohm: int, bits: int) -> None:
    assert Unit().earth(ohm, 10_000) == bits


def test_an_earth_that_is_back_ends_the_cause_and_makes_up_for_its_own_time_only() -> None:
    unit = Unit()
    unit.earth(SATURATED_OHM, 60_000)
    assert unit.earth(EARTHED_OHM, 500) == 0
    assert unit.earth(SATURATED_OHM, 500) == 0
    assert unit.earth(SATURATED_OHM, 250) == EARTH_MISSING


def test_an_earth_that_comes_and_goes_adds_up() -> None:
    unit = Unit()
    seen = 0
    for _ in range(30):
        seen |= unit.earth(SATURATED_OHM, 500)
        seen |= unit.earth(EARTHED_OHM, 250)
    assert seen == EARTH_MISSING


@pytest.mark.parametrize("dt_ms", [10, 50])
def test_an_earth_that_was_good_for_long_is_missed_as_late_as_one_that_never_was(
    dt_ms: int,
) -> None:
    unit = Unit()
    unit.earth(EARTHED_OHM, 60_000, dt_ms)
    assert unit.earth(SATURATED_OHM, 2_000, dt_ms) == 0
    assert unit.earth(SATURATED_OHM, dt_ms, dt_ms) == EARTH_MISSING


def test_contacts_and_monitor_leave_each_others_bits_alone() -> None:
    unit = Unit()
    unit.earth(SATURATED_OHM, 5_000)
    assert unit.feed(100, emergency_stopped=1) == EARTH_MISSING | EMERGENCY_STOP
    assert unit.feed(100, emergency_stopped=0) == EARTH_MISSING
    unit.feed(100, emergency_stopped=1)
    assert unit.earth(EARTHED_OHM, 250) == EMERGENCY_STOP


def test_nothing_counts_for_ever() -> None:
    unit = Unit()
    unit.feed(600_000, 50, emergency_stopped=1, disconnect_open=1, reset_pressed=1)
    unit.earth(SATURATED_OHM, 600_000)
    times = {name: value for name, value in vars(unit.interlocks).items() if name.endswith("_ms")}
    assert times == {"_stopped_ms": 20, "_open_ms": 20, "_held_ms": 1_000, "_earth_ms": 2_000}
