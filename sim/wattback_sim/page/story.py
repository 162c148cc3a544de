"""The visit in one paragraph: sentences that a newcomer understands, made from the digest alone.

Each sentence is told only if the trace recorded what it says; nothing is guessed.
"""

from collections.abc import Sequence
from itertools import pairwise

from wattback_sim.page.clock import Clock
from wattback_sim.page.digest import DIRECTION, Digest, Span
from wattback_sim.page.outages import outages
from wattback_sim.page.plateaus import plateaus_of
from wattback_sim.page.words import (
    CHARGING,
    DISCHARGING,
    FEEDING,
    INTO_THE_GRID,
    NO_LIMIT_MA,
    STORING,
    amps,
    duration,
    energy,
    fault_names,
    percent,
    plain,
    watts,
)

_NO_VEHICLE = "A"
_VEHICLE = ("B", "C", "D")
_LISTED_LIMITS = 2  # more than this become one sentence with their number


def story(digest: Digest, clock: Clock) -> list[str]:
    """The sentences in order; the last one is about faults."""
    if not digest.row_count:
        return ["The run recorded nothing."]
    told = [
        *_visit(digest, clock),
        *_flow(digest, clock),
        *outages(digest, clock),
        *_battery(digest),
        *_limits(digest, clock),
        *_faults(digest, clock),
    ]
    return told or [f"The run lasted {duration(digest.end_ms - digest.first_ms)}."]


def _visit(digest: Digest, clock: Clock) -> list[str]:
    pilot = digest.spans("pilot_state")
    if not pilot:
        return []
    if not any(span.cell in _VEHICLE for span in pilot):
        return ["No vehicle was plugged in."]
    arrivals = [
        span.start_ms
        for before, span in pairwise(pilot)
        if before.cell == _NO_VEHICLE and span.cell in _VEHICLE
    ]
    if len(arrivals) > 1:
        arrival = f"A vehicle was plugged in {len(arrivals)} times, first"
    else:
        arrival = "A vehicle was plugged in"
    arrival += f" at {clock.text(arrivals[0])}" if arrivals else " from the start"
    if pilot[-1].cell != _NO_VEHICLE:
        return [f"{arrival}, and was still there at the end, at {clock.text(digest.end_ms)}."]
    return [f"{arrival} and unplugged at {clock.text(pilot[-1].start_ms)}."]


def _flow(digest: Digest, clock: Clock) -> list[str]:
    if not digest.has("power_w"):
        return []
    islands = digest.islands()
    discharged = f"discharged {INTO_THE_GRID}" if islands else "discharged"
    ways = [
        (CHARGING, "charged", "taking in", "import_wh"),
        (DISCHARGING, discharged, "giving back", "export_wh"),
    ]
    levels = plateaus_of(digest.series["power_w"], digest.end_ms, islands)
    told = []
    for direction, verb, taking, register in ways:
        spans = _longer_than_noise(digest, direction)
        if not spans:
            continue
        sign = -1 if direction == CHARGING else 1
        sizes = [sign * level.power_w for level in levels if not level.islanded]
        sentence = (
            f"It {verb} for {duration(sum(span.duration_ms for span in spans))}, between "
            f"{clock.text(spans[0].start_ms)} and {clock.text(spans[-1].end_ms)}"
        )
        if max(sizes, default=0) > 0:
            sentence += f", at up to {watts(max(sizes))}"
        buckets = digest.series.get(register, ())
        if buckets:
            sentence += f", {taking} {energy(buckets[-1].last - buckets[0].low)}"
        told.append(f"{sentence}.")
    flowed = told or any(span.cell in (FEEDING, STORING) for span in digest.spans(DIRECTION))
    return told if flowed else ["No energy flowed."]


def _longer_than_noise(digest: Digest, direction: str) -> list[Span]:
    spans = [span for span in digest.spans(DIRECTION) if span.cell == direction]
    return spans if sum(span.duration_ms for span in spans) >= 1000 else []


def _battery(digest: Digest) -> list[str]:
    soc = digest.series.get("soc_bp", ())
    if not soc or abs(soc[-1].last - soc[0].low) < 10:
        return []
    return [
        f"Its battery went from {percent(soc[0].mean)} to {percent(soc[-1].last)} state of charge."
    ]


def _limits(digest: Digest, clock: Clock) -> list[str]:
    """Who held the current below its usual limit while the vehicle was charging."""
    all_spans = digest.spans("import_limit_ma", "import_limit_owner", DIRECTION)
    spans = [span for span in all_spans if span.cells[2] == CHARGING]
    limits = [int(span.cells[0]) for span in spans]
    usual_ma = max(limits, default=0)
    held: list[Span] = []
    for span, limit_ma in zip(spans, limits, strict=True):
        if limit_ma in (NO_LIMIT_MA, usual_ma):
            continue
        if held and held[-1].end_ms == span.start_ms and held[-1].cells == span.cells:
            held[-1] = Span(held[-1].start_ms, span.end_ms, span.cells)
        else:
            held.append(span)
    if len(held) > _LISTED_LIMITS:
        lowest = min(held, key=lambda span: int(span.cells[0]))
        return [
            f"The current was limited {len(held)} times, at the lowest to "
            f"{amps(int(lowest.cells[0]))} by the {plain(lowest.cells[1])}."
        ]
    return [
        f"From {clock.text(span.start_ms)} to {clock.text(span.end_ms)} the "
        f"{plain(span.cells[1])} limited the current to {amps(int(span.cells[0]))}."
        for span in held
    ]


def _faults(digest: Digest, clock: Clock) -> list[str]:
    if not digest.has("faults"):
        return []
    found = [span for span in digest.spans("faults") if span.cell]
    return [_fault_sentence(found, clock)] if found else ["No fault occurred."]


def _fault_sentence(found: Sequence[Span], clock: Clock) -> str:
    names = list(dict.fromkeys(name for span in found for name in span.cell.split(";") if name))
    lasted = duration(sum(span.duration_ms for span in found))
    return (
        f"{'A fault' if len(names) == 1 else 'Faults'} occurred at "
        f"{clock.text(found[0].start_ms)} and stood for {lasted}: {fault_names(';'.join(names))}."
    )
