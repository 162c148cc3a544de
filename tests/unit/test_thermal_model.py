"""The heat model to the lap: which sensor is frozen, which terminal is loose, and when.

Its numbers are this design's and stand in the text of `thermal`. A lap is 5 s; whatever lasts for
so many laps is told with the one that follows them.
"""

from collections.abc import Sequence

import pytest

from tests.unit.warm_unit import FIELDS, MINUTE_MS, Unit
from wattback.fault_table import TEMPERATURE_SENSOR, TERMINAL_LOOSE

TICK_MS = 10
LAP_MS = 5_000
COOL = 200

each_field = pytest.mark.parametrize("field", FIELDS)


# --- frozen sensors ---


def stepping(
    unit: Unit, current_ma: int, laps: int, decic: int = 2, fields: Sequence[str] = FIELDS
) -> None:
    """Laps in which readings go to and fro; by 0.2 °C, which shows that they live, or less."""
    for lap in range(laps):
        for field in fields:
            away = -decic if lap % 2 else decic
            setattr(unit.inputs, field, getattr(unit.inputs, field) + away)
        unit.feed(LAP_MS, LAP_MS, current_ma)


def frozen_after_laps(unit: Unit, current_ma: int, decic: int = 0) -> int:
    """Laps until a sensor is told to be frozen, 0: never."""
    for lap in range(1, 600, 2):
        for at in range(2):
            stepping(unit, current_ma, 1, decic if at == 0 else -decic)
            if unit.faults & TEMPERATURE_SENSOR:
                return lap + at
    return 0


# Ten minutes are 120 laps. With 48 A from the start on, the slow square (20 min) has moved by
# (14 A)² since the first lap with the 23rd, 230400 ((239/240)^1 - (239/240)^23) > 20000; the fast
# one has long since. Smaller currents take longer, and one of 14 A never gets there.
@pytest.mark.parametrize(
    ("current_ma", "laps"),
    [
        (80_000, 129),
        (48_000, 143),
        (-48_000, 143),
        (32_000, 174),
        (24_000, 224),
        (20_000, 289),
        (14_000, 0),
    ],
)
def test_a_reading_that_stands_is_frozen_10_min_after_both_squares_have_moved(
    current_ma: int, laps: int
) -> None:
    assert frozen_after_laps(Unit(), current_ma) == laps


def test_it_is_told_with_the_lap_and_not_before() -> None:
    unit = Unit()
    unit.feed(143 * LAP_MS - TICK_MS, TICK_MS, 48_000)
    assert unit.faults == 0
    unit.feed(TICK_MS, TICK_MS, 48_000)
    assert unit.faults == TEMPERATURE_SENSOR


@pytest.mark.parametrize(("decic", "laps"), [(1, 143), (2, 0)])
def test_a_tenth_of_a_degree_is_no_movement_and_two_are_one(decic: int, laps: int) -> None:
    assert frozen_after_laps(Unit(), 48_000, decic) == laps


@pytest.mark.parametrize(("reading", "laps"), [(-2, 143), (-1, 142), (0, 142), (1, 142), (2, 143)])
def test_at_0_degrees_from_power_up_on_it_has_stood_since_then(reading: int, laps: int) -> None:
    unit = Unit()
    unit.set(**dict.fromkeys(FIELDS, reading))
    assert frozen_after_laps(unit, 48_000) == laps


def test_laps_without_a_current_that_differs_are_taken_from_those_with_one() -> None:
    # 41 laps count before the current ends. The fast square (1 min) takes 20 more to fall; then
    # 20 and the first of the next current are taken off again, and 80 and one are left.
    unit = Unit()
    stepping(unit, 48_000, 63, 0)
    stepping(unit, 0, 40, 0)
    assert frozen_after_laps(unit, 48_000) == 82


# What has moved by (14 A)² = 20000 exactly has not moved, and by one more it has. Laps in which a
# filter comes so close: found by reckoning both by hand, in integers that round down.
@pytest.mark.parametrize(
    ("reading", "before", "current_ma", "laps"),
    [
        (COOL, (), 22_900, 238),  # slow: 20000 with lap 117
        (0, (), 36_500, 160),  # slow: 20000 with lap 39
        (0, (), 23_500, 228),  # slow: 20001 with lap 108
        (0, ((16_000, 1),), 44_000, 147),  # slow: 20000 with lap 27
        (COOL, ((53_700, 60), (0, 60)), 53_700, 77),  # fast: 20000 as it falls
        (0, ((62_100, 88), (0, 60)), 62_100, 37),  # fast: 20001 as it falls
    ],
)
def test_a_square_has_moved_by_more_than_that_of_14_a_or_not_at_all(
    reading: int, before: Sequence[tuple[int, int]], current_ma: int, laps: int
) -> None:
    unit = Unit()
    unit.set(**dict.fromkeys(FIELDS, reading))
    for earlier_ma, earlier_laps in before:
        stepping(unit, earlier_ma, earlier_laps, 0)
    assert frozen_after_laps(unit, current_ma) == laps


@each_field
def test_a_sensor_that_was_lost_has_all_to_notice_anew(field: str) -> None:
    others = [other for other in FIELDS if other != field]
    unit = Unit()
    stepping(unit, 48_000, 100, 2, others)
    unit.set(**{field: -2_731})
    stepping(unit, 48_000, 2, 2, others)
    unit.set(**{field: COOL})
    stepping(unit, 48_000, 200, 2, others)
    assert unit.faults == 0


# --- loose terminals ---


def loose_after_laps(unit: Unit, current_ma: int) -> int:
    """Laps until the terminal is told to be loose, 0: never."""
    for lap in range(1, 400, 2):
        for at in range(2):
            stepping(unit, current_ma, 1, 2 if at == 0 else -2)
            if unit.faults & TERMINAL_LOOSE:
                return lap + at
    return 0


def test_a_rise_that_is_too_large_is_told_after_5_min_of_laps() -> None:
    unit = Unit()
    unit.set(terminal_decic=COOL + 401)
    unit.feed(61 * LAP_MS - TICK_MS, TICK_MS, 48_000)
    assert unit.faults == 0
    unit.feed(TICK_MS, TICK_MS, 48_000)
    assert unit.faults == TERMINAL_LOOSE


# The settings allow 40 K at 48 A; a square of the current, of (100 mA)² in hundreds, explains as
# much of it. What may have flowed before the start is forgotten after hours.
@pytest.mark.parametrize(
    ("current_ma", "sound_decic"),
    [(48_000, 400), (40_000, 277), (24_000, 100), (18_000, 56), (16_000, 49)],
)
@pytest.mark.parametrize("direction", [1, -1])
def test_the_rise_that_a_current_explains_goes_with_its_square_and_is_5_k_at_least(
    current_ma: int, sound_decic: int, direction: int
) -> None:
    for rise_decic, loose in ((sound_decic, False), (sound_decic + 1, True)):
        unit = Unit()
        stepping(unit, current_ma * direction, 2_000)
        unit.set(terminal_decic=unit.inputs.board_decic + rise_decic)
        assert bool(loose_after_laps(unit, current_ma * direction)) == loose


@pytest.mark.parametrize(("current_ma", "loose"), [(15_999, False), (16_000, True)])
def test_a_rise_is_judged_from_16_a_on(current_ma: int, loose: bool) -> None:
    unit = Unit()
    stepping(unit, current_ma, 2_000)
    unit.set(terminal_decic=COOL + 300)
    assert bool(loose_after_laps(unit, current_ma)) == loose


@pytest.mark.parametrize(("current_ma", "loose"), [(95_000, False), (105_000, True)])
def test_a_current_counts_up_to_100_a(current_ma: int, loose: bool) -> None:
    # 95 A explain a rise of 156.6 K; 100 A one of 173.6 K, and what more is read no more than it.
    unit = Unit()
    unit.set(board_decic=-300, terminal_decic=1_200 if not loose else 1_450)
    assert bool(loose_after_laps(unit, current_ma)) == loose


def test_what_may_have_flowed_before_the_start_explains_a_rise_for_some_time() -> None:
    # 30 K are those of 41.6 A: the slow square of 48 A is below that after 69 laps.
    unit = Unit()
    unit.set(terminal_decic=COOL + 300)
    assert loose_after_laps(unit, 24_000) == 69 + 60


def test_what_has_flowed_explains_a_rise_for_some_time() -> None:
    # From 48 A towards 24 A the slow square is below that of 41.6 A after 97 laps: it had come to
    # within a lap's rounding, 239, of the square of 48 A.
    unit = Unit()
    stepping(unit, 48_000, 4_000)
    unit.set(terminal_decic=COOL + 300)
    assert loose_after_laps(unit, 24_000) == 97 + 60


@pytest.mark.parametrize(("sound_laps", "left_laps"), [(1, 1), (30, 30), (200, 60)])
def test_a_sound_lap_makes_up_for_a_loose_one_and_for_no_more(
    sound_laps: int, left_laps: int
) -> None:
    unit = Unit()
    for rise_decic, laps in ((401, 60), (400, sound_laps), (401, left_laps)):
        unit.set(terminal_decic=unit.inputs.board_decic + rise_decic)
        stepping(unit, 48_000, laps)
        assert unit.faults == 0
    stepping(unit, 48_000, 1)
    assert unit.faults == TERMINAL_LOOSE


def test_a_terminal_that_is_mended_is_sound_after_5_min_of_laps() -> None:
    unit = Unit()
    unit.set(terminal_decic=COOL + 401)
    stepping(unit, 48_000, 61)
    unit.set(terminal_decic=unit.inputs.board_decic + 400)
    stepping(unit, 48_000, 60)
    assert unit.faults == TERMINAL_LOOSE
    stepping(unit, 48_000, 1)
    assert unit.faults == 0


def test_no_rise_is_judged_while_a_sensor_is_lost() -> None:
    unit = Unit()
    unit.set(terminal_decic=COOL + 500, handle_decic=-2_731)
    unit.feed(20 * MINUTE_MS, 1_000, 48_000)
    assert unit.faults & TERMINAL_LOOSE == 0
