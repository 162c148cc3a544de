"""The chart of a statement: energy delivered in each settlement period, and what it earned.

Bars stand side by side in order of time, periods that follow each other without a gap touch; the
looks are classes of the visit's page, so both agree in light and in dark.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from zoneinfo import ZoneInfo

from wattback_controller.settlement.civil import QUARTER_S, day_text, local, quarter_of, span_text
from wattback_controller.settlement.money import NOTHING, cents, money_text
from wattback_controller.settlement.statement import Statement
from wattback_controller.settlement.words import energy
from wattback_sim.page import svg
from wattback_sim.page.scales import ValueScale, nice_step
from wattback_sim.page.svg import short

_WIDTH_PX = 1200.0
_LEFT_PX = 68.0  # for the labels of the value axes
_RIGHT_PX = 1192.0
_WIDEST_PX = 76.0
_GAP = 0.7  # between stretches, in widths of a bar
_TOP_PX = 18.0  # what stands above the chart keeps its distance
_TITLE_PX = 38.0  # a title, and room for the number above the highest bar
_ENERGY_PX = 130.0
_CREDIT_PX = 72.0
_LANE_GAP_PX = 22.0
_AXIS_PX = 44.0
_LABEL_PX = 46.0  # "18:15" or "$12.34" beside the next one
_MARKS = 3
_TITLE = "Delivered to the grid"


@dataclass(slots=True)
class _Bar:
    """A settlement period: all connectors and events together."""

    start_s: int
    x_px: float = 0.0
    delivered_wh: int = 0
    paid_wh: int = 0
    credit: Decimal = NOTHING
    begins_stretch: bool = False


def chart(statement: Statement) -> str:
    """The drawing, in a frame that scrolls sideways; "" when there is nothing to draw."""
    bars = _bars(statement)
    if not bars:
        return ""
    step_px = _spread(bars)
    energy_top = _TOP_PX + _TITLE_PX
    energy_bottom = energy_top + _ENERGY_PX
    drawn = [
        _legend(),
        *_energy_lane(bars, step_px, energy_top, statement),
    ]
    bottom = energy_bottom
    if any(bar.credit for bar in bars):
        credit_top = energy_bottom + _LANE_GAP_PX + _TITLE_PX
        bottom = credit_top + _CREDIT_PX
        drawn += [*_credit_lane(bars, step_px, credit_top, statement)]
    drawn += [*_time_axis(bars, bottom, statement.zone)]
    return (
        '<div class="scroller" tabindex="0" role="group" aria-label="Chart, scrolls sideways">'
        '<div class="timeline"><svg role="img" '
        'aria-labelledby="statement-chart-title statement-chart-text" '
        f'viewBox="0 0 {short(_WIDTH_PX)} {short(bottom + _AXIS_PX)}">'
        '<title id="statement-chart-title">Energy delivered and what it earned</title>'
        f'<desc id="statement-chart-text">{escape(statement.summary)}</desc>'
        f"{''.join(drawn)}</svg></div></div>"
    )


def _bars(statement: Statement) -> list[_Bar]:
    found: dict[int, _Bar] = {}
    for line in statement.lines:
        start_s = quarter_of(line.start_s)
        bar = found.setdefault(start_s, _Bar(start_s))
        bar.delivered_wh += line.delivered_wh
        bar.paid_wh += line.paid_wh
        bar.credit += line.credit
    return [found[start_s] for start_s in sorted(found)]


def _spread(bars: Sequence[_Bar]) -> float:
    """Give each bar its place, and return the width of a place."""
    places = 0.0
    for number, bar in enumerate(bars):
        bar.begins_stretch = not number or bar.start_s != bars[number - 1].start_s + QUARTER_S
        places += _GAP if number and bar.begins_stretch else 0.0
        bar.x_px = places
        places += 1.0
    step_px = min(_WIDEST_PX, (_RIGHT_PX - _LEFT_PX) / places)
    for bar in bars:
        bar.x_px = _LEFT_PX + 6 + bar.x_px * step_px
    return step_px


def _legend() -> str:
    y = _TOP_PX + 12
    drawn = [svg.text(0, y, _TITLE, "lane-title")]
    x = svg.text_width_px(_TITLE, 15) + 8  # bold letters are wider
    for look, told in (("flow-out", "paid"), ("band calm", "not paid")):
        drawn.append(svg.rect(x, y - 9.5, 15, 9.5, look, 1.5))
        drawn.append(svg.text(x + 21, y, told, "small muted"))
        x += 38 + svg.text_width_px(told)
    return "".join(drawn)


def _energy_lane(
    bars: Sequence[_Bar], step_px: float, top_px: float, statement: Statement
) -> Iterator[str]:
    most_wh = max(max(bar.delivered_wh for bar in bars), 1)
    step_wh = nice_step(most_wh, _MARKS)
    scale = ValueScale(most_wh, 0, top_px, top_px + _ENERGY_PX)
    yield from _value_axis(
        [(mark, energy(mark) if mark else "0") for mark in range(0, most_wh + 1, step_wh)], scale
    )
    for bar in bars:
        paid_px, all_px, zero_px = (scale.y(wh) for wh in (bar.paid_wh, bar.delivered_wh, 0))
        told = (
            f"{span_text(bar.start_s, bar.start_s + QUARTER_S, statement.zone)}: "
            f"{energy(bar.delivered_wh)} delivered, {energy(bar.paid_wh)} paid, "
            f"credit {money_text(bar.credit, statement.currency)}"
        )
        yield f"<g><title>{escape(told)}</title>"
        if bar.delivered_wh > bar.paid_wh:
            yield svg.rect(bar.x_px, all_px, step_px * 0.8, paid_px - all_px, "band calm")
        if bar.paid_wh:
            yield svg.rect(bar.x_px, paid_px, step_px * 0.8, zero_px - paid_px, "flow-out")
        yield "</g>"
        if step_px >= _LABEL_PX and bar.delivered_wh:
            yield _centred(bar.x_px + step_px * 0.4, all_px - 5, energy(bar.delivered_wh))


def _credit_lane(
    bars: Sequence[_Bar], step_px: float, top_px: float, statement: Statement
) -> Iterator[str]:
    amounts = [int(bar.credit * 100) for bar in bars]
    most, least = max(0, *amounts), min(0, *amounts)
    step = nice_step(max(most - least, 1), _MARKS)
    scale = ValueScale(most, least, top_px, top_px + _CREDIT_PX)
    yield svg.text(0, top_px - _TITLE_PX + 12, "Credit for energy", "lane-title")
    marks = range(least // step * step, most + 1, step)
    yield from _value_axis(
        [
            (mark, money_text(cents(Decimal(mark) / 100), statement.currency) if mark else "0")
            for mark in marks
            if mark >= least
        ],
        scale,
    )
    for bar, amount in zip(bars, amounts, strict=True):
        if not amount:
            continue
        ends = sorted((scale.y(amount), scale.y(0)))
        yield svg.rect(bar.x_px, ends[0], step_px * 0.8, ends[1] - ends[0], "soc")
        if step_px >= _LABEL_PX:
            text = money_text(bar.credit, statement.currency)
            yield _centred(bar.x_px + step_px * 0.4, ends[0] - 5, text)


def _value_axis(marks: Sequence[tuple[int, str]], scale: ValueScale) -> Iterator[str]:
    for value, text in marks:
        y = scale.y(value)
        yield svg.horizontal(y, _LEFT_PX, _RIGHT_PX, "grid" if value else "zero")
        yield svg.text(_LEFT_PX - 8, y + 4, text, "axis-value")


def _time_axis(bars: Sequence[_Bar], y_px: float, zone: ZoneInfo) -> Iterator[str]:
    clock_end = day_end = 0.0
    day = ""
    for bar in bars:
        if bar.x_px >= clock_end:
            clock = local(bar.start_s, zone).strftime("%H:%M")
            yield svg.text(bar.x_px, y_px + 16, clock, "small muted")
            clock_end = bar.x_px + _LABEL_PX
        told = day_text(bar.start_s, zone)
        if told != day and bar.x_px >= day_end:
            yield svg.text(bar.x_px, y_px + 34, told, "small strong")
            day, day_end = told, bar.x_px + _LABEL_PX


def _centred(x: float, y: float, text: str) -> str:
    return svg.text(x, y, text, "tick")
