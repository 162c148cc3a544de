"""Stretches of time that are narrower than a pixel, and how they still get on the page.

Each is drawn as a sliver of at least `SLIVER_PX`. Of those that share a pixel one is enough, and
all of one look go into a single path: a state that flickers for an hour must not fill the page.
"""

from collections.abc import Callable, Iterable, Sequence

from wattback_sim.page import svg
from wattback_sim.page.digest import Span
from wattback_sim.page.scales import TimeScale

SLIVER_PX = 1.6
_ROUNDED_FROM_PX = 6.0


def width_px(span: Span, time: TimeScale) -> float:
    """What a stretch is drawn with."""
    return max(time.x(span.end_ms) - time.x(span.start_ms), SLIVER_PX)


def visible(spans: Sequence[Span], time: TimeScale, urgent: Callable[[Span], bool]) -> list[Span]:
    """Spans worth drawing, the longest first, so that slivers lie over their neighbours.

    Of those that share a pixel the first stays, unless an urgent one comes after it.
    """
    kept: list[Span] = []
    for span in spans:
        narrow = time.x(span.end_ms) - time.x(span.start_ms) < 1
        crowded = kept and narrow and int(time.x(span.start_ms)) == int(time.x(kept[-1].start_ms))
        if not crowded:
            kept.append(span)
        elif urgent(span) and not urgent(kept[-1]):
            kept[-1] = span
    return sorted(kept, key=lambda span: -span.duration_ms)


def boxes(spans: Iterable[tuple[Span, str]], top: float, height: float, time: TimeScale) -> str:
    """A box for each (span, look), in order: wide ones rounded, slivers in one path a look."""
    drawn: list[str] = []
    slivers: dict[str, list[str]] = {}
    for span, look in spans:
        x, width = time.x(span.start_ms), width_px(span, time)
        if width >= _ROUNDED_FROM_PX:
            # One pixel less than it lasted keeps neighbours apart without an outline.
            drawn.append(svg.rect(x, top, width - 1, height, look, 2))
        else:
            box = f"M{svg.short(x)} {svg.short(top)}h{svg.short(width)}v{svg.short(height)}"
            slivers.setdefault(look, []).append(f"{box}h-{svg.short(width)}z")
    return "".join(drawn) + "".join(svg.path("".join(s), look) for look, s in slivers.items())
