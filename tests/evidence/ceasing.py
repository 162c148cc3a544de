"""How soon an export ends: from a hazard to the coil, to the contacts, and to the last energy.

A fresh site for every seed; the hazard falls at a random microsecond while the vehicle feeds.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.evidence.figures import Figure, Section, Table, Value, at_most, none_of
from tests.evidence.hazards import COMMAND_LIMIT_MS, EXPORT_W, HAZARDS, Actor, Hazard
from tests.evidence.workers import run_apart
from tests.lockstep.exporting import NOTHING_W, SETTINGS, VEHICLE
from wattback_sim.board import default_settings
from wattback_sim.clock import TICK_US
from wattback_sim.errors import SimulationError
from wattback_sim.readings import read
from wattback_sim.site import Site

_CHARGES_WITHIN_US = 15_000_000
_EXPORTS_WITHIN_US = 20_000_000
_SPREAD_US = 1_000_000  # the hazard comes within it, once all flows that was asked for
_NEARLY_W = 150
_WATCHED_US = 1_000_000  # beyond the limit: what flows again has not ceased
_UNIT = "ms, simulated"
_HEADS = tuple(
    f"{what}, {which}" for what in ("coil", "contacts", "energy") for which in ("median", "latest")
)


@dataclass(frozen=True)
class Times:
    """Of one kind of hazard, a time in ms for each seed; None: it did not happen.

    command, contacts: the first opening; causes: the connector's, of all seeds. ceased: after the
    last energy. least_w: the smallest export that was flowing before.
    """

    command: list[float | None]
    contacts: list[float | None]
    ceased: list[float | None]
    causes: tuple[str, ...]
    least_w: float
    ticks: int
    violations: int


def measure() -> Section:
    """Let each hazard happen to many sites."""
    seen = run_apart(_suffer, [(index,) for index in range(len(HAZARDS))])
    figures = [
        figure
        for hazard, times in zip(HAZARDS, seen, strict=True)
        for figure in figures_of(hazard, times)
    ]
    ticks = sum(times.ticks for times in seen)
    violations = sum(times.violations for times in seen)
    least_w = min(times.least_w for times in seen)
    figures.append(none_of("truths violated meanwhile", violations, f"{ticks:,} ticks judged"))
    return Section(
        "ceasing",
        "Ceasing to export",
        f"The vehicle feeds {EXPORT_W:,} W ({least_w:,.0f} W at the least), asked for by a Modbus "
        "client; the hazard falls at a random microsecond and stays. Where the connector must end "
        "the export, the vehicle's inverter feeds on, whatever link, voltage and frequency do. "
        f"Energy has ceased when no more than {NOTHING_W} W flow, and not again until "
        f"{_WATCHED_US // 1_000_000} s after the limit. What a tick takes on a board comes on "
        "top.",
        "CPython, simulated",
        f"1 to {max(hazard.seeds for hazard in HAZARDS)}",
        tuple(figures),
        (
            Table(
                "Simulated ms from the hazard, and the cause that the connector tells",
                ("hazard", "opened for", *_HEADS),
                tuple(_row(hazard, times) for hazard, times in zip(HAZARDS, seen, strict=True)),
            ),
        ),
    )


def figures_of(hazard: Hazard, times: Times) -> list[Figure]:
    """The latest times of a hazard beside their limits."""

    def worst(title: str, all_ms: list[float | None], limit_ms: float, source: str) -> Figure:
        name = f"{hazard.name}: {title}"
        count = f"{hazard.seeds} seeds, a random moment each; {source}"
        known = _known(all_ms)
        if len(known) < len(all_ms):
            bound = f"≤ {limit_ms:,.6g}"
            return Figure(name, "never", "", count, "limit", bound, False)
        return at_most(name, round(max(known), 2), _UNIT, limit_ms, count)

    figures: list[Figure] = []
    if hazard.quick:
        limit_ms = COMMAND_LIMIT_MS
        figures.append(worst("latest coil command", times.command, limit_ms, "of this project"))
    title, all_ms = "latest energy", times.ceased
    if hazard.opens:
        title, all_ms = "latest contacts", times.contacts
    return [*figures, worst(title, all_ms, hazard.limit_ms, hazard.source)]


def _row(hazard: Hazard, times: Times) -> tuple[Value, ...]:
    cells: list[Value] = [hazard.name, ", ".join(times.causes)]
    for all_ms in (times.command, times.contacts, times.ceased):
        known = _known(all_ms)
        whole = len(known) == len(all_ms)
        cells += [round(ms, 2) if whole else "" for ms in _middle_and_latest(known)]
    return tuple(cells)


def _middle_and_latest(known: list[float]) -> tuple[float, float]:
    return (statistics.median(known), max(known)) if known else (0.0, 0.0)


def _known(all_ms: Sequence[float | None]) -> list[float]:
    return [ms for ms in all_ms if ms is not None]


def _suffer(index: int) -> Times:
    return suffer(HAZARDS[index])


def suffer(hazard: Hazard) -> Times:
    """Let it happen to a site of each of its seeds."""
    trials = [_Trial(hazard, seed) for seed in range(1, hazard.seeds + 1)]
    for trial in trials:
        trial.run()
    return Times(
        [trial.command_ms for trial in trials],
        [trial.contacts_ms for trial in trials],
        [trial.ceased_ms for trial in trials],
        tuple(sorted({trial.cause for trial in trials if trial.cause})),
        min(trial.before_w for trial in trials),
        sum(trial.ticks for trial in trials),
        sum(trial.violations for trial in trials),
    )


class _Trial:
    """One site that exports, and a hazard. The results are those of `Times`."""

    def __init__(self, hazard: Hazard, seed: int) -> None:
        self.command_ms: float | None = None
        self.contacts_ms: float | None = None
        self.ceased_ms: float | None = None
        self.cause = ""
        self.before_w = 0.0
        self.ticks = 0
        self.violations = 0
        self._hazard = hazard
        self._chance = random.Random(f"{seed}/{hazard.name}")
        settings = {**default_settings(), **SETTINGS}
        self._site = Site("cpython", seed, {**VEHICLE, **hazard.initial}, settings)
        self._flowed_us = 0
        self._happened_us = 0

    def run(self) -> None:
        """From power-up to some time after the limit."""
        site, hazard = self._site, self._hazard
        actor = Actor(site)
        site.power_on()
        self._wait(lambda: self._state() == "charging", _CHARGES_WITHIN_US)
        hazard.asks(actor)
        self._wait(lambda: abs(site.world.power_w - EXPORT_W) < _NEARLY_W, _EXPORTS_WITHIN_US)
        site.run_until(site.clock.now_us + self._chance.randint(1, _SPREAD_US))
        self._happened_us = self._flowed_us = site.clock.now_us
        self.before_w = site.world.power_w
        site.watchers.append(self._watch)
        hazard.happens(actor)
        site.run_until(self._happened_us + round(hazard.limit_ms * 1000) + _WATCHED_US)
        if site.world.power_w <= NOTHING_W:
            self.ceased_ms = (self._flowed_us - self._happened_us) / 1000
        self.ticks = site.truths.ticks
        self.violations = site.truths.broken
        site.close()

    def _watch(self) -> None:
        """After every tick from the hazard on."""
        world = self._site.world
        now_us = self._site.clock.now_us
        path = world.path
        if self.command_ms is None and not path.commanded:
            self.command_ms = (now_us - self._happened_us) / 1000
            self.cause = str(read(self._site, "open_cause"))
        if self.contacts_ms is None and not path.closed:
            self.contacts_ms = (path.moved_us - self._happened_us) / 1000
        if world.power_w > NOTHING_W:
            self._flowed_us = now_us + TICK_US  # at the latest
        elif not path.closed and path.moved_us > self._happened_us:
            self._flowed_us = min(self._flowed_us, path.moved_us)

    def _state(self) -> object:
        return read(self._site, "session_state") if self._site.board.answer else ""

    def _wait(self, enough: Callable[[], bool], within_us: int) -> None:
        met = self._site.wait(enough, self._site.clock.now_us + within_us)
        if not met:
            raise SimulationError(f"no export begins before the hazard “{self._hazard.name}”")
