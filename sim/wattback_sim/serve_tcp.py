"""TCP doors of a served board: Modbus clients are joined to its connections, controllers to lines.

Nothing here waits: the server's loop calls `accept` and `read` when the system says that they have
something, and `write` when it has room again.
"""

import socket
from collections.abc import Callable
from typing import Protocol

from wattback_sim.allow_list import Listening
from wattback_sim.control import Control
from wattback_sim.errors import PortTakenError
from wattback_sim.orders import Lines
from wattback_sim.wiring import Wiring

_PIECE = 4096
_MOST_BACKLOG = 4096
_MOST_NAMED = 100  # of those who were turned away


class Client(Protocol):
    """One connection from outside.

    sock: to wait on. unsent: bytes that wait for room. over: it ends as soon as they are gone.
    """

    sock: socket.socket
    unsent: bytearray
    over: bool

    @property
    def ready(self) -> bool:
        """What comes next is welcome."""

    def read(self) -> None:
        """Something has come, or the end."""

    def close(self) -> None:
        """Be done with it."""


class Door:
    """A listening port. address: as people write it.

    listening: where it is, and who is let in. complain: told once, in a sentence, of everybody
    who is not. Raises PortTakenError.
    """

    def __init__(
        self,
        what: str,
        option: str,
        port: int,
        welcome: Callable[[socket.socket], Client],
        listening: Listening,
        complain: Callable[[str], None],
    ) -> None:
        host = listening.host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self.sock.bind((host, port))
            self.sock.listen()
        except OSError as error:
            self.sock.close()
            raise PortTakenError(
                f"port {port} of {host} cannot be had for {what} ({error.strerror}): choose "
                f"another with {option}, 0 for any"
            ) from None
        self.sock.setblocking(False)
        shown = f"[{host}]" if ":" in host else host
        self.address = f"{shown}:{self.sock.getsockname()[1]}"
        self._what = what
        self._welcome = welcome
        self._listening = listening
        self._complain = complain
        self._turned_away: set[str] = set()

    def accept(self) -> list[Client]:
        """The next client, or nobody when it was not let in."""
        try:
            sock, (peer, *_) = self.sock.accept()
        except OSError:  # it has given up in the meantime
            return []
        if not self._listening.lets_in(peer):
            sock.close()
            self._turn_away(peer)
            return []
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            return [self._welcome(sock)]
        except ConnectionRefusedError:
            sock.close()
            return []

    def _turn_away(self, peer: str) -> None:
        if peer not in self._turned_away and len(self._turned_away) < _MOST_NAMED:
            self._turned_away.add(peer)
            self._complain(
                f"{peer} may not come to {self._what}: it is not on the list of --allow"
            )

    def close(self) -> None:
        """Let nobody in any more."""
        self.sock.close()


class ModbusClient:
    """A Peer of one of the board's connections. Raises ConnectionRefusedError when it has none."""

    def __init__(self, sock: socket.socket, wiring: Wiring) -> None:
        self.sock = sock
        self.unsent = bytearray()
        self.over = False
        self._connection = wiring.connect(self)

    @property
    def ready(self) -> bool:
        """See Client: a flood waits in the network."""
        return self._connection.open and self._connection.backlog < _MOST_BACKLOG

    def read(self) -> None:
        """See Client. At its end the board hears what came before, and may still answer it."""
        data = _receive(self.sock)
        if data:
            self._connection.send(data)
        elif data is not None:
            self._connection.close()

    def close(self) -> None:
        """See Client."""
        self._connection.detach(self)
        self._connection.close()
        self.sock.close()

    def deliver(self, now_us: int, data: bytes) -> None:
        """See wires.Peer."""
        self.unsent += data

    def gone(self, now_us: int) -> None:
        """See wires.Peer."""
        self.over = True


class ControlClient:
    """Somebody who orders line by line."""

    def __init__(self, sock: socket.socket, control: Control) -> None:
        self.sock = sock
        self.unsent = bytearray()
        self.over = False
        self._control = control
        self._lines = Lines()

    @property
    def ready(self) -> bool:
        """See Client."""
        return not self.over

    def read(self) -> None:
        """See Client."""
        data = _receive(self.sock)
        if data is None:
            return
        for line in self._lines.take(data):
            self.unsent += self._control.answer(line) + b"\n"
        self.over = self._lines.over

    def close(self) -> None:
        """See Client."""
        self.sock.close()


def _receive(sock: socket.socket) -> bytes | None:
    """What has come; b"" at the end of the connection, None when there is nothing after all."""
    try:
        return sock.recv(_PIECE)
    except BlockingIOError:
        return None
    except OSError:
        return b""
