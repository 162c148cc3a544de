"""Messages into lines and back: SMP over console, see `docs/console.cddl`."""

from binascii import a2b_base64, b2a_base64, crc_hqx

from wattback_hil.console.lines import CONTINUATION, START, FramePart

_LENGTH_BYTES = 2
_CRC_BYTES = 2
_LINE_BYTES = 93  # decoded, of a line of 127 bytes with marker and newline


def encode(message: bytes) -> bytes:
    """The lines that carry a message."""
    length = len(message) + _CRC_BYTES
    frame = length.to_bytes(_LENGTH_BYTES, "big") + message
    frame += crc_hqx(message, 0).to_bytes(_CRC_BYTES, "big")
    lines = bytearray()
    for at in range(0, len(frame), _LINE_BYTES):
        lines += CONTINUATION if at else START
        lines += b2a_base64(frame[at : at + _LINE_BYTES])
    return bytes(lines)


class FrameReader:
    """Puts messages together. damaged: how many could not be."""

    def __init__(self) -> None:
        self.damaged = 0
        self._frame: bytes | None = None  # None: none is under way

    def feed(self, part: FramePart) -> bytes | None:
        """The message that this line completes, or None."""
        if part.starts:
            self.damaged += self._frame is not None  # its end is missing
            self._frame = b""
        if self._frame is None:
            return None  # its beginning is missing
        try:
            self._frame += a2b_base64(part.base64, strict_mode=True)
            message = _opened(self._frame)
        except ValueError:
            self._frame = None
            self.damaged += 1
            return None
        if message is not None:
            self._frame = None
        return message


def _opened(frame: bytes) -> bytes | None:
    """The message in a frame, or None while some of it is missing; ValueError when it is none."""
    length = int.from_bytes(frame[:_LENGTH_BYTES], "big")
    missing = _LENGTH_BYTES + length - len(frame)
    if len(frame) < _LENGTH_BYTES or length <= _CRC_BYTES or missing < 0:
        raise ValueError("no frame has this length")
    if missing:
        return None
    message = frame[_LENGTH_BYTES:-_CRC_BYTES]
    if crc_hqx(message, 0) != int.from_bytes(frame[-_CRC_BYTES:], "big"):
        raise ValueError("the check sum is not that of the message")
    return message
