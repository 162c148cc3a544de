"""Times the simulator whole and in parts, in one process on one core.

The parts see the very frames of the whole: one run is recorded on CPython, then the link carries
frames of that size to a MicroPython that only answers, the recorded frames go to the firmware
without a world, and the world plays against the recorded answers without a firmware.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from unittest.mock import patch

from wattback.boards.sim import IN_WORDS, KIND_TICK, MOST_IN, OUT_WORDS
from wattback_sim import site as site_module
from wattback_sim.clock import TICK_US
from wattback_sim.firmware import scenarios_root
from wattback_sim.link import Link
from wattback_sim.link import micropython as micropython_link
from wattback_sim.link.cpython import CPythonLink
from wattback_sim.link.micropython import MicroPythonLink, one_core
from wattback_sim.player import Player, RunResult
from wattback_sim.scenario import Scenario, load_scenario
from wattback_sim.trace import Trace

SCENARIO = "evening.toml"
SEED = 1
SPAN_S = 400  # of the scenario, from its beginning
ROUNDS = 3

_PING_PONG = f"""\
from array import array
from sys import stdin, stdout

frame_in = array("i", [0] * {IN_WORDS})
frame_out = array("i", [{KIND_TICK}] * {OUT_WORDS})
while stdin.buffer.readinto(frame_in):
    stdout.buffer.write(frame_out)
"""

_PARTS = ("mp", "cp", "world", "link", "both", "share")  # as in Rates

Frames = list[tuple[Sequence[int], Sequence[int]]]


@dataclass(frozen=True)
class Rates:
    """Wall seconds of each round, by part. frames: ticks and what is said between them. differing:
    answers unlike those recorded.

    shares: of each round, what part of its core the run on MicroPython had to itself.
    """

    ticks: int
    frames: int
    micropython: str
    cpython: str
    differing: int
    on_micropython_s: tuple[float, ...]
    on_cpython_s: tuple[float, ...]
    world_s: tuple[float, ...]
    link_s: tuple[float, ...]
    link_and_firmware_s: tuple[float, ...]
    shares: tuple[float, ...]


class _Recorder(CPythonLink):
    """A board that keeps its frames and answers."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: Frames = []

    def exchange(self, words: Sequence[int]) -> Sequence[int]:
        answer = tuple(super().exchange(words))
        self.frames.append((tuple(words), answer))
        return answer


class _Memory:
    """A link to recorded answers instead of a firmware."""

    most_in = MOST_IN
    connections = 0
    late_ticks = 0
    ticked = True

    def __init__(self, frames: Frames) -> None:
        self._answers: Iterator[Sequence[int]] = iter([answer for _, answer in frames])

    def exchange(self, _words: Sequence[int]) -> Sequence[int]:
        return next(self._answers)

    def close(self) -> None:
        """Nothing to end."""


def measure_rates() -> Rates:
    """All parts in turn, a round after the other, so that a slow moment meets all of them."""
    with one_core():
        return _measure()


def _measure() -> Rates:
    scenario = replace(load_scenario(scenarios_root() / SCENARIO), duration_us=SPAN_S * 1_000_000)
    recorder = _Recorder()
    _play(scenario, lambda: recorder)
    frames = recorder.frames
    gc.freeze()  # what was recorded must not slow down the collector of what is timed
    parts: dict[str, list[float]] = {name: [] for name in _PARTS}
    differing = 0
    for _ in range(ROUNDS):
        cpu_began = _cpu_s()
        on_micropython, seconds = _play(scenario, MicroPythonLink)
        parts["mp"].append(seconds)
        parts["share"].append((_cpu_s() - cpu_began) / seconds)
        on_cpython, seconds = _play(scenario, CPythonLink)
        parts["cp"].append(seconds)
        parts["world"].append(_play(scenario, lambda: _Memory(frames))[1])
        parts["link"].append(_ping_pong(len(frames)))
        seconds, wrong = _replay(frames)
        parts["both"].append(seconds)
        differing = max(differing, wrong)
    return Rates(
        scenario.duration_us // TICK_US,
        len(frames) - 1,  # the boot is none of those compared
        on_micropython.interpreter,
        on_cpython.interpreter,
        differing,
        *(tuple(parts[name]) for name in _PARTS),
    )


def _play(scenario: Scenario, new_link: Callable[[], Link]) -> tuple[RunResult, float]:
    with patch.object(site_module, "open_link", lambda _runtime: new_link()):
        player = Player(scenario, "", SEED, Trace(100, keep=False))
        gc.collect()
        began = time.perf_counter()
        result = player.play()
        return result, time.perf_counter() - began


def _cpu_s() -> float:
    """Seconds of processor that this process has used, and those that it has waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _ping_pong(count: int) -> float:
    with patch.object(micropython_link, "_START", _PING_PONG):
        link = MicroPythonLink()
    words = [KIND_TICK] * IN_WORDS
    link.exchange(words)  # the interpreter is up
    began = time.perf_counter()
    for _ in repeat(None, count):
        link.exchange(words)
    seconds = time.perf_counter() - began
    link.close()
    return seconds


def _replay(frames: Frames) -> tuple[float, int]:
    link = MicroPythonLink()
    boot, *ticks = frames
    link.exchange(boot[0])
    differing = 0
    began = time.perf_counter()
    for words, recorded in ticks:
        if link.exchange(words) != recorded:
            differing += 1
    seconds = time.perf_counter() - began
    link.close()
    return seconds, differing
