"""Renewal of the image: every point that changes, a few rows a step, model by model, for ever.

A step is short enough for the service plane on the slowest board, and nothing here allocates. How
old a model's oldest value is, is told in ticks, which are the only clock.
"""

from array import array

from micropython import const

from wattback.connector import TICK_MS
from wattback.modbus.derived import DERIVED
from wattback.modbus.image import Image
from wattback.modbus.tables import LIVE, PART_ENDS
from wattback.signals import REPORT_NAMES, STATUS_NAMES

_ROW = const(6)
_ROWS_A_STEP = const(8)
_WRITABLE = const(0x80)
_DERIVED = const(3)
PARTS = len(PART_ENDS)  # models that change

_SEQUENCE_MASK = const((1 << 29) - 1)
_OLDEST_MS = const(60000)  # what an age says at most


class Live:
    """part: the model whose turn it is, in the order of PART_ENDS. row: the next of the table."""

    def __init__(self, connector, image: Image) -> None:  # type: ignore[no-untyped-def]
        self._connector = connector
        self._image = image
        self._records = [connector.status, connector.report, connector.settings]
        self._names = (STATUS_NAMES, REPORT_NAMES, connector.setting_names)
        self.part = 0
        self._row = 0
        self._began = 0
        self._renewed = array("i", [0] * PARTS)  # when the last whole renewal began, in ticks

    def begins(self) -> int:
        """1 when the next step is the first of its model."""
        return 1 if self._row == self._first() else 0

    def begin(self) -> None:
        """The renewal of a model begins now."""
        self._began = self._connector.status.sequence

    def step(self, settled: int) -> None:
        """Renew the next rows. settled: 0 leaves alone what can be written."""
        self._records[0] = self._connector.status
        self._records[2] = self._connector.settings
        row = self._row
        end = min(row + _ROWS_A_STEP, PART_ENDS[self.part])
        while row < end:
            self._renew(row * _ROW, settled)
            row += 1
        self._row = row
        if row == PART_ENDS[self.part]:
            self._renewed[self.part] = self._began
            self.part += 1
            if self.part == PARTS:
                self.part = 0
                self._row = 0

    def age_ms(self, part: int) -> int:
        """Age of the oldest value of a model, now."""
        ticks: int = (self._connector.status.sequence - self._renewed[part]) & _SEQUENCE_MASK
        return min(ticks, _OLDEST_MS // TICK_MS) * TICK_MS

    def _first(self) -> int:
        return PART_ENDS[self.part - 1] if self.part else 0

    def _renew(self, at: int, settled: int) -> None:
        record = LIVE[at + 3]
        if record >= _WRITABLE:
            if not settled:
                return
            record -= _WRITABLE
        records = self._records
        if record == _DERIVED:
            value = DERIVED[LIVE[at + 4]](records[0], records[1], records[2])
        else:
            value = getattr(records[record], self._names[record][LIVE[at + 4]])
        if LIVE[at + 5] != 1:
            value //= LIVE[at + 5]
        self._image.put(LIVE[at] << 8 | LIVE[at + 1], LIVE[at + 2], value)
