"""The latches, row by row of the fault table: what sets them, what ends them and what does not."""

import pytest

from tests.unit.fault_board import (
    ACTIONS,
    CLEARS,
    LONG_S,
    NAMES,
    ROWS,
    TIMED,
    WAYS_OF_RESET,
    Board,
    board_with,
    names,
    rows_with,
    rows_without,
)
from wattback import fault_table
from wattback.fault_table import (
    ACTION_NAMES,
    ACTION_WARN,
    CLEAR_NAMES,
    CLEAR_ON_SITE,
    CLEAR_RESET,
    CLEAR_RESTART,
    CLEAR_RETRY,
    CLEAR_UNPLUG,
    FAULT_COUNT,
    FAULTS,
    PILOT_F,
    PILOT_F_BRIEFLY,
    PILOT_STEADY,
)
from wattback.retained import FAULTS_LATCHED

# --- the table ---


@pytest.mark.parametrize("index", ROWS, ids=NAMES)
def test_every_row_has_its_bit_under_its_own_name(index: int) -> None:
    assert getattr(fault_table, NAMES[index].upper()) == 1 << index


@pytest.mark.parametrize("index", ROWS, ids=NAMES)
def test_every_row_has_a_way_out_and_times_only_where_time_is_one(index: int) -> None:
    _, pilot, clears, after_s, retries, action = FAULTS[index]
    assert pilot in (PILOT_STEADY, PILOT_F_BRIEFLY, PILOT_F)
    assert action in ACTIONS
    assert 0 < clears < 2 * CLEARS[-1]
    assert (after_s > 0) == bool(clears & TIMED)
    assert (retries > 0) == bool(clears & CLEAR_RETRY)


@pytest.mark.parametrize("index", rows_with(CLEAR_UNPLUG), ids=names(rows_with(CLEAR_UNPLUG)))
def test_a_row_that_an_unplug_clears_lets_the_pilot_show_it(index: int) -> None:
    assert FAULTS[index][1] != PILOT_F


def test_the_names_of_actions_and_clears_are_in_the_order_of_their_values() -> None:
    assert tuple(range(len(ACTION_NAMES))) == ACTIONS
    assert tuple(1 << index for index in range(len(CLEAR_NAMES))) == CLEARS


def test_the_bits_of_all_rows_make_a_small_integer() -> None:
    assert FAULT_COUNT <= 30
    assert (1 << FAULT_COUNT) - 1 < 1 << 30


@pytest.mark.covers("3.2 retries", "4.2 overcurrent")
@pytest.mark.parametrize(
    ("name", "after_s", "retries"),
    [
        ("pilot_short", 1, 0),
        ("ground_fault", 900, 4),
        ("ground_fault_early", 0, 0),
        ("overcurrent", 10, 3),
        ("supply_out_of_window", 60, 0),
        ("earth_missing", 60, 4),
    ],
)
def test_times_and_retries_are_those_of_the_sources(name: str, after_s: int, retries: int) -> None:
    assert FAULTS[NAMES.index(name)][3:5] == (after_s, retries)


# --- latching ---


@pytest.mark.parametrize("index", ROWS, ids=NAMES)
def test_a_cause_latches_its_row_in_the_same_call_and_no_other(index: int) -> None:
    board = Board()
    board.faults.judge(1 << index, 0, 10)
    assert board.faults.active == 1 << index
    assert board.faults.pilot == FAULTS[index][1]
    assert board.faults.action == FAULTS[index][5]


@WAYS_OF_RESET
@pytest.mark.parametrize("index", ROWS, ids=NAMES)
def test_nothing_clears_a_row_while_its_cause_is_present(index: int, on_site: int) -> None:
    board = Board()
    board.judge(1 << index, LONG_S, unplugged=1, dt_ms=1_000)
    board.faults.reset(1 << index, on_site)
    assert board.latched(index)
    assert board.faults.action == FAULTS[index][5]


def test_the_most_severe_pilot_action_of_all_latched_rows_counts() -> None:
    for first in ROWS:
        for second in ROWS:
            board = Board()
            board.judge(1 << first | 1 << second, 0.1)
            assert board.faults.pilot == max(FAULTS[first][1], FAULTS[second][1])


def test_the_pilot_action_ends_with_its_row() -> None:
    board = board_with(NAMES.index("overcurrent"))
    assert board.faults.pilot == PILOT_F_BRIEFLY
    board.judge(0, 10)
    assert board.faults.pilot == PILOT_STEADY


def test_the_time_since_the_newest_latch_starts_with_it() -> None:
    board = Board()
    board.faults.judge(1, 0, 10)
    assert board.faults.raised_ms == 0
    board.judge(1, 0.5)
    assert board.faults.raised_ms == 500
    board.faults.judge(3, 0, 10)
    assert board.faults.raised_ms == 0


def test_a_row_that_leaves_does_not_make_the_others_look_new() -> None:
    board = Board()
    short = 1 << NAMES.index("pilot_short")
    board.judge(short, 0.1)
    board.judge(1 << NAMES.index("overcurrent"), 0.9)
    before = board.faults.raised_ms
    board.judge(1 << NAMES.index("overcurrent"), 0.1)
    assert not board.faults.active & short
    assert board.faults.raised_ms == before + 100


# --- the clears that a row lists ---


@pytest.mark.parametrize("index", rows_with(TIMED), ids=names(rows_with(TIMED)))
def test_a_row_with_a_time_leaves_by_itself_after_it_and_not_before(index: int) -> None:
    board = board_with(index)
    board.judge(0, FAULTS[index][3] - 0.1)
    assert board.latched(index)
    board.judge(0, 0.1)
    assert not board.latched(index)


@pytest.mark.parametrize("index", rows_with(TIMED), ids=names(rows_with(TIMED)))
def test_a_cause_that_returns_starts_the_time_anew(index: int) -> None:
    board = board_with(index)
    for _ in range(3):
        board.judge(0, FAULTS[index][3] - 0.1)
        board.judge(1 << index, 0.1)
    board.judge(0, FAULTS[index][3] - 0.1)
    assert board.latched(index)
    board.judge(0, 0.1)
    assert not board.latched(index)


@pytest.mark.parametrize("index", rows_with(CLEAR_UNPLUG), ids=names(rows_with(CLEAR_UNPLUG)))
def test_a_row_that_lists_it_leaves_when_the_vehicle_is_unplugged(index: int) -> None:
    board = board_with(index)
    board.judge(0, 0.1, unplugged=1)
    assert not board.latched(index)


@pytest.mark.parametrize("index", rows_with(CLEAR_RESET), ids=names(rows_with(CLEAR_RESET)))
@WAYS_OF_RESET
def test_a_row_that_lists_it_leaves_by_a_reset(index: int, on_site: int) -> None:
    board = board_with(index)
    board.faults.reset(0, on_site)
    assert (board.faults.active, board.retained[FAULTS_LATCHED]) == (0, 0)
    assert (board.faults.pilot, board.faults.action) == (PILOT_STEADY, ACTION_WARN)


@pytest.mark.parametrize("index", rows_with(CLEAR_ON_SITE), ids=names(rows_with(CLEAR_ON_SITE)))
def test_a_row_that_lists_it_leaves_by_the_button_on_the_unit(index: int) -> None:
    board = board_with(index)
    board.faults.reset(0, 1)
    assert (board.faults.active, board.retained[FAULTS_LATCHED]) == (0, 0)
    assert (board.faults.pilot, board.faults.action) == (PILOT_STEADY, ACTION_WARN)


@pytest.mark.parametrize("index", rows_with(CLEAR_RESTART), ids=names(rows_with(CLEAR_RESTART)))
def test_a_row_that_lists_it_leaves_by_a_power_cycle(index: int) -> None:
    board = board_with(index)
    board.restart()
    assert not board.latched(index)
    assert board.faults.action == ACTION_WARN
    assert board.retained[FAULTS_LATCHED] == 0


# --- and those that it does not list ---


@pytest.mark.parametrize("index", rows_without(TIMED), ids=names(rows_without(TIMED)))
def test_a_row_without_a_time_stays_for_hours(index: int) -> None:
    board = board_with(index)
    board.judge(0, LONG_S, dt_ms=1_000)
    assert board.latched(index)


@pytest.mark.parametrize(
    "index", rows_without(CLEAR_UNPLUG), ids=names(rows_without(CLEAR_UNPLUG))
)
def test_a_row_that_does_not_list_it_survives_an_unplug(index: int) -> None:
    board = board_with(index)
    board.judge(0, 0.5, unplugged=1)
    assert board.latched(index)


@pytest.mark.parametrize("index", rows_without(CLEAR_RESET), ids=names(rows_without(CLEAR_RESET)))
def test_a_row_that_does_not_list_it_survives_a_reset_from_afar(index: int) -> None:
    board = board_with(index)
    board.faults.reset(0, 0)
    assert board.latched(index)
    assert board.faults.pilot == FAULTS[index][1]
    assert board.faults.action == FAULTS[index][5]


BUTTONLESS = rows_without(CLEAR_RESET | CLEAR_ON_SITE)


@pytest.mark.parametrize("index", BUTTONLESS, ids=names(BUTTONLESS))
def test_a_row_that_lists_neither_reset_survives_the_button(index: int) -> None:
    board = board_with(index)
    board.faults.reset(0, 1)
    assert board.latched(index)
    assert board.faults.action == FAULTS[index][5]


@pytest.mark.parametrize(
    "index", rows_without(CLEAR_RESTART), ids=names(rows_without(CLEAR_RESTART))
)
def test_a_row_that_does_not_list_it_survives_any_number_of_power_cycles(index: int) -> None:
    board = board_with(index)
    for _ in range(10):
        board.restart()
        assert board.latched(index)
        assert board.faults.pilot == FAULTS[index][1]
        assert board.faults.action == FAULTS[index][5]


@pytest.mark.parametrize("index", rows_with(TIMED), ids=names(rows_with(TIMED)))
def test_power_cycles_do_not_shorten_the_time(index: int) -> None:
    board = board_with(index)
    board.judge(0, FAULTS[index][3] - 0.1)
    board.restart()
    board.judge(0, FAULTS[index][3] - 0.1)
    assert board.latched(index) == (not FAULTS[index][2] & CLEAR_RESTART)
    board.judge(0, 0.1)
    assert not board.latched(index)


# --- rows beside each other ---


@pytest.mark.parametrize("index", ROWS, ids=NAMES)
def test_a_row_leaves_alone(index: int) -> None:
    everything = (1 << FAULT_COUNT) - 1
    others = everything & ~(1 << index)
    board = Board()
    board.judge(everything, 1.0)
    board.faults.reset(others, 1)
    board.judge(others, FAULTS[index][3] + 1.0, unplugged=1)
    assert board.faults.active & others == others
    board.faults.judge(1 << index, 0, 10)
    assert board.latched(index)
