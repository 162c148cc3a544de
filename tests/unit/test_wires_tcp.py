"""TCP connections to a simulated board: opened, refused, closed by either side, and never lost."""

import pytest

from wattback.service import TCP_CONNECTIONS
from wattback_sim.site import Site
from wattback_sim.virtual_socket import VirtualSocket
from wattback_sim.wires_tcp import NETWORK_US

READ_FOUR = bytes.fromhex("0001 0000 0006 01 03 9c40 0004")
FOUR = bytes.fromhex("0001 0000 000b 01 03 08 53756e53 0001 0042")
FOREIGN_PROTOCOL = bytes.fromhex("0001 0007 0006 01 03 9c40 0004")


@pytest.fixture
def site() -> Site:
    site = Site("cpython")
    site.power_on()
    site.run_until(100_000)
    return site


def numbered(request: bytes, number: int) -> bytes:
    return number.to_bytes(2, "big") + request[2:]


def test_an_answer_is_there_after_twice_the_networks_time(site: Site) -> None:
    began_us = site.clock.now_us
    client = VirtualSocket(site)
    client.send(READ_FOUR)
    assert client.recv(100, 1.0) == FOUR
    assert site.clock.now_us - began_us == 2 * NETWORK_US


@pytest.mark.parametrize("cut", range(1, len(READ_FOUR)))
def test_a_request_may_come_in_two_pieces(site: Site, cut: int) -> None:
    client = VirtualSocket(site)
    client.send(READ_FOUR[:cut])
    site.run_until(site.clock.now_us + 35_000)
    client.send(READ_FOUR[cut:])
    assert client.recv(100, 1.0) == FOUR


def test_half_a_request_is_not_answered_and_hurts_nobody_else(site: Site) -> None:
    silent, other = VirtualSocket(site), VirtualSocket(site)
    silent.send(READ_FOUR[:7])
    other.send(READ_FOUR)
    assert other.recv(100, 1.0) == FOUR
    with pytest.raises(TimeoutError, match=r"said nothing for 0\.5 s"):
        silent.recv(100, 0.5)


def test_requests_one_behind_the_other_are_all_answered_in_order(site: Site) -> None:
    client = VirtualSocket(site)
    client.send(b"".join(numbered(READ_FOUR, number) for number in range(50)))
    expected = b"".join(numbered(FOUR, number) for number in range(50))
    answers = b""
    while len(answers) < len(expected):
        answers += client.recv(10_000, 1.0)
    assert answers == expected


def test_a_fifth_connection_is_refused_until_one_is_closed(site: Site) -> None:
    clients = [VirtualSocket(site) for _ in range(TCP_CONNECTIONS)]
    with pytest.raises(ConnectionRefusedError, match="all are taken"):
        VirtualSocket(site)
    clients[1].close()
    site.run_until(site.clock.now_us + 10_000)
    late = VirtualSocket(site)
    for client in (clients[0], clients[2], clients[3], late):
        client.send(READ_FOUR)
        assert client.recv(100, 1.0) == FOUR


def test_a_connection_begins_with_nothing_of_the_one_before(site: Site) -> None:
    first = VirtualSocket(site)
    first.send(READ_FOUR[:9])
    site.run_until(site.clock.now_us + 10_000)
    first.close()
    site.run_until(site.clock.now_us + 10_000)
    second = VirtualSocket(site)
    second.send(READ_FOUR)
    assert second.recv(100, 1.0) == FOUR


def test_what_was_sent_before_a_close_is_still_heard_and_answered(site: Site) -> None:
    heard: list[bytes] = []

    class Peer:
        def deliver(self, now_us: int, data: bytes) -> None:
            heard.append(data)

        def gone(self, now_us: int) -> None:
            heard.append(b"gone")

    connection = site.wiring.connect(Peer())
    connection.send(READ_FOUR)
    connection.close()
    site.run_until(site.clock.now_us + 10_000)
    assert heard == [FOUR, b"gone"]


def test_the_board_closes_on_a_client_that_speaks_another_protocol(site: Site) -> None:
    client = VirtualSocket(site)
    client.send(FOREIGN_PROTOCOL)
    assert client.recv(100, 1.0) == b""
    with pytest.raises(ConnectionResetError, match="is closed"):
        client.send(READ_FOUR)
    assert VirtualSocket(site)


def test_what_is_under_way_when_the_board_closes_reaches_no_other_connection(site: Site) -> None:
    client = VirtualSocket(site)
    client.send(FOREIGN_PROTOCOL)
    site.run_until(site.clock.now_us + NETWORK_US - 10)
    client.send(READ_FOUR)
    site.run_until(site.clock.now_us + 20)
    other = VirtualSocket(site)
    with pytest.raises(TimeoutError):
        other.recv(100, 0.1)


def test_a_power_cut_ends_every_connection_and_refuses_new_ones(site: Site) -> None:
    client = VirtualSocket(site)
    site.power_off()
    assert client.recv(100, 1.0) == b""
    with pytest.raises(ConnectionRefusedError, match="no power"):
        VirtualSocket(site)
    site.power_on()
    again = VirtualSocket(site)
    again.send(READ_FOUR)
    assert again.recv(100, 1.0) == FOUR


def test_a_client_that_asks_again_at_once_does_not_stop_the_time(site: Site) -> None:
    client = VirtualSocket(site)
    for number in range(100):
        client.send(numbered(READ_FOUR, number))
        client.recv(100, 1.0)
    assert site.clock.now_us >= 100_000 + 100 * 2 * NETWORK_US
