"""Bytes of a console into lines: parts of frames, readable text, and what is only noise.

A frame's marker begins a part of a frame wherever it stands: what came before it on the line is
text of its own. Bytes from 0x80 on and lines that are too long are noise up to the next newline.
"""

from dataclasses import dataclass

START = b"\x06\x09"
CONTINUATION = b"\x04\x14"
LONGEST_LINE = 160


@dataclass(frozen=True)
class FramePart:
    """A line of a frame. starts: it is the first one. base64: what it carries."""

    starts: bool
    base64: bytes


@dataclass(frozen=True)
class Text:
    """A readable line, without its newline."""

    text: str


Line = FramePart | Text


class LineReader:
    """Takes bytes in any pieces. noise: how many lines were none."""

    def __init__(self) -> None:
        self.noise = 0
        self._line = bytearray()

    def feed(self, data: bytes) -> list[Line]:
        """The lines that these bytes complete."""
        self._line += data
        *whole, rest = self._line.split(b"\n")
        self._line = rest[: LONGEST_LINE + 1]  # one byte too many tells that it is too long
        return [line for raw in whole for line in self._parse(bytes(raw.rstrip(b"\r")))]

    def _parse(self, raw: bytes) -> list[Line]:
        if len(raw) > LONGEST_LINE:
            self.noise += 1
            return []
        at = max(raw.rfind(START), raw.rfind(CONTINUATION))
        if at < 0:
            return self._text(raw)
        part = FramePart(raw.startswith(START, at), raw[at + 2 :])
        if not part.base64.isascii():
            self.noise += 1
            return self._text(raw[:at])
        return [*self._text(raw[:at]), part]

    def _text(self, raw: bytes) -> list[Line]:
        if not raw:
            return []
        if not raw.isascii() or not raw.decode().isprintable():
            self.noise += 1
            return []
        return [Text(raw.decode())]
