"""Current to earth: the curve that it must be cut by, and the hardware latch that watches it.

The latch is a sensor with an inverse time of its own (evse.md 3.1, C): from `quick_from_ma` up it
leaves the contactor its share of the curve's time, and needs nobody. Below it is slower than the
curve: there the firmware has to cut the leak. It forgets at once what has ended.
"""

import math
from dataclasses import dataclass

from wattback_sim.parameters import parameter

TEST_MA = 200.0  # what the test winding imitates
THRESHOLD_MA = 20.0  # CCID20 (evse.md 3.1, C)
_CURVE_ENDS_MA = 264.0  # the law's last point: 25 ms (evse.md 3.1, D)
_SLOW = 1.5  # times the curve, below `quick_from_ma`; this project's


def curve_s(leak_ma: float) -> float:
    """The longest time for which a constant current may flow to earth: (20 mA / I)^1.43 s.

    `math.inf` below 20 mA. The law is given for up to 264 mA (6 to 264 mA: a breaker maker's
    answer, Schneider FA105578, to UL 943); no contactor follows it further, so its 25 ms stay.
    """
    if leak_ma < THRESHOLD_MA:
        return math.inf
    # 1.43: UL 943 and a CCID20 sensor's manual (evse.md 3.1, C)
    return float((THRESHOLD_MA / min(leak_ma, _CURVE_ENDS_MA)) ** 1.43)


@dataclass(slots=True)
class GroundFaultParameters:
    """Section `ground_fault`."""

    quick_from_ma: float = parameter(
        60.0, "mA", THRESHOLD_MA, 1000.0, "leak from which the latch alone keeps the curve"
    )
    contactor_share_ms: float = parameter(
        10.0, "ms", 0.0, 20.0, "what the latch then leaves the contactor of the curve's time"
    )


class Latch:
    """tripped: it cuts the coil until it is released. tripped_us: since when."""

    def __init__(self, parameters: GroundFaultParameters) -> None:
        self.parameters = parameters
        self.tripped = False
        self.tripped_us = 0
        self.heat = 0.0  # trips at 1

    def feel(self, leak_ma: float, from_us: int, to_us: int, dead: bool) -> None:
        """Let `leak_ma` flow through its sensor; it may trip on the way. dead: it cannot."""
        limit_s = self._limit_s(leak_ma)
        if limit_s == math.inf:
            self.heat = 0.0
            return
        missing_us = (1.0 - self.heat) * limit_s * 1e6
        self.heat = min(self.heat + (to_us - from_us) * 1e-6 / limit_s, 1.0)
        if missing_us <= to_us - from_us and not dead:
            self.tripped = True
            self.tripped_us = from_us + int(missing_us)

    def release(self) -> None:
        """Its reset was driven, and nothing flows to earth."""
        self.tripped = False
        self.heat = 0.0

    def _limit_s(self, leak_ma: float) -> float:
        p = self.parameters
        if leak_ma < p.quick_from_ma:
            return _SLOW * curve_s(leak_ma)
        return curve_s(leak_ma) - p.contactor_share_ms * 1e-3
