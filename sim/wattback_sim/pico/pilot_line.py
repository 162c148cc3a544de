"""The pilot between the PWM pin and the ADC: driver, wire, divider, converter.

docs/board_pico.md has the circuit. The wire charges through the generator's 1 kΩ, so an edge takes
its time; the divider and the buffer add an error; the converter quantises.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

COUNTS = 4096


@dataclass(frozen=True, slots=True)
class PilotFrontEnd:
    """Ohms and volts of docs/board_pico.md; errors are parts of one, or V at the converter."""

    pilot_ohm: float = 100_000.0
    up_ohm: float = 22_000.0  # to the reference
    down_ohm: float = 22_000.0
    reference_v: float = 3.0
    buffer_offset_v: float = 0.0
    edge_us: float = 1.5  # of 1 kΩ and 1.5 nF, between the limits for connector and vehicle

    def converter_v(self, pilot_v: float) -> float:
        """Volts at the converter."""
        siemens = 1 / self.pilot_ohm + 1 / self.up_ohm + 1 / self.down_ohm
        node_v = (pilot_v / self.pilot_ohm + self.reference_v / self.up_ohm) / siemens
        return node_v + self.buffer_offset_v

    def count(self, pilot_v: float) -> int:
        """What the converter makes of a pilot voltage: 0 … 4095."""
        count = round(self.converter_v(pilot_v) / self.reference_v * COUNTS)
        return min(max(count, 0), COUNTS - 1)


class PilotLine:
    """high_v, low_v: what the wire settles at while the pin is high or low.

    noise_v: called for each sample, added at the wire. `__getitem__` is the converter's input.
    """

    def __init__(
        self,
        now_ns: Callable[[], float],
        front_end: PilotFrontEnd | None = None,
        noise_v: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.high_v = 0.0
        self.low_v = 0.0
        self.front_end = front_end or PilotFrontEnd()
        self.noise_v = noise_v
        self._now_ns = now_ns
        self._is_high = False
        self._edge_ns = -1e9
        self._from_v = 0.0

    def switch(self, is_high: bool) -> None:
        """The PWM pin has an edge now."""
        if is_high != self._is_high:
            self._from_v = self.voltage_v()
            self._edge_ns = self._now_ns()
            self._is_high = is_high

    def voltage_v(self) -> float:
        """On the wire now, without the noise."""
        settled_v = self.high_v if self._is_high else self.low_v
        passed_us = (self._now_ns() - self._edge_ns) / 1000
        if passed_us > 12 * self.front_end.edge_us:
            return settled_v
        return settled_v + (self._from_v - settled_v) * math.exp(
            -passed_us / self.front_end.edge_us
        )

    def __getitem__(self, channel: int) -> int:
        return self.front_end.count(self.voltage_v() + self.noise_v()) if channel == 0 else 0
