"""The extremes of a signal over the last few seconds: what a vehicle that is slow may still obey.

Time is cut into slices; each keeps its own extremes, and the oldest is dropped as a new one
begins. So the window is `slices - 1` to `slices` slices long. Nothing here knows what the signal
means.
"""

from array import array


class Recent:
    """highest, lowest: of the signal in the window, the present sample included."""

    def __init__(self, slices: int, slice_ms: int) -> None:
        self.highest = 0
        self.lowest = 0
        self._highs = array("i", [0] * slices)  # of the slices before; the present one's are below
        self._lows = array("i", [0] * slices)
        self._high = 0
        self._low = 0
        self._slice_ms = slice_ms
        self._at = 0
        self._ms = 0

    def sense(self, value: int, dt_ms: int) -> None:
        """Take one sample."""
        self._ms += dt_ms
        if self._ms >= self._slice_ms:
            self._ms %= self._slice_ms  # slow ticks leave no arrears
            self._begin_slice(value)
        elif value > self._high:
            self._high = value
            self.highest = max(value, self.highest)
        elif value < self._low:
            self._low = value
            self.lowest = min(value, self.lowest)

    def forget(self, value: int) -> None:
        """What was before does not count any more."""
        for at in range(len(self._highs)):
            self._highs[at] = value
            self._lows[at] = value
        self._high = value
        self._low = value
        self.highest = value
        self.lowest = value

    def _begin_slice(self, value: int) -> None:
        self._highs[self._at] = self._high
        self._lows[self._at] = self._low
        self._at += 1
        if self._at == len(self._highs):
            self._at = 0
        self._highs[self._at] = value  # instead of the oldest
        self._lows[self._at] = value
        self._high = value
        self._low = value
        self.highest = max(self._highs)
        self.lowest = min(self._lows)
