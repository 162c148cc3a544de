"""Runs a program that stands beside the tests on MicroPython, with the firmware on its path."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from wattback_sim.firmware import firmware_root
from wattback_sim.link.micropython import find_interpreter

_TIMEOUT_S = 120


def on_micropython(program: str, *arguments: str, lines: Sequence[str] = ()) -> list[str]:
    """What it prints, line by line. program: its file's name. lines: what it reads."""
    interpreter = find_interpreter()
    assert interpreter is not None
    run = subprocess.run(
        [
            str(interpreter),
            "-X",
            "heapsize=4M",
            str(Path(__file__).with_name(program)),
            *arguments,
        ],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        env={**os.environ, "MICROPYPATH": str(firmware_root())},
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout.splitlines()
