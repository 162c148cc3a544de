"""A lane of the timeline: what stands in the gutter beside it, and its drawing over the time axis.

A lane draws itself from 0 at its own top to `height_px`; where it stands on the page is not its
business.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from wattback_sim.page import svg
from wattback_sim.page.scales import TimeScale, ValueScale


@dataclass(frozen=True, slots=True)
class Mark:
    """A label of the value axis at this height of the lane."""

    y_px: float
    text: str


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the legend: `look` is the class of the drawing, `shape` is "area" or "line"."""

    look: str
    shape: str
    text: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A drawn lane. `plot` is SVG in lane coordinates."""

    title: str
    height_px: float
    plot: str
    marks: tuple[Mark, ...] = ()
    keys: tuple[Key, ...] = ()


def value_marks(
    heights: Iterable[int], values: ValueScale, per_unit: int, unit: str
) -> tuple[Mark, ...]:
    """Magnitudes at these values of the column; the topmost one carries the unit for all."""
    placed = sorted((values.y(height), abs(height) / per_unit) for height in heights)
    return tuple(
        Mark(y_px, f"{svg.short(size)} {unit}" if not number else svg.short(size))
        for number, (y_px, size) in enumerate(placed)
    )


def label_at_the_end(words: str, line_px: float, time: TimeScale) -> str:
    """The last value of a line, standing on its right end."""
    return svg.text(time.right_px, line_px - 6, words, "strong halo end")
