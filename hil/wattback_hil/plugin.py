"""The pytest plugin: the fixture `connector`, its options, and what a run with it is worth.

Without the fixture in a test it does nothing and loads nothing, so its imports of this package
lie inside the functions that need them. A run that names a bench is never green by accident: an
unusable bench file, a board that is not there, and a bench that no test has used are errors.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from wattback_hil.bench import Bench
    from wattback_hil.connector import Connector

_FIXTURE = "connector"
_SEED = 1


@dataclass(slots=True)
class Visit:
    """One test's use of a connector, None until there is one. besides: what else it has found."""

    connector: Connector | None = None
    besides: list[str] = field(default_factory=list)


_BENCH = pytest.StashKey["Bench"]()
_VISIT = pytest.StashKey[Visit]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, in a group of their own."""
    group = parser.getgroup("wattback bench", "wattback: boards for tests with `connector`")
    group.addoption(
        "--bench",
        type=Path,
        metavar="FILE",
        help="Boards to test, a TOML file; without it each test has a simulated board of its own.",
    )
    group.addoption(
        "--bench-runtime",
        metavar="NAME",
        help="Interpreter of simulated boards, micropython or cpython; the first that is there.",
    )
    group.addoption(
        "--bench-seed",
        type=int,
        metavar="N",
        help=f"Of all noise of simulated boards; {_SEED} unless given.",
    )
    group.addoption(
        "--bench-record",
        type=Path,
        metavar="FILE",
        help="Write one JSON line a test, with its measurements.",
    )


@pytest.fixture
def connector(request: pytest.FixtureRequest) -> Iterator[Connector]:
    """One wall connector to test: simulated, or a board of `--bench FILE`.

    Each test has it in its first state: no vehicle, no limit, no fault, nothing broken.
    """
    visit = Visit()
    request.node.stash[_VISIT] = visit  # first, so that failing to get one is told as such
    bench = _bench_of(request.config)
    visit.connector = bench.connector(request.node.nodeid)
    yield visit.connector
    bench.finish()


# --- the run ---


def pytest_configure(config: pytest.Config) -> None:
    """Check the options before anything is collected."""
    option = config.option
    simulated = option.bench_runtime or option.bench_seed is not None
    if option.bench and simulated:
        raise pytest.UsageError(
            "--bench-runtime and --bench-seed are for simulated boards, and --bench names others"
        )
    if option.bench or simulated:
        from wattback_hil.errors import BenchError
        from wattback_sim.errors import BadInputError

        try:
            bench = _bench_of(config)
        except (BadInputError, BenchError) as error:
            raise pytest.UsageError(str(error)) from None
        workers = len(option.tx) if getattr(option, "tx", None) else 1
        if bench.places is not None and workers > bench.places:
            raise pytest.UsageError(
                f"{option.bench} has boards for {bench.places}, and -n asks for {workers} workers "
                f"that need one each; use -n {bench.places}"
            )
    if (option.bench or option.bench_record) and not _is_worker(config):
        from wattback_hil.tally import Tally

        try:
            config.pluginmanager.register(Tally(option.bench, option.bench_record))
        except OSError as error:
            raise pytest.UsageError(f"--bench-record {option.bench_record}: {error}") from None


def pytest_runtestloop(session: pytest.Session) -> None:
    """Take a board of the bench before the first test, so that its absence is one sentence."""
    config = session.config
    if not config.option.bench or config.option.collectonly or _is_worker(config):
        return
    if any(_FIXTURE in getattr(item, "fixturenames", ()) for item in session.items):
        from wattback_hil.errors import HilError

        try:
            _bench_of(config).open()
        except HilError as error:
            raise pytest.UsageError(str(error)) from None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the board."""
    bench = config.stash.get(_BENCH, None)
    if bench is not None:
        bench.close()


def _is_worker(config: pytest.Config) -> bool:
    """This process runs tests for another one (pytest-xdist)."""
    return hasattr(config, "workerinput")


# --- one test ---


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Judge what the test has measured, and its world, within its call phase."""
    try:
        result = yield
    except BaseException as error:
        held = item.stash.get(_VISIT, None)
        if held is not None and held.connector is not None:
            held.besides = _findings_beside(held.connector)
            if held.besides and isinstance(error, pytest.skip.Exception):
                _judge(held.connector)
        raise
    held = item.stash.get(_VISIT, None)
    if held is not None and held.connector is not None:
        _judge(held.connector)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell whose a failure is, and keep the measurements."""
    report = yield
    visit = item.stash.get(_VISIT, None)
    if visit is not None and (report.when == "call" or report.failed):
        from wattback_hil import reports

        if report.failed and call.excinfo is not None:
            reports.tell_failure(report, item, call.excinfo, visit.besides)
        reports.keep(report, item, visit.connector)
    return report


def _judge(connector: Connector) -> None:
    from wattback_hil.judging import judge

    judge(connector)


def _findings_beside(connector: Connector) -> list[str]:
    """What else is wrong with a test that has failed; a bench that broke cannot say."""
    from wattback_hil.errors import HilError

    try:
        return connector.findings()
    except HilError as error:
        return [f"its world could not be judged: {error}"]


def _bench_of(config: pytest.Config) -> Bench:
    """The bench of this run, made when first asked for."""
    bench: Bench | None = config.stash.get(_BENCH, None)
    if bench is None:
        from wattback_hil.bench import make_bench

        option = config.option
        seed = _SEED if option.bench_seed is None else option.bench_seed
        bench = config.stash[_BENCH] = make_bench(option.bench, option.bench_runtime, seed)
    return bench
