"""The controller: a step looks at the programme, reads every connector, decides, tells, records.

It owns no thread and reads no clock: whoever runs it calls `step` with the time, once a second.
All it has to remember lies in the store, so that one that was killed goes on where it was; what it
has told the connectors ends by itself when it does not come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from wattback_controller.allotment import Site
from wattback_controller.config import SiteFile
from wattback_controller.connector_link import ConnectorLink, Reading, Silence
from wattback_controller.energy import (
    Mark,
    MeterReading,
    first_mark,
    follow,
    has_jumped,
    while_it_waits,
)
from wattback_controller.held import HeldLimits, HeldTargets
from wattback_controller.plan import Told, plan
from wattback_controller.programme_desk import ProgrammeDesk
from wattback_controller.records import STOP_TEXTS, Event, Participation
from wattback_controller.schedule import demands_at, edges, randomised
from wattback_controller.signer import Signer
from wattback_controller.store import Store
from wattback_controller.taking_part import boundaries, follow_parts
from wattback_hil.errors import HilError

_T = TypeVar("_T")
_R = TypeVar("_R")

_BUSY_S = 1
_DAY_S = 86_400
_SET_S = 1_577_836_800  # 2020-01-01: a clock before it was never set, and records begin later
_IDLE_S = 5  # a tenth of the silence that a connector allows, and a divisor of an interval


class Spread(Protocol):
    """How the connectors are visited: one after the other, or several at once."""

    def __call__(self, visit: Callable[[_T], _R], items: Sequence[_T], /) -> Iterable[_R]:
        """`visit` of each item, in order of the items."""


def one_by_one(visit: Callable[[_T], _R], items: Sequence[_T], /) -> Iterable[_R]:
    """A Spread without threads."""
    return [visit(item) for item in items]


class Controller:
    """site: its file. links: one for each connector of it. desk: None without a programme.

    clock_good: whether the time handed to `step` is known to be right.
    readings: what the connectors said last, for whoever shows it.
    """

    def __init__(
        self,
        site: SiteFile,
        store: Store,
        links: Mapping[str, ConnectorLink],
        desk: ProgrammeDesk | None,
        clock_good: Callable[[], bool],
        signer: Signer,
        spread: Spread = one_by_one,
    ) -> None:
        self.readings: dict[str, Reading | Silence] = {}
        self._name = site.name
        self._programme = None if site.programme is None else site.programme.name
        self._began = False
        self._site = Site(site.zone, site.connectors, site.services)
        self._store = store
        self._links = links
        self._desk = desk
        self._clock_good = clock_good
        self._signer = signer
        self._spread = spread
        failsafe_ma = {
            entry.name: entry.failsafe_ma
            for entry in site.connectors
            if entry.failsafe_ma is not None
        }
        self._held = HeldLimits(failsafe_ma, store.limits())
        self._targets = HeldTargets(store.targets())
        self._silent: set[str] = set()
        self._refused: dict[str, tuple[str, ...]] = {}

    def step(self, now_s: float) -> None:
        """One round. Raises sqlite3.Error when the records cannot be written."""
        self._retire_foreign(now_s)
        if self._desk is not None:
            self._desk.poll(now_s)
        events = self._events()
        readings = self._read(now_s)
        choices = {name: self._store.choices(name) for name in self._links}
        trusted = self._desk is not None and self._desk.trusted
        demands = demands_at(events if trusted else (), now_s)
        counted_ma = self._held.counted(now_s, readings)
        given_w = self._targets.given(now_s, readings)
        left_s = self._left_s(now_s)
        told = plan(now_s, self._site, demands, choices, readings, counted_ma, given_w, left_s)
        with self._store.transaction():
            self._count(now_s, events, readings)
            # Before it is written: who then never answers again may have taken it.
            for name, item in told.items():
                until_s, held_w = self._targets.intend(now_s, name, item.order.target_w)
                self._store.set_target(name, until_s, held_w)
                if item.order.import_ma is not None:
                    held_ma = self._held.intend(now_s, name, item.order.import_ma)
                    self._store.set_limit(name, held_ma)
        self._tell(now_s, told, readings)
        with self._store.transaction():
            self._follow_parts(now_s, told, readings, events, trusted)
            if self._desk is not None:
                self._desk.report(now_s, readings)
            self._signer.sign_due()
        if self._desk is not None:
            self._desk.deliver(now_s)

    def next_s(self, now_s: float) -> float:
        """When the next step is due: on a whole second, and on every boundary of an event.

        Every second while something is asked or a service is shared, else every five.
        """
        events = self._events()
        busy = bool(self._site.services) or bool(demands_at(events, now_s).by_kind)
        pace_s = _BUSY_S if busy else _IDLE_S
        due_s = now_s // pace_s * pace_s + pace_s
        return min((edge for edge in edges(events) if now_s < edge < due_s), default=due_s)

    def release(self) -> None:
        """Let the connectors go: what they were told ends now, not by its own time."""
        for link in self._links.values():
            link.release()

    def _events(self) -> list[Event]:
        """All that is known, as this site carries them out."""
        return [randomised(event, self._name) for event in self._store.events()]

    def _retire_foreign(self, now_s: float) -> None:
        """At the start: what another programme, or one that was left, has asked stands no more."""
        if self._began:
            return
        with self._store.transaction():
            for event in self._store.events():
                if event.programme != self._programme:
                    self._store.retire_event(event.event)
                    what = f"event {event.event} stands no more: it is of {event.programme!r}"
                    why = "the site's file names another programme, or none"
                    self._store.audit(now_s, "controller", f"{what}, and {why}")
        self._began = True

    def _left_s(self, now_s: float) -> dict[str, int]:
        """When each connector has left an event for its driver's departure, in the last day."""
        return {
            part.connector: part.end_s
            for part in self._store.participations(int(now_s) - _DAY_S, int(now_s) + 1)
            if part.stopped == "departure"
        }

    def _read(self, now_s: float) -> dict[str, Reading]:
        links = list(self._links.values())
        answers = self._spread(lambda link: link.poll(now_s), links)
        found: dict[str, Reading] = {}
        for link, answer in zip(links, answers, strict=True):
            self.readings[link.name] = answer
            if isinstance(answer, Reading):
                found[link.name] = answer
            self._note_silence(now_s, link.name, answer)
        return found

    def _note_silence(self, now_s: float, name: str, answer: Reading | Silence) -> None:
        if isinstance(answer, Silence) and name not in self._silent:
            self._silent.add(name)
            self._store.audit(now_s, "controller", f"{name} does not answer: {answer.reason}")
        elif isinstance(answer, Reading) and name in self._silent:
            self._silent.discard(name)
            self._store.audit(now_s, "controller", f"{name} answers again")

    def _count(
        self, now_s: float, events: Sequence[Event], readings: Mapping[str, Reading]
    ) -> None:
        """Energy since the last reading of each connector, in the transaction of the caller."""
        if now_s < _SET_S:
            return
        good = self._clock_good()
        marks = {name: self._store.mark(name) for name in readings}
        since_s = min((mark.last.t_s for mark in marks.values() if mark), default=now_s)
        cuts = edges(events)
        for part in self._store.participations(int(since_s), int(now_s) + 1):
            cuts |= boundaries(part, int(now_s))
        for name, reading in readings.items():
            meter = MeterReading(
                reading.t_s,
                reading.serial,
                reading.import_wh,
                reading.export_wh,
                reading.island_wh,
                good,
            )
            mark = marks[name]
            if mark is None:
                self._begin(name, first_mark(meter))
                continue
            if has_jumped(mark, meter):
                off_s = round(meter.t_s - mark.last.t_s)
                what = f"the time of its energy is not known: the clock has jumped by {off_s} s"
                self._store.audit(now_s, name, what)
                anew, _ = follow(name, mark, meter, cuts)
                self._begin(name, anew, mark.start_s)
                continue
            for registers in while_it_waits(mark, meter, cuts):
                self._store.set_registers(name, registers)
            mark, closed = follow(name, mark, meter, cuts)
            self._store.set_mark(name, mark)
            self._store.add_intervals([item.interval for item in closed])
            for item in closed:
                self._store.set_registers(name, item.at_end)

    def _begin(self, name: str, mark: Mark, before_s: int | None = None) -> None:
        """Keep a mark at which no interval ends; before_s: where the open one began until now."""
        self._store.set_mark(name, mark)
        if before_s != mark.start_s <= mark.last.t_s:
            self._store.set_registers(name, replace(mark.last, t_s=float(mark.start_s)))

    def _tell(
        self, now_s: float, told: Mapping[str, Told], readings: Mapping[str, Reading]
    ) -> None:
        names = list(told)
        answers = self._spread(lambda name: self._obey(name, told, readings), names)
        for name, refused in zip(names, answers, strict=True):
            if refused and refused != self._refused.get(name):
                for sentence in refused:
                    self._store.audit(now_s, name, f"refuses: {sentence}")
            self._refused[name] = refused

    def _obey(
        self, name: str, told: Mapping[str, Told], readings: Mapping[str, Reading]
    ) -> tuple[str, ...]:
        try:
            return tuple(self._links[name].obey(told[name].order, readings[name]))
        except HilError:
            return ()  # the next step finds it silent

    def _follow_parts(
        self,
        now_s: float,
        told: Mapping[str, Told],
        readings: Mapping[str, Reading],
        events: Iterable[Event],
        trusted: bool,
    ) -> None:
        before = self._store.going_on()
        marks = {name: self._store.mark(name) for name in told}
        since_s = {name: mark.start_s for name, mark in marks.items() if mark is not None}
        now_on, ended = follow_parts(int(now_s), before, told, readings, events, trusted, since_s)
        for name, part in now_on.items():
            if name not in before or before[name] != part:
                self._store.put_participation(part)
            if name not in before or before[name].start_s != part.start_s:
                self._tell_part(now_s, part, f"takes part in event {part.event}")
        for part in ended:
            self._store.put_participation(part)
            why = STOP_TEXTS[part.stopped]
            self._tell_part(now_s, part, f"has left event {part.event}: {why}")

    def _tell_part(self, now_s: float, part: Participation, what: str) -> None:
        self._store.audit(now_s, "controller", f"{part.connector} {what}")
