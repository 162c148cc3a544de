"""Plays a scenario: actions, ramps, faults and replays go into the world, ticks into the firmware;
every tick is judged, recorded, told, and compared with what was expected.
"""

from collections.abc import Callable
from dataclasses import dataclass

from wattback.limits import OWNER_DRIVER, OWNER_SITE
from wattback_sim.actions import Arguments
from wattback_sim.board import SimulatedBoard
from wattback_sim.clock import TICK_US, Clock
from wattback_sim.expectations import ExpectationJudge, Verdict
from wattback_sim.limit_ledger import LimitLedger
from wattback_sim.link import open_link
from wattback_sim.replay import Replay
from wattback_sim.scenario import Act, Break, Change, Scenario
from wattback_sim.story import Event, Story
from wattback_sim.trace import Trace
from wattback_sim.truths import Truths, Violation
from wattback_sim.world import World, default_parameters

_PROGRESS_TICKS = 1000
_ACTION_KINDS = {"vehicle": "vehicle", "site": "site", "driver": "vehicle"}


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


class Player:
    """One scenario, one seed, one runtime, from power-on to the end.

    board, trace, story, truths: the parts of the run, for whoever looks closer. Use it once.
    """

    def __init__(
        self,
        scenario: Scenario,
        runtime: str,
        seed: int,
        trace: Trace | None = None,
        tell: Callable[[Event], None] | None = None,
    ) -> None:
        parameters = default_parameters()
        for path, value in scenario.initial.items():
            parameters.set(path, value)
        self.scenario = scenario
        self.world = World(parameters, seed)
        self.clock = Clock(scenario.board_starts_ms)
        self.board = SimulatedBoard(
            self.world, self.clock, scenario.settings, lambda: open_link(runtime)
        )
        self.ledger = LimitLedger(scenario.settings)
        self.truths = Truths(self.board, self.ledger)
        self.trace = Trace(100) if trace is None else trace
        self.story = Story(self.board, tell)
        self.expectations = ExpectationJudge(scenario.expectations)
        self._drivers: list[Callable[[int], bool]] = []
        self._agenda = self._make_agenda()

    def play(self, progress: Callable[[int], None] | None = None) -> RunResult:
        """Run to the end. progress: called with the simulated time in µs now and then.

        Raises FirmwareStoppedError when the firmware stops.
        """
        board = self.board
        try:
            board.power_on()
            for tick in range(1, self.scenario.duration_us // TICK_US + 1):
                self._step(tick * TICK_US)
                if progress is not None and tick % _PROGRESS_TICKS == 0:
                    progress(self.clock.now_us)
        finally:
            board.power_off()
        self.expectations.end()
        return RunResult(
            board.interpreter,
            self.truths.ticks,
            tuple(self.story.events),
            tuple(self.expectations.verdicts),
            tuple(self.truths.violations),
        )

    def _step(self, now_us: int) -> None:
        while self._agenda and self._agenda[-1][0] <= now_us:
            t_us, _, act = self._agenda.pop()
            self._advance(t_us)
            act()
        self._advance(now_us)
        board = self.board
        if board.powered:
            board.tick()
            self.truths.judge()
            self.story.watch()
            self.trace.record(board)
            self.expectations.judge(board)

    def _advance(self, now_us: int) -> None:
        self.clock.now_us = now_us
        if self._drivers:
            self._drivers = [driver for driver in self._drivers if driver(now_us)]
        self.world.advance(now_us)

    def _make_agenda(self) -> list[tuple[int, int, Callable[[], None]]]:
        scenario = self.scenario
        agenda: list[tuple[int, int, Callable[[], None]]] = []

        def at(t_us: int, act: Callable[[], None]) -> None:
            agenda.append((t_us, len(agenda), act))

        for item in scenario.acts:
            at(item.t_us, lambda item=item: self._act(item))  # type: ignore[misc]
        for change in scenario.changes:
            at(change.t_us, lambda change=change: self._change(change))  # type: ignore[misc]
        for broken in scenario.breaks:
            at(broken.t_us, lambda broken=broken: self._break(broken))  # type: ignore[misc]
            if broken.for_us:
                at(
                    broken.t_us + broken.for_us,
                    lambda broken=broken: self._mend(broken),  # type: ignore[misc]
                )
        for replay in scenario.replays:
            at(0, lambda replay=replay: self._replay(replay))  # type: ignore[misc]
        return sorted(agenda, reverse=True)

    def _act(self, item: Act) -> None:
        action = item.action
        kind = _ACTION_KINDS.get(action.name.partition(".")[0], "connector")
        self.story.add(kind, action.sentence(item.arguments))
        answer = action.do(self.board, item.arguments)
        if answer:
            self.story.add("connector", answer)
        else:
            self._tell_truths(action.name, item.arguments)

    def _tell_truths(self, name: str, arguments: Arguments) -> None:
        if name in ("site.set_limit", "driver.set_limit"):
            owner = OWNER_SITE if name == "site.set_limit" else OWNER_DRIVER
            amps = arguments["import_a"]
            limit_ma = -1 if amps < 0 else round(amps * 1000)
            self.ledger.command(self.clock.now_us, owner, limit_ma, int(arguments["for_s"]))
        elif name == "vehicle.unplug":
            self.ledger.unplugged()
        elif name == "technician.reset_faults":
            self.truths.technician_reset()
        elif name == "connector.cut_power":
            self.ledger.restarted()
            self.truths.restarted()
            self.story.restarted()

    def _change(self, change: Change) -> None:
        parameters = self.world.parameters
        if not change.over_us:
            parameters.set(change.path, change.to)
            return
        start = float(parameters.get(change.path))
        span = float(change.to) - start
        from_us = change.t_us

        def drive(now_us: int) -> bool:
            part = min(1.0, (now_us - from_us) / change.over_us)
            parameters.set(change.path, start + span * part)
            return part < 1.0

        self._drivers.append(drive)

    def _replay(self, replay: Replay) -> None:
        def drive(now_us: int) -> bool:
            self.world.parameters.set(replay.path, replay.value_at(now_us))
            return now_us < replay.times_us[-1]

        self._drivers.append(drive)

    def _break(self, broken: Break) -> None:
        fault = broken.fault
        amount = f" {broken.amount:g} {fault.unit}" if fault.unit else ""
        self.story.add("fault", f"(world) {fault.part} {fault.kind}{amount}: {fault.text}")
        fault.break_it(self.world, broken.amount)

    def _mend(self, broken: Break) -> None:
        self.story.add("fault", f"(world) {broken.fault.part} {broken.fault.kind} ends")
        broken.fault.mend(self.world)
