"""Where a port listens, and who may come to it from there.

Modbus has no password: whoever reaches the port may write what the registers allow. So a port that
only this machine can reach is open to this machine, and one that others can reach says who they
are. Names are not accepted: whoever answers for a name would decide who may come.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from wattback_sim.errors import BadInputError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LOOPBACK: tuple[Network, ...] = (
    ipaddress.ip_network("127.0.0.0/8"),
    ipaddress.ip_network("::1/128"),
)


@dataclass(frozen=True, slots=True)
class Listening:
    """host: an address of this machine, or one that means all of them. allowed: who may come."""

    host: str
    allowed: tuple[Network, ...]

    def lets_in(self, peer: str) -> bool:
        """Does somebody with this address belong to those who may come?"""
        address = ipaddress.ip_address(peer)
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped  # how a port for both kinds shows the older one
        return any(address in network for network in self.allowed)


LOCALLY = Listening("127.0.0.1", _LOOPBACK)


def listen_at(bind: str, allow: Iterable[str]) -> Listening:
    """What `--modbus-bind` and `--allow` mean together. Raises BadInputError."""
    try:
        address = ipaddress.ip_address(bind)
    except ValueError:
        raise BadInputError(
            f"{bind!r} is no address to listen at: give one of this machine's, such as "
            "192.168.1.10, or 0.0.0.0 for all of them"
        ) from None
    allowed = tuple(_network(text) for text in allow)
    if not allowed and not address.is_loopback:
        raise BadInputError(
            f"at {bind} others than this machine could order what they like, as Modbus knows no "
            "password: name who may come with --allow, such as --allow 192.168.1.20"
        )
    return Listening(bind, allowed or _LOOPBACK)


def is_this_machine(host: str) -> bool:
    """Does a host's name or address lead nowhere but here?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise BadInputError(
            f"{text!r} is neither an address nor a network: write one such as 192.168.1.20 or "
            "192.168.1.0/24, whose last bits are 0"
        ) from None
