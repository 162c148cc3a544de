"""Numbered markers of the events above the timeline.

Events that happen within a few pixels share one marker ("1–5"), and markers that would touch move
apart as little as possible; a fine line leads from each to the moment that it means.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from wattback_sim.page import svg
from wattback_sim.page.events import FAULT, PageEvent
from wattback_sim.page.scales import TimeScale

MARKER_LANE_PX = 38.0
_HEIGHT_PX = 18.0
_GAP_PX = 3.0
_SAME_MOMENT_PX = 5.0
_OVERHANG_PX = 20.0  # into the margins of the plot
_SHIFT_PX = 44.0  # how far a marker may stand from its moment


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker on the page: where its moment is, where it stands, what it says."""

    moment_px: float
    centre_px: float
    width_px: float
    label: str
    is_fault: bool


def place_markers(events: Sequence[PageEvent], time: TimeScale) -> list[Marker]:
    """Markers for events in order, joined more coarsely where there are too many for it."""
    together_px = _SAME_MOMENT_PX
    while True:
        groups = _groups(events, time, together_px)
        widths = [_width(_label(first, group)) for first, group in groups]
        moments = [time.x(group[0].t_ms) for _, group in groups]
        centres = _spread(moments, widths, time)
        shifts = [abs(centre - moment) for centre, moment in zip(centres, moments, strict=True)]
        if len(groups) < 2 or max(shifts) <= _SHIFT_PX:
            break
        together_px *= 1.3
    return [
        Marker(moment, centre, width, _label(first, group), _has_fault(group))
        for (first, group), moment, centre, width in zip(
            groups, moments, centres, widths, strict=True
        )
    ]


def marker_lane(markers: Sequence[Marker]) -> str:
    """The drawn markers, from 0 to `MARKER_LANE_PX`."""
    return "".join(_drawn(marker) for marker in markers)


def moment_lines(markers: Sequence[Marker], top: float, bottom: float) -> str:
    """Fine lines through all lanes at the moments of the markers."""
    plain = "".join(_line(m, top, bottom) for m in markers if not m.is_fault)
    faults = "".join(_line(m, top, bottom) for m in markers if m.is_fault)
    return svg.path(plain, "moment") + svg.path(faults, "moment fault-line")


def _line(marker: Marker, top: float, bottom: float) -> str:
    return f"M{svg.short(marker.moment_px)} {svg.short(top)}V{svg.short(bottom)}"


def _groups(
    events: Sequence[PageEvent], time: TimeScale, together_px: float
) -> list[tuple[int, list[PageEvent]]]:
    """Events near the first of their group, with the number of that first one."""
    groups: list[tuple[int, list[PageEvent]]] = []
    for number, event in enumerate(events, start=1):
        if groups and time.x(event.t_ms) - time.x(groups[-1][1][0].t_ms) < together_px:
            groups[-1][1].append(event)
        else:
            groups.append((number, [event]))
    return groups


def _has_fault(group: Sequence[PageEvent]) -> bool:
    return any(event.kind == FAULT for event in group)


def _label(first: int, group: Sequence[PageEvent]) -> str:
    numbers = f"{first}" if len(group) == 1 else f"{first}\N{EN DASH}{first + len(group) - 1}"
    return f"{numbers} !" if _has_fault(group) else numbers


def _width(label: str) -> float:
    return max(_HEIGHT_PX, svg.text_width_px(label, 11) + 10)


def _spread(moments: Sequence[float], widths: Sequence[float], time: TimeScale) -> list[float]:
    """Centres in order that touch nowhere, as near to their moments as that allows.

    Measured from where each would stand if all were packed to the left, centres only have to be in
    ascending order; neighbours out of order are pooled at their mean until none is.
    """
    packed: list[float] = []
    edge = 0.0
    for width in widths:
        packed.append(edge + width / 2)
        edge += width + _GAP_PX
    pools: list[tuple[float, int]] = []  # (sum of wanted places, how many)
    for moment, place in zip(moments, packed, strict=True):
        pools.append((moment - place, 1))
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, count = pools.pop()
            pools[-1] = (pools[-1][0] + total, pools[-1][1] + count)
    wanted = [total / count for total, count in pools for _ in range(count)]
    first_start = time.left_px - _OVERHANG_PX
    last_start = time.right_px + _OVERHANG_PX - edge + _GAP_PX
    return [
        place + min(max(start, first_start), last_start)
        for place, start in zip(packed, wanted, strict=True)
    ]


def _drawn(marker: Marker) -> str:
    look = "marker fault-marker" if marker.is_fault else "marker"
    # A fault is angular: its shape tells it apart without its colour.
    radius = 2 if marker.is_fault else _HEIGHT_PX / 2
    foot = _HEIGHT_PX + 1
    leader = (
        f"M{svg.short(marker.centre_px)} {svg.short(foot)}"
        f"L{svg.short(marker.moment_px)} {svg.short(MARKER_LANE_PX - 6)}"
        f"V{svg.short(MARKER_LANE_PX)}"
    )
    return (
        svg.path(leader, "leader")
        + svg.rect(
            marker.centre_px - marker.width_px / 2, 1, marker.width_px, _HEIGHT_PX, look, radius
        )
        + svg.text(marker.centre_px, _HEIGHT_PX / 2 + 5, marker.label, "marker-text")
    )
