"""An ADS7828 at the other end of an I2C bus: eight channels, each a ratio of its reference.

Command byte, channel order and the two bytes of a reading are those of the manufacturer's data
sheet (TI SBAS181C). Only what the firmware asks for is there: single-ended, with an external
reference.
"""

from __future__ import annotations

COUNTS = 4096

_SINGLE_ENDED = 0x80
_POWER_BITS = 0x0C
_CONVERTER_ON = 0x04  # with the internal reference off
_CHANNEL_SHIFT = 4
_CHANNELS = (0, 2, 4, 6, 1, 3, 5, 7)  # by the three bits of the command


class AdcChip:
    """ratios: of each channel to the reference, 0 … 1. present: it answers its address."""

    def __init__(self) -> None:
        self.ratios = [0.0] * 8
        self.present = True
        self._command = 0
        self._answer = b"\0\0"
        self._at = 0

    def take(self, octet: int) -> None:
        """A command comes in."""
        self._command = octet

    def read_begins(self) -> None:
        """It was addressed for reading: it converts."""
        self._answer = self._convert().to_bytes(2, "big")
        self._at = 0

    def give(self) -> int:
        """A byte goes out, the higher one first."""
        octet = self._answer[self._at % 2]
        self._at += 1
        return octet

    def _convert(self) -> int:
        command = self._command
        if not command & _SINGLE_ENDED or command & _POWER_BITS != _CONVERTER_ON:
            return 0
        ratio = self.ratios[_CHANNELS[command >> _CHANNEL_SHIFT & 7]]
        return min(max(int(ratio * COUNTS), 0), COUNTS - 1)
