"""Strokes: columns of the digest as paths of the plot.

Nothing that stands out is smoothed away: what happened within a pixel is drawn as its extremes.
"""

from collections.abc import Sequence

from wattback_sim.page import svg
from wattback_sim.page.digest import Bucket
from wattback_sim.page.scales import TimeScale, ValueScale
from wattback_sim.page.svg import short

_SPIKE_PX = 3.0  # a bucket that spans more than this shows its extremes, a calmer one its mean
_STILL_PX = 0.2  # changes below this are not drawn


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
    return svg.path(ground, f"{look} ground") + svg.path(outline, f"{look} edge")


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
