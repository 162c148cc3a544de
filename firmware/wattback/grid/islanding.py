"""Passive islanding supervision: a frequency that leaves faster than a grid's may.

A section that is cut off with its sources goes, within cycles, to the frequency at which its
load takes their reactive power. A reference follows the frequency no faster than the site's
abnormal category must ride through (ROCOF, IEEE 1547-2018; evse.md 6.2, C); what stays on one side
of it, farther than an error of measurement and longer than a phase jump shows, is no grid.

A backstop, blind where load and sources match (evse.md 6.6, C): to a step of the frequency by less
than 0.37, 0.73 or 0.97 Hz (categories I to III, in rounds of 80 ms), and to every drift that is
no faster than the category's. The must-trips' rows end these where they have one; in between
only the active detection of the vehicle's inverter does.
"""

from micropython import const

from wattback.settings import Settings

# Of categories I, II and III (evse.md 6.2, C), in mHz/s.
_ROCOF = (500, 2000, 3000)
# Two readings, each within 100 mHz (evse.md 6.6, C), and what a sample may be late.
_BEYOND_MILLIHERTZ = const(250)
# A phase jump shows in the frequency for a window of 5 cycles (6.6, C), 83 ms, at 50 Hz 100. So
# many samples in a row span 120 ms at least; two would do, but for jumps that follow each other as
# rounds do.
_SAMPLES = const(3)
# Below it is a dip, in which there may be no frequency to count (6.3, C); after it a window still
# has some of it for a while.
_COUNTED_BP = const(5000)
_SETTLE_MS = const(200)
_NEVER = const(-1)


class Islanding:
    """detected: 1 from a detection until nothing is exported any more. settled_ms: of an export
    for how long there has been a frequency to count, as far as it matters, else −1.
    """

    def __init__(self) -> None:
        self.detected = 0
        self.settled_ms = _NEVER
        self._reference_millihertz = 0
        self._samples = 0  # beyond, in a row; below the reference they count downwards

    def sense(
        self, line_bp: int, millihertz: int, exporting: int, settings: Settings, lap_ms: int
    ) -> None:
        """Judge a sample, one in a round of turns, `lap_ms` after the one before."""
        if not exporting or not settings.island_supervision:
            self.detected = 0
            self.settled_ms = _NEVER
            return
        if self.detected:
            return
        if line_bp < _COUNTED_BP:
            self.settled_ms = _NEVER
            return
        if self.settled_ms < _SETTLE_MS:
            self.settled_ms = 0 if self.settled_ms == _NEVER else self.settled_ms + lap_ms
            self._reference_millihertz = millihertz
            self._samples = 0
            return
        reach = _ROCOF[settings.abnormal_category - 1] * lap_ms // 1000
        away = millihertz - self._reference_millihertz
        followed = max(-reach, min(away, reach))
        self._reference_millihertz += followed
        away -= followed
        if away > _BEYOND_MILLIHERTZ:
            self._samples = max(self._samples, 0) + 1
        elif away < -_BEYOND_MILLIHERTZ:
            self._samples = min(self._samples, 0) - 1
        else:
            self._samples = 0
        if abs(self._samples) == _SAMPLES:
            self.detected = 1
