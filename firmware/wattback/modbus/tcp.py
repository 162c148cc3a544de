"""Modbus TCP: one connection of a server, by the port contract of `service`.

Requests may come in pieces or several at once. They are answered one after the other; a write for
which the connector has no room waits, and those behind it with it. Several connections are several
ports on one bank.
"""

from micropython import const

from wattback.modbus.bank import Bank
from wattback.modbus.pdu import BUFFER, answer, carry_out, refuse
from wattback.service import NEVER

_LEAD = const(128)  # _LEAD
_LONGEST = const(254)  # unit, function and what belongs to it
_HEADER = const(7)  # transaction (2), protocol (2), length (2), unit
_BEFORE_LENGTH = const(6)  # what the length does not count
_PIECE = const(64)  # bytes taken at once
_REQUESTS = const(_BEFORE_LENGTH + _LONGEST + _PIECE)
_PATIENCE_TICKS = const(100)  # a second
_SEQUENCE_MASK = const((1 << 29) - 1)
# Of units that are this connector itself: none, and "not significant".
_NO_UNIT = const(0)
_ANY_UNIT = const(255)
# Any other is nobody's. The guide for Modbus over TCP has two exceptions for a gateway: this one
# "usually means that the device is not present on the network", which is the case; the other one
# (0x0A) would tell of a path that is broken.
_NO_SUCH_UNIT = const(0x0B)


class TcpPort:
    """One connection."""

    def __init__(self, bank: Bank, unit_id: int) -> None:
        self._reply = bytearray(BUFFER)
        self.out = memoryview(self._reply)[_LEAD:]
        self.out_count = 0
        self.due_us = NEVER
        self.closing = 0
        self._bank = bank
        self._unit_id = unit_id
        self._requests = bytearray(_REQUESTS)
        self._count = 0
        self._judged = 0  # the first request is a write that may be carried out
        self._since = 0  # since when, in ticks

    def opened(self) -> None:
        """A client has connected."""
        self._count = 0
        self._judged = 0
        self.out_count = 0
        self.closing = 0

    def closed(self) -> None:
        """The client is gone."""
        self.opened()

    def room(self) -> int:
        """See `service`: nothing while a whole request is there."""
        if self.closing or self._count >= self._end():
            return 0
        return _PIECE

    def receive(self, octets, count: int, _now_us: int) -> None:  # type: ignore[no-untyped-def]
        """See `service`."""
        requests = self._requests
        at = self._count
        for index in range(count):
            requests[at + index] = octets[index]
        self._count = at + count
        if self._is_nonsense():
            self.closing = 1

    def step(self, _now_us: int) -> int:
        """See `service`: answer the first request that is whole."""
        end = self._end()
        if self.closing or self.out_count or self._count < end:
            return 0
        if self._judged:
            length = self._carry_out()
        else:
            length = self._answer(end)
            if not length:
                return 1
        if not length:
            return 0  # until the next tick has made room
        self._judged = 0
        self._head(length)
        self._drop(end)
        return 0

    def sent(self) -> None:
        """See `service`."""
        self.out_count = 0

    def _end(self) -> int:
        """Where the first request ends; before its length is known, where its function would."""
        if self._count < _BEFORE_LENGTH:
            return _HEADER + 1
        return _BEFORE_LENGTH + (self._requests[4] << 8 | self._requests[5])

    def _is_nonsense(self) -> bool:
        """Another protocol, or a length that no request has: nothing after it makes sense."""
        requests = self._requests
        if self._count < _BEFORE_LENGTH:
            return False
        length = requests[4] << 8 | requests[5]
        return bool(requests[2] or requests[3] or not 2 <= length <= _LONGEST)

    def _answer(self, end: int) -> int:
        requests = self._requests
        reply = self._reply
        at = _LEAD + _HEADER
        unit_id = requests[_BEFORE_LENGTH]
        if unit_id != self._unit_id and unit_id != _NO_UNIT and unit_id != _ANY_UNIT:
            return refuse(requests[_HEADER], _NO_SUCH_UNIT, reply, at)
        length = answer(self._bank, requests, _HEADER, end - _HEADER, reply, at)
        if not length:
            self._judged = 1
            self._since = self._bank.ticks()
        return length

    def _carry_out(self) -> int:
        waited = (self._bank.ticks() - self._since) & _SEQUENCE_MASK
        patient = 1 if waited < _PATIENCE_TICKS else 0
        at = _LEAD + _HEADER
        return carry_out(self._bank, self._requests, _HEADER, self._reply, at, patient)

    def _head(self, length: int) -> None:
        requests = self._requests
        reply = self._reply
        for index in range(_HEADER):
            reply[_LEAD + index] = requests[index]
        reply[_LEAD + 4] = 0
        reply[_LEAD + 5] = length + 1
        self.out_count = _HEADER + length

    def _drop(self, end: int) -> None:
        requests = self._requests
        rest = self._count - end
        for index in range(rest):
            requests[index] = requests[end + index]
        self._count = rest
        if self._is_nonsense():
            self.closing = 1
