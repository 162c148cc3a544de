"""Who may come to a port that others than this machine can reach."""

import pytest

from wattback_sim.allow_list import LOCALLY, Listening, is_this_machine, listen_at
from wattback_sim.errors import BadInputError


@pytest.mark.parametrize("bind", ["127.0.0.1", "127.0.0.2", "::1"])
def test_a_port_that_only_this_machine_reaches_is_open_to_it(bind: str) -> None:
    listening = listen_at(bind, ())
    assert listening.host == bind
    assert listening.lets_in("127.0.0.1") and listening.lets_in("::1")
    assert not listening.lets_in("192.168.1.20")


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.168.1.10", "fe80::1"])
def test_beyond_this_machine_it_is_said_who_may_come(bind: str) -> None:
    with pytest.raises(BadInputError, match=r"Modbus knows no password: name who .* --allow"):
        listen_at(bind, ())
    assert listen_at(bind, ["192.168.1.20"]).host == bind


@pytest.mark.parametrize(
    ("peer", "comes"),
    [
        ("192.168.1.20", True),
        ("192.168.1.21", False),
        ("10.3.255.255", True),
        ("10.4.0.0", False),
        ("::ffff:10.3.0.1", True),  # as a port for both kinds of addresses shows 10.3.0.1
        ("::ffff:10.4.0.1", False),
        ("fd00::7", True),
        ("fd01::7", False),
        ("fe80::9%2", False),
        ("127.0.0.1", False),  # a list says all who may come
    ],
)
def test_addresses_and_networks_are_what_they_say(peer: str, comes: bool) -> None:
    listening = listen_at("0.0.0.0", ["192.168.1.20", "10.0.0.0/14", "fd00::/16"])
    assert listening.lets_in(peer) is comes


def test_a_list_counts_on_loopback_too() -> None:
    listening = listen_at("127.0.0.1", ["127.0.0.5"])
    assert listening.lets_in("127.0.0.5")
    assert not listening.lets_in("127.0.0.1")


@pytest.mark.parametrize("bind", ["", "localhost", "garage.local", "127.0.0.1:502", "1.2.3"])
def test_a_name_is_no_address_to_listen_at(bind: str) -> None:
    with pytest.raises(BadInputError, match="is no address to listen at"):
        listen_at(bind, ["10.0.0.1"])


@pytest.mark.parametrize("allow", ["", "garage.local", "192.168.1.20/24", "10.0.0.0/33", "*"])
def test_a_name_and_a_network_with_bits_beyond_its_length_are_refused(allow: str) -> None:
    with pytest.raises(BadInputError, match=r"is neither an address nor a network: .* bits are 0"):
        listen_at("0.0.0.0", ["10.0.0.1", allow])


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("192.168.1.10", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("", False),
    ],
)
def test_this_machine_has_few_names(host: str, here: bool) -> None:
    assert is_this_machine(host) is here


def test_without_an_option_a_served_board_is_open_to_this_machine_alone() -> None:
    assert listen_at("127.0.0.1", ()) == LOCALLY
    assert isinstance(LOCALLY, Listening)
