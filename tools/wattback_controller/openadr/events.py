"""From an event as the utility tells it to a record, or to one sentence why not.

Everything is checked for form here, and converted: kW to W, the programme's sign to ours. Whether
it is believed is `plausibility`'s business. A field that nobody knows is ignored, as OpenADR
allows private ones; one that is known and wrong refuses the event.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from wattback_controller.openadr.fields import (
    UnreadableError,
    number,
    object_id,
    rows,
    table,
    text,
    whole,
)
from wattback_controller.openadr.times import FOREVER_S, moment_us
from wattback_controller.openadr.untrusted import plain, shown
from wattback_controller.openadr.windows import Window, windows_of
from wattback_controller.records import Event, Kind, Segment

_SIGNED: frozenset[Kind] = frozenset(("DISPATCH_SETPOINT",))
_LIMITS: frozenset[Kind] = frozenset(("EXPORT_CAPACITY_LIMIT", "IMPORT_CAPACITY_LIMIT"))
_PRICES: frozenset[Kind] = frozenset(("PRICE", "EXPORT_PRICE"))
_ALERTS: frozenset[Kind] = frozenset(("ALERT_GRID_EMERGENCY",))
_KINDS: Mapping[str, Kind] = {kind: kind for kind in _SIGNED | _LIMITS | _PRICES | _ALERTS}

# What restricts only: it may hold until it is withdrawn, as the guide advises for alerts.
RESTRICTIONS: frozenset[Kind] = _LIMITS | _ALERTS

_WATTS = {"KW": 1000.0, "W": 1.0}  # W is a private unit, and one that people mean
_LONGEST_NAME = 128
_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Terms:
    """What a programme means by its events.

    programme, programme_id: as we and as the utility calls it. export_positive: the sign of its
    DISPATCH_SETPOINT; OpenADR means consumption, so False. currency: of its prices. descriptors:
    its own payloadDescriptors, which count where an event has none for a payload type.
    """

    programme: str
    programme_id: str
    export_positive: bool
    currency: str
    descriptors: Mapping[str, "Descriptor"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """How to read the values of one payload type; "" where it was not told."""

    units: str
    currency: str


@dataclass(frozen=True, slots=True)
class Copy:
    """An event, by its id, as it was told once.

    modified_us: when the utility changed it last, in microseconds since 1970 UTC; copies are told
    apart by it. event: None when this copy cancels it. notes: what of it is not followed.
    """

    event_id: str
    modified_us: int
    event: Event | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event, by its id, that is not believed or not understood, and one sentence why."""

    event: str
    reason: str


def read_event(raw: object, terms: Terms, most_segments: int) -> Copy | Refusal:
    """One event of a list. most_segments: more are refused before they cost anything."""
    name = shown(raw)
    try:
        event = table(raw, "an event")
        name = object_id(event.get("id"), "the id of an event")
        return _read(event, name, terms, most_segments)
    except UnreadableError as error:
        return Refusal(name, f"{error}.")


def read_descriptors(value: object) -> dict[str, Descriptor]:
    """The payloadDescriptors of an event or a programme. Raises UnreadableError."""
    found: dict[str, Descriptor] = {}
    for raw in rows(value, "payloadDescriptors"):
        one = table(raw, "a payload descriptor")
        if one.get("objectType") == "REPORT_PAYLOAD_DESCRIPTOR":
            continue
        told = [one.get(key) for key in ("units", "currency")]
        units, currency = (text("" if t is None else t, "a unit or currency") for t in told)
        found[text(one.get("payloadType"), "a payloadType")] = Descriptor(units, currency)
    return found


def _read(event: dict[str, Any], name: str, terms: Terms, most_segments: int) -> Copy:
    if event.get("objectType", "EVENT") != "EVENT":
        raise UnreadableError(f"its objectType is {shown(event['objectType'])}, not EVENT")
    if object_id(event.get("programID"), "its programID") != terms.programme_id:
        raise UnreadableError(f"it belongs to another programme, {shown(event['programID'])}")
    modified_us = moment_us(event.get("modificationDateTime"), "its modificationDateTime")
    created_us = moment_us(event.get("createdDateTime"), "its createdDateTime")
    title, priority = event.get("eventName"), event.get("priority")
    told = windows_of(event, modified_us // 1_000_000)
    if all(window.start_s == window.end_s for window in told.windows):
        return Copy(name, modified_us, None)  # how OpenADR cancels without deleting
    known = {**terms.descriptors, **read_descriptors(event.get("payloadDescriptors"))}
    notes = list(told.notes)
    segments: list[Segment] = []
    for window in told.windows:
        for segment in _segments(window, known, terms, notes):
            segments.append(segment)
            if len(segments) > most_segments:
                raise UnreadableError(f"it has more than {most_segments} segments")
    if not segments:
        raise UnreadableError("; ".join(["it asks for nothing that is known here", *notes]))
    _demand_no_overlap(segments)
    return Copy(
        name,
        modified_us,
        Event(
            event=name,
            programme=terms.programme,
            name=plain("" if title is None else text(title, "its eventName"), _LONGEST_NAME),
            priority=None if priority is None else whole(priority, "its priority"),
            created_s=created_us // 1_000_000,
            modified_s=modified_us // 1_000_000,
            randomize_s=told.randomize_s,
            segments=tuple(segments),
        ),
        tuple(dict.fromkeys(notes)),
    )


def _segments(
    window: Window, known: Mapping[str, Descriptor], terms: Terms, notes: list[str]
) -> Iterator[Segment]:
    for raw in window.payloads:
        payload = table(raw, "a payload")
        written = text(payload.get("type"), "the type of a payload")
        values = rows(payload.get("values"), f"the values of {shown(written)}")
        kind = _KINDS.get(written)
        if kind is None:
            notes.append(f"payloads of type {shown(written)} are not followed")
            continue
        if window.end_s <= window.start_s:
            raise UnreadableError(f"one interval of {kind} has no duration, but others have")
        if not values or (len(values) > 1 and kind not in _PRICES):
            raise UnreadableError(f"{kind} was expected with one value, not {len(values)}")
        descriptor = known.get(kind, Descriptor("", ""))
        for (start_s, end_s), value in zip(_shares(window, len(values)), values, strict=True):
            yield _segment(kind, start_s, end_s, value, descriptor, terms)


def _shares(window: Window, count: int) -> Iterator[tuple[int, int]]:
    """Several prices in one interval share its time evenly."""
    length_s, rest_s = divmod(window.end_s - window.start_s, count)
    if count > 1 and (rest_s or window.end_s == FOREVER_S):
        raise UnreadableError(f"{count} prices cannot share their interval in whole seconds")
    for share in range(count):
        start_s = window.start_s + share * length_s
        yield start_s, start_s + length_s


def _segment(
    kind: Kind, start_s: int, end_s: int, value: object, descriptor: Descriptor, terms: Terms
) -> Segment:
    if kind in _ALERTS:
        told = plain(text(value, f"the value of {kind}"), _LONGEST_TEXT)
        return Segment(kind, start_s, end_s, 1.0, told)
    amount = number(value, f"the value of {kind}")
    if kind in _PRICES:
        if descriptor.units not in ("", "KWH"):
            raise UnreadableError(f"the unit of {kind} is {shown(descriptor.units)}, not KWH")
        if descriptor.currency not in ("", terms.currency):
            raise UnreadableError(
                f"the currency of {kind} is {shown(descriptor.currency)}, not {terms.currency}"
            )
        return Segment(kind, start_s, end_s, amount)
    watts = _WATTS.get(descriptor.units or "KW")
    if watts is None:
        raise UnreadableError(f"the unit of {kind} is {shown(descriptor.units)}, not KW or W")
    if kind in _LIMITS and amount < 0:
        raise UnreadableError(f"{kind} is a magnitude and cannot be {shown(value)}")
    sign = -1.0 if kind in _SIGNED and not terms.export_positive else 1.0
    return Segment(kind, start_s, end_s, sign * amount * watts + 0.0)  # + 0.0: never −0


def _demand_no_overlap(segments: list[Segment]) -> None:
    ordered = sorted(segments, key=lambda segment: (segment.kind, segment.start_s))
    for first, second in pairwise(ordered):
        if first.kind == second.kind and second.start_s < first.end_s:
            raise UnreadableError(f"two of its intervals ask for {first.kind} at the same time")
