"""Plays one outage in a whole simulated site and says what became of the home."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from tests.outages.draw import (
    ABSENT,
    ASLEEP,
    CANNOT_FORM,
    EXPORTING,
    LOW,
    UNWILLING,
    Outage,
)
from wattback import commands
from wattback.backup.steps import REFUSAL_NAMES, STATE_NAMES
from wattback.settings import SETTINGS
from wattback.targets import OWNER_SITE
from wattback_sim.board import default_settings
from wattback_sim.faults import find_fault
from wattback_sim.parameters import Value
from wattback_sim.site import Site

BEGINS_S = 25.0
RETURN_STEADY_S = 5
SYNC_S = 20
# From the last return of the grid to a home that must hang on it: the grid is watched, the home is
# brought in step or becomes dead, and one refused step comes in between.
SETTLES_S = RETURN_STEADY_S + SYNC_S + 35.0
_TARGET_W = 5000
_SETTINGS = {
    "gateway_fitted": 1,
    "return_steady_s": RETURN_STEADY_S,
    "sync_s": SYNC_S,
    "gateway_silence_s": 10,
    "export_permitted": 1,
    "enter_service_delay_s": 8,
    "enter_service_ramp_s": 1,
    "target_ramp_w_per_s": 5000,
    "restart_delay_s": 0,
    "restart_ramp_s": 0,
}
_AT_RUN_TIME = {"backup_enabled": 1, "export_enabled": 1}
# A leg of a home that is supplied, in volts.
_SUPPLIED_V = (105.0, 135.0)


Event = tuple[int, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Played:
    """gaps_s: how long the home was without supply, each time, from the outage on; island_gaps_s:
    those that began in an island, the others are the grid's. first_gap_s: from the outage to the
    vehicle's supply, None when the grid was back sooner or nothing came. return_gap_s: the longest
    of an island since the grid is back for good, None when no island was led back to it.
    on_grid: in the end, behind a closed switch. refusals, states: seen, in order. link_lost: in
    the step that was drawn for it, which was reached.
    """

    outage: Outage
    gaps_s: tuple[float, ...]
    island_gaps_s: tuple[float, ...]
    first_gap_s: float | None
    return_gap_s: float | None
    island_s: float
    on_grid: bool
    refusals: tuple[str, ...]
    states: tuple[str, ...]
    link_lost: bool
    violations: tuple[str, ...]
    ticks: int


def play(outage: Outage, runtime: str) -> Played:
    """Play it on `runtime`, "micropython" or "cpython"."""
    settings = default_settings() | _SETTINGS | outage.settings
    site = Site(runtime, outage.seed, _initial(outage), settings)
    with closing(site):
        watch = _Watch(site, outage)
        site.watchers.append(watch.tick)
        site.power_on()
        for at_us, act in sorted(_events(site, outage), key=lambda event: event[0]):
            site.run_until(at_us)
            act()
        site.run_until(_us(_ends_s(outage)))
        return watch.result()


def _initial(outage: Outage) -> dict[str, Value]:
    essential_w, *groups_w = outage.loads_w
    low = outage.vehicle == LOW
    return {
        "gateway.fitted": True,
        "gateway.alone_s": 5.0,
        "forming.forms": outage.vehicle != CANNOT_FORM,
        "forming.willing": outage.vehicle != UNWILLING,
        "link.on": True,
        "vehicle.soc": 0.205 if low else 0.7,
        "vehicle.need_kwh": 300.0 if outage.activity != "idle" else 0.0,
        "home.essential_w": essential_w,
        "home.group1_w": groups_w[0],
        "home.group2_w": groups_w[1],
        "home.group3_w": groups_w[2],
        "home.leg_share": outage.leg_share,
        "solar.available_w": outage.solar_w,
        **outage.parameters,
    }


def _events(site: Site, outage: Outage) -> Iterator[Event]:
    names = [row[0] for row in SETTINGS]

    def command(code: int, *arguments: int) -> None:
        assert site.board.command(code, *arguments) == commands.ACCEPTED

    def enable() -> None:
        for name, value in _AT_RUN_TIME.items():
            command(commands.COMMAND_SET_SETTING, names.index(name), value)

    yield _us(1.0), enable
    if outage.vehicle != ABSENT:
        yield _us(3.0), site.world.vehicle.plug_in
    if outage.activity == EXPORTING:
        yield (
            _us(12.0),
            lambda: command(commands.COMMAND_SET_TARGET, OWNER_SITE, 1, _TARGET_W, 0, 0, 0),
        )
    if outage.vehicle == ASLEEP:
        yield _us(BEGINS_S - 0.5), lambda: site.change("vehicle.asleep", True)
    for part, kind, amount in outage.broken:
        fault = find_fault(part, kind)
        at_us = _us(BEGINS_S + outage.broken_s)
        yield at_us, partial(site.break_, fault, amount)
    yield from _grid_events(site, outage)
    for at_s, path, value in outage.steps:
        yield (
            _us(BEGINS_S + at_s),
            partial(site.change, path, value),
        )


def _grid_events(site: Site, outage: Outage) -> Iterator[Event]:
    def off() -> None:
        site.change("grid.voltage_pu", outage.depth_pu)

    def on() -> None:
        site.change("grid.voltage_pu", outage.returns_pu)

    at_s = BEGINS_S
    yield _us(at_s), off
    at_s += outage.lasts_s
    for on_s, off_s in outage.flickers:
        yield _us(at_s), on
        yield _us(at_s + on_s), off
        at_s += on_s + off_s
    yield _us(at_s), on


def returns_s(outage: Outage) -> float:
    """When the grid is back for good."""
    return BEGINS_S + outage.lasts_s + sum(on_s + off_s for on_s, off_s in outage.flickers)


def _ends_s(outage: Outage) -> float:
    return returns_s(outage) + SETTLES_S + (25.0 if outage.link_step else 0.0)


def _us(s: float) -> int:
    return round(s * 1e6)


class _Watch:
    """Looks at the home after every tick, and loses the link when its step has come."""

    def __init__(self, site: Site, outage: Outage) -> None:
        self._site = site
        self._outage = outage
        self._gaps_us: list[int] = []
        self._island_gaps_us: list[int] = []
        self._gap_us: int | None = None
        self._gap_is_islands = False
        self._fed_alone = False  # when it was supplied last
        self._first_us: int | None = None
        self._island_us = 0
        self._refusals: list[str] = []
        self._states: list[str] = []
        self._link_ends_us = 0
        self._link_was_lost = False
        self._is_back = False  # the grid, for good
        self._return_gap_us: int | None = None

    def tick(self) -> None:
        """After a tick."""
        site = self._site
        now_us = site.clock.now_us
        state = STATE_NAMES[site.board.status("backup_state")]
        if not self._states or self._states[-1] != state:
            self._states.append(state)
        refusal = REFUSAL_NAMES[site.board.status("backup_refusal")]
        if refusal != "none" and refusal not in self._refusals:
            self._refusals.append(refusal)
        self._lose_link(now_us, state)
        if now_us < _us(BEGINS_S):
            return
        self._home(now_us)

    def _home(self, now_us: int) -> None:
        world = self._site.world
        low_v, high_v = _SUPPLIED_V
        legs = (world.bus.voltage_l1_v, world.bus.voltage_l2_v)
        supplied = all(low_v <= leg <= high_v for leg in legs)
        if supplied and world.cut_off:
            self._island_us += 10_000
            if self._first_us is None:
                self._first_us = now_us - _us(BEGINS_S)
        if not self._is_back and now_us >= _us(returns_s(self._outage)):
            self._is_back = True
            self._return_gap_us = 0 if supplied and world.cut_off else None
        if supplied:
            self._fed_alone = world.cut_off
        elif self._gap_us is None:
            self._gap_us = now_us
            self._gap_is_islands = self._fed_alone
        if supplied and self._gap_us is not None:
            self._end_gap(now_us - self._gap_us)

    def _end_gap(self, lasted_us: int) -> None:
        self._gap_us = None
        self._gaps_us.append(lasted_us)
        if self._gap_is_islands:
            self._island_gaps_us.append(lasted_us)
            if self._return_gap_us is not None:
                self._return_gap_us = max(self._return_gap_us, lasted_us)

    def _lose_link(self, now_us: int, state: str) -> None:
        link = self._site.world.spare_gateway.link
        if self._link_ends_us and now_us >= self._link_ends_us:
            link.cut = False
            self._link_ends_us = 0
        wanted = self._outage.link_step
        if wanted and state == wanted and not self._link_was_lost:
            self._link_was_lost = True
            link.cut = True
            self._link_ends_us = now_us + _us(self._outage.link_lost_s)

    def result(self) -> Played:
        """What became of it."""
        site = self._site
        on_grid = not site.world.cut_off and self._gap_us is None
        if self._gap_us is not None:
            self._end_gap(site.clock.now_us - self._gap_us)
        return Played(
            outage=self._outage,
            gaps_s=_seconds(self._gaps_us),
            island_gaps_s=_seconds(self._island_gaps_us),
            first_gap_s=_second(self._first_us),
            return_gap_s=_second(self._return_gap_us),
            island_s=self._island_us / 1e6,
            on_grid=on_grid,
            refusals=tuple(self._refusals),
            states=tuple(self._states),
            link_lost=self._link_was_lost,
            violations=tuple(each.sentence() for each in site.truths.violations),
            ticks=site.truths.ticks,
        )


def _seconds(gaps_us: list[int]) -> tuple[float, ...]:
    return tuple(round(gap_us / 1e6, 2) for gap_us in gaps_us)


def _second(lasted_us: int | None) -> float | None:
    return None if lasted_us is None else round(lasted_us / 1e6, 2)
