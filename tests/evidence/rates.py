"""How fast the simulator is, and where the time of a tick goes. Wall times: aims, never limits."""

from __future__ import annotations

import statistics

from tests.evidence.figures import Figure, Section, Table, at_least, none_of
from tests.evidence.rate_legs import ROUNDS, SCENARIO, SEED, SPAN_S, Rates, measure_rates
from tests.evidence.workers import run_apart

_MICROPYTHON_AIM = 60  # simulated seconds a second
_CPYTHON_AIM = 150


def measure() -> Section:
    """Time everything in one process that has a core to itself."""
    (rates,) = run_apart(measure_rates, [()], at_once=1)
    return Section(
        "rates",
        "Speed of the simulator",
        f"The first {SPAN_S} simulated seconds of {SCENARIO}, {ROUNDS} rounds, every part once a "
        "round; simulator and interpreter on one core. Wall times of this machine: they vary.",
        f"{rates.micropython} in a process of its own, {rates.cpython} in process",
        str(SEED),
        _figures(rates),
        (_rounds(rates), _split(rates)),
    )


def _figures(rates: Rates) -> tuple[Figure, ...]:
    of = f"median of {ROUNDS} runs of {rates.ticks:,} ticks"
    unit = "simulated s/s"
    on_micropython = _speed(statistics.median(rates.on_micropython_s))
    on_cpython = _speed(statistics.median(rates.on_cpython_s))
    return (
        at_least("firmware on MicroPython", on_micropython, unit, _MICROPYTHON_AIM, of, "aim"),
        at_least("firmware on CPython", on_cpython, unit, _CPYTHON_AIM, of, "aim"),
        none_of(
            "answers of MicroPython unlike those of CPython",
            rates.differing,
            f"{rates.frames:,} frames, recorded with CPython and replayed",
        ),
    )


def _rounds(rates: Rates) -> Table:
    rows = zip(rates.on_micropython_s, rates.on_cpython_s, rates.shares, strict=True)
    return Table(
        "Simulated seconds per wall second; a core shared with others makes them less",
        ("round", "MicroPython", "CPython", "% of the core had"),
        tuple(
            (index, _speed(on_micropython), _speed(on_cpython), min(100, round(100 * share)))
            for index, (on_micropython, on_cpython, share) in enumerate(rows, 1)
        ),
    )


def _split(rates: Rates) -> Table:
    def us(seconds: tuple[float, ...]) -> float:
        return round(statistics.median(seconds) / rates.ticks * 1e6, 1)

    link, both, world = us(rates.link_s), us(rates.link_and_firmware_s), us(rates.world_s)
    on_micropython, on_cpython = us(rates.on_micropython_s), us(rates.on_cpython_s)
    return Table(
        f"Where a tick's time goes, µs a tick, medians of {ROUNDS}",
        ("part", "measured as", "MicroPython", "CPython"),
        (
            ("link", "bare ping-pong of the same frames", link, ""),
            ("firmware", "recorded frames replayed, less the link", round(both - link, 1), ""),
            ("world, truths, story", "played against recorded answers", world, world),
            ("sum of these", "", round(both + world, 1), ""),
            ("the whole", "as it runs, interpreter started", on_micropython, on_cpython),
            (
                "whole less world",
                "",
                round(on_micropython - world, 1),
                round(on_cpython - world, 1),
            ),
        ),
    )


def _speed(seconds: float) -> float:
    return round(SPAN_S / seconds, 1)
