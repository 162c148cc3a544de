"""Plays every test of tests/lockstep on two floors: `pytest -p tests.webassembly.plugin …`.

Wherever a test asks for a board on MicroPython it gets a TwinLink: the unix port and, in step with
it, the WebAssembly port. So the suite that runs is the suite itself, and a new row of a table, a
new file, or a new scenario is compared from its first run on. What stands in ON_ONE_FLOOR is
played on the unix port alone; any other file that compares nothing fails the run.
"""

import json
from collections import defaultdict
from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.webassembly.floors import Floor, Tally, TwinLink
from wattback_sim import site as site_module
from wattback_sim.link import Link, open_link
from wattback_sim.link.webassembly import WebAssemblyLink

# Node ids, or beginnings of them: what holds no board on MicroPython, or only waits; and why.
ON_ONE_FLOOR = {
    "tests/lockstep/test_chance.py::test_truths_hold[": "on CPython alone, but for 40 seeds",
    "tests/lockstep/test_evenings.py::test_the_visit_of_a_vehicle": "on CPython alone",
    "tests/lockstep/test_garbage.py": "on CPython alone; test_traffic.py sends rubbish to both",
    "tests/lockstep/test_grid_boundaries.py::test_a_must_trip_parts_the_contacts_in_its_time_just_"
    "outside_and_never_just_inside[OF1": "minutes of waiting; the other rows count alike",
    "tests/lockstep/test_grid_boundaries.py::test_a_must_trip_parts_the_contacts_in_its_time_just_"
    "outside_and_never_just_inside[UF1": "minutes of waiting; the other rows count alike",
    "tests/lockstep/test_grid_support.py::test_nobody_minds": "minutes in which nothing happens; "
    "what happens is in the other tests of the file",
    "tests/lockstep/test_hardware_faults.py::test_a_ground_fault_is_retried_after_15": "fifteen "
    "minutes of waiting; test_every_fault.py retries after a minute",
    "tests/lockstep/test_heap_watch.py": "plays the watch by hand; ticks that allocate are in "
    "tests/webassembly/test_interpreter.py",
    "tests/lockstep/test_islanding.py": "about vehicle, load and grid; must-trips are in "
    "test_grid_boundaries.py",
    "tests/lockstep/test_rtu_timing.py": "about the simulated wire, nearly all of it on CPython",
}

_Tallies = dict[str, Tally]
_PLAYERS = pytest.StashKey["_Floors"]()
_TOLD = "floors"  # a worker's tallies, for the one that sums them up


class Pool:
    """Interpreters that have no board at the moment.

    One takes half a second to start, and the next boot frame makes a new board of its own in it:
    nothing outlives a board in the firmware's modules (tests/unit/test_architecture.py).
    """

    def __init__(self) -> None:
        self._idle: list[Link] = []

    def enter(self) -> Link:
        """One without a board."""
        return self._idle.pop() if self._idle else WebAssemblyLink()

    def leave(self, link: Link) -> None:
        """Its board is gone."""
        self._idle.append(link)

    def close(self) -> None:
        """End them all."""
        while self._idle:
            self._idle.pop().close()


class _Floors:
    """Which file is being played, and what was compared in each. one: on one floor alone."""

    def __init__(self) -> None:
        self.tallies: _Tallies = defaultdict(Tally)
        self.tests: dict[str, int] = defaultdict(int)
        self.failed = 0
        self.file = ""
        self.one = False
        self.pool = Pool()
        self._floors = (
            Floor("unix", lambda: open_link("micropython")),
            Floor("WebAssembly", self.pool.enter, self.pool.leave),
        )

    def open_link(self, runtime: str) -> Link:
        """What a site gets when it asks for a runtime."""
        if self.one or runtime != "micropython":
            return open_link(runtime)
        return TwinLink(self._floors, self.tallies[self.file])


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option of `make evidence`."""
    parser.addoption("--floors-tally", metavar="FILE", help="write what was compared, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Begin."""
    config.stash[_PLAYERS] = _Floors()


def tally_of_file(config: pytest.Config) -> Tally | None:
    """What has been compared in the running test's file so far; None without this plugin."""
    floors = config.stash.get(_PLAYERS, None)
    return None if floors is None else floors.tallies[floors.file]


def pytest_unconfigure(config: pytest.Config) -> None:
    """End."""
    config.stash[_PLAYERS].pool.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool, bool]:
    """Know whose frames they are."""
    floors = item.config.stash[_PLAYERS]
    floors.file = item.nodeid.split("::")[0]
    floors.one = item.nodeid.startswith(tuple(ON_ONE_FLOOR))
    if not floors.one:
        floors.tests[floors.file] += 1
    return (yield)


@pytest.fixture(autouse=True)
def _on_two_floors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    floors = request.config.stash[_PLAYERS]
    monkeypatch.setattr(site_module, "open_link", floors.open_link)


# --- the sum ---


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells; the one that sums up fails a run in which a file has compared nothing."""
    config = session.config
    floors = config.stash[_PLAYERS]
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output[_TOLD] = {
            file: [count, asdict(floors.tallies[file])] for file, count in floors.tests.items()
        }
        return
    if _wrong(floors) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    target = config.getoption("--floors-tally")
    if target is not None:
        told = {
            "files": {
                file: {"tests": count, "tally": asdict(floors.tallies[file])}
                for file, count in floors.tests.items()
            },
            "failed": floors.failed,
            "wrong": _wrong(floors),
        }
        Path(target).write_text(json.dumps(told), encoding="utf-8")


class _Sum:
    """Hears of every test, and of what the workers of pytest-xdist have compared."""

    def __init__(self, floors: _Floors) -> None:
        self._floors = floors

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A part of a test has ended, here or there."""
        self._floors.failed += report.failed

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """One has ended."""
        told = getattr(node, "workeroutput", {}).get(_TOLD, {})
        for file, (count, tally) in told.items():
            self._floors.tests[file] += count
            self._floors.tallies[file].add(Tally(**tally))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Listen, where there may be workers."""
    config = session.config
    if not hasattr(config, "workeroutput"):
        config.pluginmanager.register(_Sum(config.stash[_PLAYERS]))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """What was compared."""
    floors = config.stash[_PLAYERS]
    total = Tally()
    for tally in floors.tallies.values():
        total.add(tally)
    terminalreporter.section("two floors")
    terminalreporter.write_line(
        f"{total.boards} boards, {total.ticks} ticks and {total.others} other frames on each; "
        f"{total.differing} differ"
    )
    for problem in _wrong(floors):
        terminalreporter.write_line(problem)


def _wrong(floors: _Floors) -> list[str]:
    """Files that have proved nothing, and differences, should a test have kept one to itself."""
    problems = [
        f"{file} has compared nothing: either its tests ask for no board on MicroPython, and it "
        "belongs to ON_ONE_FLOOR, or they do not get one from a Site"
        for file in floors.tests
        if file.startswith("tests/lockstep/") and not floors.tallies[file].ticks
    ]
    differing = [file for file, tally in floors.tallies.items() if tally.differing]
    return problems + [f"{file}: the floors have parted" for file in differing]
