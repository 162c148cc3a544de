"""Current to earth against its curve: t ≤ (20 mA / I)^1.43 s (CCID20; evse.md 3.1, C).

A row gives the time at a reading, and each sample adds its share of that time: a leak that rises,
falls, or comes and goes is summed. Up to 60 mA the rows keep the curve themselves. From there up
the hardware latch does, and a row ends later than a latch that works: then it is dead.
"""

from micropython import const

# 20 mA, read a tenth too low (the sensor's error, unconfirmed). One that reads a tenth too high
# trips from 16.4 mA on: vendors trip at 15 to 20 mA (evse.md 3.1, W).
LOWEST_UA = const(18000)
LATCH_UA = const(66000)  # 60 mA, read a tenth too high: the latch's for certain

# (readings below this in µA, ms until it trips). Below LATCH_UA: the curve at the row's end, 10/9
# of it and at most 60 mA, less 60 ms for contacts that release slowly, 50 for the blanking at a
# closing or else the sensor's own window, 10 for the tick and 5 for the way to the coil. From
# LATCH_UA on: the curve at the row's start, 10/11 of it and at most 264 mA, and 30 ms or more.
LIMITS = (
    (22000, 620),
    (27000, 430),
    (33000, 290),
    (40000, 190),
    (50000, 100),
    (LATCH_UA, 80),
    (100000, 240),
    (150000, 150),
    (290000, 100),
    (1 << 29, 60),
)
_SLOWEST_MS = const(620)  # heat goes as slowly as the lowest leak brings it
_FULL = const(100000)


class Residual:
    """Sums a leak up. heat: above 0 while there is something to forget.

    tripped: 1 while the leak flows beyond its time. unlatched: 1 when all that time was in the
    latch's range, in one piece and with the contacts confirmed closed.
    """

    def __init__(self) -> None:
        self.heat = 0
        self.tripped = 0
        self.unlatched = 0
        self._latch_heat = 0

    def sense(self, residual_ua: int, confirmed: int, dt_ms: int) -> None:
        """One sample, in µA RMS. Needed only from LOWEST_UA on, and below it while there is heat.

        confirmed: 1 while the contacts are seen closed.
        """
        if residual_ua < LOWEST_UA:
            self._latch_heat = 0
            self.tripped = 0
            self.unlatched = 0
            self.heat = max(self.heat - _FULL * dt_ms // _SLOWEST_MS, 0)
            return
        for row in LIMITS:
            if residual_ua < row[0]:
                break
        limit_ms = row[1]
        share = (_FULL * dt_ms + limit_ms - 1) // limit_ms
        self.heat = min(self.heat + share, _FULL)
        self.tripped = 1 if self.heat == _FULL else 0
        if residual_ua >= LATCH_UA and confirmed:
            self._latch_heat = min(self._latch_heat + share, _FULL)
        else:
            self._latch_heat = 0
        self.unlatched = 1 if self._latch_heat == _FULL else 0

    def forget(self) -> None:
        """The contacts are open: what has flowed does not count any more."""
        self.heat = 0
        self.tripped = 0
        self.unlatched = 0
        self._latch_heat = 0
