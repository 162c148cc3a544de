"""Retries of the fault table: counted, exhausted, kept through everything but their own clears."""

import pytest

from tests.unit.fault_board import LONG_S, NAMES, WAYS_OF_RESET, Board, names, rows_with
from wattback.fault_table import CLEAR_RESET, CLEAR_RETRY, FAULTS, RETRY_ROWS
from wattback.retained import RETRIES, WORDS

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
    assert [NAMES[index] for index in ROWS] == ["ground_fault", "overcurrent", "earth_missing"]


def test_every_row_with_retries_has_one_word_of_its_own_in_retained_memory() -> None:
    assert tuple(ROWS) == RETRY_ROWS
    assert RETRIES + len(RETRY_ROWS) == WORDS
    for index in ROWS:
        board = Board()
        trip_and_wait(board, index)
        changed = [at for at, word in enumerate(board.retained) if word]
        assert changed == [RETRIES + ROWS.index(index)]


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


def may_reset(index: int, on_site: int) -> bool:
    return bool(on_site or FAULTS[index][2] & CLEAR_RESET)


@WAYS_OF_RESET
@EACH
def test_a_reset_gives_all_retries_back(index: int, on_site: int) -> None:
    board = exhausted(index)
    board.faults.reset(0, on_site)
    if not may_reset(index, on_site):
        assert board.latched(index)
        assert board.retries(index) == FAULTS[index][4]
        return
    assert not board.latched(index)
    assert board.retries(index) == 0
    trip_and_wait(board, index)
    assert not board.latched(index)


@WAYS_OF_RESET
@EACH
def test_a_reset_while_the_cause_is_present_gives_none_back(index: int, on_site: int) -> None:
    board = exhausted(index)
    board.judge(1 << index, 1.0)
    board.faults.reset(1 << index, on_site)
    assert board.latched(index)
    assert board.retries(index) == FAULTS[index][4]


@WAYS_OF_RESET
def test_a_reset_gives_back_only_to_rows_whose_cause_has_gone(on_site: int) -> None:
    for present in ROWS:
        board = Board()
        for index in ROWS:
            trip_and_wait(board, index)
        board.faults.reset(1 << present, on_site)
        for index in ROWS:
            gives_back = index != present and may_reset(index, on_site)
            assert board.retries(index) == (0 if gives_back else 1)


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


def test_the_rows_count_apart() -> None:
    board = Board()
    first, second, third = ROWS
    for index in (second, first, third, second, third, third):
        trip_and_wait(board, index)
    assert [board.retries(index) for index in ROWS] == [1, 2, 3]
