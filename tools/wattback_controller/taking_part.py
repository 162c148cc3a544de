"""Who takes part in which event, from when to when, and why it ended.

Kept while it goes on, so that a controller that dies in the middle of an event finds it again. A
connector that falls silent still takes part: what it delivers is told by its registers later.

Beginnings and ends are boundaries of intervals of energy, and the registers have just been read:
so what is decided now holds from the next whole second on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from wattback_controller.connector_link import Reading
from wattback_controller.plan import Told
from wattback_controller.records import Event, Participation

_PROMPT_S = 5  # who follows an event this soon takes part from its beginning
_STEERED_S = 3  # it begins a second ahead, and a clock may go back by two without being set back
_AWAY_S = 60  # who has not looked for this long does not know when it happened


def follow_parts(
    now_s: int,
    going_on: Mapping[str, Participation],
    told: Mapping[str, Told],
    readings: Mapping[str, Reading],
    events: Iterable[Event],
    trusted: bool,
    since_s: Mapping[str, int],
) -> tuple[dict[str, Participation], list[Participation]]:
    """Compare what was told with what goes on, by connector.

    told: of the connectors that answered. events: as this site carries them out. trusted: whether
    they still count. since_s: when each connector's open interval of energy began. Returns what
    goes on now, and what has ended.
    """
    by_id = {event.event: event for event in events}
    now_on: dict[str, Participation] = {}
    ended: list[Participation] = []
    for name, part in going_on.items():
        stopped = _not_begun(now_s, part) or _stopped(
            now_s, part, by_id.get(part.event), told.get(name), trusted
        )
        if stopped is None:
            now_on[name] = _grown(part, now_s, told.get(name), readings.get(name))
        else:
            ended.append(stopped)
    for name, item in told.items():
        if item.event is not None and name not in now_on:
            begun = _begun(now_s, name, item, item.event, readings[name], since_s.get(name))
            now_on[name] = begun
            ended = [_until(part, begun) if part.connector == name else part for part in ended]
    return now_on, ended


def boundaries(part: Participation, now_s: int) -> set[int]:
    """Moments at which an interval of energy has to end for it."""
    if part.stopped:
        return {part.start_s, part.end_s}
    seen_s = _seen_s(now_s, part)
    return {part.start_s} if seen_s == now_s else {part.start_s, seen_s + 1}


def _seen_s(now_s: int, part: Participation) -> int:
    """Until when somebody has looked: now, or when this controller was there last."""
    return now_s if now_s - part.end_s <= _AWAY_S else part.end_s


def _until(part: Participation, begun: Participation) -> Participation:
    """Ends where the next one begins at the latest, so that no second is of two events."""
    return replace(part, end_s=max(part.start_s, min(part.end_s, begun.start_s)))


def _not_begun(now_s: int, part: Participation) -> Participation | None:
    """How it ended, by a clock that was ahead and has been set back to before its beginning."""
    if part.start_s <= now_s + _STEERED_S:
        return None
    return replace(part, end_s=part.start_s, stopped="clock_set_back")


def _stopped(
    now_s: int, part: Participation, event: Event | None, told: Told | None, trusted: bool
) -> Participation | None:
    """How it ended; None when it has not."""
    if event is None:
        return replace(part, end_s=_seen_s(now_s, part) + 1, stopped="event_cancelled")
    if now_s >= event.end_s:
        reason = "event_ended" if told is not None else "silent"
        end_s = max(part.start_s, event.end_s)
        if part.end_s >= event.end_s:  # the utility has put its end into the past
            end_s = _seen_s(now_s, part) + 1
        return replace(part, end_s=end_s, stopped=reason)
    if told is None or (told.event is not None and told.event.event == part.event):
        return None
    reason = told.reason or ("outranked" if told.event is not None else "event_ended")
    if not trusted:
        reason = "programme_silent"
    end_s = max(part.start_s, min(now_s + 1, event.end_s))
    return replace(part, end_s=end_s, stopped=reason)


def _begun(
    now_s: int, name: str, told: Told, event: Event, reading: Reading, since_s: int | None
) -> Participation:
    # An event that was heard of after its start has no boundary of energy there.
    prompt = now_s - event.start_s <= _PROMPT_S and since_s == event.start_s
    return Participation(
        event=event.event,
        programme=event.programme,
        connector=name,
        start_s=event.start_s if prompt else now_s + 1,
        end_s=now_s,
        asked_w=told.order.target_w or 0,
        stopped="",
        reserve_bp=told.order.reserve_bp,
        least_soc_bp=reading.soc_bp,
    )


def _grown(
    part: Participation, now_s: int, told: Told | None, reading: Reading | None
) -> Participation:
    asked_w = part.asked_w
    if told is not None and abs(told.order.target_w or 0) > abs(asked_w):
        asked_w = told.order.target_w or 0
    least_bp = part.least_soc_bp
    if reading is not None and reading.soc_bp >= 0:
        least_bp = reading.soc_bp if least_bp < 0 else min(least_bp, reading.soc_bp)
    return replace(part, end_s=now_s, asked_w=asked_w, least_soc_bp=least_bp)
