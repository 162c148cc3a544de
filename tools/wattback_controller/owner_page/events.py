"""What is coming, what it asks for, and whether a connector takes part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wattback_controller.choices import Choices
from wattback_controller.owner_page.times import span_text, time_text
from wattback_controller.owner_page.words import sentence
from wattback_controller.records import STOP_TEXTS, Event, Kind, Participation, Segment
from wattback_controller.schedule import randomised
from wattback_sim.page.words import watts

_MOST_SEGMENTS = 4

# Who takes part in one of these is told what to do; the others hold for whoever does something.
_CALLS: frozenset[Kind] = frozenset({"DISPATCH_SETPOINT", "ALERT_GRID_EMERGENCY"})
_PRICES: frozenset[Kind] = frozenset({"PRICE", "EXPORT_PRICE"})


@dataclass(frozen=True, slots=True)
class ComingEvent:
    """An event as one connector meets it, in words.

    asks: what is asked for, a line each. taking_part: whether it does, a sentence. may_stay_out:
    it is not out of it yet.
    """

    event: str
    name: str
    span: str
    asks: tuple[str, ...]
    taking_part: str
    may_stay_out: bool


def not_over(events: Iterable[Event], site: str, now_s: float) -> list[Event]:
    """Events that go on or are to come, as this site carries them out, the most pressing first."""
    mine = [randomised(event, site) for event in events]
    coming = [event for event in mine if event.end_s > now_s]
    # A year of hourly prices must not hide the evening's event.
    return sorted(coming, key=lambda event: (_kinds(event) <= _PRICES, event.start_s))


def coming_event(
    event: Event,
    choices: Choices,
    parts: Iterable[Participation],
    now_s: float,
    zone: ZoneInfo,
) -> ComingEvent:
    """parts: of this connector, by time."""
    at_s = max(now_s, event.start_s)
    out = choices.stays_out(event.event, at_s)
    mine = [part for part in parts if part.event == event.event]
    last = mine[-1] if mine else None
    return ComingEvent(
        event=event.event,
        name=event.name or event.event,
        span=sentence(span_text(event.start_s, event.end_s, now_s, zone)),
        asks=_asks(event, now_s, zone),
        taking_part=_taking_part(event, choices, out, last, now_s, zone),
        may_stay_out=not out,
    )


def _asks(event: Event, now_s: float, zone: ZoneInfo) -> tuple[str, ...]:
    segments = sorted(
        (item for item in event.segments if item.end_s > now_s), key=lambda item: item.start_s
    )
    whole = all((s.start_s, s.end_s) == (event.start_s, event.end_s) for s in event.segments)
    lines = [
        sentence(
            _ASKS[item.kind](item)
            if whole
            else f"{span_text(item.start_s, item.end_s, now_s, zone)}: {_ASKS[item.kind](item)}"
        )
        for item in segments[:_MOST_SEGMENTS]
    ]
    more = len(segments) - _MOST_SEGMENTS
    return (*lines, f"And {more} more of the kind later") if more > 0 else tuple(lines)


def _taking_part(
    event: Event,
    choices: Choices,
    out: str,
    last: Participation | None,
    now_s: float,
    zone: ZoneInfo,
) -> str:
    if last is not None and not last.stopped:
        since = f"It takes part since {time_text(last.start_s, now_s, zone)}"
        return f"{since} and is about to leave." if out else f"{since}{_share(last.asked_w)}."
    if out == "not_enrolled":
        return "It does not take part: it is not in the programme."
    if out:
        return f"It does not take part: {STOP_TEXTS[out]}."
    kinds = _kinds(event)
    if not kinds & _CALLS:
        return " ".join(text(choices) for kind, text in _FOLLOWS.items() if kind in kinds)
    if event.start_s > now_s:
        return "It will take part."
    if last is not None:
        at = time_text(last.end_s, now_s, zone)
        return f"It has left at {at}: {STOP_TEXTS[last.stopped]}."
    return "It does not take part now."


def _share(asked_w: int) -> str:
    if not asked_w:
        return ""
    return f": asked to {'discharge' if asked_w > 0 else 'charge'} {watts(asked_w)}"


def _kinds(event: Event) -> frozenset[Kind]:
    return frozenset(segment.kind for segment in event.segments)


def _setpoint(segment: Segment) -> str:
    if not segment.value:
        return "neither charge nor discharge"
    word = "discharge" if segment.value > 0 else "charge"
    return f"{word} {watts(segment.value)}, all connectors together"


def _alert(segment: Segment) -> str:
    told = f": {segment.text}" if segment.text else ""
    return f"the grid is in an emergency; neither charge nor discharge{told}"


_ASKS: Mapping[Kind, Callable[[Segment], str]] = {
    "DISPATCH_SETPOINT": _setpoint,
    "EXPORT_CAPACITY_LIMIT": lambda s: f"discharge {watts(s.value)} at most, all together",
    "IMPORT_CAPACITY_LIMIT": lambda s: f"charge {watts(s.value)} at most, all together",
    "PRICE": lambda s: f"energy costs {s.value:g} per kWh",
    "EXPORT_PRICE": lambda s: f"exported energy earns {s.value:g} per kWh",
    "ALERT_GRID_EMERGENCY": _alert,
}
_FOLLOWS: Mapping[Kind, Callable[[Choices], str]] = {
    "EXPORT_CAPACITY_LIMIT": lambda _: "It keeps to the limit when it exports.",
    "IMPORT_CAPACITY_LIMIT": lambda _: "It keeps to the limit when it charges.",
    "EXPORT_PRICE": lambda c: (
        "It does not export for a price."
        if c.export_above is None
        else f"It exports from {c.export_above:g} per kWh on."
    ),
    "PRICE": lambda c: (
        "It charges at any price."
        if c.pause_above is None
        else f"It waits with charging from {c.pause_above:g} per kWh on."
    ),
}
