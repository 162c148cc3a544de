"""Frames of the links to vehicle and gateway: a line of base64 becomes a message, and the reverse.

    base64( length | CBOR | CRC-16/XMODEM of both ) newline

Length and sum are big-endian in 2 bytes; the length is that of the CBOR. Both directions go in
steps of one chunk, so that a long message delays nobody. A frame with anything wrong is noise.
"""

from binascii import a2b_base64, b2a_base64

from micropython import const

from wattback.codec.crc import crc16_xmodem
from wattback.codec.lines import Lines

MESSAGE_AT = const(2)  # where the CBOR begins in `message`
LONGEST = const(400)  # bytes of a frame before base64, unless its link is content with less

_HELD_BYTES = const(64)  # taken from the wire at once
_CHUNK = const(48)  # bytes a step, and the characters that they make
_CHUNK_CHARACTERS = const(64)
_SHORTEST_LINE = const(8)  # of a CBOR of one byte
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

# What a step has come to.
MORE = const(0)
WHOLE = const(1)
NOISE = const(2)


class Frames:
    """longest: bytes of a frame before base64. lines: collects the characters. message: the frame
    being taken apart or put together, its CBOR from MESSAGE_AT up to `count`. out, out_count: the
    line to send, its newline included.
    """

    def __init__(self, longest: int = LONGEST) -> None:
        longest_line = (longest + 2) // 3 * 4
        self.lines = Lines(longest_line)
        self.message = bytearray(longest)
        self.count = 0
        self.out = bytearray(longest_line + 1)
        self.out_count = 0
        self._held = bytearray(_HELD_BYTES)  # what follows a line waits until that is dealt with
        self._held_at = 0
        self._held_count = 0
        self._at = 0  # in the line
        self._done = 0  # in the message
        self._crc = 0

    def room(self) -> int:
        """How many bytes it takes now."""
        return _HELD_BYTES if self._held_at == self._held_count else 0

    def receive(self, data, count: int) -> None:  # type: ignore[no-untyped-def]
        """Take `count` bytes from the start of `data`, at most `room()`."""
        self._held[0:count] = data[0:count]
        self._held_at = 0
        self._held_count = count

    def reopen(self) -> None:
        """The wire is another: what has come before is gone."""
        self._held_at = self._held_count
        self.lines.drop()

    def hear(self) -> int:
        """Collect characters; returns 1 once a line is ready, and its decoding begins."""
        self._held_at = self.lines.take(self._held, self._held_at, self._held_count)
        if not self.lines.ready:
            return 0
        self.begin_decoding()
        return 1

    def begin_decoding(self) -> None:
        """A line is ready: its characters after the last byte of noise are to become a message."""
        self._at = self.lines.clean_at
        self._done = 0
        self._crc = 0

    def decode(self) -> int:
        """Decode and sum up one chunk; returns MORE, WHOLE or NOISE."""
        lines = self.lines
        left = lines.count - self._at
        if not self._done and (left & 3 or left < _SHORTEST_LINE):
            return NOISE
        after = self._at + min(left, _CHUNK_CHARACTERS)
        chunk = bytes(lines.line[self._at : after])
        # Only what is canonical reaches the decoder, whose leniency differs between floors.
        letters = chunk.rstrip(b"=") if left <= _CHUNK_CHARACTERS else chunk
        if len(chunk) - len(letters) > 2 or letters.strip(_ALPHABET):
            return NOISE
        decoded = a2b_base64(chunk)
        done = self._done + len(decoded)
        message = self.message
        if done > len(message):
            return NOISE
        message[self._done : done] = decoded
        self._crc = crc16_xmodem(message, self._done, done, self._crc)
        self._at = after
        self._done = done
        if left > _CHUNK_CHARACTERS:
            return MORE
        self.count = done - 2
        # The sum over a frame and its own sum is 0.
        right = not self._crc and message[0] << 8 | message[1] == self.count - MESSAGE_AT
        return WHOLE if right else NOISE

    def begin_encoding(self, count: int) -> None:
        """The CBOR in `message` ends at `count`: it is to become a line."""
        length = count - MESSAGE_AT
        self.message[0] = length >> 8
        self.message[1] = length & 0xFF
        self.count = count
        self.out_count = 0
        self._done = 0
        self._crc = 0

    def encode(self) -> int:
        """Sum up and encode one chunk; returns MORE or WHOLE."""
        message = self.message
        count = self.count
        done = self._done
        after = min(done + _CHUNK, count + 2)
        if done < count:
            self._crc = crc16_xmodem(message, done, min(after, count), self._crc)
            if after >= count:
                message[count] = self._crc >> 8
                message[count + 1] = self._crc & 0xFF
        encoded = b2a_base64(message[done:after])
        begin = self.out_count
        self.out[begin : begin + len(encoded)] = encoded
        self._done = after
        if after < count + 2:
            self.out_count = begin + len(encoded) - 1  # its newline is overwritten
            return MORE
        self.out_count = begin + len(encoded)
        return WHOLE
