"""An FRAM of 8 kB with addresses of 16 bits, at the other end of an I2C bus."""

from __future__ import annotations

SIZE = 8192


class FramChip:
    """content: survives everything. present: it answers its address."""

    def __init__(self) -> None:
        self.content = bytearray(SIZE)
        self.present = True
        self._at = 0
        self._expected = 0  # bytes of an address that are still to come

    def write_begins(self) -> None:
        """It was addressed for writing: an address comes first."""
        self._expected = 2

    def take(self, octet: int) -> None:
        """A byte comes in."""
        if self._expected:
            self._expected -= 1
            self._at = (self._at << 8 | octet) % SIZE
        else:
            self.content[self._at] = octet
            self._at = (self._at + 1) % SIZE

    def give(self) -> int:
        """A byte goes out."""
        octet = self.content[self._at]
        self._at = (self._at + 1) % SIZE
        return octet
