"""Lanes of discrete states: coloured bands with their words in them, and on/off rows.

A state that lasted less than a pixel still gets a visible sliver, and a short state whose word
does not fit into its band gets it above the band, where there is room. Colour never stands alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from wattback_sim.page import svg
from wattback_sim.page.digest import Digest, Span
from wattback_sim.page.lane import Lane, Mark
from wattback_sim.page.scales import TimeScale
from wattback_sim.page.slivers import boxes, visible, width_px
from wattback_sim.page.words import HOME_PHASES, PILOT_MEANINGS, fault_names, plain

_BAND_PX = 22.0
_CALLOUT_PX = 13.0  # room above a band for the words of short states
_PADDING_PX = 7.0
_CHAIN = 4  # short states that a callout tells one after the other
_ROW_PX = 14.0
_ROW_STEP_PX = 22.0
# Closing and opening take a few tens of ms; two rows of the default trace are no disagreement yet.
_DISAGREE_MS = 200

_OFF_TEXT = "small muted halo"
_FAULT_TONE = "fault"
_URGENT_TONES = (_FAULT_TONE, "barred")
# E and F stand in a fault, but also while the connector starts: the fault itself has its own lane.
_PILOT_TONES = {"B": "ready", "C": "active", "D": "active", "E": "barred", "F": "barred"}
_SESSION_TONES = {
    "waiting": "ready",
    "offered": "ready",
    "charging": "active",
    "discharging": "giving",
    "backup": "home",
    "fault": "fault",
}
_HOME_TONES = {
    "cut off": "barred",
    "dark": "barred",
    "island": "home",
    "rejoining": "ready",
    "locked": _FAULT_TONE,
}
# Beside the short words that stand in a band or above it.
_HOME_WORDS = {"island": "island: the vehicle feeds the home"}
_SESSION_WORDS = {"backup": "backup: feeds the home"}


@dataclass(frozen=True, slots=True)
class BandLook:
    """How one state looks: tone (a CSS class) and its words, the fullest first."""

    tone: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Switch:
    """A row of an on/off lane: its label, column, and the words for 1 and 0."""

    label: str
    column: str
    on: str
    off: str


def pilot_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """States A … F of the control pilot, each with its meaning."""

    def look(span: Span) -> BandLook:
        meaning = PILOT_MEANINGS.get(span.cell)
        words = (f"{span.cell} · {meaning}", span.cell) if meaning else (span.cell,)
        return BandLook(_PILOT_TONES.get(span.cell, "calm"), words)

    return _band_lane("Pilot state", digest.spans("pilot_state"), look, time)


def session_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """What the connector thought it was doing."""

    def look(span: Span) -> BandLook:
        word = plain(span.cell)
        words = (_SESSION_WORDS.get(span.cell, word), word)
        return BandLook(_SESSION_TONES.get(span.cell, "calm"), words)

    return _band_lane("Session", digest.spans("session_state"), look, time)


def home_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """Whether the home hung on the grid or was an island, and what lay between; for an outage."""
    if not digest.leaves_the_grid:
        return None
    spans: list[Span] = []
    for span in digest.spans("backup_state"):
        phase = (HOME_PHASES.get(span.cell, plain(span.cell)),)
        if spans and spans[-1].cells == phase:
            spans[-1] = Span(spans[-1].start_ms, span.end_ms, phase)
        else:
            spans.append(Span(span.start_ms, span.end_ms, phase))

    def look(span: Span) -> BandLook:
        words = (_HOME_WORDS.get(span.cell, span.cell), span.cell)
        return BandLook(_HOME_TONES.get(span.cell, "calm"), words)

    return _band_lane("Home", spans, look, time)


def fault_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """The faults by name; no lane on a run without any."""
    spans = [span for span in digest.spans("faults") if span.cell]

    def look(span: Span) -> BandLook:
        return BandLook(_FAULT_TONE, (fault_names(span.cell),))

    return _band_lane("Faults", spans, look, time)


def contactor_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """Commanded above confirmed; where the two disagree for long, the lane says so."""
    rows = [
        _Switch("commanded", "contactor_commanded", "closed", "open"),
        _Switch("confirmed", "contactor_confirmed", "closed", "open"),
    ]
    lane = _switch_lane("Contactor", rows, digest, time)
    both = digest.spans("contactor_commanded", "contactor_confirmed")
    differing = [
        span for span in both if span.cells[0] != span.cells[1] and span.duration_ms > _DISAGREE_MS
    ]
    if lane is None or not differing:
        return lane
    shown = visible(differing, time, lambda _: False)
    spots = boxes([(span, "disagree") for span in shown], 0, lane.height_px, time)
    words = "commanded and confirmed differ"
    x = min(time.x(differing[0].start_ms), time.right_px - svg.text_width_px(words))
    note = svg.text(x, lane.height_px + 13, words, "small fault-text halo")
    return Lane(lane.title, lane.height_px + 14, lane.plot + spots + note, lane.marks)


def grid_lane(digest: Digest, time: TimeScale) -> Lane | None:
    """Whether the site is on the grid, and whether the connector may export to it."""
    # Where the home has a lane of its own, this one tells of contacts alone.
    words = ("closed", "open") if digest.leaves_the_grid else ("on the grid", "island")
    rows = [
        _Switch("grid switch", "grid_switch_closed", *words),
        _Switch("in service", "in_service", "in service", "not in service"),
    ]
    return _switch_lane("Grid", rows, digest, time)


def _band_lane(
    title: str, spans: Sequence[Span], look: Callable[[Span], BandLook], time: TimeScale
) -> Lane | None:
    if not spans:
        return None
    shown = visible(spans, time, lambda span: look(span).tone in _URGENT_TONES)
    bands = [(span, f"band {look(span).tone}") for span in shown]
    drawn = [boxes(bands, _CALLOUT_PX, _BAND_PX, time)]
    callouts: list[tuple[Span, str]] = []
    for span in shown:
        how = look(span)
        room = width_px(span, time) - 2 * _PADDING_PX
        words = next((text for text in how.words if svg.text_width_px(text) <= room), None)
        if words is None:
            callouts.append((span, how.words[-1]))
        else:
            x, y = time.x(span.start_ms) + _PADDING_PX, _CALLOUT_PX + _BAND_PX / 2 + 4
            drawn.append(svg.text(x, y, words, f"in-{how.tone}"))
    drawn.append(_callouts(callouts, time))
    return Lane(title, _CALLOUT_PX + _BAND_PX, "".join(drawn))


def _callouts(short: Sequence[tuple[Span, str]], time: TimeScale) -> str:
    """Words above the band, from the left, leaving out those that would touch the ones before.

    Short states that follow each other are told as a sequence: "idle → waiting → offered".
    """
    chains: list[list[tuple[Span, str]]] = []
    for span, word in sorted(short, key=lambda each: each[0].start_ms):
        follows = chains and time.x(span.start_ms) - time.x(chains[-1][-1][0].end_ms) < 1
        if follows:
            chains[-1].append((span, word))
        else:
            chains.append([(span, word)])
    drawn = []
    free_from = time.left_px
    for chain in chains:
        words = [word for word, _ in groupby(word for _, word in chain)]
        told = " → ".join(words[:_CHAIN] + ["…"] * (len(words) > _CHAIN))
        width = svg.text_width_px(told, 11)
        start = min(time.x(chain[0][0].start_ms), time.right_px - width)
        if start >= free_from:
            drawn.append(svg.text(start, _CALLOUT_PX - 4, told, "small"))
            free_from = start + width + 6
    return "".join(drawn)


def _switch_lane(
    title: str, rows: Sequence[_Switch], digest: Digest, time: TimeScale
) -> Lane | None:
    present = [row for row in rows if digest.has(row.column)]
    if not present:
        return None
    drawn: list[str] = []
    marks: list[Mark] = []
    for number, row in enumerate(present):
        y = number * _ROW_STEP_PX + 2
        marks.append(Mark(y + _ROW_PX / 2, row.label))
        drawn.append(_switch_row(digest.spans(row.column), row, y, time))
    return Lane(title, len(present) * _ROW_STEP_PX - 4, "".join(drawn), tuple(marks))


def _switch_row(spans: Sequence[Span], row: _Switch, top: float, time: TimeScale) -> str:
    """Off is a line through the whole row, on are bars over it."""
    middle = top + _ROW_PX / 2
    start, end = time.x(spans[0].start_ms), time.x(spans[-1].end_ms)
    shown = visible(spans, time, lambda span: span.cell == "1")
    bars = [(span, "band active") for span in shown if span.cell == "1"]
    drawn = [svg.horizontal(middle, start, end, "off-line"), boxes(bars, top, _ROW_PX, time)]
    for span in shown:
        words, look = (row.on, "small in-active") if span.cell == "1" else (row.off, _OFF_TEXT)
        if svg.text_width_px(words, 11) <= width_px(span, time) - 2 * _PADDING_PX:
            x = time.x(span.start_ms) + _PADDING_PX
            drawn.append(svg.text(x, middle + 4, words, look))
    return "".join(drawn)
