"""A served board for tests: `wattback sim serve` in a process of its own, on any free ports."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Times as fast as the clock: tests wait for tens of seconds of the board, on a machine that has
# other tests to run.
SPEED = "4"
_SERVE = "from wattback_tools.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Served:
    """One served board. printed: its line of JSON. process: to end it."""

    printed: str
    process: subprocess.Popen[str]

    def address(self, name: str) -> str:
        """One of the addresses that it has printed."""
        return str(json.loads(self.printed)[name])

    def bench(self, folder: Path) -> str:
        """Write a bench file with this board as it was printed; returns its name."""
        (folder / "served.json").write_text(self.printed, encoding="utf-8")
        text = '[[board]]\nname = "served"\nserved = "served.json"\n'
        (folder / "lab.toml").write_text(text, encoding="utf-8")
        return "lab.toml"


@contextmanager
def served(
    runtime: str = "cpython", scenario: Path | None = None, speed: str = SPEED
) -> Iterator[Served]:
    """A served board until the end of the block. scenario: what it begins with."""
    options = (
        f"--runtime {runtime} --speed {speed} --modbus-port 0 --control-port 0 --json".split()
    )
    if scenario is not None:
        options += ["--scenario", str(scenario)]
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, "sim", "serve", *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        try:
            yield Served(process.stdout.readline(), process)
        finally:
            process.terminate()
