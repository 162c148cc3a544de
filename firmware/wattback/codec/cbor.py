"""CBOR (RFC 8949), the part that the wires of this project use: no tags, no chunked strings.

Written: integers of up to 64 bits, text strings, arrays, maps, flags. Read: byte strings and null
as well, and floats of any size, of which only the kind is told. Arrays and maps may be of unknown
length. Nothing raises: what does not fit sets `overflow`, what cannot be read is BAD.
"""

from micropython import const

# What `Reader.next` finds.
INTEGER = const(0)  # value: the integer
OCTETS = const(1)  # first, last: bounds in the buffer, as of a slice
TEXT = const(2)  # the same; whether it is UTF-8 is not checked
ARRAY = const(3)  # value: how many items follow, or UNKNOWN_LENGTH: up to a BREAK
MAP = const(4)  # value: how many pairs of key and value follow, likewise
FLAG = const(5)  # value: 0 or 1
NULL = const(6)
FLOAT = const(7)
BREAK = const(8)  # ends what is of unknown length
END = const(9)  # nothing follows
BAD = const(10)  # malformed, cut off, or not of this part of CBOR; it stays so
UNKNOWN_LENGTH = const(-1)

# A reader does a bounded amount of work, whatever it is given.
MOST_ITEMS = const(64)  # of a message, unless its reader asks for fewer
_DEEPEST = const(6)  # arrays and maps within each other that `skip` follows

# Additional information from here on: the argument is in 1, 2, 4 or 8 bytes, or unknown.
_IN_BYTES = const(24)
_IN_8_BYTES = const(27)
_UNKNOWN = const(31)


class Writer:
    """Items into a buffer.

    at: where the next byte goes. end: where nothing may be written any more. overflow: 1 once an
    item did not fit; from then on nothing is written.
    """

    def __init__(self, buffer: bytearray) -> None:
        self.buffer = buffer
        self.at = 0
        self.end = len(buffer)
        self.overflow = 0

    def start(self, at: int = 0) -> None:
        """Begin anew, at this index of the buffer."""
        self.at = at
        self.overflow = 0

    def integer(self, value: int) -> None:
        """An integer of up to 64 bits and a sign."""
        if value < 0:
            self._head(0x20, -1 - value)
        else:
            self._head(0x00, value)

    def text(self, value: str) -> None:
        """A text string."""
        encoded = value.encode()
        self.text_of(encoded, 0, len(encoded))

    def text_of(self, data, start: int, end: int) -> None:  # type: ignore[no-untyped-def]
        """A text string whose UTF-8 is data[start:end]."""
        before = self.at
        self._head(0x60, end - start)
        at = self.at
        after = at + end - start
        if self.overflow:
            return
        if after > self.end:
            self.at = before  # no head without its string
            self.overflow = 1
            return
        self.buffer[at:after] = data[start:end]
        self.at = after

    def array(self, count: int) -> None:
        """An array; `count` items must follow, or with UNKNOWN_LENGTH any number and `close`."""
        self._head(0x80, count)

    def map(self, count: int) -> None:
        """A map; `count` pairs of key and value must follow, or any number, as in `array`."""
        self._head(0xA0, count)

    def close(self) -> None:
        """The end of an array or map of unknown length."""
        self._head(0xE0, UNKNOWN_LENGTH)

    def flag(self, value: int) -> None:
        """False for 0, true for anything else."""
        self._head(0xE0, 21 if value else 20)

    def _head(self, major: int, value: int) -> None:
        buffer = self.buffer
        at = self.at
        size = 0
        information = value & _UNKNOWN  # of UNKNOWN_LENGTH, too
        if value >= _IN_BYTES:
            size = 1
            information = _IN_BYTES
            while size <= 8 and value >> (8 * size):
                size *= 2
                information += 1
        if self.overflow or size > 8 or at + size >= self.end:
            self.overflow = 1
            return
        buffer[at] = major | information
        self.at = at + size + 1
        while size:
            buffer[at + size] = value & 0xFF
            value >>= 8
            size -= 1


class Reader:
    """Items out of a buffer, one after the other; `next` tells what comes.

    most_items: a message of more is BAD.
    kind, value, first, last: of the item that `next` found last, see above.
    """

    def __init__(self, buffer: bytearray, most_items: int = MOST_ITEMS) -> None:
        self.buffer = buffer
        self.kind = END
        self.value = 0
        self.first = 0
        self.last = 0
        self._at = 0
        self._end = 0
        self._items = 0
        self._most_items = most_items

    def start(self, at: int, end: int) -> None:
        """Read buffer[at:end] from now on."""
        self.kind = END
        self._at = at
        self._end = end
        self._items = 0

    def next(self) -> int:
        """Read one item, of an array or a map only its head; returns its kind."""
        if self.kind == BAD:
            return BAD
        if self._at >= self._end:
            self.kind = END
            return END
        self._items += 1
        self.kind = BAD if self._items > self._most_items else self._read()
        return self.kind

    def skip(self) -> int:
        """Pass over the rest of the item that `next` has begun; returns its kind, or BAD."""
        kind = self.kind
        if kind == ARRAY or kind == MAP:
            self.kind = kind if self._skip_within(kind, self.value, _DEEPEST) else BAD
        return self.kind

    def is_text(self, word: str) -> int:
        """1 when the item is the text string `word`."""
        if self.kind != TEXT:
            return 0
        return 1 if self.buffer[self.first : self.last] == word.encode() else 0

    def _skip_within(self, kind: int, count: int, deeper: int) -> int:
        # Returns 1, or 0 when what is within cannot be read.
        if not deeper:
            return 0
        items = 2 * count if kind == MAP else count
        passed = 0
        while passed != items:
            found = self.next()
            if found == BREAK and items < 0:
                return 0 if kind == MAP and passed & 1 else 1  # a key must have its value
            if found >= BREAK:
                return 0
            if found == ARRAY or found == MAP:
                if not self._skip_within(found, self.value, deeper - 1):
                    return 0
            passed += 1
        return 1

    def _read(self) -> int:
        head = self.buffer[self._at]
        self._at += 1
        major = head >> 5
        information = head & 0x1F
        if major == 7:
            return self._read_simple(information)
        if information == _UNKNOWN:
            self.value = UNKNOWN_LENGTH
            return ARRAY if major == 4 else MAP if major == 5 else BAD
        value = information
        if information >= _IN_BYTES:
            last = self._at + (1 << (information - _IN_BYTES))
            if information > _IN_8_BYTES or last > self._end:
                return BAD
            value = 0
            for at in range(self._at, last):
                value = value << 8 | self.buffer[at]
            self._at = last
        left = self._end - self._at
        self.value = -1 - value if major == 1 else value
        if major < 2:
            return INTEGER
        if major < 4:
            self.first = self._at
            self.last = self._at + value
            if value > left:
                return BAD
            self._at = self.last
            return OCTETS if major == 2 else TEXT
        # Every item takes a byte at least: a count beyond that is a lie, found before the walk.
        if major == 4:
            return ARRAY if value <= left else BAD
        if major == 5:
            return MAP if 2 * value <= left else BAD
        return BAD

    def _read_simple(self, information: int) -> int:
        if information == 20 or information == 21:
            self.value = information - 20
            return FLAG
        if information == 22:
            return NULL
        if information == _UNKNOWN:
            return BREAK
        if _IN_BYTES < information <= _IN_8_BYTES:
            self._at += 1 << (information - _IN_BYTES)
            return FLOAT if self._at <= self._end else BAD
        return BAD
