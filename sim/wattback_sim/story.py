"""The story of a run: what happened and why, one sentence an event, from the firmware's status.

It only watches. People meet these sentences in the demo, on its page, and under a failed scenario.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from wattback.contactor import CAUSE_NAMES
from wattback.limits import OWNER_NAMES
from wattback.pilot import STATE_NAMES
from wattback.session import (
    BACKUP,
    BOOT,
    CHARGING,
    DISCHARGING,
    FAULT,
    IDLE,
    OFFERED,
    STOPPING,
    WAITING,
)
from wattback_sim.backup_story import BackupStory
from wattback_sim.board import AT, SimulatedBoard
from wattback_sim.export_story import ExportStory
from wattback_sim.fault_texts import FAULT_TEXTS
from wattback_sim.texts import CAUSE_TEXTS, WAIT_TEXTS, power_in_words
from wattback_sim.trace import fault_names, wait_names

_WATCHED = tuple(
    AT[name]
    for name in (
        "session_state",
        "faults",
        "import_limit_ma",
        "import_limit_owner",
        "offered_ma",
        "contactor_commanded",
    )
)
_WAIT_TOLD_US = 500_000  # shorter waits are not worth a sentence
_SETTLE_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the story. kind: who acted, one of vehicle site connector limit fault."""

    t_us: int
    kind: str
    text: str

    def line(self, starts_at: datetime) -> str:
        """The event with its local time, as in a log."""
        at = starts_at + timedelta(microseconds=self.t_us)
        return f"{at:%H:%M:%S}.{at.microsecond // 10000:02d}  {self.kind:9}  {self.text}"


class Story:
    """Collects events of one board. tell: called with each event as it happens."""

    def __init__(self, board: SimulatedBoard, tell: Callable[[Event], None] | None = None) -> None:
        self.events: list[Event] = []
        self._board = board
        self._tell = tell
        self._last = (BOOT, 0, 0, 0, 0, 0)
        self._plugged = board.world.vehicle.plugged
        self._wanted = True
        self._waiting: list[str] = []
        self._waiting_us = 0
        self._power_due_us: int | None = None
        self._power_w = 0.0
        self._export = ExportStory(board, self.add)
        self._backup = BackupStory(board, self.add)

    def add(self, kind: str, text: str) -> None:
        """Something that the firmware does not say by itself."""
        event = Event(self._board.clock.now_us, kind, text)
        self.events.append(event)
        if self._tell is not None:
            self._tell(event)

    def restarted(self) -> None:
        """The board has lost its power: what it did before is no change that it made."""
        self._last = (BOOT, self._last[1], 0, 0, 0, 0)
        self._power_due_us = None
        self._export.restarted()
        self._backup.restarted()

    def watch(self) -> None:
        """Compare this tick with the one before."""
        answer = self._board.answer
        now = tuple([answer[at] for at in _WATCHED])
        if now != self._last:
            before, self._last = self._last, now  # type: ignore[assignment]
            self._changed(before, now)
        if now[0] == WAITING:
            self._watch_waiting()
        if self._power_due_us is not None:
            self._watch_power()
        self._export.watch()
        self._backup.watch()
        self._watch_vehicle()

    def _changed(self, before: tuple[int, ...], now: tuple[int, ...]) -> None:
        if now[1] != before[1]:
            self._faults_changed(before[1], now[1])
        if now[2] != before[2] or now[3] != before[3]:
            self._limit_changed(before, now)
        if now[5] != before[5]:
            self._contactor_switched(bool(now[5]))
        if now[0] != before[0]:
            self._state_changed(before[0], now[0])
        if now[0] in (OFFERED, CHARGING) and now[4] != before[4] and before[4]:
            verb = "lowers" if now[4] < before[4] else "raises"
            self.add("connector", f"{verb} its offer to {now[4] / 1000:.1f} A")
            self._expect_power()

    def _faults_changed(self, before: int, now: int) -> None:
        for name in fault_names(now & ~before):
            self.add("fault", f"{name}: {FAULT_TEXTS[name]}")
        for name in fault_names(before & ~now):
            self.add("fault", f"{name} is cleared")

    def _limit_changed(self, before: tuple[int, ...], now: tuple[int, ...]) -> None:
        was = f", was {before[2] / 1000:.1f} A" if before[2] else ""
        owner = OWNER_NAMES[now[3]]
        self.add("limit", f"charging limit {now[2] / 1000:.1f} A, owner {owner}{was}")

    def _contactor_switched(self, closed: bool) -> None:
        board = self._board
        if closed and board.status("session_state") == BACKUP:
            self.add("connector", "closes the contactor between two dead sides")
        elif closed:
            state = STATE_NAMES[board.status("pilot_state")]
            self.add(
                "connector", f"closes the contactor: the vehicle asks for energy (pilot {state})"
            )
            self._expect_power()
        else:
            amps = abs(board.world.current_a)
            load = f"at {amps:.0f} A" if amps >= 1.0 else "without load"
            cause = CAUSE_TEXTS[CAUSE_NAMES[board.status("open_cause")]]
            self.add("connector", f"opens the contactor {load}: {cause}")
            self._power_due_us = None

    def _state_changed(self, before: int, now: int) -> None:
        board = self._board
        if now == IDLE and before == BOOT:
            self.add("connector", "ready: settings loaded, self-tests passed")
        elif now == IDLE:
            self.add("connector", "no vehicle any more (pilot A): idle")
        elif now == WAITING and before == IDLE:
            state = STATE_NAMES[board.status("pilot_state")]
            self.add("connector", f"sees a vehicle (pilot {state})")
        elif now == OFFERED:
            owner = OWNER_NAMES[board.status("import_limit_owner")]
            amps = board.status("offered_ma") / 1000
            duty = board.status("duty_bp") / 100
            self.add("connector", f"offers {amps:.1f} A at {duty:.1f} % duty, limited by {owner}")
        elif now == STOPPING:
            reasons = self._reasons(wait_names(board.status("waiting_for")))
            self.add(
                "connector", f"withdraws its offer and lets the vehicle stop: needs {reasons}"
            )
        elif now == BACKUP:
            self._power_due_us = None  # it comes with the voltage
        elif before == BACKUP and now == CHARGING:
            self.add("connector", "the vehicle follows the grid again, and may charge")
            self._expect_power()
        elif now == DISCHARGING:
            self.add("connector", "lets the vehicle discharge")
            self._expect_power()
        elif before == DISCHARGING and now == CHARGING:
            self.add("connector", "export has ended; the vehicle may charge")
            self._expect_power()
        elif now == FAULT:
            self.add("connector", "is in fault: contactor open until the fault is cleared")
        self._waiting = []

    def _watch_waiting(self) -> None:
        now_us = self._board.clock.now_us
        waiting = wait_names(self._board.status("waiting_for"))
        if waiting != self._waiting:
            self._waiting = waiting
            self._waiting_us = now_us
        elif waiting and now_us - self._waiting_us == _WAIT_TOLD_US:
            self.add("connector", f"waits for {self._reasons(waiting)}")

    def _reasons(self, names: list[str]) -> str:
        return " and ".join(WAIT_TEXTS[name] for name in names)

    def _expect_power(self) -> None:
        self._power_due_us = self._board.clock.now_us + 2 * _SETTLE_US
        self._power_w = -1.0

    def _watch_power(self) -> None:
        world = self._board.world
        now_us = self._board.clock.now_us
        assert self._power_due_us is not None
        if now_us < self._power_due_us:
            return
        settled = abs(world.power_w - self._power_w) < 20.0 and abs(world.power_w) > 50.0
        self._power_w = world.power_w
        self._power_due_us = now_us + _SETTLE_US
        if settled:
            self._power_due_us = None
            volts = world.bus.voltage_l1_v + world.bus.voltage_l2_v
            words = power_in_words(world.power_w)
            self.add("vehicle", f"{words}: {abs(world.current_a):.1f} A at {volts:.0f} V")

    def _watch_vehicle(self) -> None:
        vehicle = self._board.world.vehicle
        if vehicle.plugged != self._plugged:
            self._plugged = vehicle.plugged
            self._wanted = True
        if self._plugged and self._wanted and not vehicle.wants_energy():
            self._wanted = False
            kwh = vehicle.energy_wh / 1000
            soc = vehicle.battery.soc * 100
            self.add("vehicle", f"has what it needs: {kwh:.2f} kWh, battery at {soc:.0f} %")
