"""The outages in the story: when a home was cut off its grid, who fed it, and when it was back."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattback_sim.page.clock import Clock
from wattback_sim.page.digest import DEAD, DIRECTION, SUPPLY, Digest, Span
from wattback_sim.page.words import FEEDING, ON_THE_GRID, duration, energy

_LISTED = 2  # more than this become one sentence with their number


@dataclass(frozen=True, slots=True)
class _Outage:
    """Start and end in ms, of what began with a dead line or with the first step of a backup.

    island: behind the open switch. dead: without voltage. fed: by the vehicle.
    """

    start_ms: int
    end_ms: int
    island: Span
    dead: list[Span]
    fed: list[Span]


def outages(digest: Digest, clock: Clock) -> list[str]:
    """The sentences of each outage; none where the grid switch never opened."""
    found = _found(digest)
    if len(found) > _LISTED:
        fed = duration(sum(span.duration_ms for each in found for span in each.fed))
        return [
            f"The home was cut off from the grid {len(found)} times; the vehicle fed it alone for "
            f"{fed}{_given(digest, found)}{_stored(digest, found)}."
        ]
    return [sentence for each in found for sentence in _told(each, digest, clock)]


def _found(digest: Digest) -> list[_Outage]:
    steps = digest.spans("backup_state")
    away: list[Span] = []  # stretches of steps other than the first, each as one span
    for span in steps:
        if span.cell == ON_THE_GRID:
            continue
        if away and away[-1].end_ms == span.start_ms:
            span = Span(away[-1].start_ms, span.end_ms, span.cells)
            away.pop()
        away.append(span)
    found = []
    for stretch in away:
        islands = [span for span in digest.islands() if _overlap(span, stretch)]
        if not islands:
            continue
        island = Span(islands[0].start_ms, islands[-1].end_ms, islands[0].cells)
        dead = [s for s in digest.spans(SUPPLY) if s.cell == DEAD and _overlap(s, stretch)]
        fed = [s for s in digest.spans(DIRECTION) if s.cell == FEEDING and _overlap(s, stretch)]
        start_ms = min([stretch.start_ms, *(span.start_ms for span in dead)])
        found.append(_Outage(start_ms, stretch.end_ms, island, dead, fed))
    return found


def _told(outage: _Outage, digest: Digest, clock: Clock) -> list[str]:
    cut_off = f"cut off from the grid at {clock.exact_text(outage.island.start_ms)}"
    if outage.dead:
        dark = duration(sum(span.duration_ms for span in outage.dead))
        failed = f"The grid failed at {clock.exact_text(outage.start_ms)}"
        told = [f"{failed}: the home was {cut_off}, and dark for {dark}."]
    else:
        told = [f"The home was {cut_off}."]
    stored = _stored(digest, [outage])
    if outage.fed:
        since, until = (
            clock.exact_text(t) for t in (outage.fed[0].start_ms, outage.fed[-1].end_ms)
        )
        fed = f"the vehicle fed it alone{_given(digest, [outage])}"
        told.append(f"From {since} to {until} {fed}{stored}.")
    else:
        told.append(f"The vehicle did not feed it{stored}.")
    if outage.end_ms < digest.end_ms:
        told.append(f"It was back on the grid at {clock.exact_text(outage.island.end_ms)}.")
    else:
        told.append("It was not back on the grid at the end.")
    return told


def _given(digest: Digest, found: Sequence[_Outage]) -> str:
    if not digest.series.get("island_wh"):
        return ""
    words = f", {energy(sum(_gained('island_wh', each, digest) for each in found))}"
    exported = any(_exported(each, digest) for each in found)
    return words if exported else f"{words}, none of it counted as export"


def _stored(digest: Digest, found: Sequence[_Outage]) -> str:
    stored_wh = sum(_gained("island_import_wh", each, digest) for each in found)
    return f", and stored {energy(stored_wh)} from the roof" if stored_wh else ""


def _gained(name: str, outage: _Outage, digest: Digest) -> int:
    """What a register of islands has gained; outside of one it stands still."""
    buckets = digest.series.get(name, ())
    before = [b.last for b in buckets if b.start_ms + digest.bucket_ms <= outage.start_ms]
    until = [b.last for b in buckets if b.start_ms < outage.end_ms]
    return until[-1] - (before[-1] if before else buckets[0].low) if until else 0


def _exported(outage: _Outage, digest: Digest) -> bool:
    """Whether the register of export moved well inside the island."""
    inside = [
        bucket
        for bucket in digest.series.get("export_wh", ())
        if bucket.start_ms >= outage.island.start_ms
        and bucket.start_ms + digest.bucket_ms <= outage.island.end_ms
    ]
    return bool(inside) and inside[-1].last > inside[0].low


def _overlap(span: Span, other: Span) -> bool:
    return span.start_ms < other.end_ms and other.start_ms < span.end_ms
