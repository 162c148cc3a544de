"""Two kinds of charts as SVG: ranges against limits, and bars in parts.

Each is one file that needs nothing else; colours follow the reader's light or dark setting. The
same figures give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wattback_sim.page.svg import horizontal, path, rect, text, text_width_px

_ROW_PX = 17.0
_TOP_PX = 54.0
_FOOT_PX = 34.0
_WIDTH_PX = 960.0
_RIGHT_PX = 150.0  # room behind the plot for a value
_STYLE = """
text{font:12px system-ui,sans-serif;fill:#222}
.title{font-size:15px;font-weight:600}.quiet{fill:#666}.end{text-anchor:end}.middle{text-anchor:middle}
.grid{stroke:#ddd}.first{fill:#2468b0}.second{fill:#e08a1e}.third{fill:#b9c2cc}.fourth{fill:#c0392b}
.median{stroke:#111;stroke-width:2}.limit{stroke:#c0392b;stroke-width:2}
.paper{fill:#fff}
@media(prefers-color-scheme:dark){text{fill:#ddd}.quiet{fill:#999}.grid{stroke:#333}
.paper{fill:#16181b}.median{stroke:#fff}.first{fill:#6aa9ec}.third{fill:#5a646e}}
"""
LOOKS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class Range:
    """From the smallest to the largest, with the median. look: one of LOOKS."""

    low: float
    median: float
    high: float
    look: str


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One row: its ranges, one below the other, and the limit that all of it must keep to."""

    label: str
    ranges: tuple[Range, ...]
    limit: float


@dataclass(frozen=True, slots=True)
class BarRow:
    """One bar: how long each of its parts is, in the order of the key. note: behind the bar."""

    label: str
    parts: tuple[float, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class RangeChart:
    """Ranges on a logarithmic axis, each row with its limit as a red mark.

    name: of the file, without its ending. unit: of the axis. key: what the ranges of a row are.
    """

    name: str
    title: str
    unit: str
    key: tuple[str, ...]
    rows: tuple[RangeRow, ...]


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars from zero, in parts. limit: a line through all of them. The rest as in RangeChart."""

    name: str
    title: str
    unit: str
    key: tuple[str, ...]
    rows: tuple[BarRow, ...]
    limit: float | None = None


Chart = RangeChart | BarChart


def render(chart: Chart) -> str:
    """The chart as an SVG file."""
    return _ranges(chart) if isinstance(chart, RangeChart) else _bars(chart)


@dataclass(frozen=True, slots=True)
class _Axis:
    """Values to pixels, by their logarithm or as they are."""

    low: float
    high: float
    left_px: float
    logarithmic: bool

    def x(self, value: float) -> float:
        low, high = self.low, self.high
        if self.logarithmic:
            value, low, high = (math.log10(max(given, self.low)) for given in (value, low, high))
        share = (value - low) / (high - low)
        return self.left_px + share * (_WIDTH_PX - _RIGHT_PX - self.left_px)

    def marks(self) -> list[float]:
        """Where the grid is."""
        if self.logarithmic:
            first, last = round(math.log10(self.low)), round(math.log10(self.high))
            return [10.0**power for power in range(first, last + 1)]
        return [self.high * part / 4 for part in range(5)]


def _ranges(chart: RangeChart) -> str:
    rows = chart.rows
    lowest = min(max(one.low, 1.0) for row in rows for one in row.ranges)
    highest = max(max(row.limit, *(one.high for one in row.ranges)) for row in rows)
    axis = _Axis(
        10.0 ** math.floor(math.log10(lowest)),
        10.0 ** math.ceil(math.log10(highest)),
        _left_px([row.label for row in rows]),
        True,
    )
    drawn = []
    for index, row in enumerate(rows):
        top = _TOP_PX + index * _ROW_PX
        drawn.append(text(axis.left_px - 8, top + 12, row.label, "end"))
        height = (_ROW_PX - 5) / len(row.ranges)
        for place, one in enumerate(row.ranges):
            y = top + 3 + place * height
            wide = max(axis.x(one.high) - axis.x(one.low), 2.0)
            drawn.append(rect(axis.x(one.low), y, wide, height - 1, one.look))
            drawn.append(path(f"M{axis.x(one.median):.1f} {y:.1f}v{height - 1:.1f}", "median"))
        drawn.append(path(f"M{axis.x(row.limit):.1f} {top + 2:.1f}v{_ROW_PX - 3:.1f}", "limit"))
    looks = (*LOOKS[: len(chart.key)], "fourth")
    return _svg(chart, (*chart.key, "limit"), looks, axis, drawn)


def _bars(chart: BarChart) -> str:
    rows, limit = chart.rows, chart.limit
    highest = max(max(sum(row.parts) for row in rows), limit or 0.0)
    axis = _Axis(0.0, _round_up(highest), _left_px([row.label for row in rows]), False)
    drawn = []
    for index, row in enumerate(rows):
        top = _TOP_PX + index * _ROW_PX
        drawn.append(text(axis.left_px - 8, top + 12, row.label, "end"))
        reached = 0.0
        for part, look in zip(row.parts, LOOKS, strict=False):
            x = axis.x(reached)
            reached += part
            if part:
                drawn.append(rect(x, top + 3, axis.x(reached) - x, _ROW_PX - 5, look))
        drawn.append(text(axis.x(reached) + 5, top + 12, row.note, "quiet"))
    if limit is not None:
        bottom = _TOP_PX + len(rows) * _ROW_PX
        drawn.append(path(f"M{axis.x(limit):.1f} {_TOP_PX:.1f}V{bottom:.1f}", "limit"))
    return _svg(chart, chart.key, LOOKS, axis, drawn)


def _svg(
    chart: Chart, key: Sequence[str], looks: Sequence[str], axis: _Axis, drawn: Sequence[str]
) -> str:
    bottom = _TOP_PX + len(chart.rows) * _ROW_PX
    height = bottom + _FOOT_PX
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH_PX:.0f} {height:.0f}">',
        f"<style>{_STYLE}</style>",
        rect(0, 0, _WIDTH_PX, height, "paper"),
        text(12, 22, chart.title, "title"),
    ]
    for mark in axis.marks():
        x = axis.x(mark)
        lines.append(path(f"M{x:.1f} {_TOP_PX:.1f}V{bottom:.1f}", "grid"))
        lines.append(text(x, bottom + 15, f"{mark:,.10g}", "quiet middle"))
    lines.append(text(axis.left_px, bottom + 29, chart.unit, "quiet"))
    lines.append(horizontal(bottom, axis.left_px, _WIDTH_PX - _RIGHT_PX, "grid"))
    x = axis.left_px
    for name, look in zip(key, looks, strict=False):
        lines.append(rect(x, 34, 10, 10, look))
        lines.append(text(x + 14, 43, name, "quiet"))
        x += 30 + text_width_px(name)
    return "\n".join([*lines, *drawn, "</svg>"]) + "\n"


def _left_px(labels: Sequence[str]) -> float:
    return 24 + max(map(text_width_px, labels))


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 8 times a power of ten, so that quarters are round."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(power * step for step in (1, 2, 4, 8, 10) if value <= power * step)
