"""A site that can be stepped: the world, one board in it, its wires, and who watches them.

Scenarios, served boards and benches all drive this one. Ticks come every 10 ms, and between them,
in order of time, whatever the timetable holds. Only ticks and actions on the world move the world;
bytes on a wire move nothing but themselves, so a run is the same in every tick however much is
said on the ports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wattback.commands import COMMAND_ADOPT, COMMAND_RESET_FAULTS
from wattback.resets import RESET_POWER_ON
from wattback_sim.arguments import Arguments
from wattback_sim.board import SERIAL_NUMBER, SimulatedBoard, default_settings
from wattback_sim.clock import TICK_US, Clock, Timetable
from wattback_sim.controller import Controller
from wattback_sim.faults import FaultKind
from wattback_sim.limit_ledger import LimitLedger
from wattback_sim.link import Link, open_link
from wattback_sim.parameters import Value
from wattback_sim.replay import Replay
from wattback_sim.story import Event, Story
from wattback_sim.truths import Truths
from wattback_sim.wiring import Wiring
from wattback_sim.world import World, default_parameters

if TYPE_CHECKING:
    from wattback_sim.actions import Action


class Site:
    """One simulated site, from `power_on` to `close`.

    runtime: see `open_link`. seed: of all noise. initial: parameters of the world by path.
    settings: of the connector by name, its defaults where there are none. board_starts_ms: of the
    board's counter. tell: called with each event of the story. new_link: opens a link, for whoever
    wants another than `open_link` does.

    world, clock, timetable, board, wiring, controller, ledger, truths, story: its parts, for
    whoever looks closer. watchers: called after every tick of a board that has power.
    """

    def __init__(
        self,
        runtime: str,
        seed: int = 1,
        initial: Mapping[str, Value] | None = None,
        settings: Mapping[str, int] | None = None,
        board_starts_ms: int = 0,
        serial_number: int = SERIAL_NUMBER,
        tell: Callable[[Event], None] | None = None,
        new_link: Callable[[], Link] | None = None,
    ) -> None:
        parameters = default_parameters()
        for path, value in (initial or {}).items():
            parameters.set(path, value)
        settings = default_settings() if settings is None else settings
        self.world = World(parameters, seed)
        self.clock = Clock(board_starts_ms)
        self.timetable = Timetable(self.clock)
        self.board = SimulatedBoard(
            self.world,
            self.clock,
            settings,
            new_link or (lambda: open_link(runtime)),
            serial_number,
        )
        self.wiring = Wiring(self.board, self.timetable)
        self.world.vehicle.evcc.attach(self.wiring.vehicle)
        if self.world.gateway is not None:
            self.world.gateway.link.attach(self.wiring.gateway)
        self.controller = Controller(
            self.clock, self.timetable, self.wiring, settings["modbus_unit_id"]
        )
        self.ledger = LimitLedger(settings)
        self.truths = Truths(self.board, self.ledger)
        self.story = Story(self.board, tell)
        self.watchers: list[Callable[[], None]] = []
        self._next_tick_us = TICK_US
        self._starved = False  # without an auxiliary supply in a dead home
        self._drivers: dict[str, Callable[[int], bool]] = {}  # of parameters, by path

    # --- time ---

    def run_until(self, until_us: int) -> None:
        """Let time pass up to `until_us`, in µs since the start.

        Raises FirmwareStoppedError when the firmware stops.
        """
        timetable = self.timetable
        while self._next_tick_us <= until_us:
            if timetable.next_us <= self._next_tick_us:
                timetable.run(self._next_tick_us)
            self._tick()
        timetable.run(until_us)
        self.clock.now_us = max(self.clock.now_us, until_us)

    def wait(self, enough: Callable[[], bool], until_us: int) -> bool:
        """Let time pass until something holds, looked at after every event and tick.

        False when it does not hold by `until_us`.
        """
        while not enough():
            if self.next_us() > until_us:
                self.run_until(until_us)
                return enough()
            if self.timetable.next_us <= self._next_tick_us:
                self.timetable.step()
            else:
                self._tick()
        return True

    def next_us(self) -> int:
        """When something happens next."""
        return min(self.timetable.next_us, self._next_tick_us)

    # --- power ---

    def power_on(self, reset_cause: int = RESET_POWER_ON) -> None:
        """The board gets its supply and boots. Harmless when it has it."""
        if not self.board.powered:
            self.wiring.power_on(*self.board.power_on(reset_cause))

    def power_off(self) -> None:
        """The board loses its supply: nobody has said anything to what boots next."""
        self.board.power_off()
        self.wiring.power_off()
        self.ledger.restarted()
        self.truths.restarted()
        self.story.restarted()

    def _starve(self) -> None:
        self._starved = not self._starved
        if self._starved:
            self.power_off()
        else:
            self.power_on()

    def close(self) -> None:
        """End the firmware: the site is not used again. Harmless when called again."""
        self.board.power_off()

    # --- what happens to it, now ---

    def act(self, action: Action, arguments: Arguments) -> str:
        """Carry out an action; returns why it was refused, or "" when it was not."""
        if action.moves:
            self._advance(self.clock.now_us)
        self.story.add(action.who, action.sentence(arguments))
        refused = action.do(self, arguments)
        if refused:
            self.story.add("connector", refused)
        return refused

    def change(self, path: str, to: Value, over_us: int = 0) -> None:
        """Set a parameter (checked by `Parameters.check_later` and `check`), or ramp it.

        A ramp that it was on ends.
        """
        self._advance(self.clock.now_us)
        self._drivers.pop(path, None)
        parameters = self.world.parameters
        if not over_us:
            parameters.set(path, to)
            return
        start = float(parameters.get(path))
        span = float(to) - start
        from_us = self.clock.now_us

        def drive(now_us: int) -> bool:
            part = min(1.0, (now_us - from_us) / over_us)
            parameters.set(path, start + span * part)
            return part < 1.0

        self._drivers[path] = drive

    def replay(self, replay: Replay) -> None:
        """Let a recorded signal drive its parameter from now on, with times since the start."""

        def drive(now_us: int) -> bool:
            self.world.parameters.set(replay.path, replay.value_at(now_us))
            return now_us < replay.times_us[-1]

        self._drivers[replay.path] = drive

    def break_(self, fault: FaultKind, amount: float) -> None:
        """Something breaks."""
        self._advance(self.clock.now_us)
        much = f" {amount:g} {fault.unit}" if fault.unit else ""
        self.story.add("fault", f"(world) {fault.part} {fault.kind}{much}: {fault.text}")
        fault.break_it(self.world, amount)

    def mend(self, fault: FaultKind) -> None:
        """And is sound again."""
        self._advance(self.clock.now_us)
        self.story.add("fault", f"(world) {fault.part} {fault.kind} ends")
        fault.mend(self.world)

    # --- how it moves ---

    def _tick(self) -> None:
        now_us = self._next_tick_us
        self._next_tick_us += TICK_US
        self.clock.now_us = now_us
        self._advance(now_us)
        board = self.board
        if self.world.auxiliary_empty != self._starved:
            self._starve()
        if board.powered:
            self.wiring.before_tick()
            board.tick()
            obeyed = board.obeyed()
            if obeyed:
                self._obeyed(obeyed[0], *obeyed[1:])
            self.truths.judge()
            self.story.watch()
            for watch in self.watchers:
                watch()
            self.wiring.after_tick(board.answer)

    def _obeyed(self, code: int, *arguments: int) -> None:
        """Whoever sent it: the connector has carried out a command, and will be judged by it."""
        self.ledger.obeyed(self.clock.now_us, (code, *arguments))
        if code == COMMAND_ADOPT:
            settings = self.board.settings_in_force()
            self.truths.adopted(self.ledger.adopted(settings), arguments[0])
        if code == COMMAND_RESET_FAULTS:
            self.truths.technician_reset()

    def _advance(self, now_us: int) -> None:
        if self._drivers:
            self._drivers = {path: drive for path, drive in self._drivers.items() if drive(now_us)}
        self.world.advance(now_us)
