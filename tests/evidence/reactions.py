"""How fast the connector opens: from an event while charging to the coil command and the contacts.

The events come at random moments between two ticks, and the world keeps the microsecond at which
the contacts move, so the figures are finer than a tick.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass

from tests.evidence.figures import Figure, Section, Table, at_most, none_of
from tests.evidence.workers import run_apart
from wattback_sim.board import SimulatedBoard, default_settings
from wattback_sim.clock import TICK_US, Clock
from wattback_sim.faults import find_fault
from wattback_sim.limit_ledger import LimitLedger
from wattback_sim.link.cpython import CPythonLink
from wattback_sim.power_path import ContactorParameters
from wattback_sim.truths import Truths
from wattback_sim.vehicle import VehicleParameters
from wattback_sim.world import World, default_parameters

_SEED = 1
_TIMES = 100
_COMMAND_LIMIT_MS = 50.0  # of this project
_CONTACTS_LIMIT_MS = 100.0  # IEC 61851-1 sequences 2.2 and 8.1 (evse.md 1.4)
_SPREAD_US = 1_000_000  # the event comes within it, once the vehicle draws all it can
_DISTURBED_US = 500_000  # after it all is put right again
_LONGEST_US = 60_000_000  # against waiting for ever


@dataclass(frozen=True)
class _Event:
    """Something that must open the contactor. cause, undo: what happens to the world."""

    name: str
    cause: Callable[[World], None]
    undo: Callable[[World], None]


@dataclass(frozen=True)
class _Reactions:
    """Of one kind of event, in ms. amps: the smallest current that was flowing."""

    command_ms: list[float]
    contacts_ms: list[float]
    amps: float
    ticks: int
    violations: int


def _open_s2(world: World) -> None:
    world.vehicle.s2_forced_open = True
    world.vehicle.s2_closed = False


def _release_s2(world: World) -> None:
    world.vehicle.s2_forced_open = False


_SHORT = find_fault("pilot", "short")

_EVENTS = (
    _Event("unplugged under load", World.unplug, lambda world: world.vehicle.plug_in()),
    _Event("S2 opened under load", _open_s2, _release_s2),
    _Event("pilot shorted in state C", lambda world: _SHORT.break_it(world, 0.0), _SHORT.mend),
)


def measure() -> Section:
    """Let each event happen many times."""
    seen = run_apart(_react, [(index,) for index in range(len(_EVENTS))])
    figures: list[Figure] = []
    rows: list[tuple[str, str, float, float, float]] = []
    for event, reactions in zip(_EVENTS, seen, strict=True):
        count = f"{_TIMES} random moments, {reactions.amps:.0f} A or more"
        figures += [
            at_most(
                f"{event.name}: latest coil command",
                round(max(reactions.command_ms), 2),
                "ms, simulated",
                _COMMAND_LIMIT_MS,
                count,
            ),
            at_most(
                f"{event.name}: latest contacts",
                round(max(reactions.contacts_ms), 2),
                "ms, simulated",
                _CONTACTS_LIMIT_MS,
                count,
            ),
        ]
        rows.append((event.name, "coil command", *_spread(reactions.command_ms)))
        rows.append((event.name, "contacts open", *_spread(reactions.contacts_ms)))
    ticks = sum(reactions.ticks for reactions in seen)
    violations = sum(reactions.violations for reactions in seen)
    figures.append(none_of("truths violated meanwhile", violations, f"{ticks:,} ticks judged"))
    return Section(
        "reactions",
        "Opening while charging",
        f"The vehicle draws {VehicleParameters().max_current_a:g} A; the event falls at a random "
        f"microsecond between two ticks; the simulated contacts part "
        f"{ContactorParameters().open_ms:g} ms after the coil. What a tick takes on a board "
        "comes on top.",
        "CPython, simulated",
        str(_SEED),
        tuple(figures),
        (
            Table(
                "Simulated time from the event",
                ("event", "to", "min ms", "median ms", "max ms"),
                tuple(rows),
            ),
        ),
    )


def _spread(times_ms: list[float]) -> tuple[float, float, float]:
    return round(min(times_ms), 2), round(statistics.median(times_ms), 2), round(max(times_ms), 2)


def _react(index: int) -> _Reactions:
    return _Bench(_EVENTS[index], random.Random(f"{_SEED}/{index}")).run()


class _Bench:
    """A simulated board whose vehicle comes back for more after each event."""

    def __init__(self, event: _Event, chance: random.Random) -> None:
        self._event = event
        self._chance = chance
        parameters = default_parameters()
        parameters.set("vehicle.plugged", True)
        parameters.set("vehicle.ramp_a_per_s", 50.0)  # soon at full current again
        settings = default_settings()
        self._world = World(parameters, _SEED)
        self._clock = Clock(0)
        self._board = SimulatedBoard(self._world, self._clock, settings, CPythonLink)
        self._truths = Truths(self._board, LimitLedger(settings))

    def run(self) -> _Reactions:
        """Let the event happen `_TIMES` times."""
        command_ms: list[float] = []
        contacts_ms: list[float] = []
        amps: list[float] = []
        world = self._world
        self._board.power_on()
        for _ in range(_TIMES):
            self._tick_until(self._draws_all)
            event_us = self._clock.now_us + self._chance.randint(1, _SPREAD_US)
            self._tick_to(event_us)
            world.advance(event_us)
            amps.append(-world.current_a)
            self._event.cause(world)
            self._tick_until(lambda: not world.path.commanded)
            command_ms.append((self._clock.now_us - event_us) / 1000)
            self._tick_until(lambda: not world.path.closed)
            contacts_ms.append((world.path.moved_us - event_us) / 1000)
            self._tick_to(event_us + _DISTURBED_US)
            self._event.undo(world)
        violations = len(self._truths.violations)
        return _Reactions(command_ms, contacts_ms, min(amps), self._truths.ticks, violations)

    def _draws_all(self) -> bool:
        return -self._world.current_a >= self._world.vehicle.parameters.max_current_a

    def _tick_until(self, reached: Callable[[], bool]) -> None:
        latest_us = self._clock.now_us + _LONGEST_US
        while not reached():
            assert self._clock.now_us < latest_us, f"{self._event.name}: it never comes"
            self._tick()

    def _tick_to(self, us: int) -> None:
        while self._clock.now_us + TICK_US <= us:
            self._tick()

    def _tick(self) -> None:
        self._clock.now_us += TICK_US
        self._world.advance(self._clock.now_us)
        self._board.tick()
        self._truths.judge()
