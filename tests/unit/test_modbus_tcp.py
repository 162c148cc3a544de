"""Modbus TCP: requests in pieces and in heaps, writes that wait for room, units of nobody."""

import pytest

from tests.unit.modbus_bench import QUEUE_PLACES, StillBench, two
from tests.unit.modbus_ports import MARKER, MARKER_READ, UNIT, TcpClient, heartbeat, tcp
from wattback.commands import COMMAND_HEARTBEAT
from wattback.service import NEVER


def beats(bench: StillBench) -> list[int]:
    return [command[1] for command in bench.commands() if command[0] == COMMAND_HEARTBEAT]


def fill_the_queue(client: TcpClient) -> None:
    for beat in range(QUEUE_PLACES):
        assert client.send(tcp(heartbeat(beat))) == tcp(heartbeat(beat))


@pytest.mark.parametrize("transaction", [0, 1, 0x1234, 0xFFFF])
def test_the_transaction_is_echoed(transaction: int) -> None:
    assert TcpClient().send(tcp(MARKER_READ, transaction)) == tcp(MARKER, transaction)


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_request_may_come_in_two_pieces(cut: int) -> None:
    client = TcpClient()
    frame = tcp(MARKER_READ)
    assert client.send(frame[:cut]) == b""
    assert client.send(frame[cut:]) == tcp(MARKER)


def test_a_request_may_come_byte_by_byte() -> None:
    client = TcpClient()
    frame = tcp(MARKER_READ) + tcp(heartbeat(3), 2)
    answers = b"".join(client.send(bytes([octet])) for octet in frame)
    assert answers == tcp(MARKER) + tcp(heartbeat(3), 2)


@pytest.mark.parametrize("count", [2, 3, 10, 40])
def test_several_requests_at_once_are_answered_in_order(count: int) -> None:
    client = TcpClient()
    requests = b"".join(tcp(MARKER_READ, n) for n in range(count))
    assert client.send(requests) == b"".join(tcp(MARKER, n) for n in range(count))


@pytest.mark.parametrize("cut", range(1, 37))
def test_pieces_and_heaps_may_come_in_any_mixture(cut: int) -> None:
    client = TcpClient()
    frames = tcp(MARKER_READ, 1) + tcp(heartbeat(9), 2) + tcp(MARKER_READ, 3)
    answers = client.send(frames[:cut]) + client.send(frames[cut:])
    assert answers == tcp(MARKER, 1) + tcp(heartbeat(9), 2) + tcp(MARKER, 3)


def test_the_longest_requests_in_a_row_are_answered() -> None:
    client = TcpClient()
    longest = b"\x10" + two(40_299) + two(123) + bytes([246]) + bytes(247)
    assert len(longest) == 253
    assert client.send(tcp(longest, 1) * 3) == tcp(b"\x90\x03", 1) * 3
    whole = b"\x03" + two(40_000) + two(125)
    answer = client.send(tcp(whole, 2))
    assert answer[:9] == two(2) + two(0) + two(253) + bytes([UNIT, 3, 250])
    assert len(answer) == 259


def test_an_answer_is_kept_until_it_is_taken_and_the_next_waits_for_that() -> None:
    client = TcpClient()
    port = client.port
    both = tcp(MARKER_READ, 1) + tcp(MARKER_READ, 2)
    port.receive(both, len(both), 0)
    for _ in range(3):
        assert port.step(0) == 0
        assert bytes(port.out[: port.out_count]) == tcp(MARKER, 1)
    port.sent()
    port.step(0)
    assert bytes(port.out[: port.out_count]) == tcp(MARKER, 2)


def test_while_a_whole_request_waits_there_is_no_room_for_more() -> None:
    client = TcpClient()
    port = client.port
    assert port.room() == 64
    frame = tcp(MARKER_READ)
    port.receive(frame, len(frame), 0)
    assert port.room() == 0
    port.step(0)
    assert port.room() == 64  # while the answer is on its way, the next request may come


# --- what makes no sense ---


@pytest.mark.parametrize("protocol", [1, 0x100, 0xFFFF])
def test_another_protocol_closes_the_connection(protocol: int) -> None:
    client = TcpClient()
    assert client.send(tcp(MARKER_READ, protocol=protocol)) == b""
    assert client.port.closing == 1
    assert client.port.room() == 0


@pytest.mark.parametrize("length", [0, 1, 255, 256, 0xFFFF])
def test_an_impossible_length_closes_the_connection(length: int) -> None:
    client = TcpClient()
    assert client.send(two(1) + two(0) + two(length)) == b""
    assert client.port.closing == 1


@pytest.mark.parametrize("length", [2, 254])
def test_a_possible_length_does_not(length: int) -> None:
    client = TcpClient()
    frame = two(1) + two(0) + two(length) + bytes([UNIT]) + b"\x2b" + bytes(length - 2)
    assert client.send(frame) == tcp(b"\xab\x01")
    assert client.port.closing == 0


def test_nonsense_behind_good_requests_closes_after_their_answers() -> None:
    client = TcpClient()
    assert client.send(tcp(MARKER_READ, 1) + tcp(MARKER_READ, 2) + b"GET / HTTP") == tcp(
        MARKER, 1
    ) + tcp(MARKER, 2)
    assert client.port.closing == 1
    assert client.send(tcp(MARKER_READ, 3)) == b""


def test_a_new_connection_begins_with_nothing() -> None:
    client = TcpClient()
    client.send(b"GET / HTTP")
    assert client.port.closing == 1
    client.port.closed()
    client.waiting = b""
    client.port.opened()
    assert client.send(tcp(MARKER_READ)[:5]) == b""
    client.port.closed()
    client.port.opened()
    assert client.send(tcp(MARKER_READ)) == tcp(MARKER)
    assert client.port.due_us == NEVER


# --- units ---


@pytest.mark.parametrize("unit", range(256))
def test_the_connector_is_its_own_unit_none_or_any_and_no_other(unit: int) -> None:
    client = TcpClient()
    answer = client.send(tcp(MARKER_READ, unit=unit))
    if unit in (UNIT, 0, 255):
        assert answer == tcp(MARKER, unit=unit)
    else:
        assert answer == tcp(b"\x83\x0b", unit=unit)
        assert client.send(tcp(heartbeat(1), unit=unit)) == tcp(b"\x86\x0b", unit=unit)
        assert beats(client.bench) == []


# --- waiting for room ---


def test_a_write_waits_for_room_and_is_then_obeyed() -> None:
    client = TcpClient()
    fill_the_queue(client)
    assert client.send(tcp(heartbeat(50), 9)) == b""
    for _ in range(50):
        assert client.tick() == b""
    client.bench.connector.queue.drop()
    assert client.tick() == tcp(heartbeat(50), 9)
    assert beats(client.bench)[-1] == 50
    assert client.bench.read("last_refusal") == "none"


def test_after_a_second_it_is_busy() -> None:
    client = TcpClient()
    fill_the_queue(client)
    assert client.send(tcp(heartbeat(50), 9)) == b""
    answers = [client.tick() for _ in range(100)]
    assert answers[:-1] == [b""] * 99
    assert answers[-1] == tcp(b"\x86\x06", 9)
    assert client.bench.read("last_refusal") == "busy"
    assert beats(client.bench) == list(range(QUEUE_PLACES))


def test_each_write_has_a_second_of_its_own() -> None:
    client = TcpClient()
    fill_the_queue(client)
    client.send(tcp(heartbeat(50), 1) + tcp(heartbeat(51), 2))
    answers = [client.tick() for _ in range(200)]
    busy = [n for n, answer in enumerate(answers) if answer]
    assert busy == [99, 199]


def test_what_stands_behind_a_waiting_write_waits_too_but_not_on_other_connections() -> None:
    bench = StillBench()
    client, other = TcpClient(bench), TcpClient(bench)
    fill_the_queue(client)
    assert client.send(tcp(heartbeat(50), 1) + tcp(MARKER_READ, 2)) == b""
    assert other.send(tcp(MARKER_READ, 3)) == tcp(MARKER, 3)
    bench.connector.queue.drop()
    assert client.tick() == tcp(heartbeat(50), 1) + tcp(MARKER, 2)


def test_a_client_that_leaves_takes_its_waiting_write_along() -> None:
    client = TcpClient()
    fill_the_queue(client)
    assert client.send(tcp(heartbeat(50), 1)) == b""
    client.port.closed()
    client.port.opened()
    assert len(beats(client.bench)) == QUEUE_PLACES
    assert client.tick() == b""
    assert beats(client.bench) == []


def test_several_clients_see_one_connector() -> None:
    bench = StillBench()
    clients = [TcpClient(bench) for _ in range(4)]
    for n, client in enumerate(clients):
        client.send(tcp(heartbeat(n)))
        for other in clients:
            read = tcp(b"\x03" + heartbeat(0)[1:3] + two(1))
            assert other.send(read)[-2:] == two(n)
    assert beats(bench) == [0, 1, 2, 3]


def test_the_patience_outlives_the_wrap_of_the_ticks() -> None:
    client = TcpClient()
    client.bench.connector.status.sequence = (1 << 29) - 50
    fill_the_queue(client)
    assert client.send(tcp(heartbeat(50), 1)) == b""
    ticks = 0
    while not client.tick():
        client.bench.connector.status.sequence &= (1 << 29) - 1
        ticks += 1
    assert ticks == 99
