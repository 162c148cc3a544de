"""The timeline: markers and lanes stacked over one time axis, with a gutter that stays put.

Gutter and plot are two drawings of the same height and scale, so that on a phone the plot scrolls
under its lane titles. Both are drawn in pixels of a page 1200 wide and grow or shrink together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from wattback_sim.page import svg
from wattback_sim.page.bands import (
    contactor_lane,
    fault_lane,
    grid_lane,
    home_lane,
    pilot_lane,
    session_lane,
)
from wattback_sim.page.clock import Clock, TimeTick
from wattback_sim.page.curves import duty_lane, energy_lane, reactive_lane, soc_lane, voltage_lane
from wattback_sim.page.digest import Digest, Span
from wattback_sim.page.events import PageEvent
from wattback_sim.page.flows import current_lane, power_lane
from wattback_sim.page.lane import Key, Lane
from wattback_sim.page.markers import MARKER_LANE_PX, marker_lane, moment_lines, place_markers
from wattback_sim.page.scales import TimeScale
from wattback_sim.page.slivers import boxes, visible

GUTTER_PX = 158.0
PLOT_PX = 1042.0
_MARGIN_PX = 26.0  # half a label of the time axis
_AXIS_PX = 24.0
_LANE_GAP_PX = 26.0
_TICKS = 14
_SHORTEST_MS = 1000  # of an axis: a run of one row still needs a width

# From what a visitor would notice to what only an engineer asks for.
_LANES = (
    fault_lane,
    home_lane,
    power_lane,
    current_lane,
    energy_lane,
    soc_lane,
    session_lane,
    pilot_lane,
    duty_lane,
    contactor_lane,
    grid_lane,
    voltage_lane,
    reactive_lane,
)

_HATCH = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="6" height="6" class="hatch-ground"/>'
    '<path d="M0 0V6" class="hatch-line"/></pattern>'
    '<pattern id="bars" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="6" height="6" class="band calm"/>'
    '<path d="M0 0V6" class="bars-line"/></pattern></defs>'
)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A lane and the height at which it stands."""

    top_px: float
    lane: Lane


def time_scale(digest: Digest, events: Sequence[PageEvent]) -> TimeScale:
    """From the first to the last row, and further where an event lies outside."""
    moments = [event.t_ms for event in events]
    if digest.row_count:
        moments += [digest.first_ms, digest.end_ms]
    from_ms = min(moments, default=0)
    to_ms = max(max(moments, default=0), from_ms + _SHORTEST_MS)
    return TimeScale(from_ms, to_ms, _MARGIN_PX, PLOT_PX - _MARGIN_PX)


def timeline(
    digest: Digest, events: Sequence[PageEvent], clock: Clock, time: TimeScale, description: str
) -> str:
    """The two drawings, in a frame that scrolls sideways. `events` are in order."""
    placed: list[_Placed] = []
    top = first_top = _AXIS_PX + MARKER_LANE_PX + 14
    for draw in _LANES:
        lane = draw(digest, time)
        if lane is not None:
            placed.append(_Placed(top, lane))
            top += lane.height_px + _LANE_GAP_PX
    bottom = top - _LANE_GAP_PX / 2 if placed else first_top
    height = bottom + _AXIS_PX
    ticks = clock.ticks(time.from_ms, time.to_ms, _TICKS)
    drawing = _plot(digest, placed, events, ticks, time, height, description)
    return (
        '<div class="scroller" tabindex="0" role="group" aria-label="Timeline, scrolls sideways">'
        '<div class="timeline">'
        f"{_gutter(placed, bottom, height)}"
        f'<div class="plot">{drawing}</div></div></div>'
    )


def _gutter(placed: Sequence[_Placed], bottom: float, height: float) -> str:
    drawn = [
        svg.text(0, _AXIS_PX - 8, "Local time", "small muted"),
        svg.text(0, _AXIS_PX + 14, "Events", "lane-title"),
        svg.text(0, bottom + 16, "Local time", "small muted"),
    ]
    for number, each in enumerate(placed):
        if number:
            drawn.append(svg.horizontal(each.top_px - _LANE_GAP_PX / 2, 0, GUTTER_PX, "rule"))
        drawn.append(svg.text(0, each.top_px + 10, each.lane.title, "lane-title"))
        for place, key in enumerate(each.lane.keys):
            drawn.append(_legend(key, each.top_px + 28 + 16 * place))
        for mark in each.lane.marks:
            drawn.append(
                svg.text(GUTTER_PX - 6, each.top_px + mark.y_px + 4, mark.text, "axis-value")
            )
    return (
        f'<svg class="gutter" aria-hidden="true" viewBox="0 0 {svg.short(GUTTER_PX)} '
        f'{svg.short(height)}">{"".join(drawn)}</svg>'
    )


def _legend(key: Key, y: float) -> str:
    sample = (
        svg.rect(0.8, y - 9, 15, 9.5, key.look, 1.5)
        if key.shape == "area"
        else svg.horizontal(y - 4, 0, 16, key.look)
    )
    return sample + svg.text(22, y, key.text, "small muted")


def _fault_times(faults: Sequence[Span], time: TimeScale, bottom: float) -> str:
    """A tint through all lanes while a fault stood."""
    shown = visible(faults, time, lambda _: False)
    return boxes([(span, "fault-time") for span in shown], _AXIS_PX, bottom - _AXIS_PX, time)


def _plot(
    digest: Digest,
    placed: Sequence[_Placed],
    events: Sequence[PageEvent],
    ticks: Sequence[TimeTick],
    time: TimeScale,
    height: float,
    description: str,
) -> str:
    bottom = height - _AXIS_PX
    markers = place_markers(events, time)
    grid = "".join(
        f"M{svg.short(time.x(tick.t_ms))} {svg.short(_AXIS_PX)}V{svg.short(bottom)}"
        for tick in ticks
    )
    faults = [span for span in digest.spans("faults") if span.cell]
    drawn = [_HATCH, _fault_times(faults, time, bottom), svg.path(grid, "grid")]
    for tick in ticks:
        for y in (_AXIS_PX - 8, bottom + 16):
            drawn.append(svg.text(time.x(tick.t_ms), y, tick.text, "tick"))
    for each in placed[1:]:
        drawn.append(svg.horizontal(each.top_px - _LANE_GAP_PX / 2, 0, PLOT_PX, "rule"))
    drawn.append(moment_lines(markers, _AXIS_PX + MARKER_LANE_PX, bottom))
    for each in placed:
        drawn.append(f'<g transform="translate(0 {svg.short(each.top_px)})">{each.lane.plot}</g>')
    drawn.append(f'<g transform="translate(0 {svg.short(_AXIS_PX)})">{marker_lane(markers)}</g>')
    if not placed:
        drawn.append(svg.text(time.left_px, _AXIS_PX + 14, "No rows were recorded.", "muted"))
    return (
        f'<svg role="img" aria-labelledby="timeline-title timeline-text" '
        f'viewBox="0 0 {svg.short(PLOT_PX)} {svg.short(height)}">'
        '<title id="timeline-title">Timeline of the visit</title>'
        f'<desc id="timeline-text">{escape(description)}</desc>'
        f"{''.join(drawn)}</svg>"
    )
