"""The demo's evening: one seed, one sequence of bytes, on a MicroPython and on CPython."""

import hashlib
import io
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.lockstep.playing import CPYTHON, MICROPYTHON, TICK_MS, one_core_a_worker
from wattback_sim.firmware import scenarios_root
from wattback_sim.player import Player, RunResult
from wattback_sim.scenario import Scenario, load_scenario
from wattback_sim.trace import Trace
from wattback_tools.programme_run import Accompanied


class _Digest(io.StringIO):
    """A file that remembers only what its bytes come to: an hour of ticks is 60 MB of trace."""

    def __init__(self) -> None:
        super().__init__()
        self._hash = hashlib.sha256()

    def write(self, text: str) -> int:
        self._hash.update(text.encode())
        return len(text)

    def hex(self) -> str:
        return self._hash.hexdigest()


def _play(scenario: Scenario, runtime: str, seed: int) -> tuple[RunResult, str]:
    digest = _Digest()
    player = Player(scenario, runtime, seed, Trace(TICK_MS, digest, keep=False))
    with ExitStack() as stack, one_core_a_worker():
        Accompanied(player, scenario, stack)
        result = player.play()
    return result, digest.hex()


@pytest.mark.timeout(900)  # twice an hour of ticks, with a controller, beside other tests
def test_the_evening_passes_and_is_the_same_in_every_byte_on_both_interpreters() -> None:
    evening = load_scenario(scenarios_root() / "evening.toml")
    result, bytes_seen = _play(evening, MICROPYTHON, 1)
    assert result.interpreter.startswith("MicroPython")
    assert result.passed, (result.violations, result.verdicts)
    twin, twin_seen = _play(evening, CPYTHON, 1)
    assert twin.passed
    assert bytes_seen == twin_seen, "compare: wattback sim run --trace --every 10 --runtime …"
    assert result.events == twin.events


def test_the_visit_of_a_vehicle_with_basic_signalling_passes() -> None:
    result, _ = _play(load_scenario(scenarios_root() / "visit.toml"), CPYTHON, 1)
    assert result.passed, (result.violations, result.verdicts)


def test_the_same_seed_repeats_itself_and_another_does_not() -> None:
    evening = load_scenario(scenarios_root() / "evening.toml")
    start = replace(evening, duration_us=45_000_000, expectations=())
    first, again, other = (_play(start, MICROPYTHON, seed)[1] for seed in (1, 1, 2))
    assert first == again
    assert first != other
