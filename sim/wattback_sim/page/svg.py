"""SVG in strings: escaping, short numbers, the few shapes of the page, and scales to pixels.

Looks are CSS classes, so that light and dark need no second drawing. Pixels are units of the
viewBox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from wattback_sim.page.digest import Bucket

_LETTER_EM = (
    0.56  # mean width of a letter of common system fonts, taken wide: labels must never touch
)
_SPIKE_PX = 3.0  # a bucket that spans more than this shows its extremes, a calmer one its mean
_STILL_PX = 0.2  # changes below this are not drawn


def short(number: float) -> str:
    """A number of at most one decimal, without a needless ".0"."""
    text = f"{number:.1f}"
    return text[:-2] if text.endswith(".0") else text


def text_width_px(text: str, size_px: float = 12.0) -> float:
    """A cautious estimate, since only the browser knows the font."""
    return len(text) * size_px * _LETTER_EM


def text(x: float, y: float, content: str, look: str) -> str:
    return f'<text x="{short(x)}" y="{short(y)}" class="{look}">{escape(content)}</text>'


def rect(x: float, y: float, width: float, height: float, look: str, radius: float = 0) -> str:
    corner = f' rx="{short(radius)}"' if radius else ""
    return (
        f'<rect x="{short(x)}" y="{short(y)}" width="{short(width)}" height="{short(height)}"'
        f'{corner} class="{look}"/>'
    )


def path(commands: str, look: str) -> str:
    return f'<path d="{commands}" class="{look}"/>' if commands else ""


def horizontal(y: float, left: float, right: float, look: str) -> str:
    return path(f"M{short(left)} {short(y)}H{short(right)}", look)


def vertical(x: float, top: float, bottom: float, look: str) -> str:
    return path(f"M{short(x)} {short(top)}V{short(bottom)}", look)


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


def curve(buckets: Sequence[Bucket], until_ms: int, time: TimeScale, values: ValueScale) -> str:
    """Path commands of a continuous column: its mean, and the extremes wherever they stand out."""
    commands: list[str] = []
    pen = 0.0
    for bucket in buckets:
        x = short(time.x(bucket.start_ms))
        extremes = sorted((values.y(bucket.low), values.y(bucket.high)))
        if extremes[1] - extremes[0] > _SPIKE_PX:
            last = values.y(bucket.last)
            # The far extreme first, so that the pen ends beside the last value.
            if abs(extremes[0] - last) < abs(extremes[1] - last):
                extremes.reverse()
            heights = [*extremes, last]
        else:
            heights = [values.y(bucket.mean)]
        if not commands:
            commands.append(f"M{x} {short(heights[0])}")
            pen = heights[0]
        moves = "".join(f"V{short(y)}" for y in heights if len(heights) > 1 or _moved(pen, y))
        if moves:
            commands.append(f"H{x}{moves}")
            pen = heights[-1]
    if commands:
        commands.append(f"H{short(time.x(until_ms))}")
    return "".join(commands)


def _moved(pen: float, y: float) -> bool:
    return abs(pen - y) >= _STILL_PX


def area(outline: str, start_ms: int, zero_px: float, time: TimeScale, look: str) -> str:
    """What `curve` encloses with the line of zero, and the curve itself on top.

    Two paths, because a stroke around the area would end in a drop to zero that never happened.
    """
    if not outline:
        return ""
    ground = f"{outline}V{short(zero_px)}H{short(time.x(start_ms))}Z"
    return path(ground, f"{look} ground") + path(outline, f"{look} edge")


def steps(
    points: Sequence[tuple[int, float | None]], until_ms: int, time: TimeScale, values: ValueScale
) -> str:
    """Path commands of a discrete column: (time in ms, value or None for a gap), each held.

    Changes that share a pixel are drawn as that pixel's extremes and its last value.
    """
    commands: list[str] = []
    down = False
    place = 0
    while place < len(points):
        x_px = time.x(points[place][0])
        x = short(x_px)
        shared = [points[place][1]]
        place += 1
        while place < len(points) and time.x(points[place][0]) < x_px + 1:
            shared.append(points[place][1])
            place += 1
        heights = [values.y(value) for value in shared if value is not None]
        if down:
            commands.append(f"H{x}")
        if heights:
            if len(heights) > 3:
                heights = [min(heights), max(heights), heights[-1]]
            if not down:
                commands.append(f"M{x} {short(heights[0])}")
            commands.extend(f"V{short(y)}" for y in heights)
        down = shared[-1] is not None
    if down:
        commands.append(f"H{short(time.x(until_ms))}")
    return "".join(commands)
