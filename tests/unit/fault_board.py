"""The fault table's latches on retained memory, and ways to pick rows by what clears them."""

from array import array

import pytest

from wattback.fault_table import (
    ACTION_OPEN,
    ACTION_STOP,
    ACTION_WARN,
    CLEAR_GONE,
    CLEAR_ON_SITE,
    CLEAR_RESET,
    CLEAR_RESTART,
    CLEAR_RETRY,
    CLEAR_UNPLUG,
    FAULT_COUNT,
    FAULTS,
    RETRY_ROWS,
)
from wattback.faults import Faults
from wattback.retained import RETRIES, WORDS

ROWS = range(FAULT_COUNT)
NAMES = [row[0] for row in FAULTS]
CLEARS = (CLEAR_GONE, CLEAR_RETRY, CLEAR_UNPLUG, CLEAR_RESET, CLEAR_RESTART, CLEAR_ON_SITE)
ACTIONS = (ACTION_WARN, ACTION_STOP, ACTION_OPEN)
TIMED = CLEAR_GONE | CLEAR_RETRY
LONG_S = 7_200
WAYS_OF_RESET = pytest.mark.parametrize("on_site", [0, 1], ids=["from afar", "by the button"])


class Board:
    """Latches on retained memory that outlives them."""

    def __init__(self) -> None:
        self.retained = array("i", [0] * WORDS)
        self.faults = Faults(self.retained)

    def restart(self) -> None:
        self.faults = Faults(self.retained)

    def judge(self, present: int, seconds: float, unplugged: int = 0, dt_ms: int = 100) -> None:
        for _ in range(round(seconds * 1000) // dt_ms):
            self.faults.judge(present, unplugged, dt_ms)

    def latched(self, index: int) -> bool:
        return bool(self.faults.active & (1 << index))

    def retries(self, index: int) -> int:
        return self.retained[RETRIES + RETRY_ROWS.index(index)]


def board_with(index: int) -> Board:
    """A board on which one row is latched and its cause gone, with no time passed since."""
    board = Board()
    board.judge(1 << index, 1.0)
    return board


def rows_with(clear: int) -> list[int]:
    return [index for index in ROWS if FAULTS[index][2] & clear]


def rows_without(clear: int) -> list[int]:
    return [index for index in ROWS if not FAULTS[index][2] & clear]


def names(rows: list[int]) -> list[str]:
    return [NAMES[index] for index in rows]
