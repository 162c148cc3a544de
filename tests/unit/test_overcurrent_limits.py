"""Overcurrent to the tick: a fresh watch, and what time without excess gives back."""

from wattback.fault_table import OVERCURRENT
from wattback.overcurrent import Overcurrent

TICK_MS = 10
TRIP_MS = 2_000
OFFERED_MA = 16_000
MOST_MA = 18_600  # 10 % and 1 A above it


def feed(watch: Overcurrent, magnitude_ma: int, ms: int) -> None:
    for _ in range(ms // TICK_MS):
        watch.sense(magnitude_ma, OFFERED_MA, TICK_MS)


def test_a_fresh_watch_blames_nobody() -> None:
    watch = Overcurrent()
    assert watch.fault_bits == 0
    feed(watch, 0, TICK_MS)
    assert watch.fault_bits == 0


def test_an_excess_that_was_made_up_for_has_its_2_s_again_and_no_tick_more() -> None:
    watch = Overcurrent()
    for _ in range(3):
        feed(watch, MOST_MA + 1, TRIP_MS)
        assert watch.fault_bits == 0
        feed(watch, MOST_MA, TRIP_MS)
    feed(watch, MOST_MA + 1, TRIP_MS)
    assert watch.fault_bits == 0
    feed(watch, MOST_MA + 1, TICK_MS)
    assert watch.fault_bits == OVERCURRENT


def test_time_without_excess_makes_up_for_as_much_and_no_more() -> None:
    watch = Overcurrent()
    feed(watch, MOST_MA + 1, TRIP_MS)
    feed(watch, MOST_MA, 3 * TICK_MS)
    feed(watch, MOST_MA + 1, 3 * TICK_MS)
    assert watch.fault_bits == 0
    feed(watch, MOST_MA + 1, TICK_MS)
    assert watch.fault_bits == OVERCURRENT
