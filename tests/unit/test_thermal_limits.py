"""Temperatures to the tick and to the tenth of a degree: the stop, the steps, lost sensors.

Limits and times are this design's and stand in the text of `thermal`. Each time is counted from
the first sample of its cause on, and is over with the sample that follows it.
"""

import pytest

from tests.unit.warm_unit import FIELDS, PLACES, Unit
from wattback.fault_table import TEMPERATURE_SENSOR, TERMINAL_OVERHEATED
from wattback.limits import NO_LIMIT_MA

TICK_MS = 10
HOT = 1_000  # the terminal's limit, 100 °C
COOL = 200

each_place = pytest.mark.parametrize("place", PLACES)
each_field = pytest.mark.parametrize("field", FIELDS)


# --- stop ---


@each_place
def test_from_power_up_on_a_place_is_too_hot_for_2_s_before_it_stops(place: str) -> None:
    field, limit_decic, fault = PLACES[place]
    unit = Unit()
    unit.set(**{field: limit_decic})
    unit.feed(2_000, TICK_MS)
    assert unit.faults == 0
    unit.feed(TICK_MS, TICK_MS)
    assert unit.faults == fault


@each_place
@pytest.mark.parametrize(("below_ms", "left_ms"), [(10, 10), (1_500, 1_500), (20_000, 2_000)])
def test_time_below_the_limit_makes_up_for_as_much_above_it_and_for_no_more(
    place: str, below_ms: int, left_ms: int
) -> None:
    field, limit_decic, fault = PLACES[place]
    unit = Unit()
    for decic, ms, seen in (
        (limit_decic, 2_000, 0),
        (limit_decic - 1, below_ms, 0),
        (limit_decic, left_ms, 0),
        (limit_decic, TICK_MS, fault),
    ):
        unit.set(**{field: decic})
        unit.feed(ms, TICK_MS)
        assert unit.faults == seen


@each_place
def test_a_stop_ends_when_it_was_cool_for_as_long_as_it_was_too_hot(place: str) -> None:
    field, limit_decic, fault = PLACES[place]
    unit = Unit()
    unit.set(**{field: limit_decic})
    unit.feed(2_000 + TICK_MS, TICK_MS)
    unit.set(**{field: COOL})
    unit.feed(2_000, TICK_MS)
    assert unit.faults == fault
    unit.feed(TICK_MS, TICK_MS)
    assert unit.faults == 0


def test_150_degrees_are_hot_and_a_sensor_that_works() -> None:
    unit = Unit()
    unit.set(terminal_decic=1_500)
    unit.feed(60_000, TICK_MS)
    assert unit.faults == TERMINAL_OVERHEATED


# --- steps back ---


def derated() -> Unit:
    """Down to a quarter by the terminal, that has just become cool."""
    unit = Unit()
    unit.set(terminal_decic=HOT - 50)
    unit.feed(TICK_MS, TICK_MS)
    assert unit.thermal.share_bp == 2_500
    unit.set(terminal_decic=COOL)
    return unit


def test_each_step_back_takes_its_whole_minute() -> None:
    unit = derated()
    for before_bp, after_bp in ((2_500, 5_000), (5_000, 7_500), (7_500, 10_000)):
        unit.feed(60_000, TICK_MS)
        assert unit.thermal.share_bp == before_bp
        unit.feed(TICK_MS, TICK_MS)
        assert unit.thermal.share_bp == after_bp
    assert unit.thermal.limit_ma == NO_LIMIT_MA


@pytest.mark.parametrize(
    ("moment", "left_ms"),
    [
        (HOT - 80, 60_000),  # not 3 K below the step
        (HOT - 1, 60_000),
        (-2_731, 60_000 - TICK_MS),  # nobody knows: it may have been cool already
        (1_501, 60_000 - TICK_MS),
    ],
)
def test_a_moment_of_warmth_or_of_doubt_starts_the_minute_anew(moment: int, left_ms: int) -> None:
    unit = derated()
    unit.feed(60_000, TICK_MS)
    unit.set(terminal_decic=moment)
    unit.feed(TICK_MS, TICK_MS)
    unit.set(terminal_decic=COOL)
    unit.feed(left_ms, TICK_MS)
    assert unit.thermal.share_bp == 2_500
    unit.feed(TICK_MS, TICK_MS)
    assert unit.thermal.share_bp == 5_000


def test_a_further_step_down_starts_the_minute_anew() -> None:
    unit = Unit()
    unit.set(terminal_decic=HOT - 150)
    unit.feed(TICK_MS, TICK_MS)
    unit.set(terminal_decic=COOL)
    unit.feed(30_000, TICK_MS)
    unit.set(terminal_decic=HOT - 100)
    unit.feed(TICK_MS, TICK_MS)
    unit.set(terminal_decic=COOL)
    unit.feed(60_000, TICK_MS)
    assert unit.thermal.share_bp == 5_000
    unit.feed(TICK_MS, TICK_MS)
    assert unit.thermal.share_bp == 7_500


# --- sensors that are open or shorted ---


@each_field
def test_from_power_up_on_a_sensor_is_lost_after_1_s_and_not_before(field: str) -> None:
    unit = Unit()
    unit.set(**{field: -2_731})
    unit.feed(1_000, TICK_MS)
    assert unit.faults == 0
    unit.feed(TICK_MS, TICK_MS)
    assert unit.faults == TEMPERATURE_SENSOR


@each_field
@pytest.mark.parametrize(
    ("dt_ms", "lost", "mended"),
    [(1_001, 1, 4), (1_000, 1, 4), (60, 17, 68), (50, 20, 77), (10, 100, 334)],
)
def test_a_mended_sensor_is_believed_after_four_times_as_long_or_a_little_sooner(
    field: str, dt_ms: int, lost: int, mended: int
) -> None:
    # A quarter of a sample's time, rounded up to milliseconds, makes up for it.
    unit = Unit()
    unit.set(**{field: 1_501})
    unit.feed((lost + 1) * dt_ms, dt_ms)
    assert unit.faults == TEMPERATURE_SENSOR
    unit.set(**{field: COOL})
    unit.feed((mended - 1) * dt_ms, dt_ms)
    assert unit.faults == TEMPERATURE_SENSOR
    unit.feed(dt_ms, dt_ms)
    assert unit.faults == 0
