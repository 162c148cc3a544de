"""The phases of a visit in which a tick of the core is measured on the emulated Pico.

One short evening is played on CPython: world, simulated board and firmware, ticks of 10 ms where
something happens and leaps of up to a second where nothing does. Its frames are recorded, and the
Pico replays them (`replay/`), some ticks measured, all answers the same. So each phase sees what a
board in the simulator sees, noise and all, and measuring takes seconds instead of hours.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import wattback_sim  # noqa: F401  (makes the firmware importable)
from tests.pico.measure_core import Phase, PhaseCost, measure_ticks
from wattback.boards.sim import HEAD_WORDS, INPUT_NAMES
from wattback.commands import COMMAND_RESET_FAULTS, COMMAND_SET_LIMIT
from wattback.limits import OWNER_SITE
from wattback.session import STATE_NAMES
from wattback_sim.board import SimulatedBoard, default_settings
from wattback_sim.clock import Clock
from wattback_sim.faults import find_fault
from wattback_sim.firmware import firmware_root
from wattback_sim.link.cpython import CPythonLink
from wattback_sim.world import World, default_parameters

SEED = 1
TICK_LIMIT_US = 3_000  # DESIGN, "The two planes of the firmware"
TICK_AIM_US = 1_500  # likewise
GROWTH_LIMIT_BYTES = 0

# A vehicle without patience, so that a phase is short; the firmware's work does not depend on it.
_QUICK_VEHICLE = {
    "vehicle.start_s": 0.05,
    "vehicle.response_s": 0.0,
    "vehicle.stop_s": 0.05,
    "vehicle.ramp_a_per_s": 400.0,
}
_FRAME_WORDS = HEAD_WORDS + len(INPUT_NAMES)
_LONGEST_LEAP_MS = 1_000  # what the firmware takes one step to be at most


@dataclass(frozen=True)
class Stretch:
    """Frames [start, end) are measured as the phase `name`; `state` is the session's before."""

    name: str
    start: int
    end: int
    state: str


class _Recorder(CPythonLink):
    """A link that keeps each frame and the CRC-32 of its answer."""

    def __init__(self) -> None:
        super().__init__()
        self.boot: list[int] = []
        self.words = bytearray()
        self.sums = bytearray()

    def exchange(self, words: Sequence[int]) -> Sequence[int]:
        answer = super().exchange(words)
        if not self.boot:
            self.boot = list(words)
            return answer
        self.words += struct.pack(f"<{_FRAME_WORDS}i", *words[:_FRAME_WORDS])
        self.sums += struct.pack("<I", zlib.crc32(struct.pack(f"<{len(answer)}i", *answer)))
        return answer

    @property
    def count(self) -> int:
        return len(self.sums) // 4


class Evening:
    """Plays and records one evening. stretches: what to measure of it."""

    def __init__(self) -> None:
        parameters = default_parameters()
        for path, value in _QUICK_VEHICLE.items():
            parameters.set(path, value)
        self.stretches: list[Stretch] = []
        self.recorder = _Recorder()
        self._world = World(parameters, SEED)
        self._clock = Clock(0)
        self._board = SimulatedBoard(
            self._world, self._clock, default_settings(), lambda: self.recorder
        )
        self._board.power_on()
        self._play()

    def _play(self) -> None:
        """boot … idle: every stretch begins where the session's state is the one named."""
        vehicle = self._world.vehicle
        self._measure("boot", 12, "boot")
        self._leap(1.5)
        vehicle.plug_in()
        self._leap(0.01)
        self._leap(0.22)
        self._measure("plugged in", 5, "idle")
        self._measure("offered", 12, "waiting")
        self._until(lambda: self._world.wire.high_v < 7.0)
        self._leap(0.48)
        self._measure("closing", 10, "offered")
        self._leap(1.0)
        self._measure("charging", 12, "charging")
        self._limit_a(20)
        self._measure("limited", 12, "charging")
        self._limit_a(0)
        self._measure("stopping", 24, "charging")
        self._limit_a(48)
        self._charge_again()
        self._world.unplug()
        self._measure("unplug", 10, "charging")
        self._leap(1.0)
        vehicle.plug_in()
        self._charge_again()
        find_fault("cable", "leak").break_it(self._world, 500.0)
        self._measure("fault", 14, "charging")
        self._break_more()
        self._measure("four faults", 12, "fault")
        self._mend_all()
        self._leap(1.0)
        import os
        for _ in range(int(os.environ.get("RESETS","1"))):
            self._board.command(COMMAND_RESET_FAULTS, 0, 0, 0, 0)
        self._measure("reset", 12, "fault")
        vehicle.unplug()
        self._until(lambda: self._state == "idle")
        self._measure("idle", 12, "idle")
        self._leap(0.01)

    @property
    def _state(self) -> str:
        return STATE_NAMES[self._board.status("session_state")]

    def _tick(self, ms: int) -> None:
        self._clock.now_us += ms * 1000
        self._world.advance(self._clock.now_us)
        self._board.tick()

    def _measure(self, name: str, ticks: int, state: str) -> None:
        start = self.recorder.count
        for _ in range(ticks):
            self._tick(10)
        self.stretches.append(Stretch(name, start, start + ticks, state))

    def _leap(self, seconds: float) -> None:
        left_ms = round(seconds * 1000)
        while left_ms > 0:
            step_ms = min(left_ms, _LONGEST_LEAP_MS)
            self._tick(step_ms)
            left_ms -= step_ms

    def _until(self, reached: Callable[[], bool], step_s: float = 0.1) -> None:
        for _ in range(200):
            if reached():
                return
            self._leap(step_s)
        raise AssertionError(f"the evening stays in state {self._state}")

    def _charge_again(self) -> None:
        self._leap(0.01)
        self._until(lambda: self._state == "charging", 0.5)
        self._leap(1.0)

    def _limit_a(self, amps: int) -> None:
        self._board.command(COMMAND_SET_LIMIT, OWNER_SITE, amps * 1000, amps * 1000, 0)

    def _break_more(self) -> None:
        find_fault("contactor_aux", "stuck_closed").break_it(self._world, 0.0)
        self._leap(1.0)
        find_fault("pilot", "stuck_high").break_it(self._world, 0.0)
        self._leap(1.0)
        find_fault("pilot", "short").break_it(self._world, 0.0)
        self._leap(1.0)

    def _mend_all(self) -> None:
        for part, kind in (
            ("cable", "leak"), ("contactor_aux", "stuck_closed"), ("pilot", "short"), ("pilot", "stuck_high")
        ):
            find_fault(part, kind).mend(self._world)


def measure_core_ticks() -> tuple[PhaseCost, ...]:
    evening = Evening()
    recorder = evening.recorder
    build = f"""
        from replay import Replay
        replay = Replay({recorder.boot!r}, {bytes(recorder.words)!r}, {_FRAME_WORDS}, {bytes(recorder.sums)!r})
        board = replay.board
        connector = board.connector
        frames = replay.frames
        n = 0
    """
    tick = """
        board.frame_in = frames[n]
        connector.tick(frames[n][2])
        n += 1
    """
    phases = [
        Phase(
            item.name,
            item.end - item.start,
            f"""
                replay.pass_over(n, {item.start}, {item.state!r})
                n = {item.start}
            """,
        )
        for item in evening.stretches
    ]
    here = Path(__file__).resolve().parent
    return measure_ticks([firmware_root() / "wattback", here / "replay"], build, tick, phases)
