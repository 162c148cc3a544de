"""Plays a scenario: its actions, ramps, faults and replays are entered in a site's timetable, and
every tick is recorded and compared with what was expected.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from wattback_sim.clock import TICK_US
from wattback_sim.expectations import ExpectationJudge, Verdict
from wattback_sim.scenario import Scenario
from wattback_sim.site import Site
from wattback_sim.story import Event
from wattback_sim.trace import Trace
from wattback_sim.truths import Violation

_PROGRESS_US = 1000 * TICK_US


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run came to. verdicts: of the expectations; violations: of the truths."""

    interpreter: str
    ticks: int
    events: tuple[Event, ...]
    verdicts: tuple[Verdict, ...]
    violations: tuple[Violation, ...]

    @property
    def passed(self) -> bool:
        """Every truth held and every expectation was met."""
        return not self.violations and all(item.met_us is not None for item in self.verdicts)


class Companion(Protocol):
    """A program outside of the site that acts in its time, such as a site's controller."""

    def due_us(self) -> int:
        """When it acts next."""

    def act(self) -> None:
        """Act; talking to the board lets the site's time pass."""


class Player:
    """One scenario, one seed, one runtime, from power-on to the end.

    site, board, world, trace: the parts of the run, for whoever looks closer. companions: who acts
    beside it. Use it once.
    """

    def __init__(
        self,
        scenario: Scenario,
        runtime: str,
        seed: int,
        trace: Trace | None = None,
        tell: Callable[[Event], None] | None = None,
    ) -> None:
        self.scenario = scenario
        self.site = open_site(scenario, runtime, seed, tell)
        self.board = self.site.board
        self.world = self.site.world
        self.trace = Trace(100) if trace is None else trace
        self._expectations = ExpectationJudge(scenario.expectations)
        self.companions: list[Companion] = []
        self.site.watchers.append(self._watch)

    def play(self, progress: Callable[[int], None] | None = None) -> RunResult:
        """Run to the end. progress: called with the simulated time in µs now and then.

        Raises FirmwareStoppedError when the firmware stops.
        """
        site = self.site
        end_us = self.scenario.duration_us // TICK_US * TICK_US
        try:
            site.power_on()
            while site.clock.now_us < end_us:
                dues_us = [companion.due_us() for companion in self.companions]
                site.run_until(min(end_us, site.clock.now_us + _PROGRESS_US, *dues_us))
                for companion, due_us in zip(self.companions, dues_us, strict=True):
                    if due_us <= site.clock.now_us:
                        companion.act()
                if progress is not None:
                    progress(site.clock.now_us)
        finally:
            site.close()
        self._expectations.end()
        return RunResult(
            site.board.interpreter,
            site.truths.ticks,
            tuple(site.story.events),
            tuple(self._expectations.verdicts),
            tuple(site.truths.violations),
        )

    def _watch(self) -> None:
        self.trace.record(self.board)
        self._expectations.judge(self.board)


def open_site(
    scenario: Scenario, runtime: str, seed: int, tell: Callable[[Event], None] | None = None
) -> Site:
    """A site as a scenario begins it, with all that will happen to it in its timetable."""
    site = Site(
        runtime, seed, scenario.initial, scenario.settings, scenario.board_starts_ms, tell=tell
    )
    at = site.timetable.at
    for item in scenario.acts:
        at(item.t_us, partial(site.act, item.action, item.arguments))
    for change in scenario.changes:
        at(change.t_us, partial(site.change, change.path, change.to, change.over_us))
    for broken in scenario.breaks:
        at(broken.t_us, partial(site.break_, broken.fault, broken.amount))
        if broken.for_us:
            at(broken.t_us + broken.for_us, partial(site.mend, broken.fault))
    for replay in scenario.replays:
        at(0, partial(site.replay, replay))
    return site
