"""Serial lines that a PIO drives or listens to: bytes from edges, edges from bytes. 8N1."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from rp2040py.rp2040 import RP2040

_BITS = 10


class EdgeReader:
    """Reads bytes out of the edges of a line that idles high, as a receiver's UART would.

    heard: called with each byte at the end of its stop bit.
    """

    def __init__(self, mcu: RP2040, baud: int, heard: Callable[[int], None]) -> None:
        self._clock = mcu.clock
        self._bit_ns = 1e9 / baud
        self._heard = heard
        self._level = True
        self._bits: list[bool] | None = None
        self._sample = mcu.clock.create_alarm(self._take_bit)

    def change(self, level: bool) -> None:
        """The line has an edge now."""
        if self._bits is None and self._level and not level:
            self._bits = []
            self._sample.schedule(1.5 * self._bit_ns)
        self._level = level

    def _take_bit(self) -> None:
        assert self._bits is not None
        self._bits.append(self._level)
        if len(self._bits) < 9:
            self._sample.schedule(self._bit_ns)
            return
        octet = sum(bit << place for place, bit in enumerate(self._bits[:8]))
        good = self._bits[8]
        self._bits = None
        if good:
            self._heard(octet)


class EdgeWriter:
    """Puts bytes on a pin, one after the other, each in its time. ended_ns: of the last one.

    works: called when it begins and when it has ended.
    """

    def __init__(self, mcu: RP2040, baud: int, pin: int, works: Callable[[bool], None]) -> None:
        self._works = works
        self._pin = mcu.gpio[pin]
        self.ended_ns = 0.0
        self._clock = mcu.clock
        self._bit_ns = 1e9 / baud
        self._levels: deque[bool] = deque()
        self._next = mcu.clock.create_alarm(self._step)
        self._busy = False
        self._pin.set_input_value(True)

    def send(self, data: bytes) -> None:
        """Begin now, or after what is still on its way."""
        for octet in data:
            self._levels.append(False)
            self._levels.extend(bool(octet >> place & 1) for place in range(8))
            self._levels.append(True)
        if not self._busy and self._levels:
            self._busy = True
            self._works(True)
            self._step()

    def _step(self) -> None:
        if not self._levels:
            self._busy = False
            self._works(False)
            self.ended_ns = float(self._clock.nanos)
            return
        self._pin.set_input_value(self._levels.popleft())
        self._next.schedule(self._bit_ns)
