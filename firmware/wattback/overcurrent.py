"""Overcurrent: more than was offered, for longer than a vehicle may take to follow.

The vehicle has 5 s to follow a lower duty (sequence 6; evse.md 1.4, C), so what counts is the
largest offer of the last 5 s: a vehicle that obeys a falling offer is never blamed. What exceeds
the wiring's rating at once is the breaker's business.
"""

from micropython import const

from wattback.fault_table import OVERCURRENT
from wattback.recent import Recent

_ALLOWANCE_MA = const(1000)  # and 10 %: a vendor's practice (evse.md 4.2, C)
_SLICES = const(6)  # of a second each: at least 5 s
_SLICE_MS = const(1000)
_TRIP_MS = const(2000)  # with the window 7 to 8 s, as EVerest's 7 s (evse.md 4.2, C)


class Overcurrent:
    """Watches the larger of the two legs against the offer. fault_bits: present now."""

    def __init__(self) -> None:
        self.fault_bits = 0
        self._offers = Recent(_SLICES, _SLICE_MS)
        self._above_ms = 0

    def sense(self, magnitude_ma: int, offered_ma: int, dt_ms: int) -> None:
        """One sample: current magnitude and offer in mA; offered 0 when nothing is offered."""
        offers = self._offers
        offers.sense(offered_ma, dt_ms)
        highest_ma = offers.highest
        if magnitude_ma <= highest_ma + highest_ma // 10 + _ALLOWANCE_MA:
            if self._above_ms:
                self._above_ms = max(self._above_ms - dt_ms, 0)  # no more than its own time
            self.fault_bits = 0
        elif self._above_ms < _TRIP_MS:
            self._above_ms += dt_ms
        else:
            self.fault_bits = OVERCURRENT
