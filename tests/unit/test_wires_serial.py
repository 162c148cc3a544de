"""Bytes on a serial wire take their time, exactly, and come to the board as they were sent."""

import pytest

from wattback.boards.sim import MOST_IN
from wattback_sim.clock import Clock, Timetable
from wattback_sim.uart import Pace, SerialWire

BAUDS = [1200, 9600, 19200, 115200]


def byte_us(baud: int, count: int = 1) -> int:
    """When `count` bytes of ten bits have passed, in whole µs."""
    return -(-count * 10_000_000 // baud)


class Board:
    """A board's end that writes down what comes. room: bytes that it takes at once."""

    def __init__(self, clock: Clock) -> None:
        self.heard: list[tuple[int, bytes]] = []
        self.wanted: list[int] = []
        self.room = 1000
        self.most_in = MOST_IN
        self._clock = clock

    def hear(self, channel: int, data: bytes, age_us: int) -> int:
        taken = data[: self.room]
        if taken:
            self.heard.append((self._clock.now_us - age_us, taken))
        return len(taken)

    def hang_up(self, channel: int) -> None:
        raise AssertionError("a serial wire never hangs up")

    def want(self, channel: int) -> None:
        self.wanted.append(self._clock.now_us)


class Listener:
    """A peer that writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, bytes]] = []

    def deliver(self, now_us: int, data: bytes) -> None:
        self.heard.append((now_us, data))

    def gone(self, now_us: int) -> None:
        raise AssertionError("a serial wire stays")


class Bench:
    """A wire between a board that listens and a peer that does."""

    def __init__(self, baud: int) -> None:
        self.clock = Clock(0)
        self.timetable = Timetable(self.clock)
        self.board = Board(self.clock)
        self.wire = SerialWire(self.clock, self.timetable, self.board, 1, baud)
        self.peer = Listener()
        self.wire.attach(self.peer)

    def send_at(self, t_us: int, data: bytes) -> None:
        self.timetable.at(t_us, lambda: self.wire.send(data))

    def say_at(self, t_us: int, data: bytes) -> None:
        self.timetable.at(t_us, lambda: self.wire.say(data))

    def run(self) -> None:
        self.timetable.run(10_000_000)


@pytest.mark.parametrize("baud", BAUDS)
def test_the_nth_byte_of_a_burst_has_passed_after_n_byte_times(baud: int) -> None:
    pace = Pace(baud)
    begins = [pace.put(1000)]
    for count in range(2, 300):
        assert pace.free_us == 1000 + byte_us(baud, count - 1)
        begins.append(pace.put(1000))
    assert begins == [True] + [False] * 298


@pytest.mark.parametrize("baud", BAUDS)
def test_what_follows_without_a_gap_gains_no_error(baud: int) -> None:
    pace = Pace(baud)
    for _ in range(1000):
        pace.put(pace.free_us)
    assert pace.free_us == byte_us(baud, 1000)
    assert pace.put(pace.free_us + 1), "and after a gap it is a burst of its own"


@pytest.mark.parametrize("baud", BAUDS)
def test_the_board_hears_a_message_at_its_last_byte(baud: int) -> None:
    bench = Bench(baud)
    bench.send_at(5000, b"12345678")
    bench.run()
    assert bench.board.heard == [(5000 + byte_us(baud, 8), b"12345678")]


def test_a_long_message_comes_in_pieces_of_64_bytes_each_at_its_last_byte() -> None:
    bench = Bench(19200)
    message = bytes(range(150))
    bench.send_at(0, message)
    bench.run()
    assert bench.board.heard == [
        (byte_us(19200, 64), message[:64]),
        (byte_us(19200, 128), message[64:128]),
        (byte_us(19200, 150), message[128:]),
    ]


@pytest.mark.parametrize("silence_us", [1, 300, 1823, 5000])
def test_messages_with_a_silence_between_them_are_never_joined(silence_us: int) -> None:
    bench = Bench(19200)
    first_us = byte_us(19200, 8)
    bench.send_at(0, b"12345678")
    bench.send_at(first_us + silence_us, b"abc")
    bench.run()
    assert bench.board.heard == [
        (first_us, b"12345678"),
        (first_us + silence_us + byte_us(19200, 3), b"abc"),
    ]


def test_what_is_sent_while_the_line_is_busy_follows_without_a_gap() -> None:
    bench = Bench(19200)
    bench.send_at(0, b"1234")
    bench.send_at(700, b"5678")
    bench.run()
    assert bench.board.heard == [(byte_us(19200, 8), b"12345678")]


def test_send_tells_when_the_last_byte_has_arrived() -> None:
    bench = Bench(9600)
    assert bench.wire.send(b"123") == byte_us(9600, 3)
    assert bench.wire.send(b"4") == byte_us(9600, 4)


@pytest.mark.parametrize("baud", BAUDS)
def test_a_peer_hears_the_board_byte_by_byte(baud: int) -> None:
    bench = Bench(baud)
    bench.say_at(100, b"wattback")
    bench.run()
    assert bench.peer.heard == [
        (100 + byte_us(baud, count), b"wattback"[count - 1 : count]) for count in range(1, 9)
    ]


def test_the_board_is_asked_for_more_when_the_last_byte_has_left() -> None:
    bench = Bench(19200)
    bench.say_at(0, b"1234")
    bench.run()
    assert bench.wire.free
    assert bench.board.wanted == [byte_us(19200, 4)]


def test_both_directions_run_at_once() -> None:
    bench = Bench(19200)
    bench.send_at(0, b"1234")
    bench.say_at(0, b"abcd")
    bench.run()
    assert bench.board.heard[0][0] == bench.peer.heard[-1][0] == byte_us(19200, 4)


def test_a_cut_wire_loses_what_passes_meanwhile() -> None:
    bench = Bench(19200)
    bench.wire.connected = False
    bench.send_at(0, b"12")
    bench.say_at(0, b"ab")
    bench.timetable.at(byte_us(19200, 2) + 1, lambda: setattr(bench.wire, "connected", True))
    bench.send_at(5000, b"34")
    bench.say_at(5000, b"cd")
    bench.run()
    assert b"".join(data for _, data in bench.board.heard) == b"34"
    assert b"".join(data for _, data in bench.peer.heard) == b"cd"


def test_what_the_board_cannot_take_waits_in_its_receiver_until_that_is_full() -> None:
    bench = Bench(115200)
    bench.board.room = 0
    message = bytes(range(256)) * 2
    bench.send_at(0, message)
    bench.run()
    assert bench.wire.waiting
    assert bench.wire.overruns == 256
    bench.board.room = 1000
    bench.wire.offer()
    assert b"".join(data for _, data in bench.board.heard) == message[:256]


def test_a_dead_board_ends_in_the_middle_of_what_it_says() -> None:
    bench = Bench(19200)
    bench.say_at(0, b"abcd")
    bench.timetable.at(byte_us(19200, 2) + 1, bench.wire.power_off)
    bench.run()
    assert [data for _, data in bench.peer.heard] == [b"a", b"b"]
    assert bench.board.wanted == []
    bench.wire.say(b"x")
    bench.run()
    assert bench.peer.heard[-1][1] == b"x"


def test_a_detached_peer_hears_nothing_and_others_go_on() -> None:
    bench = Bench(19200)
    other = Listener()
    bench.wire.attach(other)
    bench.wire.detach(bench.peer)
    bench.wire.detach(bench.peer)
    bench.say_at(0, b"a")
    bench.run()
    assert bench.peer.heard == []
    assert [data for _, data in other.heard] == [b"a"]
