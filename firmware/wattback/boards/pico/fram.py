"""Retained memory in an FRAM on I2C: 8 kB with addresses of 16 bits, such as an FM24CL64B.

Two places hold a record each, a sequence number, the words, a check sum, and are written in turn:
whenever the power goes, one of them is whole. Written by the service plane, a piece a step, when
anything but the rests of a watt-hour has changed; so a power cut loses what is younger than
LAG_MS and at most one watt-hour each way.
"""

from array import array

from machine import disable_irq, enable_irq
from micropython import const

from wattback import retained
from wattback.boards.pico.fast import copy, crc16, differ

LAG_MS = const(110)  # a record takes six steps, one a tick, and may have to wait for another

_ADDRESS = const(0x50)
_PLACES = const(2)
_PLACE_BYTES = const(512)
_SEQUENCE_MASK = const(0x0FFFFFFF)
_ATTEMPTS = const(3)
_PIECE = const(32)  # 0.8 ms of a bus at 400 kHz
_HEAD_WORDS = const(1)
_WORDS = _HEAD_WORDS + retained.WORDS
_STORED = retained.EXPORT_WH + 1  # words that hold both energy registers
_BYTES = 4 * _WORDS + 2
# The energy registers' rests change in every tick; each goes along with the next that matters.
_RESTS = (retained.IMPORT_REST, retained.EXPORT_REST)


class Fram:
    """i2c: the bus, at 400 kHz. sound: 0 when the chip does not answer. stored: the energy
    registers, in their places, as the youngest whole record has them, or as they are where there
    is no memory.
    """

    def __init__(self, i2c) -> None:  # type: ignore[no-untyped-def]
        self.sound = 1
        self.stored = array("i", [0] * _STORED)
        self._i2c = i2c
        self._record = bytearray(_BYTES)
        self._words = array("i", [0] * _WORDS)  # as they are written, or were
        self._kept = memoryview(self._words)[_HEAD_WORDS:]
        self._place = 0
        self._at = _BYTES  # of the record: all of it is written

    def load(self):  # type: ignore[no-untyped-def]
        """The retained words of the youngest whole record, all 0 when there is none."""
        youngest = -1
        kept = [0] * retained.WORDS
        for place in range(_PLACES):
            record = self._read(place)
            words = array("i", record[: 4 * _WORDS])
            if words[0] <= youngest or not is_whole(record):
                continue
            youngest = words[0]
            kept = [words[_HEAD_WORDS + i] for i in range(retained.WORDS)]
            self._place = place
        self._words[0] = max(youngest, 0)
        for i in range(retained.WORDS):
            self._words[_HEAD_WORDS + i] = kept[i]
        copy(self._kept, self.stored, _STORED)
        return kept

    def step(self, words) -> None:  # type: ignore[no-untyped-def]
        """Once after every tick: write a piece, or look whether `words` have changed."""
        if self._at < _BYTES:
            self._write_piece()
            if not self.sound:
                copy(words, self.stored, _STORED)
            elif self._at == _BYTES:
                copy(self._kept, self.stored, _STORED)
        elif self._is_due(words):
            self._begin(words)

    def _is_due(self, words) -> int:  # type: ignore[no-untyped-def]
        first = 0
        written = self._kept
        for rest in _RESTS:
            if differ(words, written, first, rest):
                return 1
            first = rest + 1
        return differ(words, written, first, retained.WORDS)

    def _begin(self, words) -> None:  # type: ignore[no-untyped-def]
        mine = self._words
        state = disable_irq()  # all words of one tick
        copy(words, self._kept, retained.WORDS)
        enable_irq(state)
        mine[0] = (mine[0] + 1) & _SEQUENCE_MASK
        self._place = 1 - self._place
        seal(mine, self._record)
        self._at = 0

    def _write_piece(self) -> None:
        end = min(self._at + _PIECE, _BYTES)
        try:
            self._i2c.writeto_mem(
                _ADDRESS,
                self._place * _PLACE_BYTES + self._at,
                memoryview(self._record)[self._at : end],
                addrsize=16,
            )
            self._at = end
            self.sound = 1
        except OSError:
            self.sound = 0  # and once more with the next step

    def _read(self, place: int):  # type: ignore[no-untyped-def]
        record = bytearray(_BYTES)
        for _ in range(_ATTEMPTS):
            try:
                self._i2c.readfrom_mem_into(_ADDRESS, place * _PLACE_BYTES, record, addrsize=16)
                self.sound = 1
                break
            except OSError:
                self.sound = 0
        return record


def free_bus(scl) -> None:  # type: ignore[no-untyped-def]
    """Clock out what a chip was saying when the board was reset: it may hold the bus for ever."""
    for _ in range(9):
        scl(0)
        scl(1)


def seal(words, record) -> None:  # type: ignore[no-untyped-def]
    """Make a record of the sequence number and the words."""
    copy(words, record, _WORDS)
    crc = crc16(record, 0, 4 * _WORDS)
    record[4 * _WORDS] = crc & 0xFF
    record[4 * _WORDS + 1] = crc >> 8


def is_whole(record) -> bool:  # type: ignore[no-untyped-def]
    """The check sum is right; an empty memory's is not."""
    crc = crc16(record, 0, 4 * _WORDS)
    return record[4 * _WORDS] == crc & 0xFF and record[4 * _WORDS + 1] == crc >> 8
