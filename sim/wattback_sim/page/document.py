"""The document: heading, summary, key figures, timeline and event list in one HTML file.

It asks nothing of the network: styles, drawing and script are inside. Without scripts it loses
only the crosshair.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from wattback_sim.page.clock import Clock
from wattback_sim.page.digest import digest_of
from wattback_sim.page.events import PageEvent, event_list, in_order
from wattback_sim.page.readout import readout
from wattback_sim.page.story import story
from wattback_sim.page.style import ISLAND_STYLE, STYLE
from wattback_sim.page.timeline import PLOT_PX, time_scale, timeline
from wattback_sim.page.words import unbroken

# Two arrows, one each way: what this wall connector is about.
_MARK = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><rect width="24" height="24" rx="6"/>'
    '<path d="M5.5 9H18M14.5 5.5L18 9M18.5 15H6M9.5 18.5L6 15"/></svg>'
)
_LONG_VALUE = 13  # letters; longer key figures are set smaller


def render_page(
    *,
    title: str,
    subtitle: str,
    starts_at: datetime,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    events: Sequence[PageEvent],
    facts: Sequence[tuple[str, str]],
    closing: str = "",
) -> str:
    """The page of one run, as HTML.

    starts_at: civil time of simulated time 0; its time zone is the local one of the site.
    columns, rows: header and cells of the trace, as it was written; rows are read once.
    events: the story, in any order. facts: key figures, e.g. ("energy", "9.84 kWh"). closing: a
    section of HTML to end with.
    """
    digest = digest_of(columns, rows)
    told = in_order(events)
    clock = Clock(starts_at)
    time = time_scale(digest, told)
    sentences = story(digest, clock)
    faulted = any(span.cell for span in digest.spans("faults"))
    look = "summary faulted" if faulted else "summary"
    style = ISLAND_STYLE + STYLE if digest.leaves_the_grid else STYLE
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(title)}</title>",
        f"<style>{style}</style>\n</head>\n<body>\n<main>",
        f'<header><p class="brand">{_MARK}Wattback</p><h1>{escape(title)}</h1>',
        f'<p class="subtitle">{escape(subtitle)}</p></header>' if subtitle else "</header>",
        f'<p class="{look}">{escape(unbroken(" ".join(sentences)))}</p>',
        _figures(facts),
        '<section aria-labelledby="timeline-heading">',
        '<div class="section-head"><h2 id="timeline-heading">Timeline</h2>',
        f"<p>{clock.date_text()}</p></div>",
        timeline(digest, told, clock, time, " ".join(sentences)),
        readout(digest, clock, time, PLOT_PX) if digest.row_count else "",
        "</section>",
        '<section aria-labelledby="events-heading">',
        '<div class="section-head"><h2 id="events-heading">Events</h2>',
        "<p>Numbers as on the timeline</p></div>",
        event_list(told, clock),
        "</section>",
        closing,
        "<footer><p><strong>Simulated.</strong> The connector's firmware ran against a model of "
        "the vehicle, the cable and the grid. Nothing on this page was measured on real "
        "hardware.</p></footer>",
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _figures(facts: Sequence[tuple[str, str]]) -> str:
    if not facts:
        return ""
    pairs = "".join(
        f"<div><dt>{escape(label)}</dt><dd{_smaller(value)}>{escape(unbroken(value))}</dd></div>"
        for label, value in facts
    )
    return f'<dl class="figures">{pairs}</dl>'


def _smaller(value: str) -> str:
    return ' class="long"' if len(value) > _LONG_VALUE else ""
