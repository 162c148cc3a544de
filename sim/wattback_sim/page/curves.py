"""The lanes of one kind of value: energy, charge of the battery, pilot duty, voltage, reactive."""

from wattback_sim.page import strokes, svg
from wattback_sim.page.digest import Digest
from wattback_sim.page.lane import Key, Lane, Mark, label_at_the_end, value_marks
from wattback_sim.page.scales import TimeScale, ValueScale, nice_step
from wattback_sim.page.words import (
    IDLE_BELOW_W,
    STEADY_HIGH_BP,
    STEADY_LOW_BP,
    duty_words,
    energy,
    percent,
)

_ENERGY_PX = 64.0
_SHARE_PX = 54.0  # state of charge and duty, 0 … 100 %
_VOLTAGE_PX = 60.0
_REACTIVE_PX = 60.0
_ROOM_FOR_LABEL = 1.35  # of the largest energy: its label stands on the end of the line
_LEAST_ENERGY_WH = 100  # of the axis
_MARKS = 3
_SHARES_BP = (0, 5_000, 10_000)


def energy_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """Energy since the start of the run; the registers themselves count over a lifetime."""
    sides = [
        ("import_wh", "flow-in", "in"),
        ("export_wh", "flow-out", "out"),
        ("island_wh", "flow-home", "for the home"),
    ]
    present = [side for side in sides if digest.series.get(side[0])]
    if not present:
        return None
    base_wh = {name: digest.series[name][0].low for name, _, _ in present}
    gained_wh = {name: digest.series[name][-1].last - base_wh[name] for name, _, _ in present}
    top_wh = max(*gained_wh.values(), _LEAST_ENERGY_WH)
    values = ValueScale(top_wh * _ROOM_FOR_LABEL, 0, 0, _ENERGY_PX)
    areas: list[str] = []
    lines: list[str] = []
    totals: list[str] = []
    for name, look, word in present:
        if not gained_wh[name]:
            continue
        buckets = digest.series[name]
        above = ValueScale(base_wh[name] + top_wh * _ROOM_FOR_LABEL, base_wh[name], 0, _ENERGY_PX)
        outline = strokes.curve(buckets, digest.end_ms, time, above)
        areas.append(strokes.area(outline, buckets[0].start_ms, _ENERGY_PX, time, look))
        lines.append(svg.path(outline, f"{look} edge"))  # again, over the areas of the other sides
        totals.append(f"{energy(gained_wh[name])} {word}")
    lines.append(svg.horizontal(_ENERGY_PX, time.left_px, time.right_px, "zero"))
    # One label for all, on the highest of the ends, where it can touch no line.
    highest_px = values.y(max(gained_wh.values()))
    lines.append(label_at_the_end(" · ".join(totals), highest_px, time))
    unit_wh, unit = (1000, "kWh") if top_wh >= 1000 else (1, "Wh")
    step = nice_step(top_wh / unit_wh, _MARKS) * unit_wh
    marks = value_marks(range(0, top_wh + 1, step), values, unit_wh, unit)
    return Lane("Energy", _ENERGY_PX, "".join(areas + lines), marks)


def soc_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """State of charge of the vehicle's battery, 0 … 100 %."""
    buckets = digest.series.get("soc_bp", ())
    if not buckets:
        return None
    values = _shares()
    outline = strokes.curve(buckets, digest.end_ms, time, values)
    first_bp, last_bp = buckets[0].mean, buckets[-1].last
    start = svg.text(
        time.x(buckets[0].start_ms) + 5, values.y(first_bp) - 6, percent(first_bp), "strong halo"
    )
    drawn = [
        strokes.area(outline, buckets[0].start_ms, _SHARE_PX, time, "soc"),
        svg.horizontal(_SHARE_PX, time.left_px, time.right_px, "zero"),
        start,
        label_at_the_end(percent(last_bp), values.y(last_bp), time),
    ]
    marks = value_marks(_SHARES_BP, values, 100, "%")
    return Lane("Battery", _SHARE_PX, "".join(drawn), marks)


def duty_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """Duty of the pilot while it is a square wave; where it is steady, the lane says so."""
    spans = digest.spans("duty_bp")
    if not spans:
        return None
    values = _shares()
    points: list[tuple[int, float | None]] = []
    labels: list[str] = []
    for span in spans:
        duty_bp = int(span.cell)
        steady = duty_bp in (STEADY_LOW_BP, STEADY_HIGH_BP)
        points.append((span.start_ms, None if steady else duty_bp))
        x = time.x(span.start_ms) + 5
        full = duty_words(duty_bp)
        texts = (full, full.split(",")[0].split(" =")[0])
        room = time.x(span.end_ms) - x
        words = next((text for text in texts if svg.text_width_px(text, 11) <= room), None)
        if words is None:
            continue
        # On the line where there is room above it, else under it.
        line_px = _SHARE_PX / 2 + 10 if steady else values.y(duty_bp)
        y = line_px - 6 if steady or line_px > 22 else line_px + 15
        labels.append(svg.text(x, y, words, "small muted halo" if steady else "small halo"))
    drawn = [
        svg.horizontal(_SHARE_PX, time.left_px, time.right_px, "zero"),
        svg.path(strokes.steps(points, digest.end_ms, time, values), "offer"),
        *labels,
    ]
    marks = value_marks(_SHARES_BP, values, 100, "%")
    return Lane("Pilot duty", _SHARE_PX, "".join(drawn), marks)


def voltage_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """Both legs. The axis is never narrower than a tenth of the voltage: noise is not drama."""
    legs = [("voltage_l1_mv", "leg-1", "leg L1"), ("voltage_l2_mv", "leg-2", "leg L2")]
    present = [leg for leg in legs if digest.series.get(leg[0])]
    if not present:
        return None
    buckets = [bucket for name, _, _ in present for bucket in digest.series[name]]
    low_mv, high_mv = min(b.low for b in buckets), max(b.high for b in buckets)
    middle_mv = (low_mv + high_mv) // 2
    if low_mv < high_mv * 3 // 4 or middle_mv <= 0:  # the supply went away: show it from zero
        low_mv, high_mv = min(low_mv, 0), max(high_mv * 11 // 10, 10_000)
    else:
        low_mv = min(low_mv, middle_mv * 19 // 20)
        high_mv = max(high_mv, middle_mv * 21 // 20)
    values = ValueScale(high_mv, low_mv, 3, _VOLTAGE_PX - 3)
    drawn = [
        svg.path(strokes.curve(digest.series[name], digest.end_ms, time, values), look)
        for name, look, _ in present
    ]
    step = nice_step((high_mv - low_mv) / 1000, _MARKS) * 1000
    lowest = -(-low_mv // step) * step
    marks = value_marks(range(lowest, high_mv + 1, step), values, 1000, "V")
    keys = tuple(Key(look, "line", words) for _, look, words in present)
    return Lane("Voltage", _VOLTAGE_PX, "".join(drawn), marks, keys)


def reactive_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """Reactive power and its target; no lane on a run that has none."""
    reactive = digest.series.get("reactive_var", ())
    target = digest.series.get("target_var", ())
    peak_var = max((max(abs(b.low), abs(b.high)) for b in (*reactive, *target)), default=0)
    if not reactive or peak_var < IDLE_BELOW_W:
        return None
    values = ValueScale(peak_var, -peak_var, 6, _REACTIVE_PX - 6)
    drawn = [
        svg.horizontal(values.y(0), time.left_px, time.right_px, "zero"),
        svg.path(strokes.curve(target, digest.end_ms, time, values), "target"),
        svg.path(strokes.curve(reactive, digest.end_ms, time, values), "offer"),
    ]
    peak = svg.short(peak_var / 1000)
    marks = (
        Mark(values.y(peak_var), f"+{peak} kvar"),
        Mark(values.y(0), "0"),
        Mark(values.y(-peak_var), f"\N{MINUS SIGN}{peak}"),
    )
    keys = (Key("target", "line", "target"),) if target else ()
    return Lane("Reactive", _REACTIVE_PX, "".join(drawn), marks, keys)


def _shares() -> ValueScale:
    return ValueScale(10_000, 0, 3, _SHARE_PX)
