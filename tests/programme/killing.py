"""Failures at random: the controller is killed, the utility, the network or the connector go away.

A seed decides everything. The event, its boundaries and the failures lie within eight minutes, so
that failures meet beginnings, ends and intervals; the last two minutes are undisturbed, because
work has to resume by itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.programme.rig import Wires, address
from wattback_controller.records import Interval, Participation
from wattback_controller.settlement.civil import Month
from wattback_controller.statement_of import statement_of
from wattback_controller.store import Store
from wattback_sim.site import Site

STARTS_S = 1_770_768_180.0  # 10 February 2026, 18:03 in Texas: an interval ends after two minutes
EVENT_S = (60, 360)  # of the run
QUIET_FROM_S = 300
ENDS_S = 480
POWER_KW = 7.0
_FAILURES = 6
_LONGEST_S = 40.0


class Killed(BaseException):
    """The controller's process is gone."""


@dataclass(frozen=True)
class Survival:
    """What a run came to. registers_wh: import and export from the first reading to the last.

    active_at_end: whether the connector fed the grid when the event ended. kills: that met the
    middle of a step.
    """

    seed: int
    failures: tuple[str, ...]
    kills: int
    violations: tuple[str, ...]
    intervals: tuple[Interval, ...]
    parts: tuple[Participation, ...]
    registers_wh: tuple[int, int]
    covered_s: tuple[int, int]
    reported_kwh: dict[str, float]
    paid_wh: int
    active_at_end: bool
    answers_at_end: bool


class _Sword:
    """Kills after a number of things that the controller has done to the outside."""

    def __init__(self) -> None:
        self.left = -1

    def strike(self) -> None:
        """One of these things is about to happen."""
        if self.left >= 0:
            self.left -= 1
            if self.left < 0:
                raise Killed


class _SharpStore(Store):
    """Records whose transactions the sword may cut, before they begin, inside, and after."""

    def __init__(self, folder: Path, sword: _Sword) -> None:
        super().__init__(folder)
        self._sword = sword

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See Store."""
        self._sword.strike()
        with super().transaction():
            yield
            self._sword.strike()
        self._sword.strike()


class _Run:
    def __init__(self, seed: int, folder: Path) -> None:
        self.random = random.Random(seed)
        self.sword = _Sword()
        self.address, self.wires = address(folder, STARTS_S, seed=seed)
        self.folder = folder / "records"
        self.site: Site = self.address.sites["garage"]
        self.kills = 0
        self.down_until_s = 0.0
        self.alive = True
        self._sharpen(self.wires)
        self.restart()

    def _sharpen(self, wires: Wires) -> None:
        strike = self.sword.strike
        make = wires.stream

        def stream(site: Site) -> Any:
            made = make(site)
            send = made.send

            def struck(data: bytes) -> None:
                strike()
                send(data)
                strike()

            made.send = struck  # type: ignore[method-assign]
            return made

        self.address._stream = stream

    def restart(self) -> None:
        """A new process: nothing of the old one is left but its file."""
        self.address.store.close()
        self.address.store = _SharpStore(self.folder, self.sword)
        self.address.new_controller()
        self.alive = True

    def kill(self) -> None:
        """The next few things that it does are its last."""
        self.sword.left = self.random.randrange(8)

    def step(self) -> None:
        """One step of the controller, if it lives."""
        now_s = self.address.now_s()
        if not self.alive:
            if now_s < self.down_until_s:
                return
            self.restart()
        try:
            self.address.controller.step(now_s)
        except Killed:
            self.kills += 1
            self.alive = False
            self.wires.drop()
            self.down_until_s = now_s + self.random.uniform(0.0, _LONGEST_S)


def survive(seed: int, folder: Path) -> Survival:
    """Play one run of eight minutes."""
    run = _Run(seed, folder)
    at, site = run.address, run.site
    site.world.vehicle.plug_in()
    owner = at.owner()
    owner.ask("garage", "enrol", at.now_s())
    owner.choose("garage", "departure", "none", at.now_s())
    at.utility.create_event(
        at.programme_id,
        STARTS_S + EVENT_S[0],
        EVENT_S[1] - EVENT_S[0],
        {"DISPATCH_SETPOINT": [-POWER_KW]},
    )
    due = _plan(run)
    told = tuple(f"{t_s:.0f} s {what}" for t_s, what, _ in due)
    active = False
    with closing(site):
        for second in range(1, ENDS_S + 1):
            while due and due[0][0] <= second:
                due.pop(0)[2]()
            site.run_until(max(second * 1_000_000, site.clock.now_us))
            run.step()
            if second == EVENT_S[1] - 2:
                active = site.board.status("power_w") > 0.9 * POWER_KW * 1000
        return _came_to(run, seed, told, active)


def unsound(run: Survival) -> list[str]:
    """What is wrong with a run, in words; empty when nothing is."""
    wrong = list(run.violations)
    intervals = run.intervals
    if any(one.end_s != other.start_s for one, other in pairwise(intervals)):
        wrong.append("intervals do not follow each other")
    import_wh = sum(interval.import_wh for interval in intervals)
    export_wh = sum(interval.export_wh for interval in intervals)
    if (import_wh, export_wh) != run.registers_wh:
        wrong.append(f"{import_wh} and {export_wh} Wh recorded, registers: {run.registers_wh}")
    begins_s, ends_s = (int(STARTS_S) + edge_s for edge_s in EVENT_S)
    within = [one for one in intervals if begins_s <= one.start_s and one.end_s <= ends_s]
    most_wh = sum(interval.export_wh for interval in within)
    # What an estimate that reaches beyond the event has a part in is listed and not paid, and so
    # is what still flows when somebody has just ended to take part.
    least_wh = sum(
        one.export_wh
        for one in within
        if not one.flags
        and any(part.start_s <= one.start_s and one.end_s <= part.end_s for part in run.parts)
    )
    if not least_wh <= run.paid_wh <= most_wh or not most_wh:
        wrong.append(f"{run.paid_wh} Wh paid of {most_wh} in the event, {least_wh} for certain")
    if not all(part.stopped for part in run.parts):
        wrong.append("somebody still takes part in an event that is over")
    if any(one.end_s > other.start_s for one, other in pairwise(run.parts)):
        wrong.append("a connector takes part twice at a time")
    inside = [
        interval
        for interval in intervals
        for part in run.parts
        if part.start_s <= interval.start_s and interval.end_s <= part.end_s
    ]
    taken_kwh = sum(interval.import_wh - interval.export_wh for interval in inside) / 1000
    if abs(sum(run.reported_kwh.values()) - taken_kwh) > 1e-6:
        wrong.append(f"reported {sum(run.reported_kwh.values()):g} kWh, recorded {taken_kwh:g}")
    if not run.active_at_end:
        wrong.append("the export did not resume")
    if not run.answers_at_end:
        wrong.append("the connector is not read any more")
    return wrong


def _plan(run: _Run) -> list[tuple[float, str, Callable[[], None]]]:
    """Failures and their ends, in order of time."""
    at, wires, site = run.address, run.wires, run.site
    found: list[tuple[float, str, Callable[[], None]]] = []

    def utility(down: bool) -> Callable[[], None]:
        def change() -> None:
            at.utility.down = down

        return change

    ways: tuple[tuple[str, Callable[[], None], Callable[[], None] | None], ...] = (
        ("the controller is killed", run.kill, None),
        ("the utility is gone", utility(True), utility(False)),
        ("the network is cut", lambda: wires.cut.add("garage"), wires.cut.clear),
        ("the connector loses its supply", site.power_off, site.power_on),
    )
    for _ in range(_FAILURES):
        what, begin, end = run.random.choice(ways)
        t_s = run.random.uniform(5.0, QUIET_FROM_S - _LONGEST_S)
        found.append((t_s, what, begin))
        if end is not None:
            found.append((t_s + run.random.uniform(0.5, _LONGEST_S), "it is back", end))
    return sorted(found, key=lambda item: item[0])


def _came_to(run: _Run, seed: int, told: tuple[str, ...], active: bool) -> Survival:
    store = run.address.store
    intervals = store.intervals(0, 1 << 40)
    mark = store.mark("garage")
    first = store.registers("garage", intervals[0].start_s)
    assert mark is not None
    assert first is not None
    last = store.registers("garage", intervals[-1].end_s)
    assert last is not None
    reported: dict[str, float] = {}
    for report in run.address.utility.reports():
        if not report["reportName"].startswith("delivered"):
            continue
        for item in report["resources"][0]["intervals"]:
            start = item["intervalPeriod"]["start"]
            assert start not in reported, f"{start} is reported twice"
            reported[start] = item["payloads"][0]["values"][0]
    statement = statement_of(run.address.site, store, Month(2026, 2))
    return Survival(
        seed,
        told,
        run.kills,
        tuple(v.sentence() for v in run.site.truths.violations),
        tuple(intervals),
        tuple(store.participations(0, 1 << 40)),
        (last.import_wh - first.import_wh, last.export_wh - first.export_wh),
        (intervals[0].start_s, intervals[-1].end_s),
        reported,
        statement.paid_wh,
        active,
        mark.last.t_s >= run.address.now_s() - 6,
    )
