"""A short evening in which every phase of a visit occurs, played on CPython and recorded.

World, simulated board and firmware are the simulator's own. Ticks are 10 ms apart where something
happens and up to a second where nothing does, so that the emulated Pico, which takes 45 s for a
second of busy code, can go through the whole of it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import wattback_sim  # noqa: F401  (makes the firmware importable)
from wattback.boards.sim import HEAD_WORDS, INPUT_NAMES
from wattback.commands import (
    ACCEPTED,
    COMMAND_RESET_FAULTS,
    COMMAND_SET_LIMIT,
    REFUSED_FULL,
)
from wattback.limits import OWNER_SITE
from wattback.session import STATE_NAMES
from wattback_sim.board import SimulatedBoard, default_settings
from wattback_sim.clock import Clock
from wattback_sim.faults import find_fault
from wattback_sim.link.cpython import CPythonLink
from wattback_sim.trace import fault_names
from wattback_sim.world import World, default_parameters

SEED = 1
FRAME_WORDS = HEAD_WORDS + len(INPUT_NAMES)

# A vehicle without patience keeps the phases short; the firmware's work does not depend on it.
_QUICK_VEHICLE = {
    "vehicle.start_s": 0.05,
    "vehicle.response_s": 0.0,
    "vehicle.stop_s": 0.05,
    "vehicle.ramp_a_per_s": 400.0,
}
_LONGEST_LEAP_MS = 50  # the firmware takes any longer step for a single tick
_LEAK = ("cable", "leak", 500.0)
_SHORT = ("pilot", "short", 0.0)
_FAULTS = (_LEAK, ("contactor_aux", "stuck_closed", 0.0), ("pilot", "stuck_high", 0.0), _SHORT)


@dataclass(frozen=True)
class Stretch:
    """The frames from `start` to before `end`: ticks of 10 ms, the phase `name` of the evening."""

    name: str
    start: int
    end: int


class Recorder(CPythonLink):
    """A link that keeps what was exchanged.

    boot: the first frame. words: all later ones, FRAME_WORDS int32 each. sums: of each answer to
    them the CRC-32 of what it tells, outputs, status and retained words.
    """

    def __init__(self) -> None:
        super().__init__()
        self.boot: list[int] = []
        self.words = bytearray()
        self.sums = bytearray()

    @property
    def count(self) -> int:
        """Frames recorded after the first."""
        return len(self.sums) // 4

    def exchange(self, words: Sequence[int]) -> Sequence[int]:
        """See Link."""
        answer = super().exchange(words)
        if self.boot:
            self.words += struct.pack(f"<{FRAME_WORDS}i", *words[:FRAME_WORDS])
            told = answer[HEAD_WORDS:]
            self.sums += struct.pack("<I", zlib.crc32(struct.pack(f"<{len(told)}i", *told)))
        else:
            self.boot = list(words)
        return answer


class Evening:
    """Plays one evening when it is made. recorder: its frames; stretches: its phases, in order."""

    def __init__(self) -> None:
        parameters = default_parameters()
        for path, value in _QUICK_VEHICLE.items():
            parameters.set(path, value)
        self.recorder = Recorder()
        self.stretches: list[Stretch] = []
        self._world = World(parameters, SEED)
        self._clock = Clock(0)
        self._board = SimulatedBoard(
            self._world, self._clock, default_settings(), lambda: self.recorder
        )
        self._board.power_on()
        self._charge_and_stop()
        self._unplug_under_load()
        self._fail_and_recover()

    def _charge_and_stop(self) -> None:
        self._phase("boot", 16, "boot", "idle")
        self._leap_s(7)  # the contactor rests
        self._world.vehicle.plug_in()
        self._leap_s(0.01)
        self._leap_s(0.2)
        self._phase("plugged in", 5, "idle", "waiting")
        self._phase("offered", 10, "waiting", "offered")
        self._leap_s(0.42)
        self._phase("charging", 14, "offered", "charging")
        self._leap_s(1)
        self._limit_a(20)
        self._phase("limited", 6, "charging", "charging")
        self._limit_a(0)
        self._phase("stopping", 14, "charging", "waiting")

    def _unplug_under_load(self) -> None:
        self._limit_a(48)
        self._until("charging", 1.0)
        self._leap_s(1)
        self._world.unplug()
        self._phase("unplug", 8, "charging", "idle")

    def _fail_and_recover(self) -> None:
        self._world.vehicle.plug_in()
        self._until("charging", 1.0)
        self._leap_s(1)
        self._break(_SHORT)
        self._phase("fault", 8, "charging", "fault")
        self._mend(_SHORT)
        self._until("charging", 1.0)
        self._leap_s(1)
        self._fill_queue(COMMAND_RESET_FAULTS, 0, 0, 0, 0)
        self._phase("queue of resets", 8, "charging", "charging")
        self._break(_LEAK)
        self._leap_s(0.01)  # the latch trips, and the next tick sees it
        self._reset_faults()
        self._fill_queue(COMMAND_SET_LIMIT, OWNER_SITE, 48000, 48000, 0)
        self._phase("fault and queue", 8, "charging", "fault")
        for fault in _FAULTS[1:]:
            self._break(fault)
            self._leap_s(2)
        latched = fault_names(self._board.status("faults"))
        assert len(latched) == len(_FAULTS), f"latched are only {latched}"
        self._phase("four faults", 4, "fault", "fault")
        for fault in _FAULTS:
            self._mend(fault)
        self._world.vehicle.unplug()
        self._leap_s(2)
        self._reset_faults()
        self._phase("reset", 16, "fault", "idle")
        self._phase("idle", 4, "idle", "idle")

    @property
    def _state(self) -> str:
        return STATE_NAMES[self._board.status("session_state")] if self._board.answer else "boot"

    def _tick(self, after_ms: int) -> None:
        self._clock.now_us += after_ms * 1000
        self._world.advance(self._clock.now_us)
        self._board.tick()

    def _phase(self, name: str, ticks: int, before: str, after: str) -> None:
        start = self.recorder.count
        assert self._state == before, f"{name} begins in {self._state}, not in {before}"
        for _ in range(ticks):
            self._tick(10)
        assert self._state == after, f"{name} ends in {self._state}, not in {after}"
        self.stretches.append(Stretch(name, start, self.recorder.count))

    def _leap_s(self, seconds: float) -> None:
        left_ms = round(seconds * 1000)
        while left_ms > 0:
            after_ms = min(left_ms, _LONGEST_LEAP_MS)
            self._tick(after_ms)
            left_ms -= after_ms

    def _until(self, state: str, step_s: float) -> None:
        for _ in range(30):
            if self._state == state:
                return
            self._leap_s(step_s)
        raise AssertionError(f"waiting for {state}, the session stays in {self._state}")

    def _limit_a(self, amps: int) -> None:
        self._command(COMMAND_SET_LIMIT, OWNER_SITE, amps * 1000, amps * 1000, 0)

    def _reset_faults(self) -> None:
        self._command(COMMAND_RESET_FAULTS, 0, 0, 0, 0)

    def _command(self, code: int, *arguments: int) -> None:
        assert self._board.command(code, *arguments) == ACCEPTED

    def _fill_queue(self, code: int, *arguments: int) -> None:
        self._command(code, *arguments)
        while self._board.command(code, *arguments) != REFUSED_FULL:
            pass

    def _break(self, fault: tuple[str, str, float]) -> None:
        part, kind, amount = fault
        find_fault(part, kind).break_it(self._world, amount)

    def _mend(self, fault: tuple[str, str, float]) -> None:
        find_fault(fault[0], fault[1]).mend(self._world)
