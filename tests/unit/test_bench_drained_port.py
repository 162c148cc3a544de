"""A port that is always read: nothing of what a board says is lost, and its end is told."""

import queue
from collections.abc import Iterator

import pytest

from wattback_hil.console.errors import NotReachableError
from wattback_hil.drained_port import DrainedPort

PATIENCE_S = 10.0  # a read returns as soon as there is something; this only guards


class Line:
    """A port whose far end is this test; None on the line is its end."""

    def __init__(self) -> None:
        self.said: queue.Queue[bytes | None] = queue.Queue()
        self.sent: list[bytes] = []
        self.closed = 0

    def read(self, within_s: float) -> bytes:
        try:
            data = self.said.get(timeout=within_s)
        except queue.Empty:
            return b""
        if data is None:
            raise NotReachableError("the line has gone away")
        return data

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def port(line: Line) -> Iterator[DrainedPort]:
    drained = DrainedPort(line, line.close)
    yield drained
    drained.close()


def test_what_came_while_nobody_read_is_there_in_order(line: Line, port: DrainedPort) -> None:
    for number in range(100):
        line.said.put(b"%d;" % number)
    came = b""
    while came.count(b";") < 100:
        came += port.read(PATIENCE_S)
    assert came == b"".join(b"%d;" % number for number in range(100))


def test_a_read_returns_with_nothing_when_its_time_is_over(port: DrainedPort) -> None:
    assert port.read(0.0) == b""
    assert port.read(0.01) == b""


def test_what_is_written_goes_straight_to_the_line(line: Line, port: DrainedPort) -> None:
    port.write(b"why\n")
    assert line.sent == [b"why\n"]


def test_the_last_words_of_a_line_that_ended_are_read_before_its_end_is_told(
    line: Line, port: DrainedPort
) -> None:
    line.said.put(b"last words")
    line.said.put(None)
    assert port.read(PATIENCE_S) == b"last words"
    with pytest.raises(NotReachableError, match="has gone away"):
        port.read(PATIENCE_S)


def test_closing_ends_the_reading_and_closes_the_line(line: Line) -> None:
    port = DrainedPort(line, line.close)
    port.close()
    port.close()
    line.said.put(b"unheard")
    assert port.read(0.01) == b""
    assert line.closed == 2
