"""Overcurrent: more than was offered, for longer than a vehicle may take to follow.

The vehicle has 5 s to follow a lower duty (evse.md 1.4, sequence 6, C), so a shorter time would
blame it for obeying. What exceeds the wiring's rating at once is the breaker's business.
"""

from micropython import const

from wattback.fault_table import OVERCURRENT

_ALLOWANCE_MA = const(1000)  # and 10 %: a vendor's practice (evse.md 4.2, C)
_TRIP_MS = const(7000)  # EVerest's, and after the 6 s of a forced opening (evse.md 1.4, 4.2, C)


class Overcurrent:
    """Watches the larger of the two legs against the offer. fault_bits: present now."""

    def __init__(self) -> None:
        self.fault_bits = 0
        self._above_ms = 0

    def sense(self, magnitude_ma: int, offered_ma: int, dt_ms: int) -> None:
        """One sample: current magnitude and offer in mA; offered 0 when nothing is offered."""
        if magnitude_ma <= offered_ma + offered_ma // 10 + _ALLOWANCE_MA:
            self._above_ms = max(self._above_ms - dt_ms, 0)  # no more than its own time
            self.fault_bits = 0
        elif self._above_ms < _TRIP_MS:
            self._above_ms += dt_ms
        else:
            self.fault_bits = OVERCURRENT
