"""SMP over console: messages as lines of base64, the framing of Zephyr's mcumgr.

A frame is length (2 bytes, big endian, of what follows), message and CRC-16/XMODEM, in base64, cut
into lines: marker, at most 124 characters, newline. The first line has another marker than those
that continue it. A new start gives up what was under way, so no timer is needed: a line that is
missing is found by the check sum, or by the next start.
"""

from binascii import a2b_base64, b2a_base64

from micropython import const

from wattback.codec.crc import crc16_xmodem

START = b"\x06\x09"
CONTINUATION = b"\x04\x14"
LONGEST_LINE = const(127)  # with its newline
MARKER_BYTES = const(2)
_LENGTH_BYTES = const(2)
_CRC_BYTES = const(2)
_LINE_BYTES = const(93)  # decoded: 124 characters


class FrameIn:
    """Collects one message.

    message, count: the message. ready: 1 while a whole, checked one waits to be read. too_long:
    1 when it is ready but only its beginning could be kept.
    """

    def __init__(self, size: int) -> None:
        self.message = bytearray(size + _CRC_BYTES)
        self.count = 0
        self.ready = 0
        self.too_long = 0
        self._left = 0  # bytes of the frame that are missing
        self._crc = 0

    def take(self, line: bytes, starts: int) -> None:
        """A line's base64, without its marker; starts: 1 for the first line of a frame."""
        if starts:
            self.drop()
        elif not self._left:
            return
        try:
            part = a2b_base64(line)
        except ValueError:
            self.drop()
            return
        at = 0
        if starts:
            if len(part) < _LENGTH_BYTES:
                return
            self._left = part[0] << 8 | part[1]
            at = _LENGTH_BYTES
        fresh = len(part) - at
        if fresh > self._left:
            self.drop()
            return
        self._crc = crc16_xmodem(part, at, len(part), self._crc)
        kept = min(fresh, len(self.message) - self.count)
        self.message[self.count : self.count + kept] = part[at : at + kept]
        self.count += kept
        self._left -= fresh
        if kept < fresh:
            self.too_long = 1
        if self._left:
            return
        self.count -= _CRC_BYTES
        if self._crc or self.count <= 0:  # the sum over a message and its own sum is 0
            self.drop()
        else:
            self.ready = 1

    def drop(self) -> None:
        """Begin anew."""
        self.count = 0
        self.ready = 0
        self.too_long = 0
        self._left = 0
        self._crc = 0


class FrameOut:
    """Turns one message into lines.

    buffer: the message is written from MESSAGE_AT on. busy: 1 while lines are left. begun: 1 once
    the first of them is taken.
    """

    MESSAGE_AT = _LENGTH_BYTES

    def __init__(self, size: int) -> None:
        self.buffer = bytearray(_LENGTH_BYTES + size + _CRC_BYTES)
        self.busy = 0
        self.begun = 0
        self._view = memoryview(self.buffer)
        self._at = 0
        self._end = 0  # of the message
        self._crc = 0

    def begin(self, end: int) -> None:
        """Send the message buffer[MESSAGE_AT:end]."""
        length = end - _LENGTH_BYTES + _CRC_BYTES
        self.buffer[0] = length >> 8
        self.buffer[1] = length & 0xFF
        self.busy = 1
        self.begun = 0
        self._at = 0
        self._end = end
        self._crc = 0

    def line(self, out: bytearray) -> int:
        """Put the next line into `out`; returns its length."""
        at = self._at
        end = self._end
        last = min(at + _LINE_BYTES, end + _CRC_BYTES)
        self._crc = crc16_xmodem(
            self.buffer, max(at, _LENGTH_BYTES), max(min(last, end), _LENGTH_BYTES), self._crc
        )
        if last > end:
            self.buffer[end] = self._crc >> 8
            self.buffer[end + 1] = self._crc & 0xFF
        text = b2a_base64(self._view[at:last])
        count = MARKER_BYTES + len(text)
        out[0:MARKER_BYTES] = CONTINUATION if at else START
        out[MARKER_BYTES:count] = text
        self._at = last
        self.begun = 1
        if last == end + _CRC_BYTES:
            self.busy = 0
        return count
