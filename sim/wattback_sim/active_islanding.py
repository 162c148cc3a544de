"""The vehicle's own islanding detection: it pushes the frequency, and only a grid pushes back.

The inverter adds reactive power in proportion to the frequency's deviation from its own recent
mean, in the direction in which that moves the frequency of an island further: one that absorbs
raises it, because a load in resonance then has to give. On a grid this moves nothing. In an island
of quality factor Q a deviation of x Hz comes back as gain / (2 Q / 60 Hz) · x: above 1, which is a
gain of 1/30 per Hz at Q = 1, no frequency is stable, and it runs to where it is left (evse.md 6.6,
C: within 2 s). A small nudge that changes its sign starts what no deviation has started yet, and
no load can match both signs.

The frequency is left beyond what must be ridden through: 57.0 … 61.8 Hz (evse.md 6.3, C) and what
a measurement may be wrong, for longer than the window of 5 cycles (6.6, C) in which a phase jump
shows as a frequency. The mean follows within seconds, so that a grid that stays off its nominal
frequency is fed no reactive power for it. In a dip, where frequency says nothing, it does nothing.
"""

import math
from dataclasses import dataclass

from wattback_sim.parameters import parameter

_MEASURED_S = 0.05  # of a phase-locked loop: three cycles
_MEAN_S = 5.0
_MOST_SHARE = 0.15  # of the active power: moves an island of quality factor 1 by 4.5 Hz
# From nominal frequency.
_HIGH_HZ = 2.0
_LOW_HZ = -3.2
# Windows and delay of the return are those of enter service (evse.md 6.4, C).
_GOOD_PU = (0.917, 1.05)
_GOOD_HZ = (-0.5, 0.1)
_LEAST_PU = 0.5  # with less there may be no frequency to measure (momentary cessation; 6.3, C)


@dataclass(slots=True)
class ActiveIslandingParameters:
    """Section `active_islanding`."""

    on: bool = parameter(True, "", 0, 1, "false: the vehicle's inverter has no such detection")
    gain_per_hz: float = parameter(
        0.1, "1/Hz", 0.0, 1.0, "reactive power, as a share of the active, for each Hz of deviation"
    )
    nudge: float = parameter(0.005, "", 0.0, 0.1, "share that is always added, of either sign")
    nudge_s: float = parameter(0.5, "s", 0.1, 10.0, "after which the nudge changes its sign")
    trip_s: float = parameter(0.1, "s", 0.0, 2.0, "beyond 56.8 or 62.0 Hz (of 60) until it ceases")
    return_s: float = parameter(
        300.0, "s", 0.0, 600.0, "of a good grid until it feeds again after a detection"
    )


class ActiveIslanding:
    """share: reactive power to add, of the active power, positive into the grid. detected: from a
    detection until the grid has been good for its time, or the inverter was taken off its line.
    """

    def __init__(self, parameters: ActiveIslandingParameters, nominal_hz: float = 60.0) -> None:
        self.parameters = parameters
        self._nominal_hz = nominal_hz
        self.share = 0.0
        self.detected = False
        self._measured_hz = 0.0  # 0: nothing yet
        self._mean_hz = 0.0
        self._beyond_s = 0.0
        self._nudged_s = 0.0
        self._nudge_sign = 1.0
        self._good_s = 0.0

    def step(self, voltage_pu: float, frequency_hz: float, dt_s: float) -> None:
        """Take the line of an inverter that feeds, as it has been for `dt_s`."""
        p = self.parameters
        if voltage_pu < _LEAST_PU or not frequency_hz or not p.on:
            self.share = self._measured_hz = self._beyond_s = 0.0
            return
        if not self._mean_hz:
            self._mean_hz = frequency_hz
        if not self._measured_hz:
            self._measured_hz = self._mean_hz  # through a dip its loop runs on by itself
        self._measured_hz += -math.expm1(-dt_s / _MEASURED_S) * (frequency_hz - self._measured_hz)
        deviation_hz = self._measured_hz - self._mean_hz
        self._mean_hz += -math.expm1(-dt_s / _MEAN_S) * deviation_hz
        self._nudged_s += dt_s
        if self._nudged_s >= p.nudge_s:
            self._nudged_s = 0.0
            self._nudge_sign = -self._nudge_sign
        share = -p.gain_per_hz * deviation_hz - p.nudge * self._nudge_sign
        self.share = min(_MOST_SHARE, max(-_MOST_SHARE, share))
        if _LOW_HZ <= self._measured_hz - self._nominal_hz <= _HIGH_HZ:
            self._beyond_s = 0.0
        else:
            self._beyond_s += dt_s
            if self._beyond_s >= p.trip_s:
                self.detected = True

    def wait(self, voltage_pu: float, frequency_hz: float, dt_s: float) -> None:
        """After a detection: look for a grid that has come back."""
        self.rest()
        away_hz = frequency_hz - self._nominal_hz
        good = _GOOD_PU[0] <= voltage_pu <= _GOOD_PU[1] and _GOOD_HZ[0] <= away_hz <= _GOOD_HZ[1]
        self._good_s = self._good_s + dt_s if good else 0.0
        if self._good_s >= self.parameters.return_s:
            self.forget()

    def rest(self) -> None:
        """The inverter feeds nothing: there is nothing to push."""
        self.share = self._measured_hz = self._mean_hz = self._beyond_s = 0.0

    def forget(self) -> None:
        """Its line is gone: what was detected is over."""
        self.rest()
        self.detected = False
        self._good_s = 0.0
