"""Latches to the tick: what is told of a new one, its time, and the counts of the next vehicle."""

import pytest

from tests.unit.fault_board import NAMES, TIMED, Board, board_with, names, rows_with
from wattback.fault_table import CLEAR_RESTART, CLEAR_RETRY, FAULTS
from wattback.retained import RETRIES, WORDS

TICK_MS = 10
SHORT = [index for index in rows_with(TIMED) if FAULTS[index][3] <= 60]
COUNTING = rows_with(CLEAR_RETRY)
STUCK = NAMES.index("pilot_stuck")  # leaves by a reset alone
SHORTED = NAMES.index("pilot_short")  # by itself, after 1 s

each_counting = pytest.mark.parametrize("index", COUNTING, ids=names(COUNTING))


# --- what is told of a new one ---


def test_a_judgement_says_whether_a_row_was_latched_now_and_nothing_else() -> None:
    board = Board()
    stuck, shorted = 1 << STUCK, 1 << SHORTED
    told = [
        board.faults.judge(present, 0, 1_000)
        for present in (0, shorted, shorted, 0, stuck, stuck, stuck | shorted, stuck, shorted, 0)
    ]
    assert told == [0, 1, 0, 0, 1, 0, 1, 0, 1, 0]


def test_a_row_that_comes_as_another_leaves_is_told() -> None:
    board = board_with(SHORTED)
    assert board.faults.judge(1 << STUCK, 0, 1_000) == 1
    assert board.faults.active == 1 << STUCK


def test_the_time_since_the_newest_latch_ends_at_a_second() -> None:
    board = Board()
    board.faults.judge(1 << STUCK, 0, TICK_MS)
    board.judge(1 << STUCK, 0.99, dt_ms=TICK_MS)
    assert board.faults.raised_ms == 990
    board.judge(1 << STUCK, 60.0, dt_ms=TICK_MS)
    assert board.faults.raised_ms == 1_000


def test_after_a_power_cycle_a_latch_is_as_if_new() -> None:
    board = board_with(STUCK)
    board.restart()
    assert board.faults.raised_ms == 0
    board.judge(0, 0.3, dt_ms=TICK_MS)
    assert board.faults.raised_ms == 300


# --- a row's time, to the tick ---


def leaves_after_ms(board: Board, index: int) -> int:
    passed_ms = 0
    while board.latched(index):
        board.faults.judge(0, 0, TICK_MS)
        passed_ms += TICK_MS
    return passed_ms


@pytest.mark.parametrize("index", SHORT, ids=names(SHORT))
def test_a_row_leaves_with_the_tick_in_which_its_time_is_over(index: int) -> None:
    assert leaves_after_ms(board_with(index), index) == FAULTS[index][3] * 1_000


@pytest.mark.parametrize("index", SHORT, ids=names(SHORT))
def test_after_a_power_cycle_it_takes_its_whole_time(index: int) -> None:
    assert not FAULTS[index][2] & CLEAR_RESTART
    board = board_with(index)
    board.judge(0, 0.5, dt_ms=TICK_MS)
    board.restart()
    assert leaves_after_ms(board, index) == FAULTS[index][3] * 1_000


# --- the next vehicle's faults are its own ---


def tripped_once(index: int) -> Board:
    """A board whose row has used up one retry and is not latched."""
    board = board_with(index)
    board.judge(0, FAULTS[index][3])
    assert not board.latched(index)
    assert board.retries(index) == 1
    return board


@each_counting
def test_a_vehicle_that_leaves_or_comes_gives_a_retry_back_that_had_worked(index: int) -> None:
    for before in (0, 1):
        board = tripped_once(index)
        board.judge(0, 0.1, unplugged=before)
        board.retained[RETRIES + COUNTING.index(index)] = 1
        board.judge(0, 0.1, unplugged=1 - before)
        assert board.retries(index) == 0


@each_counting
def test_it_gives_nothing_back_while_the_vehicle_stays(index: int) -> None:
    board = tripped_once(index)
    board.judge(0, 60.0)
    assert board.retries(index) == 1


@each_counting
def test_a_cause_that_outlasts_the_vehicle_keeps_its_count(index: int) -> None:
    board = tripped_once(index)
    board.judge(1 << index, 1.0)
    board.judge(1 << index, 1.0, unplugged=1)
    board.judge(1 << index, 1.0)
    assert board.latched(index)
    assert board.retries(index) == 1


@each_counting
def test_a_latched_row_keeps_none_of_the_others_from_their_retries(index: int) -> None:
    board = Board()
    for other in COUNTING:
        board.retained[RETRIES + COUNTING.index(other)] = 1
    board.judge(1 << index, 0.1)
    board.judge(1 << index, 0.1, unplugged=1)
    assert [board.retries(other) for other in COUNTING] == [
        1 if other == index else 0 for other in COUNTING
    ]


def test_no_other_word_of_the_retained_memory_is_touched() -> None:
    board = Board()
    for at in range(1, WORDS):
        board.retained[at] = 7
    board.judge(0, 0.1, unplugged=1)
    assert board.retained[1:RETRIES].tolist() == [7] * (RETRIES - 1)
    assert board.retained[RETRIES:].tolist() == [0] * len(COUNTING)
