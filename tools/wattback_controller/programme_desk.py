"""The desk between the programme and the records.

It asks the utility, writes down what that said, and keeps reports until they are delivered.

What the utility says is followed while it answers, and for a while when it does not: an event that
has begun goes on without a network. After that nothing is asked for any more in its name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from wattback_controller.connector_link import Reading
from wattback_controller.energy import INTERVAL_S
from wattback_controller.openadr.client import Client
from wattback_controller.openadr.errors import NotFoundError, ProgrammeError, ProtocolError
from wattback_controller.openadr.plausibility import Seen
from wattback_controller.openadr.programme import Polled, Programme
from wattback_controller.openadr.reports import (
    Availability,
    availability_report,
    deliver,
    delivery_report,
)
from wattback_controller.records import Event, Interval
from wattback_controller.store import Store, event_of

_T = TypeVar("_T")
_WHO = "utility"
_HOUR_S = 3600
_SAYINGS_AN_HOUR = 100  # of a kind, about what is not believed, in the audit log
_KEEP_S = 3600  # an event that is over, so that whatever took part in it can be ended
_REPORTS_AT_ONCE = 8
_CLOCKS_DIFFER_S = 60
_SET_BACK_S = 2  # a clock that goes back by less is only being steered
_SEEN = "programme_seen"
_HEARD = "programme_heard_s"


@dataclass(frozen=True, slots=True)
class Sent:
    """settled: reports that need not be sent again. refused, trouble: sentences."""

    settled: Sequence[str]
    refused: Sequence[str]
    trouble: str


class Errand(Protocol):
    """How the utility is visited: at once, or by somebody else while the site goes on."""

    def __call__(self, visit: Callable[[], _T], /) -> Future[_T]:
        """One visit at a time."""


def at_once(visit: Callable[[], _T], /) -> Future[_T]:
    """An Errand without a thread."""
    done: Future[_T] = Future()
    try:
        done.set_result(visit())
    except ProgrammeError as error:
        done.set_exception(error)
    return done


class ProgrammeDesk:
    """programme, client: towards the utility. ven: what it calls this site. sizes_wh: batteries.

    poll_s, trust_s: see ProgrammeEntry. errand: how the utility is visited. trusted: whether what
    it said last still counts.
    """

    def __init__(
        self,
        store: Store,
        client: Client,
        programme: Programme,
        ven: str,
        export_positive: bool,
        sizes_wh: Mapping[str, int | None],
        poll_s: int,
        trust_s: int,
        errand: Errand = at_once,
    ) -> None:
        self.trusted = False
        self._errand = errand
        self._polling: Future[Polled] | None = None
        self._delivering: Future[Sent] | None = None
        self._store = store
        self._client = client
        self._programme = programme
        self._ven = ven
        self._export_positive = export_positive
        self._sizes_wh = sizes_wh
        self._poll_s = poll_s
        self._trust_s = trust_s
        self._next_s = 0.0
        self._said: dict[str, dict[str, float]] = {}  # what the log says, and when it was heard
        self._trouble = ""
        self._untaken = ""  # why the utility takes no reports, though it may answer otherwise
        self._deliver_s = 0.0

    def poll(self, now_s: float) -> None:
        """Ask the utility when it is time to, and write down what has changed."""
        # A clock that was set back is no reason to wait until it is as late again.
        if self._polling is None and not 0 < self._next_s - now_s <= self._poll_s:
            self._next_s = now_s + self._poll_s
            self._polling = self._errand(partial(self._programme.poll, int(now_s)))
        if self._polling is not None and self._polling.done():
            polling, self._polling = self._polling, None
            try:
                polled = polling.result()
            except ProgrammeError as error:
                self._in_trouble(now_s, str(error))
            else:
                self._in_trouble(now_s, "")
                self._take_in(now_s, polled)
        heard_s = float(self._store.note(_HEARD) or 0)
        trusted = -_SET_BACK_S <= now_s - heard_s < self._trust_s
        if self.trusted and not trusted:
            why = "the utility has been silent for too long"
            if now_s < heard_s:
                why = "the clock was set back to before the utility was heard"
            self._store.audit(now_s, "controller", f"{why}: its events end")
        self.trusted = trusted

    def report(self, now_s: float, readings: Mapping[str, Reading]) -> None:
        """Keep reports of intervals that have become complete, in the caller's transaction.

        readings: of now, for what could be exported.
        """
        complete = self._store.unreported()
        if not complete:
            return
        self._store.set_reported()
        from_s = min(interval.start_s for interval in complete)
        parts = self._store.participations(from_s, int(now_s) + 1)
        by_event: dict[str, list[Interval]] = {}
        for part in parts:
            end_s = part.end_s if part.stopped else int(now_s)
            for interval in complete:
                inside = part.start_s <= interval.start_s and interval.end_s <= end_s
                if inside and interval.connector == part.connector:
                    by_event.setdefault(part.event, []).append(interval)
        for event, intervals in by_event.items():
            self._keep(delivery_report(event, self._ven, intervals, self._export_positive))
            offers = [
                Availability(name, reading.export_w, self._usable_wh(name, reading))
                for name, reading in readings.items()
                if reading.linked
            ]
            if offers:
                self._keep(availability_report(event, self._ven, int(now_s), offers, INTERVAL_S))

    def deliver(self, now_s: float) -> None:
        """Send what is kept, a few at a time, while the utility answers."""
        if self._delivering is None and not self._trouble and self._may_deliver(now_s):
            waiting = self._store.reports(_REPORTS_AT_ONCE)
            if waiting:
                self._delivering = self._errand(partial(_send, self._client, waiting))
        if self._delivering is not None and self._delivering.done():
            sent = self._delivering.result()
            self._delivering = None
            with self._store.transaction():
                for name in sent.settled:
                    self._store.drop_report(name)
                for sentence in sent.refused:
                    self._store.audit(now_s, "controller", sentence)
            if sent.trouble:
                self._deliver_s = now_s + self._poll_s
            if sent.trouble != self._untaken:
                why = f"takes no reports now: {sent.trouble}" if sent.trouble else "takes reports"
                self._store.audit(now_s, "controller", f"the utility {why}")
                self._untaken = sent.trouble

    def _may_deliver(self, now_s: float) -> bool:
        return not 0 < self._deliver_s - now_s <= self._poll_s

    def _keep(self, report: dict[str, Any]) -> None:
        self._store.add_report(report["reportName"], report)

    def _usable_wh(self, name: str, reading: Reading) -> int:
        above_bp = max(0, reading.soc_bp - reading.reserve_now_bp)
        return (self._sizes_wh.get(name) or 0) * above_bp // 10_000

    def _in_trouble(self, now_s: float, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            self._store.audit(now_s, "controller", f"the utility cannot be asked: {trouble}")
        elif self._trouble and not trouble:
            self._store.audit(now_s, "controller", "the utility answers again")
        self._trouble = trouble

    def _take_in(self, now_s: float, polled: Polled) -> None:
        known = {event.event: event for event in self._store.events()}
        with self._store.transaction():
            for event in polled.events:
                if known.get(event.event) != event:
                    verb = "changes" if event.event in known else "announces"
                    self._store.put_event(event)
                    self._store.audit(now_s, _WHO, f"{verb} {in_words(event)}")
            standing = {event.event for event in polled.events}
            going_on = {part.event for part in self._store.going_on().values()}
            for name, event in known.items():
                if name not in standing and event.end_s > now_s:
                    self._store.retire_event(name)
                    self._store.audit(now_s, _WHO, f"cancels event {name}")
                elif event.end_s < now_s - _KEEP_S and name not in going_on:
                    self._store.retire_event(name)
            heard_of = (
                {event.event for event in self._store.all_events()} if polled.refused else ()
            )
            for refusal in polled.refused:
                # What was believed once is no flood of made-up names.
                kind = "known" if refusal.event in heard_of else "unknown"
                what = f"event {refusal.event} is refused: {refusal.reason}"
                self._say_once(now_s, kind, what)
            for note in polled.notes:
                self._say_once(now_s, "note", f"event {note.event}: {note.text}")
            off_s = polled.clock_off_s
            if off_s is not None and abs(off_s) > _CLOCKS_DIFFER_S:
                what = "the utility's clock and this one differ: ours counts"
                self._say_once(now_s, "clock", what)
            self._store.set_note(_SEEN, _seen_text(self._programme.seen))
            self._store.set_note(_HEARD, str(now_s))

    def _say_once(self, now_s: float, kind: str, what: str) -> None:
        """A utility that lists rubbish without end must not bury what else the log says."""
        said = self._said.setdefault(kind, {})
        for old in [old for old, t_s in said.items() if t_s <= now_s - _HOUR_S]:
            del said[old]
        if what not in said:
            if len(said) > _SAYINGS_AN_HOUR:
                return
            if len(said) == _SAYINGS_AN_HOUR:
                what = f"more of the kind ({kind}) is not believed, and not listed for now"
            self._store.audit(now_s, "controller", what)
        said[what] = now_s


def _send(client: Client, waiting: Sequence[tuple[str, dict[str, Any]]]) -> Sent:
    settled: list[str] = []
    refused: list[str] = []
    for name, document in waiting:
        try:
            deliver(client, document)
        except (NotFoundError, ProtocolError) as error:
            # It will not be taken tomorrow either, and those behind it must not wait for it.
            refused.append(f"the utility does not take report {name}: {error}")
        except ProgrammeError as error:
            return Sent(settled, refused, str(error))
        settled.append(name)
    return Sent(settled, refused, "")


def seen_before(store: Store) -> tuple[Seen, ...]:
    """What an earlier life of this controller has seen of the programme."""
    found: list[Seen] = []
    with suppress(ValueError):  # nothing was kept
        for fields in json.loads(store.note(_SEEN)):
            accepted = fields["accepted"]
            event = None if accepted is None else event_of(accepted)
            changed_s = tuple(fields["changed_s"])
            found.append(replace(Seen(**fields), accepted=event, changed_s=changed_s))
    return tuple(found)


def in_words(event: Event) -> str:
    """An event as the audit log tells it."""
    asked = "; ".join(
        f"{segment.kind} {segment.value:g} for {segment.end_s - segment.start_s} s from "
        f"{segment.start_s}"
        for segment in event.segments[:4]
    )
    more = len(event.segments) - 4
    return f"event {event.event} ({event.name}): {asked}" + (
        f" and {more} more" if more > 0 else ""
    )


def _seen_text(seen: Iterable[Seen]) -> str:
    return json.dumps([asdict(one) for one in seen])
