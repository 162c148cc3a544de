"""Ground fault to the tick: a fresh part, the blanking, and the 10 s after a closing."""

import pytest

from wattback.fault_table import GROUND_FAULT, GROUND_FAULT_EARLY
from wattback.ground_fault import GroundFault

TICK_MS = 10
EARLY_MS = 10_000
TEST_UA = 200_000


def feed(
    part: GroundFault,
    ms: int,
    leak_ua: int = 0,
    closed: int = 0,
    latched: int = 0,
    dt_ms: int = 10,
) -> None:
    """Without a test: it may not."""
    for _ in range(ms // dt_ms):
        part.sense(latched, leak_ua, 0, closed, closed, dt_ms)


def ms_until_fault(part: GroundFault, leak_ua: int, closed: int = 0, dt_ms: int = TICK_MS) -> int:
    for passed_ms in range(dt_ms, 10_000, dt_ms):
        feed(part, dt_ms, leak_ua, closed, dt_ms=dt_ms)
        if part.fault_bits:
            return passed_ms
    raise AssertionError("it never tripped")


def after_a_test() -> GroundFault:
    """A part whose latch and sensor have just passed their test."""
    part = GroundFault()
    for _ in range(10):
        part.sense(part.test, TEST_UA if part.test else 0, 1, 0, 0, TICK_MS)
    assert (part.valid, part.expired, part.fault_bits) == (1, 0, 0)
    return part


# --- before the first test ---


def test_a_fresh_part_neither_tests_nor_knows_anything() -> None:
    part = GroundFault()
    for _ in range(2):
        assert (part.valid, part.expired, part.fault_bits) == (0, 0, 0)
        assert (part.test, part.reset) == (0, 0)
        feed(part, TICK_MS)


@pytest.mark.parametrize(("leak_ua", "within_ms"), [(18_000, 620), (30_000, 290), (60_000, 80)])
def test_a_leak_at_power_up_is_judged_from_the_first_sample_on(
    leak_ua: int, within_ms: int
) -> None:
    part = GroundFault()
    assert ms_until_fault(part, leak_ua) == within_ms
    assert part.fault_bits == GROUND_FAULT


def test_a_leak_before_the_first_test_is_forgotten_as_slowly_as_it_came() -> None:
    part = GroundFault()
    for _ in range(5):
        feed(part, 310, 18_000)
        feed(part, 320)
        assert part.fault_bits == 0
    assert ms_until_fault(part, 18_000) == 620


def test_a_latch_that_comes_back_by_itself_before_any_test_leaves_no_fault() -> None:
    part = GroundFault()
    feed(part, TICK_MS, latched=1)
    assert part.fault_bits == GROUND_FAULT
    feed(part, TICK_MS)
    assert part.fault_bits == 0


# --- after a closing ---


@pytest.mark.parametrize("dt_ms", [1, 5, 10])
def test_50_ms_of_a_closing_are_blind_and_the_sample_after_them_counts(dt_ms: int) -> None:
    part = after_a_test()
    feed(part, 50, 65_999, closed=1, dt_ms=dt_ms)
    assert part.fault_bits == 0
    assert ms_until_fault(part, 65_999, closed=1, dt_ms=dt_ms) == 80


@pytest.mark.parametrize("open_after_ms", [EARLY_MS + 20, EARLY_MS, 5_000, 100])
@pytest.mark.parametrize(
    ("at_ms", "name"), [(EARLY_MS, GROUND_FAULT_EARLY), (EARLY_MS + TICK_MS, GROUND_FAULT)]
)
def test_10_s_after_a_closing_a_trip_is_early_and_a_tick_later_it_is_not(
    at_ms: int, name: int, open_after_ms: int
) -> None:
    part = after_a_test()
    closed_ms = min(open_after_ms, at_ms - TICK_MS)
    feed(part, closed_ms, closed=1)
    feed(part, at_ms - TICK_MS - closed_ms)
    feed(part, TICK_MS, latched=1, closed=0 if at_ms > open_after_ms else 1)
    assert part.fault_bits == name
