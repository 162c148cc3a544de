"""Retries of the fault table: counted, exhausted, kept through everything but their own clears."""

import pytest

from tests.unit.fault_board import LONG_S, NAMES, Board, names, rows_with
from wattback.fault_table import CLEAR_RETRY, FAULTS

ROWS = rows_with(CLEAR_RETRY)
EACH = pytest.mark.parametrize("index", ROWS, ids=names(ROWS))


def trip_and_wait(board: Board, index: int) -> None:
    """The cause comes, goes, and stays away for the row's time."""
    board.judge(1 << index, 1.0)
    board.judge(0, FAULTS[index][3])


def exhausted(index: int) -> Board:
    """A board whose row has used up all its retries and is latched once more."""
    board = Board()
    for _ in range(FAULTS[index][4] + 1):
        trip_and_wait(board, index)
    return board


def test_there_are_rows_with_retries() -> None:
    assert [NAMES[index] for index in ROWS] == ["ground_fault", "overcurrent"]


@EACH
def test_every_retry_is_counted(index: int) -> None:
    board = Board()
    for count in range(1, FAULTS[index][4] + 1):
        trip_and_wait(board, index)
        assert not board.latched(index)
        assert board.retries(index) == count


@EACH
def test_after_its_last_retry_a_row_stays(index: int) -> None:
    board = exhausted(index)
    assert board.latched(index)
    board.judge(0, LONG_S, dt_ms=1_000)
    assert board.latched(index)


@EACH
def test_a_power_cycle_gives_no_retry_back(index: int) -> None:
    board = exhausted(index)
    board.restart()
    board.judge(0, LONG_S, dt_ms=1_000)
    assert board.latched(index)
    assert board.retries(index) == FAULTS[index][4]


@EACH
def test_power_cycles_between_the_trips_do_not_stop_the_count(index: int) -> None:
    board = Board()
    for _ in range(FAULTS[index][4] + 1):
        trip_and_wait(board, index)
        board.restart()
    assert board.latched(index)


@EACH
def test_an_unplug_gives_all_retries_back(index: int) -> None:
    board = exhausted(index)
    board.judge(0, 0.1, unplugged=1)
    assert not board.latched(index)
    assert board.retries(index) == 0
    trip_and_wait(board, index)
    assert not board.latched(index)


@EACH
def test_a_reset_gives_all_retries_back(index: int) -> None:
    board = exhausted(index)
    board.faults.reset(0)
    assert not board.latched(index)
    assert board.retries(index) == 0


@EACH
def test_a_reset_while_the_cause_is_present_gives_none_back(index: int) -> None:
    board = exhausted(index)
    board.judge(1 << index, 1.0)
    board.faults.reset(1 << index)
    assert board.latched(index)
    assert board.retries(index) == FAULTS[index][4]


@EACH
def test_an_unrelated_fault_neither_counts_nor_gives_back(index: int) -> None:
    board = Board()
    trip_and_wait(board, index)
    for other in range(len(FAULTS)):
        if other != index:
            board.judge(1 << other, 1.0)
            board.judge(0, FAULTS[other][3] + 1.0)
    assert board.retries(index) == 1


@EACH
def test_an_unrelated_fault_does_not_delay_a_retry(index: int) -> None:
    board = Board()
    board.judge(1 << index, 1.0)
    other = NAMES.index("contactor_welded")
    board.judge(1 << other, FAULTS[index][3])
    assert not board.latched(index)
    assert board.latched(other)


def test_two_rows_count_apart() -> None:
    board = Board()
    first, second = ROWS
    trip_and_wait(board, second)
    trip_and_wait(board, first)
    trip_and_wait(board, second)
    assert (board.retries(first), board.retries(second)) == (1, 2)
