"""Several units on one serial line: a pseudo-terminal with two of them at its other end."""

import os
import pty
import select
import tty
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import pytest
from pymodbus.framer import FramerRTU

from wattback_hil.errors import BenchError
from wattback_hil.modbus import rtu_wire
from wattback_hil.modbus_place import RtuLine, open_wire

_REQUEST = 8  # bytes of one that reads registers
_BAUD = 115200


class TwoUnits:
    """Units 1 and 2, whose every register holds the unit's id. place: the line's other end.

    damaged: requests that came in pieces of others.
    """

    def __init__(self) -> None:
        self._end, self._line = pty.openpty()
        tty.setraw(self._line)
        self.place = RtuLine(os.ttyname(self._line), _BAUD)
        self.damaged = 0
        self._over = Event()
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        os.close(self._end)
        os.close(self._line)

    def _serve(self) -> None:
        heard = b""
        while not self._over.is_set():
            ready, _, _ = select.select([self._end], [], [], 0.05)
            if ready:
                heard += os.read(self._end, 256)
            if len(heard) >= _REQUEST:
                self._answer(heard)
                heard = b""

    def _answer(self, request: bytes) -> None:
        if len(request) != _REQUEST or _sum(request[:-2]) != request[-2:]:
            self.damaged += 1
            return
        unit, count = request[0], request[5]
        body = bytes([unit, 3, 2 * count]) + unit.to_bytes(2, "big") * count
        os.write(self._end, body + _sum(body))


def _sum(frame: bytes) -> bytes:
    return FramerRTU.compute_CRC(frame).to_bytes(2, "big")


@pytest.fixture
def line() -> Iterator[TwoUnits]:
    line = TwoUnits()
    yield line
    line.close()


def test_two_units_of_one_line_answer_side_by_side(line: TwoUnits) -> None:
    def ask(unit_id: int) -> set[int]:
        wire = open_wire(line.place, unit_id)
        try:
            return {word for _ in range(20) for word in wire.read(40000, 2, "the unit")}
        finally:
            wire.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, (1, 2))) == [{1}, {2}]
    assert line.damaged == 0


def test_the_last_wire_of_a_line_closes_it(line: TwoUnits) -> None:
    first, second = open_wire(line.place, 1), open_wire(line.place, 2)
    first.close()
    first.close()  # harmless
    assert second.read(40000, 1, "the unit") == [2]
    with pytest.raises(BenchError, match="no board can be reached"):
        rtu_wire(line.place.url, _BAUD, 1)  # which wants it alone
    second.close()
    alone = rtu_wire(line.place.url, _BAUD, 1)
    with pytest.raises(BenchError, match="no board can be reached"):
        open_wire(line.place, 2)
    alone.close()
    third = open_wire(line.place, 2)
    assert third.read(40000, 1, "the unit") == [2]
    third.close()
