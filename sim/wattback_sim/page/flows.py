"""The two lanes of flow: power and current between the vehicle and the site.

Charging is drawn upwards and discharging downwards, each in its own colour and named in words:
people ask "how much", and a visit that only charges should not hang from the ceiling. A side that
is not used takes no room. What feeds a home alone, behind an open grid switch, is discharging too,
in a colour and words of its own: nothing of it reaches the grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wattback_sim.page import strokes, svg
from wattback_sim.page.digest import Bucket, Digest, Span
from wattback_sim.page.lane import Key, Lane, Mark, value_marks
from wattback_sim.page.plateaus import Plateau, plateaus_of
from wattback_sim.page.scales import TimeScale, ValueScale, nice_step
from wattback_sim.page.words import (
    CHARGING,
    DISCHARGING,
    FEEDING,
    IDLE,
    IDLE_BELOW_W,
    INTO_THE_GRID,
    NO_LIMIT_MA,
    limit_words,
    offered_ma,
    power_words,
    watts,
)

_POWER_PX = 100.0
_CURRENT_PX = 116.0
_OTHER_SIDE_PX = 50.0  # what a lane grows by when both sides are used
_HEADROOM_PX = 18.0  # outside the largest value, for the words that stand on it
_EDGE_PX = 2.0  # outside a side that is not used
_IDLE_BELOW_MA = 500
_LABEL_PX = 12.0
_WIDE_PX = 15.0  # as if: the steps of an island follow close on each other, in words set bold
_MARKS = 3
_MARKS_OF_BOTH = 5


@dataclass(frozen=True, slots=True)
class _Flow:
    """Scale of a lane with an upper side (charging, negative) and a lower one (discharging).

    feeds: whether the lower one has what fed a home alone.
    """

    values: ValueScale
    height_px: float
    marks: tuple[Mark, ...]
    charges: bool
    discharges: bool
    feeds: bool

    @property
    def zero_px(self) -> float:
        return self.values.y(0)


def power_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """Power as an area, each level with its words on it; the target, if there is one, a line."""
    power = digest.series.get("power_w", ())
    target = digest.series.get("target_w", ())
    if not power:
        return None
    low = min(bucket.low for bucket in (*power, *target))
    out_w = max(_highest(digest.flow("power_w", islanded=False)), _highest(target))
    home_w = _highest(digest.flow("power_w", islanded=True))
    flow = _flow(-low, out_w, home_w, IDLE_BELOW_W, "kW", _POWER_PX)
    drawn = [_areas("power_w", digest, time, flow)]
    keys = _flow_keys(flow)
    if any(bucket.low or bucket.high for bucket in target):
        drawn.append(svg.path(strokes.curve(target, digest.end_ms, time, flow.values), "target"))
        keys.append(Key("target", "line", "target"))
    for plateau in plateaus_of(power, digest.end_ms, digest.islands()):
        texts = _plateau_texts(plateau)
        x = time.x(plateau.start_ms) + 5
        room = time.x(plateau.end_ms) - x
        size_px = _WIDE_PX if plateau.islanded else _LABEL_PX
        words = next((text for text in texts if svg.text_width_px(text, size_px) <= room), None)
        if words is None or (words != texts[0] and texts[0] == IDLE):
            continue
        y = flow.values.y(plateau.power_w)
        outside = y + 15 if plateau.power_w >= IDLE_BELOW_W else y - 6
        drawn.append(svg.text(x, outside, words, "strong halo"))
    return Lane("Power", flow.height_px, "".join(drawn), flow.marks, tuple(keys))


def current_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """Amps: actual as an area, limits as broad lines with their owners, the offer a fine one."""
    current = digest.series.get("current_ma", ())
    offers = [(span.start_ms, offered_ma(int(span.cell))) for span in digest.spans("duty_bp")]
    imports = _limits(digest, "import")
    exports = _limits(digest, "export")
    if not (current or offers or imports):
        return None
    lowest = min((bucket.low for bucket in current), default=0)
    out_ma = _highest(digest.flow("current_ma", islanded=False))
    home_ma = _highest(digest.flow("current_ma", islanded=True))
    if out_ma < _IDLE_BELOW_MA:
        exports = []  # what a vehicle may give back matters only once it does
    up_ma = max([-lowest, *(ma for _, ma in offers), *_magnitudes(imports)])
    out_ma = max([out_ma, *_magnitudes(exports)])
    flow = _flow(up_ma, out_ma, home_ma, _IDLE_BELOW_MA, "A", _CURRENT_PX)
    drawn = [_areas("current_ma", digest, time, flow)]
    keys = _flow_keys(flow) or [Key("flow-in", "area", "actual")]
    labels: list[str] = []
    for spans, sign in ((imports, -1), (exports, 1)):
        points = [(span.start_ms, _limit_value(span, sign)) for span in spans]
        drawn.append(svg.path(strokes.steps(points, digest.end_ms, time, flow.values), "limit"))
        labels.extend(_limit_label(span, sign, time, flow.values) for span in spans)
    if imports or exports:
        keys.append(Key("limit", "line", "limit (owner)"))
    if offers:
        steps = [(t_ms, float(-ma)) for t_ms, ma in offers]
        drawn.append(svg.path(strokes.steps(steps, digest.end_ms, time, flow.values), "offer"))
        keys.append(Key("offer", "line", "offered"))
    return Lane("Current", flow.height_px, "".join(drawn + labels), flow.marks, tuple(keys))


def _flow(up: int, out: int, home: int, least: int, unit: str, height_px: float) -> _Flow:
    """A scale for these largest magnitudes, in thousandths of the unit, to either side of zero."""
    charges, discharges, feeds = up > least, out > least, home > least
    above = float(up) if charges else 0.0
    below = float(max(out if discharges else 0, home if feeds else 0))
    if not (above or below):
        above = 1000.0
    both = charges and below > 0
    height_px += _OTHER_SIDE_PX if both else 0
    above_px = _HEADROOM_PX if above else _EDGE_PX
    below_px = _HEADROOM_PX if below else _EDGE_PX
    per_px = (above + below) / (height_px - above_px - below_px)
    values = ValueScale(-(above + per_px * above_px), below + per_px * below_px, 0.0, height_px)
    step = nice_step((above + below) / 1000, _MARKS_OF_BOTH if both else _MARKS) * 1000
    heights = range(-int(above // step) * step, int(below // step) * step + 1, step)
    marks = value_marks(heights, values, 1000, unit)
    return _Flow(values, height_px, marks, charges, discharges, feeds)


def _flow_keys(flow: _Flow) -> list[Key]:
    """Which colour is which, once both occur; with one direction the words on the lane say it."""
    if not (flow.discharges or flow.feeds):
        return []
    keys = [Key("flow-in", "area", CHARGING)]
    if flow.discharges:
        keys.append(Key("flow-out", "area", INTO_THE_GRID if flow.feeds else DISCHARGING))
    if flow.feeds:
        keys.append(Key("flow-home", "area", FEEDING))
    return keys


def _plateau_texts(plateau: Plateau) -> tuple[str, ...]:
    """What stands on a level, the fullest first."""
    full, size = power_words(plateau.power_w, plateau.islanded), watts(plateau.power_w)
    return (full, f"home {size}", size) if full.startswith(FEEDING) else (full, size)


def _areas(name: str, digest: Digest, time: TimeScale, flow: _Flow) -> str:
    """One area a side, so that each keeps its colour where power crosses zero within a bucket."""
    drawn = [svg.horizontal(flow.zero_px, time.left_px, time.right_px, "zero")]

    def draw(look: str, side: Sequence[Bucket], until_ms: int) -> None:
        if side:
            outline = strokes.curve(side, until_ms, time, flow.values)
            drawn.append(strokes.area(outline, side[0].start_ms, flow.zero_px, time, look))

    if flow.charges:
        inward = [_clamped(bucket, None, 0) for bucket in digest.series.get(name, ())]
        draw("flow-in", inward, digest.end_ms)
    if flow.discharges:
        on_grid = digest.flow(name, islanded=False)
        draw("flow-out", [_clamped(bucket, 0, None) for bucket in on_grid], digest.end_ms)
    if flow.feeds:
        alone = [_clamped(bucket, 0, None) for bucket in digest.flow(name, islanded=True)]
        for island in digest.islands():
            since_ms = island.start_ms - digest.bucket_ms
            side = [bucket for bucket in alone if since_ms < bucket.start_ms < island.end_ms]
            draw("flow-home", side, island.end_ms)
    return "".join(drawn)


def _highest(buckets: Sequence[Bucket]) -> int:
    return max((bucket.high for bucket in buckets), default=0)


def _clamped(bucket: Bucket, least: int | None, most: int | None) -> Bucket:
    def within(value: float) -> float:
        if least is not None and value < least:
            return least
        return most if most is not None and value > most else value

    return replace(
        bucket,
        low=int(within(bucket.low)),
        high=int(within(bucket.high)),
        mean=within(bucket.mean),
        last=int(within(bucket.last)),
    )


def _limits(digest: Digest, side: str) -> list[Span]:
    """Limit and, where it was recorded, its owner."""
    limit, owner = f"{side}_limit_ma", f"{side}_limit_owner"
    return digest.spans(limit, owner) or digest.spans(limit)


def _limit_value(span: Span, sign: int) -> float | None:
    limit_ma = int(span.cells[0])
    return None if limit_ma == NO_LIMIT_MA else float(sign * limit_ma)


def _magnitudes(limits: Sequence[Span]) -> list[int]:
    return [max(int(span.cells[0]), 0) for span in limits]


def _limit_label(span: Span, sign: int, time: TimeScale, values: ValueScale) -> str:
    value = _limit_value(span, sign)
    if value is None:
        return ""
    x = time.x(span.start_ms) + 5
    full = limit_words(span.cells[0], span.cells[-1] if len(span.cells) > 1 else "")
    room = time.x(span.end_ms) - x
    texts = (f"limit {full}", full, full.split(" (")[0])
    words = next((text for text in texts if svg.text_width_px(text, 11) <= room), None)
    if words is None:
        return ""
    return svg.text(x, values.y(value) + (15 if sign > 0 else -7), words, "small limit-text halo")
