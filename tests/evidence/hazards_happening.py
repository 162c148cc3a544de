"""Lets hazards happen: many random moments of one site, each suffered in a copy of the process.

The site goes on from one moment to the next; at each of them the process forks, and it is the
child that suffers the hazard. So every moment finds a site upon which no hazard has fallen before,
and a latched fault needs no clearing. The world keeps the microsecond at which the contacts move.
"""

from __future__ import annotations

import gc
import os
import pickle
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar, cast

from tests.evidence.hazards import SEED, Hazard, carry_out
from wattback_sim.clock import TICK_US
from wattback_sim.errors import SimulationError
from wattback_sim.readings import read
from wattback_sim.site import Site

T = TypeVar("T")

NOTHING_W = 240  # 1 A: less is no power worth the name
WATCHED_US = 1_000_000  # what flows again within it has not ceased
_OPENED_US = 30_000  # the same behind contacts that have opened
_STEP_US = 20_000  # from one moment to the next, on average
_LEAST_SPAN_US = 5_000_000  # in which the moments lie
_LATE_US = 1_000_000  # beyond the limit: how late is told up to here


@dataclass(frozen=True)
class Moment:
    """What one hazard came to, in ms from it; None: it did not happen.

    command, contacts: the first opening. ceased: after the last energy. silenced: −12 V on the
    pilot. told: cause and faults. violations: of truths; broken: the last.
    """

    command: float | None
    contacts: float | None
    ceased: float | None
    silenced: float | None
    told: tuple[str, ...]
    ticks: int
    violations: int
    broken: str


def suffer_each(hazards: Sequence[Hazard], phases: Sequence[int]) -> list[list[Moment]]:
    """For each of `hazards` what came of it at so many random moments, in order of time."""
    sites: dict[int, Site] = {}
    seen = []
    for hazard, count in zip(hazards, phases, strict=True):
        start = hazard.start
        if id(start) not in sites:
            sites[id(start)] = start.begin()
        seen.append(_in_a_child(partial(_walk, sites[id(start)], hazard, count)))
    return seen


def _walk(site: Site, hazard: Hazard, phases: int) -> list[Moment]:
    """The site goes on, and meets the hazard at `phases` moments."""
    chance = random.Random(f"{SEED}/{hazard.start.direction}/{hazard.name}")
    began_us = site.clock.now_us
    # However few, they are spread over more than the vehicle's and the connector's own periods.
    span_us = min(max(phases * _STEP_US, _LEAST_SPAN_US), hazard.start.most_us)
    gc.collect()
    gc.freeze()  # or every child would copy what a collection touches
    moments = []
    for at_us in sorted(chance.randrange(span_us) for _ in range(phases)):
        site.run_until(began_us + at_us)
        moments.append(_in_a_child(_Trial(site, hazard).run))
    return moments


class _Trial:
    """One hazard, from its moment on."""

    def __init__(self, site: Site, hazard: Hazard) -> None:
        self._site = site
        self._hazard = hazard
        self._happened_us = self._flowed_us = site.clock.now_us
        self._command_us: int | None = None
        self._contacts_us: int | None = None
        self._silenced_us: int | None = None
        self._cause = ""
        self._was_closed = site.world.path.closed

    def run(self) -> Moment:
        """Let it happen, and watch until it has ended or should have."""
        site = self._site
        ticks, violations = site.truths.ticks, site.truths.broken
        if self._hazard.ends == "energy" and self._flows_w() <= NOTHING_W:
            raise SimulationError(f"{self._hazard.name}: nothing flows, so nothing could end")
        site.watchers.append(self._watch)
        carry_out(self._hazard.happens, site)
        latest_us = self._happened_us + round(self._hazard.limit_ms * 1000) + _LATE_US
        ended = site.wait(self._ended, latest_us)
        faults = str(read(site, "faults")).split(";")
        return Moment(
            self._ms(self._command_us),
            self._ms(self._contacts_us),
            self._ms(self._flowed_us) if ended else None,
            self._ms(self._silenced_us),
            tuple(name for name in (self._cause, *faults) if name),
            site.truths.ticks - ticks,
            site.truths.broken - violations,
            site.truths.last_broken,
        )

    def _ms(self, at_us: int | None) -> float | None:
        return None if at_us is None else (at_us - self._happened_us) / 1000

    def _ended(self) -> bool:
        now_us = self._site.clock.now_us
        if self._hazard.ends == "silence":
            return self._silenced_us is not None and now_us >= self._silenced_us + _OPENED_US
        if self._hazard.ends == "energy":
            return now_us >= self._flowed_us + WATCHED_US
        opened = self._command_us is not None and self._contacts_us is not None
        return opened and now_us >= self._flowed_us + _OPENED_US

    def _watch(self) -> None:
        """After every tick."""
        world = self._site.world
        now_us = self._site.clock.now_us
        path = world.path
        if self._was_closed:
            if self._command_us is None and not path.commanded:
                self._command_us = now_us
                self._cause = str(read(self._site, "open_cause"))
            if self._contacts_us is None and not path.closed:
                self._contacts_us = path.moved_us
        if self._silenced_us is None and not world.duty_bp:
            self._silenced_us = now_us
        if self._flows_w() > NOTHING_W:
            self._flowed_us = now_us + TICK_US  # at the latest
        elif not path.closed and path.moved_us > self._happened_us:
            self._flowed_us = min(self._flowed_us, path.moved_us)

    def _flows_w(self) -> float:
        """What the hazard has to end."""
        power_w = self._site.world.power_w
        return power_w if self._hazard.start.direction == "exporting" else abs(power_w)


def _in_a_child(work: Callable[[], T]) -> T:
    """What `work` returns in a copy of this process, which is left as it was.

    Raises SimulationError with what the child raised.
    """
    theirs, ours = os.pipe()
    child = os.fork()
    if child == 0:
        gc.disable()
        try:
            told = pickle.dumps((work(), ""))
        except BaseException as error:
            told = pickle.dumps((None, f"{type(error).__name__}: {error}"))
        with open(ours, "wb") as out:
            out.write(told)
        os._exit(0)
    os.close(ours)
    with open(theirs, "rb") as heard:
        answer = heard.read()
    os.waitpid(child, 0)
    result, raised = pickle.loads(answer)
    if raised:
        raise SimulationError(raised)
    return cast(T, result)
