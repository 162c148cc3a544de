"""Modbus RTU: silence ends a frame, and silence is the answer to whatever is none of ours."""

import itertools

import pytest

from tests.unit.modbus_bench import two
from tests.unit.modbus_ports import BAUD, MARKER, MARKER_READ, MASK, UNIT, RtuWire, heartbeat, rtu
from wattback.commands import COMMAND_HEARTBEAT
from wattback.service import NEVER

SILENCES = {1_200: 32_084, 9_600: 4_011, 19_200: 2_006, 38_400: 1_750, 115_200: 1_750}


def beats(wire: RtuWire) -> list[int]:
    return [command[1] for command in wire.bench.commands() if command[0] == COMMAND_HEARTBEAT]


# --- t3.5 ---


@pytest.mark.parametrize(("baud", "silence_us"), SILENCES.items())
def test_the_answer_comes_when_three_and_a_half_characters_have_passed(
    baud: int, silence_us: int
) -> None:
    wire = RtuWire(baud)
    assert wire.silence_us == silence_us
    wire.send(rtu(MARKER_READ))
    last_us = wire.now_us
    assert wire.port.due_us == last_us + silence_us
    for us in (1, silence_us // 2, silence_us - 1):
        assert wire.port.step(last_us + us) == 0
        assert wire.port.out_count == 0
    wire.port.step(last_us + silence_us)
    assert wire.taken() == rtu(MARKER)
    assert wire.port.due_us == NEVER


@pytest.mark.parametrize("piece", [1, 3, 7, 8])
def test_a_frame_may_come_in_pieces(piece: int) -> None:
    wire = RtuWire()
    wire.send(rtu(MARKER_READ), piece)
    assert wire.pause(wire.silence_us) == rtu(MARKER)


def test_a_gap_shorter_than_the_silence_is_forgiven() -> None:
    wire = RtuWire()
    frame = rtu(MARKER_READ)
    wire.send(frame[:3])
    assert wire.pause(wire.silence_us - 1) == b""
    wire.send(frame[3:])
    assert wire.pause(wire.silence_us) == rtu(MARKER)


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_frame_that_is_cut_in_two_by_the_silence_is_no_frame(cut: int) -> None:
    wire = RtuWire()
    frame = rtu(MARKER_READ)
    wire.send(frame[:cut])
    assert wire.pause(wire.silence_us) == b""
    wire.send(frame[cut:])
    assert wire.pause(wire.silence_us) == b""
    assert wire.ask(frame) == rtu(MARKER)


def test_when_the_port_was_called_late_a_gap_still_ends_the_frame() -> None:
    wire = RtuWire()
    half = rtu(MARKER_READ)[:5]
    wire.port.receive(half, len(half), 10_000)
    frame = rtu(MARKER_READ)
    arrives_us = 10_000 + wire.silence_us + len(frame) * wire.character_us
    wire.port.receive(frame, len(frame), arrives_us)
    wire.port.step(arrives_us + wire.silence_us)
    assert wire.taken() == rtu(MARKER)


def test_a_request_that_could_not_be_answered_in_time_is_not_obeyed_either() -> None:
    wire = RtuWire()
    for unit, obeyed in ((UNIT, []), (0, [5])):
        frame = rtu(heartbeat(5), unit)
        wire.port.receive(frame, len(frame), 10_000)
        following = rtu(MARKER_READ)
        arrives_us = 10_000 + wire.silence_us + len(following) * wire.character_us
        wire.port.receive(following, len(following), arrives_us)
        wire.port.step(arrives_us + wire.silence_us)
        assert wire.taken() == rtu(MARKER)
        assert beats(wire) == obeyed


def test_times_may_wrap_within_a_frame_and_within_its_silence() -> None:
    for before in range(0, 9_000, 450):
        wire = RtuWire(starts_us=MASK - before)
        frame = rtu(MARKER_READ)
        wire.send(frame[:4])
        wire.send(frame[4:])
        assert wire.pause(wire.silence_us) == rtu(MARKER)


# --- whose frames ---


@pytest.mark.parametrize("unit", [u for u in range(256) if u != UNIT])
def test_frames_for_other_units_get_no_answer_and_no_obedience(unit: int) -> None:
    wire = RtuWire()
    assert wire.ask(rtu(MARKER_READ, unit)) == b""
    if unit:
        assert wire.ask(rtu(heartbeat(5), unit)) == b""
        assert beats(wire) == []
    assert wire.ask(rtu(MARKER_READ)) == rtu(MARKER)


def test_the_answers_of_other_units_are_none_of_ours() -> None:
    wire = RtuWire()
    assert wire.ask(rtu(b"\x03\x04\x01\x02\x03\x04", 9)) == b""
    assert wire.ask(rtu(MARKER_READ)) == rtu(MARKER)


def test_a_broadcast_write_is_obeyed_and_not_answered() -> None:
    wire = RtuWire()
    assert wire.ask(rtu(heartbeat(5), 0)) == b""
    assert wire.pause(100_000) == b""
    assert beats(wire) == [5]
    assert wire.bench.read("heartbeat") == 5


@pytest.mark.parametrize("function", [1, 2, 3, 4, 5, 8, 15, 17, 22, 23, 43, 128, 255])
def test_other_broadcasts_are_ignored(function: int) -> None:
    wire = RtuWire()
    assert wire.ask(rtu(bytes([function]) + two(40_000) + two(2), 0)) == b""
    assert wire.bench.read("last_refusal") == "none"


def test_a_refused_broadcast_leaves_its_reason_in_the_registers() -> None:
    wire = RtuWire()
    assert wire.ask(rtu(b"\x06" + two(40_000) + two(2), 0)) == b""
    assert wire.bench.read("last_refusal") == "not_writable"
    assert wire.bench.read("refused_address") == 40_000


# --- what is no frame ---


def test_every_damaged_bit_makes_a_frame_that_is_not_answered() -> None:
    wire = RtuWire()
    frame = rtu(heartbeat(5))
    for bit in range(8 * len(frame)):
        damaged = bytearray(frame)
        damaged[bit // 8] ^= 1 << bit % 8
        assert wire.ask(bytes(damaged)) == b""
    assert beats(wire) == []
    assert wire.ask(frame) == frame


@pytest.mark.parametrize("length", [1, 2, 3])
def test_what_is_shorter_than_every_frame_is_dropped(length: int) -> None:
    wire = RtuWire()
    assert wire.ask(bytes([UNIT, 3, 0][:length])) == b""
    assert wire.ask(rtu(MARKER_READ)) == rtu(MARKER)


def test_the_shortest_frame_is_answered() -> None:
    wire = RtuWire()
    assert wire.ask(rtu(b"\x03")) == rtu(b"\x83\x03")
    assert wire.ask(rtu(b"\x2b")) == rtu(b"\xab\x01")


def test_the_longest_frame_is_answered_and_a_longer_one_is_not() -> None:
    wire = RtuWire()
    longest = rtu(b"\x10" + two(40_299) + two(123) + bytes([246]) + bytes(247))
    assert len(longest) == 256
    assert wire.ask(longest) == rtu(b"\x90\x03")
    for extra in (1, 2, 100, 1_000):
        body = rtu(b"\x10" + two(40_299) + two(123) + bytes([246]) + bytes(247 + extra))
        assert wire.ask(body) == b""
        assert wire.ask(rtu(MARKER_READ)) == rtu(MARKER)


def test_after_garbage_without_a_pause_a_good_frame_is_lost_and_the_next_is_not() -> None:
    wire = RtuWire()
    wire.send(b"\xff\x00\x55")
    assert wire.ask(rtu(MARKER_READ)) == b""
    assert wire.ask(rtu(MARKER_READ)) == rtu(MARKER)


def test_two_frames_without_a_pause_are_none() -> None:
    wire = RtuWire()
    assert wire.ask(rtu(MARKER_READ) * 2) == b""
    assert wire.ask(rtu(heartbeat(1)) * 2) == b""
    assert beats(wire) == []


# --- answers ---


def test_every_count_of_registers_is_answered_with_a_good_check_sum() -> None:
    wire = RtuWire()
    for count in range(1, 126):
        answer = wire.ask(rtu(b"\x03" + two(40_000) + two(count)))
        assert answer == rtu(answer[1:-2])
        assert answer[1:3] == bytes([3, 2 * count])
        assert len(answer) == 5 + 2 * count


def test_a_full_queue_is_answered_busy_at_once() -> None:
    wire = RtuWire()
    for beat in range(7):
        assert wire.ask(rtu(heartbeat(beat))) == rtu(heartbeat(beat))
    assert wire.ask(rtu(heartbeat(8))) == rtu(b"\x86\x06")
    assert beats(wire) == list(range(7))


def test_an_answer_is_kept_until_it_is_taken() -> None:
    wire = RtuWire()
    wire.send(rtu(MARKER_READ))
    wire.port.step(wire.now_us + wire.silence_us)
    for _ in range(3):
        wire.port.step(wire.now_us + 2 * wire.silence_us)
        assert bytes(wire.port.out[: wire.port.out_count]) == rtu(MARKER)
    assert wire.taken() == rtu(MARKER)
    assert wire.taken() == b""


def test_a_restart_forgets_what_had_come() -> None:
    wire = RtuWire()
    wire.send(rtu(MARKER_READ)[:5])
    wire.port.closed()
    wire.port.opened()
    assert wire.port.due_us == NEVER
    assert wire.ask(rtu(MARKER_READ)) == rtu(MARKER)


def test_the_port_always_has_room_and_never_wants_to_be_closed() -> None:
    wire = RtuWire()
    for octets in itertools.islice(itertools.cycle([b"\x00" * 64, rtu(MARKER_READ)]), 20):
        assert wire.port.room() == 64
        wire.send(octets)
        assert wire.port.closing == 0


def test_the_silence_is_that_of_the_standard() -> None:
    assert SILENCES[BAUD] == -(-35 * 11 * 1_000_000 // (10 * BAUD))


def test_bytes_between_judging_a_write_and_carrying_it_out_leave_only_a_broadcast_obeyed() -> None:
    for unit, obeyed in ((UNIT, []), (0, [5])):
        wire = RtuWire()
        wire.send(rtu(heartbeat(5), unit))
        wire.now_us += wire.silence_us
        assert wire.port.step(wire.now_us) == 1
        assert wire.ask(rtu(MARKER_READ)) == rtu(MARKER)
        assert beats(wire) == obeyed
