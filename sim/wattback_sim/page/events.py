"""The events of a visit: a sentence each, numbered alike on the timeline and in the list below."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from wattback_sim.page.clock import Clock
from wattback_sim.page.words import plain

FAULT = "fault"
_KINDS = frozenset({"vehicle", "site", "connector", "limit", FAULT, "grid"})


@dataclass(frozen=True, slots=True)
class PageEvent:
    """One line of the story: simulated ms since the start, who acts, and one sentence for people.

    kind: "vehicle", "site", "connector", "limit", "fault" or "grid".
    text: a sentence whose subject is the kind, e.g. "offers 48.0 A (limit of the breaker)".
    """

    t_ms: int
    kind: str
    text: str


def in_order(events: Sequence[PageEvent]) -> list[PageEvent]:
    """By time; events of one moment stay as the caller told them."""
    return sorted(events, key=lambda event: event.t_ms)


def event_list(events: Sequence[PageEvent], clock: Clock) -> str:
    """The numbered list: time, kind, sentence. `events` are in order."""
    if not events:
        return '<p class="none">Nothing happened that is worth a line.</p>'
    return f'<ol class="events">{"".join(_line(event, clock) for event in events)}</ol>'


def _line(event: PageEvent, clock: Clock) -> str:
    moment = clock.at(event.t_ms).isoformat(timespec="milliseconds")
    look = event.kind if event.kind in _KINDS else "connector"
    return (
        f'<li class="{look}"><time datetime="{escape(moment)}">'
        f"{clock.exact_text(event.t_ms)}</time>"
        f'<span class="kind">{escape(plain(event.kind))}</span>'
        f'<span class="sentence">{escape(event.text)}</span></li>'
    )
