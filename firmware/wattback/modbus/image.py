"""The register image: what a master reads, big-endian as it goes on the wire.

One bytearray for the whole map. Values are put into it now and then, replies are copied out of it
in whole chunks by views that were made once, so that neither allocates.
"""

from micropython import const

U16 = const(0)  # enumerations too; a negative value is stored as "not implemented"
S16 = const(1)
U32 = const(2)  # bit fields too; likewise
S32 = const(3)
U64 = const(4)  # likewise
MOMENT = const(5)  # a day and its second, U16 and U32, that are written together
OCTETS = b"\x02\x02\x04\x04\x08\x06"  # of each kind

CHUNK = const(128)  # bytes that are copied at once


class Image:
    """octets: the registers from the base address on, two bytes each, and more to whole chunks.

    runs: what they hold at first; for equal registers in a row how many, and the value (2).
    """

    def __init__(self, registers: int, runs: bytes) -> None:
        chunks = (registers * 2 + CHUNK - 1) // CHUNK
        self.octets = bytearray(chunks * CHUNK)
        view = memoryview(self.octets)
        self._chunks = tuple([view[n * CHUNK : n * CHUNK + CHUNK] for n in range(chunks)])
        at = 0
        for run in range(0, len(runs), 3):
            end = at + runs[run] * 2
            while at < end:
                self.octets[at] = runs[run + 1]
                self.octets[at + 1] = runs[run + 2]
                at += 2

    def put(self, at: int, kind: int, value: int) -> None:
        """Store a value; what its kind cannot hold becomes the nearest that it can."""
        if kind == U16:
            if value > 0xFFFE:
                value = 0xFFFE
        elif kind == S16:
            if value > 0x7FFF:
                value = 0x7FFF
            elif value < -0x7FFF:
                value = -0x7FFF
        if value < 0 and kind != S16 and kind != S32:
            value = -1
        octets = self.octets
        last = at + OCTETS[kind] - 2
        while last > at:
            octets[last + 1] = value & 0xFF
            octets[last] = value >> 8 & 0xFF
            value >>= 16
            last -= 2
        octets[at + 1] = value & 0xFF
        octets[at] = value >> 8 & 0xFF

    def get(self, at: int, kind: int) -> int:
        """The value at a place, of a kind of at most 32 bits."""
        return value_at(self.octets, at, kind)

    def copy(self, first: int, end: int, target: bytearray, at: int) -> None:
        """Copy octets[first:end] to target[at:].

        It copies whole chunks: up to CHUNK - 1 bytes before and behind are overwritten as well.
        """
        chunk = first // CHUNK
        chunks = self._chunks
        at -= first - chunk * CHUNK
        while chunk * CHUNK < end:
            target[at : at + CHUNK] = chunks[chunk]
            chunk += 1
            at += CHUNK


def value_at(octets, at: int, kind: int) -> int:  # type: ignore[no-untyped-def]
    """The value in octets[at:], of a kind of at most 32 bits."""
    value: int = octets[at] << 8 | octets[at + 1]
    if value >= 0x8000 and (kind == S16 or kind == S32):
        value -= 0x10000
    if OCTETS[kind] > 2:
        value = value << 16 | octets[at + 2] << 8 | octets[at + 3]
    return value
