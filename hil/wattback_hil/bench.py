"""Where the connectors of a run come from: simulated, or the boards of a bench file."""

import sys
from pathlib import Path
from typing import Protocol

from wattback_hil.connector import Connector
from wattback_hil.errors import BenchError


class Bench(Protocol):
    """places: how many tests can run at a time, None for any number."""

    places: int | None

    def open(self) -> None:
        """Take a board for this process. Raises BenchError; harmless when called again."""

    def connector(self, test: str) -> Connector:
        """A connector in its first state for the test of that name; takes a board if need be."""

    def finish(self) -> None:
        """The test is over: leave the board as it was found."""

    def close(self) -> None:
        """Let go of the board. Harmless when called again."""


def make_bench(file: Path | None, runtime: str | None, seed: int) -> Bench:
    """The bench that the options ask for. Raises BadInputError or BenchError."""
    if file is None:
        from wattback_hil.simulated import SimulatedBench

        return SimulatedBench(runtime, seed)
    if sys.platform == "win32":
        raise BenchError("--bench locks its boards with flock, which Windows does not have")
    from wattback_hil.bench_file import load_bench_file
    from wattback_hil.served import ServedBench

    return ServedBench(load_bench_file(file))
