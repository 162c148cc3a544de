"""The programme: failures at random, an evening of Texas prices, a hundred connectors."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.evidence.figures import Figure, Section, Table, at_least, at_most, none_of
from tests.evidence.workers import run_apart
from tests.programme.fleet import FleetFigures, measure_fleet
from tests.programme.killing import Survival, survive, unsound
from tests.programme.texas_evening import Evening, play

RUNS = 100
_CONNECTORS = 100
_POLLED_S = 30.0


def measure() -> Section:
    """The runs in two processes, then the evening, then the connectors alone."""
    halves = run_apart(_survive, [(range(0, RUNS, 2),), (range(1, RUNS, 2),)])
    runs = [run for half in halves for run in half]
    (evening,) = run_apart(_play, [()])
    (fleet,) = run_apart(_poll, [()])
    assert isinstance(evening, Evening) and isinstance(fleet, FleetFigures)
    return Section(
        "programme",
        "The utility's programme",
        "The real controller, the firmware on CPython and a small utility of our own, on virtual "
        f"time. Failures: {RUNS} runs of eight minutes with six failures each (the controller is "
        "killed in the middle of a step, the utility, the network or the connector's supply goes "
        "away) around an event of five minutes, two of them undisturbed at the end. The evening: "
        "three connectors on 15 February 2021, at ERCOT's prices of that hour. The hundred "
        "connectors are register images of a simulated one behind Modbus TCP, polled in real time "
        "by `wattback programme run`.",
        "CPython, simulated; the hundred connectors in real time on this machine",
        f"0 to {RUNS - 1}",
        (*_survival_figures(runs), *_evening_figures(evening), *_fleet_figures(fleet)),
        (
            Table(
                "The evening's statement",
                ("event", "connector", "paid Wh", "credit"),
                tuple(
                    (line.event, line.connector, line.paid_wh, str(line.credit))
                    for line in evening.statement.lines
                ),
            ),
        ),
    )


def _survive(seeds: range) -> list[Survival]:
    runs: list[Survival] = []
    for seed in seeds:
        with TemporaryDirectory() as folder:
            runs.append(survive(seed, Path(folder)))
    return runs


def _play() -> Evening:
    with TemporaryDirectory() as folder:
        return play(Path(folder))


def _poll() -> FleetFigures:
    with TemporaryDirectory() as folder:
        return measure_fleet(_CONNECTORS, _POLLED_S, Path(folder))


def _survival_figures(runs: list[Survival]) -> tuple[Figure, ...]:
    failures = sum(len(run.failures) for run in runs)
    enumerated = f"{len(runs)} runs, {failures} failures and returns"
    kills = sum(run.kills for run in runs)
    return (
        none_of(
            "runs that lost or doubled an interval, overpaid, broke a truth or did not resume",
            sum(bool(unsound(run)) for run in runs),
            enumerated,
        ),
        Figure("kills that met the middle of a step", kills, "", enumerated),
        Figure("intervals recorded", sum(len(run.intervals) for run in runs), "", enumerated),
    )


def _evening_figures(evening: Evening) -> tuple[Figure, ...]:
    enumerated = f"{len(evening.statement.lines)} lines, three connectors, 66 minutes each"
    return (
        none_of("truths that did not hold", len(evening.violations), enumerated),
        Figure("energy paid for", evening.statement.paid_wh, "Wh", enumerated),
        Figure("credit", str(evening.statement.credit), "USD", enumerated),
    )


def _fleet_figures(fleet: FleetFigures) -> tuple[Figure, ...]:
    enumerated = f"{fleet.connectors} connectors, {fleet.lasted_s:.0f} s"
    rate = fleet.least_polls / fleet.lasted_s
    return (
        at_least("polls of the least polled connector", round(rate, 2), "/s", 0.95, enumerated),
        at_most("share of one core", round(fleet.busy, 3), "", 1.0, enumerated, "aim"),
        Figure("memory, resident", fleet.rss_bytes, "bytes", enumerated),
        Figure("start until it controls", round(fleet.started_s, 2), "s", "one start"),
    )
