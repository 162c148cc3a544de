"""A serial wire: one byte after the other, each in its time, in both directions at once.

Every wire here is 8N1, ten bits a byte: the console's and the vehicle link's by their makers'
custom, Modbus RTU by this connector's choice (the serial-line guide prefers eleven bits, with
parity or a second stop bit).
"""

from collections import deque
from functools import partial

from wattback_sim.clock import Clock, Timetable
from wattback_sim.wires import BoardEnd, Peer

_BITS_A_BYTE = 10
_BUFFER = 256  # bytes that the board's receiver holds while its port takes none


def byte_times_us(count: int, baud: int) -> int:
    """How long `count` bytes take, rounded up to a whole µs."""
    return -(-count * _BITS_A_BYTE * 1_000_000 // baud)


class Pace:
    """One direction of a line. free_us: when the last byte that was put on it has passed.

    Bytes without a gap between them are a burst; the n-th byte of a burst has passed n byte times
    after its beginning, rounded up to a whole µs, so that a long burst gains no error.
    """

    def __init__(self, baud: int) -> None:
        self.free_us = 0
        self._baud = baud
        self._begun_us = -1
        self._count = 0

    def put(self, now_us: int) -> bool:
        """Put one more byte on the line; True when a burst begins with it."""
        begins = now_us > self.free_us or not self._count
        if begins:
            self._begun_us = now_us
            self._count = 0
        self._count += 1
        self.free_us = self._begun_us + byte_times_us(self._count, self._baud)
        return begins


class SerialWire:
    """See `wires.Wire`.

    The board's receiver hands over what has come when as much is together as a frame takes, when a
    burst ends, or when it is told to (`hand_over`): the firmware may be about to look for a
    silence.

    baud: of both directions. connected: while it is False, what either end sends is lost (a plug
    that is not in its socket). overruns: bytes lost because the board's receiver was full.
    """

    def __init__(
        self, clock: Clock, timetable: Timetable, board: BoardEnd, channel: int, baud: int
    ) -> None:
        self.baud = baud
        self.connected = True
        self.overruns = 0
        self._clock = clock
        self._timetable = timetable
        self._board = board
        self._channel = channel
        self._peers: list[Peer] = []
        self._in = Pace(baud)
        self._coming: deque[tuple[int, int, bool]] = deque()  # arrival, byte, begins a burst
        self._awaited_us = -1  # when the receiver hands over next
        self._received = bytearray()
        self._received_us = 0  # when the last of them arrived
        self._offering = False
        self._out = Pace(baud)
        self._leaving: deque[int] = deque()
        self._life = 0  # counts power cuts: what was on its way before one never arrives

    def attach(self, peer: Peer) -> None:
        """See Wire."""
        self._peers.append(peer)

    def detach(self, peer: Peer) -> None:
        """See Wire."""
        if peer in self._peers:
            self._peers.remove(peer)

    def send(self, data: bytes) -> int:
        """See Wire."""
        now_us = self._clock.now_us
        waited = bool(self._coming)
        for byte in data:
            begins = self._in.put(now_us)
            self._coming.append((self._in.free_us, byte, begins))
        if not waited:
            self._await_chunk()
        return self._in.free_us

    # --- the board's side ---

    @property
    def free(self) -> bool:
        """Nothing of what the board has said is still on its way."""
        return not self._leaving

    @property
    def waiting(self) -> bool:
        """Bytes lie in the board's receiver."""
        return bool(self._received)

    def say(self, data: bytes) -> None:
        """The board sends, beginning now."""
        idle = not self._leaving
        self._leaving.extend(data)
        if idle and self._leaving:
            self._send_byte()

    def offer(self) -> None:
        """Let the board's port take what its receiver holds."""
        if self._offering:
            return  # the board asks for more while it takes some
        self._offering = True
        received = self._received
        taken = 1
        while received and taken:
            age_us = self._clock.now_us - self._received_us
            taken = self._board.hear(self._channel, bytes(received[: self._board.most_in]), age_us)
            del received[:taken]
        self._offering = False

    def power_off(self) -> None:
        """The board is dead: what it was sending ends, what it has not read is lost."""
        self._life += 1
        self._leaving.clear()
        self._received.clear()

    def hand_over(self) -> None:
        """Give the board what has arrived by now."""
        now_us = self._clock.now_us
        while self._coming and self._coming[0][0] <= now_us:
            self._take_in([item for item in self._chunk() if item[0] <= now_us])

    def _await_chunk(self) -> None:
        if self._coming:
            last_us = self._chunk()[-1][0]
            if last_us != self._awaited_us:
                self._awaited_us = last_us
                self._timetable.at(last_us, self._arrive)

    def _chunk(self) -> list[tuple[int, int, bool]]:
        """What comes next of one burst, as much as a frame takes."""
        chunk: list[tuple[int, int, bool]] = []
        most_in = self._board.most_in
        for item in self._coming:
            if chunk and (item[2] or len(chunk) == most_in):
                break
            chunk.append(item)
        return chunk

    def _arrive(self) -> None:
        if self._clock.now_us == self._awaited_us:
            self._awaited_us = -1
            chunk = self._chunk()
            if chunk and chunk[-1][0] <= self._clock.now_us:  # else more follows without a gap
                self._take_in(chunk)
            self._await_chunk()

    def _take_in(self, chunk: list[tuple[int, int, bool]]) -> None:
        for _ in chunk:
            self._coming.popleft()
        if self.connected:
            room = _BUFFER - len(self._received)
            self.overruns += max(0, len(chunk) - room)
            self._received += bytes(item[1] for item in chunk[:room])
            self._received_us = chunk[-1][0]
            self.offer()

    def _send_byte(self) -> None:
        self._out.put(self._clock.now_us)
        life = self._life
        self._timetable.at(self._out.free_us, partial(self._passed, life))

    def _passed(self, life: int) -> None:
        if life != self._life:
            return
        byte = bytes((self._leaving.popleft(),))
        if self._leaving:
            self._send_byte()
        if self.connected:
            for peer in tuple(self._peers):
                peer.deliver(self._clock.now_us, byte)
        if not self._leaving:
            self._board.want(self._channel)
