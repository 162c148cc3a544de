"""A TCP connection of a simulated board: whole pieces, a moment under way, nothing lost.

The moment is there because a network has one, and because a client that asks again as soon as it
is answered must not find time standing still.
"""

from functools import partial

from wattback.boards.sim import MOST_IN
from wattback_sim.clock import Clock, Timetable
from wattback_sim.wires import BoardEnd, Peer

NETWORK_US = 200  # each way; assumed, a local network


class Connection:
    """See `wires.Wire`.

    open: neither side has closed it. backlog: bytes sent that the board has not taken yet.
    """

    def __init__(
        self, clock: Clock, timetable: Timetable, board: BoardEnd, channel: int, peer: Peer
    ) -> None:
        self.open = True
        self.backlog = 0
        self.channel = channel
        self._clock = clock
        self._timetable = timetable
        self._board = board
        self._peers = [peer]
        self._received = bytearray()
        self._hanging_up = False
        self._offering = False
        self._ended = False  # its channel may be another's by now

    def attach(self, peer: Peer) -> None:
        """See Wire."""
        self._peers.append(peer)

    def detach(self, peer: Peer) -> None:
        """See Wire."""
        if peer in self._peers:
            self._peers.remove(peer)

    def send(self, data: bytes) -> int:
        """See Wire. After a close it is lost."""
        arrives_us = self._clock.now_us + NETWORK_US
        if self.open:
            self.backlog += len(data)
            self._timetable.at(arrives_us, partial(self._arrive, data))
        return arrives_us

    def close(self) -> None:
        """The peer closes; the board still hears what was sent before, and may answer it."""
        if self.open:
            self.open = False
            self._timetable.at(self._clock.now_us + NETWORK_US, self._hang_up)

    # --- the board's side ---

    @property
    def free(self) -> bool:
        """A network takes whatever the board says at once."""
        return True

    @property
    def waiting(self) -> bool:
        """Bytes, or the peer's farewell, wait for the board's port."""
        return bool(self._received) or self._hanging_up

    def say(self, data: bytes) -> None:
        """The board sends."""
        self._timetable.at(self._clock.now_us + NETWORK_US, partial(self._deliver, data))

    def offer(self) -> None:
        """Let the board's port take what has come; after the last of it, that the peer is gone."""
        if self._offering:
            return  # the board asks for more while it takes some
        self._offering = True
        received = self._received
        taken = 1
        while received and taken:
            taken = self._board.hear(self.channel, bytes(received[:MOST_IN]), 0)
            del received[:taken]
            self.backlog -= taken
        self._offering = False
        if self._hanging_up and not received:
            self._hanging_up = False
            self._board.hang_up(self.channel)

    def end(self) -> None:
        """The board closes, or dies: the peer learns of it."""
        self.open = False
        self._ended = True
        self._received.clear()
        self._hanging_up = False
        self._timetable.at(self._clock.now_us + NETWORK_US, self._tell_gone)

    def _arrive(self, data: bytes) -> None:
        if not self._ended:
            self._received += data
            self.offer()

    def _hang_up(self) -> None:
        if not self._ended:
            self._hanging_up = True
            self.offer()

    def _deliver(self, data: bytes) -> None:
        for peer in tuple(self._peers):
            peer.deliver(self._clock.now_us, data)

    def _tell_gone(self) -> None:
        for peer in tuple(self._peers):
            peer.gone(self._clock.now_us)
