"""Scales: from times and values to pixels, and the round steps of an axis."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Simulated ms to pixels of the plot."""

    from_ms: int
    to_ms: int
    left_px: float
    right_px: float

    def x(self, t_ms: float) -> float:
        share = (t_ms - self.from_ms) / (self.to_ms - self.from_ms)
        return self.left_px + share * (self.right_px - self.left_px)


@dataclass(frozen=True, slots=True)
class ValueScale:
    """Values of a column to pixels of a lane. What is at the top may be the smaller number."""

    at_top: float
    at_bottom: float
    top_px: float
    bottom_px: float

    def y(self, value: float) -> float:
        share = (value - self.at_top) / (self.at_bottom - self.at_top)
        return self.top_px + share * (self.bottom_px - self.top_px)


def nice_step(extent: float, at_most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20 … that cuts the extent into no more than so many parts."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if extent <= step * factor * at_most:
                return step * factor
        step *= 10
