"""Runs on the board: the connector through the recorded phases, its answers held against theirs.

`core_phases.py` flashes this package and the recording, and measures the ticks.
"""

from array import array

from wattback.connector import Connector
from wattback.retained import WORDS

from .board import RecordedBoard
from .words import (
    KIND_COMMAND,
    KIND_TICK,
    RECORD_WORDS,
    SUM_AT,
    places_of,
    restore,
    room,
    sum_of_answer,
)


class Playback:
    """A connector, and the recording in the file at `path`, phase by phase.

    settings: of the connector, in table order. records: of the longest phase; room for them is
    made first, while the heap is in few pieces.
    """

    def __init__(self, path: str, settings: "list[int]", records: int) -> None:
        self._pool = [room(RECORD_WORDS) for _ in range(records)]
        self._file = open(path, "rb")  # noqa: SIM115 - read phase by phase, until the board stops
        self._count = 0  # of the records of this phase
        self._next = 0
        self._board = RecordedBoard()
        self.connector = Connector(self._board, [0] * WORDS)
        assert not self.connector.load_settings(settings)
        self._places = places_of(self.connector, _names_of)

    def begin(self, records: int) -> None:
        """Take over the state before the next phase and bring its records into memory."""
        restore(self.connector, self._places, self._file.readinto)
        for index in range(records):
            self._file.readinto(self._pool[index])
        self._count = records
        self._next = 0

    def feed(self) -> int:
        """Hand over what comes before the next tick, and its inputs; returns its time in ms.

        Allocates nothing, because it stands between measured ticks.
        """
        record = self._pool[self._next]
        self._next += 1
        while record[0] != KIND_TICK:
            self._hand_over(record)
            record = self._pool[self._next]
            self._next += 1
        self._board.frame = record
        self._board.measure(self.connector.inputs)
        return record[1]

    def end(self) -> None:
        """The connector must have told what it told on CPython."""
        told = sum_of_answer(self.connector, self._board.driven)
        assert self._next == self._count
        assert told == self._pool[self._next - 1][SUM_AT], (
            "the connector told something else on CPython"
        )

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


def _names_of(holder) -> "list[str]":  # type: ignore[no-untyped-def]
    return sorted(holder.__dict__)
