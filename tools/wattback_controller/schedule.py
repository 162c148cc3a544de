"""What the programme asks at a moment, out of all its events.

Of each kind of payload one segment counts: that of the event with the highest priority (0 is the
highest, none the lowest), of equals the one that was created last (OpenADR 3 leaves equals open).
A randomised start puts off the first segment by a time that is drawn once from the event's and
this site's names, so a restart does not draw again, and a hundred sites do not start together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from wattback_controller.records import Event, Kind, Segment

_LOWEST = 1 << 31


@dataclass(frozen=True, slots=True)
class Demand:
    """A segment that counts now, and the event that it is of."""

    event: Event
    segment: Segment

    @property
    def value(self) -> float:
        """See Segment."""
        return self.segment.value


@dataclass(frozen=True, slots=True)
class Demands:
    """What is asked now, by kind of payload."""

    by_kind: dict[Kind, Demand]

    def get(self, kind: Kind) -> Demand | None:
        """What counts of a kind, or None."""
        return self.by_kind.get(kind)


def randomised(event: Event, site: str) -> Event:
    """The event as this site carries it out: its beginning put off by the site's own draw."""
    if not event.randomize_s:
        return event
    drawn = hashlib.sha256(f"{site}\n{event.event}\n{event.start_s}".encode()).digest()
    start_s = event.start_s + int.from_bytes(drawn[:4], "big") % (event.randomize_s + 1)
    segments = tuple(
        replace(segment, start_s=max(segment.start_s, start_s))
        for segment in event.segments
        if segment.end_s > start_s
    )
    return replace(event, segments=segments) if segments else event


def demands_at(events: Iterable[Event], now_s: float) -> Demands:
    """What counts at a moment. events: as this site carries them out."""
    found: dict[Kind, Demand] = {}
    for event in events:
        for segment in event.segments:
            if segment.start_s <= now_s < segment.end_s:
                before = found.get(segment.kind)
                if before is None or _rank(event) < _rank(before.event):
                    found[segment.kind] = Demand(event, segment)
    return Demands(found)


def edges(events: Iterable[Event]) -> set[int]:
    """Every moment at which a segment begins or ends."""
    return {
        edge
        for event in events
        for segment in event.segments
        for edge in (segment.start_s, segment.end_s)
    }


def _rank(event: Event) -> tuple[int, int, str]:
    priority = _LOWEST if event.priority is None else event.priority
    return (priority, -event.created_s, event.event)
