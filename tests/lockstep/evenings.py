"""A scenario with whatever accompanies it, played to its end: what came of it, and its bytes."""

import hashlib
import io
from contextlib import ExitStack

from tests.lockstep.playing import TICK_MS, one_core_a_worker
from wattback_sim.player import Player, RunResult
from wattback_sim.scenario import Scenario
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


def play_evening(scenario: Scenario, runtime: str, seed: int) -> tuple[RunResult, str]:
    """The result, and the SHA-256 of the trace of every tick."""
    digest = _Digest()
    result = play(scenario, runtime, seed, Trace(TICK_MS, digest, keep=False))
    return result, digest.hex()


def play(scenario: Scenario, runtime: str, seed: int, trace: Trace) -> RunResult:
    """The result, with a trace of what the caller wants to see of it."""
    player = Player(scenario, runtime, seed, trace)
    with ExitStack() as stack, one_core_a_worker():
        Accompanied(player, scenario, stack)
        return player.play()
