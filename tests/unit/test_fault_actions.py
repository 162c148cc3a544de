"""What a latched row makes the connector do: warn, stop, open; the most severe one counts."""

import pytest

from tests.unit.fault_board import ACTIONS, NAMES, ROWS, Board, names, rows_with
from wattback.fault_table import (
    ACTION_OPEN,
    ACTION_STOP,
    ACTION_WARN,
    CLEAR_ON_SITE,
    CLEAR_RESET,
    FAULT_COUNT,
    FAULTS,
    PILOT_F,
    PILOT_STEADY,
)


@pytest.mark.parametrize("index", ROWS, ids=NAMES)
def test_what_does_not_open_at_once_leaves_the_pilot_to_the_vehicle(index: int) -> None:
    if FAULTS[index][5] != ACTION_OPEN:
        assert FAULTS[index][1] == PILOT_STEADY


def test_the_rows_that_stop_or_warn_are_these_and_all_others_open() -> None:
    by_action = [[row[0] for row in FAULTS if row[5] == action] for action in ACTIONS]
    assert by_action[ACTION_WARN] == ["terminal_loose", "contactor_worn"]
    assert by_action[ACTION_STOP] == [
        "board_overheated",
        "terminal_overheated",
        "handle_overheated",
        "temperature_sensor",
        "proximity_shorted",
    ]
    assert len(by_action[ACTION_OPEN]) == FAULT_COUNT - 7


def test_what_a_person_has_stopped_only_a_person_on_site_starts_again() -> None:
    on_site = names(rows_with(CLEAR_ON_SITE))
    for name in ("emergency_stop", "disconnect_open"):
        row = FAULTS[NAMES.index(name)]
        assert row[1:] == (PILOT_F, CLEAR_ON_SITE, 0, 0, ACTION_OPEN)
        on_site.remove(name)
    # A current to earth waits for somebody who is there: a master must not close on it again.
    assert on_site == ["ground_fault", "ground_fault_early", "ground_fault_latch"]
    assert not any(FAULTS[NAMES.index(name)][2] & CLEAR_RESET for name in on_site)


def test_without_a_fault_there_is_nothing_to_do() -> None:
    board = Board()
    board.judge(0, 1.0)
    assert (board.faults.active, board.faults.action) == (0, ACTION_WARN)
    assert board.faults.pilot == PILOT_STEADY


def test_the_most_severe_action_of_all_latched_rows_counts() -> None:
    for first in ROWS:
        for second in ROWS:
            board = Board()
            board.judge(1 << first | 1 << second, 0.1)
            assert board.faults.action == max(FAULTS[first][5], FAULTS[second][5])


@pytest.mark.parametrize("index", ROWS, ids=NAMES)
def test_the_action_ends_with_its_row_and_what_is_left_counts(index: int) -> None:
    for other in ROWS:
        if other == index:
            continue
        board = Board()
        board.judge(1 << index | 1 << other, 0.1)
        board.judge(1 << other, FAULTS[index][3])
        board.faults.reset(1 << other, 1)
        if not board.latched(index):
            assert board.faults.active == 1 << other
            assert board.faults.action == FAULTS[other][5]
            assert board.faults.pilot == FAULTS[other][1]
