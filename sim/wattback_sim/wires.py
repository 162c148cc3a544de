"""The wires of a simulated board, seen from the far end: what a peer is, and what it holds.

A board has four serial wires (console, Modbus RTU, vehicle link, gateway link) and four TCP
connections. At one end is the board: `wiring.py` carries bytes to and from its ports. At the other
is a *peer*: a vehicle's link controller, a scenario's Modbus master, a PTY, a program's serial
port. Bytes take the time that they take on a real wire; moving them never moves the world, so a
run is the same in every tick whether somebody talks or not.

For whoever writes a peer:

    class Echo:                                     # any object with the two methods of Peer
        def __init__(self, wire: Wire) -> None:
            self.wire = wire
            wire.attach(self)
        def deliver(self, now_us: int, data: bytes) -> None:
            self.wire.send(data)                    # leaves now, behind what already waits
        def gone(self, now_us: int) -> None: ...

A peer acts when something is delivered, when the world moves it (a vehicle in its `advance`), when
a scenario acts, or at a time that it has entered in the site's `timetable` (`clock.Timetable`).
Times are microseconds since the start, as everywhere in the simulator.
"""

from typing import Protocol


class Peer(Protocol):
    """Whoever is at the far end of a wire.

    Called in order of simulated time and never during a tick. Inside a call it may `send`, attach
    and detach; it must not run the site.
    """

    def deliver(self, now_us: int, data: bytes) -> None:
        """These bytes have arrived; the last of them at `now_us`.

        On a serial wire they come one by one, as they are complete; on TCP as they were written.
        """

    def gone(self, now_us: int) -> None:
        """This connection is over: the board has closed it, has lost its power, or has seen the
        peer close it. Serial wires stay for ever.
        """


class Wire(Protocol):
    """A wire as a peer holds it."""

    def attach(self, peer: Peer) -> None:
        """Let the peer hear what the board says from now on. Several may listen."""

    def detach(self, peer: Peer) -> None:
        """The peer hears nothing more. Harmless when it was not attached."""

    def send(self, data: bytes) -> int:
        """Put bytes on the wire towards the board, behind those that are still on their way.

        Returns the time in µs at which the last of them has arrived.
        """


class BoardEnd(Protocol):
    """What a wire asks of the board at its other end (`wiring.py`)."""

    @property
    def most_in(self) -> int:
        """How many bytes the board takes at once; 1 where each has its own time."""

    def hear(self, channel: int, data: bytes, age_us: int) -> int:
        """Bytes have come, the last of them `age_us` ago; returns how many its port has taken."""

    def hang_up(self, channel: int) -> None:
        """The peer has closed this connection, and its bytes have all come."""

    def want(self, channel: int) -> None:
        """The wire is free for what the board has to say."""
