"""Runs on the board: the connector through the recorded phases, its answers held against theirs.

`core_phases.py` flashes this package and the recording, and measures the ticks.
"""

from array import array

from wattback.connector import Connector
from wattback.retained import WORDS

from .board import RecordedBoard
from .words import KIND_COMMAND, KIND_TICK, RECORD_WORDS, SUM_AT, places_of, restore, sum_of_answer


class Playback:
    """A connector, and the recording in the file at `path`, phase by phase.

    settings: of the connector, in table order.
    """

    def __init__(self, path: str, settings: "list[int]") -> None:
        self._file = open(path, "rb")  # noqa: SIM115 - read phase by phase, until the board stops
        self._records = []  # type: list[array[int]]
        self._next = 0
        self._board = RecordedBoard()
        self.connector = Connector(self._board, [0] * WORDS)
        assert not self.connector.load_settings(settings)
        self._places = places_of(self.connector)

    def begin(self, state_words: int, records: int) -> None:
        """Take over the state before the next phase and bring its records into memory."""
        restore(self.connector, self._places, self._read(state_words))
        self._records = [self._read(RECORD_WORDS) for _ in range(records)]
        self._next = 0

    def feed(self) -> int:
        """Hand over what comes before the next tick, and its inputs; returns its time in ms.

        Allocates nothing, because it stands between measured ticks.
        """
        record = self._records[self._next]
        self._next += 1
        while record[0] != KIND_TICK:
            self._hand_over(record)
            record = self._records[self._next]
            self._next += 1
        self._board.frame = record
        return record[1]

    def end(self) -> None:
        """The connector must have told what it told on CPython."""
        told = sum_of_answer(self.connector, self._board.driven)
        assert self._next == len(self._records)
        assert told == self._records[-1][SUM_AT], "the connector told something else on CPython"

    def _read(self, words: int) -> "array[int]":
        taken = array("i", [0] * words)
        self._file.readinto(taken)
        return taken

    def _hand_over(self, record: "array[int]") -> None:
        if record[0] == KIND_COMMAND:
            self.connector.queue.put(
                record[1], record[2], record[3], record[4], record[5], record[6], record[7]
            )
            return
        vehicle = self.connector.vehicle
        for index in range(len(vehicle.inbox)):
            vehicle.inbox[index] = record[1 + index]
        vehicle.inbox_full = 1
