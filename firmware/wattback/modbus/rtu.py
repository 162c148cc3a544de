"""Modbus RTU: a server on RS-485, by the port contract of `service`.

A frame ends with a silence of 3.5 characters, and only then is it judged and answered. What is not
for this unit, damaged, too long or cut off is dropped without a word. Shorter gaps within a frame
are forgiven: drivers and adapters make them, and the check sum tells.
"""

from micropython import const

from wattback.modbus.bank import Bank
from wattback.modbus.pdu import BUFFER, answer, carry_out
from wattback.service import NEVER, TIME_MASK_US

_LEAD = const(128)  # pdu.LEAD
_WRITE_ONE = const(6)  # functions that a broadcast may have
_WRITE = const(16)
_LONGEST = const(256)
_SHORTEST = const(4)  # unit, function, check sum
_PIECE = const(64)  # bytes taken at once
_BROADCAST = const(0)
_CHARACTER_BITS = const(11)
_FIXED_ABOVE_BAUD = const(19200)
_FIXED_SILENCE_US = const(1750)


class RtuPort:
    """One wire. crc16(buffer, start, end) returns the check sum of buffer[start:end]."""

    def __init__(self, bank: Bank, unit_id: int, baud: int, crc16) -> None:  # type: ignore[no-untyped-def]
        self._reply = bytearray(BUFFER)
        self.out = memoryview(self._reply)[_LEAD:]
        self.out_count = 0
        self.due_us = NEVER
        self.closing = 0
        self._bank = bank
        self._unit_id = unit_id
        self._crc16 = crc16
        self._frame = bytearray(_LONGEST)
        self._count = 0  # bytes since the last silence, at most one more than fit
        self._judged = 0  # the frame is a write that may be carried out
        self._last_us = 0
        self._character_us = (_CHARACTER_BITS * 1000000 + baud - 1) // baud
        self._silence_us = _FIXED_SILENCE_US
        if baud <= _FIXED_ABOVE_BAUD:
            self._silence_us = (7 * _CHARACTER_BITS * 500000 + baud - 1) // baud

    def opened(self) -> None:
        """Begin with silence."""
        self._count = 0
        self._judged = 0
        self.due_us = NEVER
        self.out_count = 0

    def closed(self) -> None:
        """A wire stays."""

    def room(self) -> int:
        """See `service`."""
        return _PIECE

    def receive(self, octets, count: int, now_us: int) -> None:  # type: ignore[no-untyped-def]
        """See `service`. A gap before these bytes ends what came before them."""
        began_us = now_us - count * self._character_us
        gap_us = (began_us - self._last_us) & TIME_MASK_US
        # An answer would run into what comes now.
        if self._count and self._silence_us <= gap_us <= TIME_MASK_US // 2:
            self._end(0)
        if self._judged:
            self._finish(0)
        frame = self._frame
        length = self._count
        for index in range(count):
            if length < _LONGEST:
                frame[length] = octets[index]
                length += 1
            else:
                length = _LONGEST + 1
        self._count = length
        self._last_us = now_us
        self.due_us = (now_us + self._silence_us) & TIME_MASK_US

    def step(self, now_us: int) -> int:
        """See `service`: judge what has come once the wire has been silent for long enough."""
        if self._judged:
            self._finish(1)
            return 0  # what it is not known of yet can wait for the next tick
        if self._count:
            silent_us = (now_us - self._last_us) & TIME_MASK_US
            # Beyond half of the range it is a byte that has come after now_us.
            if self._silence_us <= silent_us <= TIME_MASK_US // 2:
                self._end(1)
        return self._judged

    def sent(self) -> None:
        """See `service`."""
        self.out_count = 0

    def _end(self, in_time: int) -> None:
        """The bytes so far are a frame. in_time: the wire is still silent, so it may be answered.

        What cannot be answered any more is obeyed only when nobody waits for an answer.
        """
        frame = self._frame
        length = self._count
        self._count = 0
        self.due_us = NEVER
        if not _SHORTEST <= length <= _LONGEST:
            return
        unit_id = frame[0]
        if unit_id == _BROADCAST:
            if frame[1] != _WRITE_ONE and frame[1] != _WRITE:
                return
        elif unit_id != self._unit_id or not in_time:
            return
        crc = self._crc16(frame, 0, length - 2)
        if frame[length - 2] != crc & 0xFF or frame[length - 1] != crc >> 8:
            return
        length = answer(self._bank, frame, 1, length - 3, self._reply, _LEAD + 1)
        if length:
            self._send(unit_id, length)
        else:
            self._judged = 1

    def _finish(self, in_time: int) -> None:
        """Carry out the write that was judged good. in_time: as in `_end`."""
        self._judged = 0
        unit_id = self._frame[0]
        if in_time or unit_id == _BROADCAST:
            length = carry_out(self._bank, self._frame, 1, self._reply, _LEAD + 1, 0)
            if length:
                self._send(unit_id, length)
            else:
                self._judged = in_time

    def _send(self, unit_id: int, length: int) -> None:
        if unit_id == _BROADCAST:
            return
        reply = self._reply
        reply[_LEAD] = unit_id
        end = _LEAD + 1 + length
        crc = self._crc16(reply, _LEAD, end)
        reply[end] = crc & 0xFF
        reply[end + 1] = crc >> 8
        self.out_count = length + 3
