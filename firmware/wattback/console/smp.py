"""SMP v2 (Zephyr's mcumgr protocol): requests in, answers out, of two groups, all read-only.

A message is a header of 8 bytes and a CBOR map. Errors of the protocol itself are {"rc": n} in
either version, as Zephyr answers them; those of a group are {"err": {"group": g, "rc": n}} in
version 2 and {"rc": n} in version 1.
"""

from micropython import const

from wattback.codec.cbor import BAD, BREAK, END, INTEGER, MAP, NULL, TEXT, Reader, Writer
from wattback.console.frames import FrameOut
from wattback.console.group import COMMANDS, GROUP, Group

# Header: operation and version, flags, length (2), group (2), sequence, command.
_READ = const(0)
_WRITE = const(2)
_HEADER_BYTES = const(8)
_LENGTH_AT = const(2)

_GROUP_OS = const(0)
_ECHO = const(0)
_PARAMS = const(6)
_INFO = const(7)

# Errors of the protocol.
_NO_MEMORY = const(2)  # the request is longer than the buffer
_INVALID = const(3)  # malformed, or a value that is not of its type
_TOO_LONG = const(7)  # the answer does not fit
_NOT_SUPPORTED = const(8)
_TOO_NEW = const(13)
# Errors of the groups.
_OS_INVALID_FORMAT = const(2)
_NO_SUCH_FIELD = const(2)  # of group 17750

LONGEST_MESSAGE = const(576)  # either way: every fault at once is one field
_OVERHEAD_BYTES = const(4)  # of a frame: what programs take off "buf_size"
_MOST_ITEMS = const(6)  # of a request: reading it is one step
_NOTHING = const(-1)

# What "info" tells by the letters of its format, in this order.
_INFO_FIELDS = ((b"s", "manufacturer"), (b"n", "serial"), (b"r", "version"), (b"m", "model"))
_INFO_LETTERS = b"snrma"


class Server:
    """Answers one request at a time: `begin` with it, then `step` until that returns 0.

    frame: the answer on its way out; no request may begin while it is busy.
    """

    def __init__(self, connector, identity) -> None:  # type: ignore[no-untyped-def]
        self.frame = FrameOut(LONGEST_MESSAGE)
        self._identity = identity
        self._writer = Writer(self.frame.buffer)
        self._group = Group(connector, identity, self._writer)
        self._version = 0
        # What the request asks for.
        self._from = 0
        self._text_at = _NOTHING
        self._text_end = 0

    def begin(self, request: bytearray, count: int, too_long: int) -> int:
        """Take request[:count]; returns 1 when `step` has to write the answer.

        too_long: 1 when only the request's beginning is there. What is no request, maybe an answer
        of our own that has come back, is passed over in silence.
        """
        operation = request[0] & 7
        if count < _HEADER_BYTES or operation != _READ and operation != _WRITE:
            return 0
        answer = self.frame.buffer
        at = FrameOut.MESSAGE_AT
        answer[at : at + _HEADER_BYTES] = request[0:_HEADER_BYTES]
        self._version = request[0] >> 3 & 3
        answer[at] = operation + 1 | min(self._version, 1) << 3
        answer[at + 1] = 0
        writer = self._writer
        writer.start(at + _HEADER_BYTES)
        writer.end = at + LONGEST_MESSAGE
        group = request[4] << 8 | request[5]
        command = request[7]
        if self._version > 1:
            self._refuse(_TOO_NEW)
        elif too_long:
            self._refuse(_NO_MEMORY)
        elif not self._read(request, count):
            self._refuse(_INVALID)
        elif group == _GROUP_OS and command == _ECHO:
            if self._text_at == _NOTHING:
                self._refuse(_INVALID)
            else:
                writer.map(1)
                writer.text("r")
                writer.text_of(request, self._text_at, self._text_end)
        elif operation == _WRITE:
            self._refuse(_NOT_SUPPORTED)
        elif group == _GROUP_OS and command == _PARAMS:
            writer.map(2)
            writer.text("buf_size")
            writer.integer(LONGEST_MESSAGE + _OVERHEAD_BYTES)
            writer.text("buf_count")
            writer.integer(1)
        elif group == _GROUP_OS and command == _INFO:
            self._inform(request)
        elif group == GROUP and command < COMMANDS:
            if self._group.start(command, self._from):
                return 1
            self._refuse(_NO_SUCH_FIELD, GROUP)
        else:
            self._refuse(_NOT_SUPPORTED)
        self._send()
        return 0

    def step(self) -> int:
        """Write some more of the answer; returns 0 once it is on its way out."""
        if self._group.step():
            return 1
        self._send()
        return 0

    def _send(self) -> None:
        writer = self._writer
        if writer.overflow:
            self._refuse(_TOO_LONG)
        length = writer.at - FrameOut.MESSAGE_AT - _HEADER_BYTES
        at = FrameOut.MESSAGE_AT + _LENGTH_AT
        self.frame.buffer[at] = length >> 8
        self.frame.buffer[at + 1] = length & 0xFF
        self.frame.begin(writer.at)

    def _refuse(self, reason: int, group: int = _NOTHING) -> None:
        # Of the protocol, or of a group, which version 1 has no words for.
        if group != _NOTHING and self._version == 0:
            group = _NOTHING
            reason = _INVALID
        writer = self._writer
        writer.start(FrameOut.MESSAGE_AT + _HEADER_BYTES)
        if group != _NOTHING:
            writer.map(1)
            writer.text("err")
            writer.map(2)
            writer.text("group")
            writer.integer(group)
        else:
            writer.map(1)
        writer.text("rc")
        writer.integer(reason)

    def _read(self, request: bytearray, count: int) -> int:
        # Takes what this server knows of the request's map; returns 0 when it is malformed.
        self._from = 0
        self._text_at = _NOTHING
        if (request[_LENGTH_AT] << 8 | request[_LENGTH_AT + 1]) != count - _HEADER_BYTES:
            return 0
        if count == _HEADER_BYTES:
            return 1  # as good as an empty map
        reader = Reader(request, _MOST_ITEMS)
        reader.start(_HEADER_BYTES, count)
        if reader.next() != MAP:
            return 0
        left = reader.value
        while left:
            key = reader.next()
            if key == BREAK and left < 0:
                break
            is_from = reader.is_text("from")
            is_text = reader.is_text("d") or reader.is_text("format")
            if key >= BREAK or reader.skip() == BAD:
                return 0
            kind = reader.next()
            if is_from:
                if kind != INTEGER or reader.value < 0:
                    return 0
                self._from = reader.value
            elif is_text and kind == TEXT:
                self._text_at = reader.first
                self._text_end = reader.last
            elif is_text and kind != NULL:
                return 0
            elif kind >= BREAK or reader.skip() == BAD:
                return 0
            left -= 1
        return 1 if reader.next() == END else 0

    def _inform(self, request: bytearray) -> None:
        asked = b"s"
        if self._text_at != _NOTHING:
            asked = bytes(request[self._text_at : self._text_end])
        if asked.strip(_INFO_LETTERS):  # a letter is left that stands for nothing here
            self._refuse(_OS_INVALID_FORMAT, _GROUP_OS)
            return
        told = ""
        for row in _INFO_FIELDS:
            if row[0] in asked or b"a" in asked:
                told += " " + getattr(self._identity, row[1])
        self._writer.map(1)
        self._writer.text("output")
        self._writer.text(told[1:])
