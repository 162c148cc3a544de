"""A whole unit on the emulated Pico: its visits, its interrupt, its wires, its pilot's errors."""

from __future__ import annotations

from importlib.metadata import version

from tests.evidence.figures import Figure, Section, Table, at_least, at_most, none_of
from tests.evidence.workers import run_apart
from tests.pico.core_phases import GROWTH_LIMIT_BYTES, TICK_AIM_US, TICK_LIMIT_US
from tests.pico.latch_latency import LATCH_LIMIT_US, Latencies, measure_latencies
from tests.pico.pilot_cases import cases
from tests.pico.pilot_chain import Reading
from tests.pico.pilot_chain import measure as measure_chain
from tests.pico.rooms import HEAP_LEFT_AIM_BYTES, HEAP_LEFT_LIMIT_BYTES
from tests.pico.visits import (
    ANSWER_AIM_US,
    ANSWER_LIMIT_US,
    FIRST_TICK_LIMIT_MS,
    READY_LIMIT_MS,
    REPLY_WITHIN_US,
    SAFE_LIMIT_MS,
    SPACING_LIMIT_US,
    TICK_US,
    TRIPS,
    ChargingVisit,
    ExportingVisit,
    charging_visit,
    exporting_visit,
)
from tests.pico.whole_unit import Phase


def measure() -> Section:
    """Both visits, the latch's interrupt and the pilot's chain, two chips at once."""
    charging, exporting, latencies, readings = run_apart(
        _measure, [("charging",), ("exporting",), ("latch",), ("pilot",)]
    )
    assert isinstance(charging, ChargingVisit) and isinstance(exporting, ExportingVisit)
    assert isinstance(latencies, Latencies) and isinstance(readings, list)
    phases = (*charging.phases, *exporting.phases)
    return Section(
        "whole-unit",
        "A whole unit on an emulated Pico",
        "The firmware as it is flashed, booted twice in a simulated world: pilot, metering chip, "
        "FRAM, contactor, latch and wires are models of the circuit of docs/board_pico.md; the "
        "truths judge the world every 10 ms. A tick is timed by a stopwatch around the interrupt, "
        "less what an empty call takes there; what the board measures half-way between two ticks "
        "is not in it. Emulated microseconds are a floor: the emulator has no cache misses.",
        f"MicroPython 1.27.0 for the RP2040 (125 MHz), emulated by rp2040py {version('rp2040py')}",
        "1",
        (
            *_tick_figures(phases),
            *_boot_figures(charging),
            *_wire_figures(charging),
            *_latch_figures(latencies, exporting),
            *_pilot_figures(readings),
            none_of(
                "truths that did not hold",
                len(charging.violations) + len(exporting.violations),
                f"{sum(phase.figures.ticks for phase in phases)} ticks in {len(phases)} phases",
            ),
        ),
        (_phase_table(phases), _pilot_table(readings)),
    )


def _measure(what: str) -> ChargingVisit | ExportingVisit | Latencies | list[Reading]:
    if what == "charging":
        return charging_visit()
    if what == "exporting":
        return exporting_visit()
    return measure_latencies(TRIPS) if what == "latch" else measure_chain(cases())


def _tick_figures(phases: tuple[Phase, ...]) -> tuple[Figure, ...]:
    worst = max(phases, key=lambda phase: phase.figures.worst_us)
    ticks = sum(phase.figures.ticks for phase in phases)
    where = f"{ticks} ticks in {len(phases)} phases; in “{worst.name}”"
    gaps = [phase.figures for phase in phases if phase.figures.most_gap_us]
    away_us = max(max(it.most_gap_us - TICK_US, TICK_US - it.least_gap_us) for it in gaps)
    looping = next(phase for phase in phases if phase.name == "collector loops").figures
    looped_us = max(looping.most_gap_us - TICK_US, TICK_US - looping.least_gap_us)
    return (
        at_most("worst tick", worst.figures.worst_us, "µs, emulated", TICK_LIMIT_US, where),
        at_most("worst tick", worst.figures.worst_us, "µs, emulated", TICK_AIM_US, where, "aim"),
        at_most(
            "heap growth of all weighed ticks",
            max(phase.figures.grown_bytes for phase in phases),
            "bytes, emulated",
            GROWTH_LIMIT_BYTES,
            "20 ticks; in all others the interrupt's heap lock would have ended the run",
        ),
        at_most("ticks, from 10 ms", away_us, "µs, emulated", SPACING_LIMIT_US, f"{ticks} ticks"),
        at_most(
            "ticks while the collector loops, from 10 ms",
            looped_us,
            "µs, emulated",
            SPACING_LIMIT_US,
            f"{looping.ticks} ticks",
        ),
    )


def _boot_figures(visit: ChargingVisit) -> tuple[Figure, ...]:
    return (
        *(
            at_most(name, round(boot_ms), "ms, emulated", limit_ms, "1 boot")
            for name, boot_ms, limit_ms in (
                ("boot to safe outputs", visit.safe_ms, SAFE_LIMIT_MS),
                ("boot to the first tick", visit.first_tick_ms, FIRST_TICK_LIMIT_MS),
                ("boot to ready (self-tests passed)", visit.ready_ms, READY_LIMIT_MS),
            )
        ),
        at_least(
            "heap after boot", visit.free_bytes, "bytes, emulated", HEAP_LEFT_LIMIT_BYTES, "1 boot"
        ),
        at_least(
            "heap after boot",
            visit.free_bytes,
            "bytes, emulated",
            HEAP_LEFT_AIM_BYTES,
            "1 boot",
            "aim",
        ),
    )


def _wire_figures(visit: ChargingVisit) -> tuple[Figure, ...]:
    regular = visit.polls[1:]
    polls = f"{len(regular)} polls at different times between two ticks, of a regular master"
    slowest_us = round(max(poll.waited_us for poll in regular))
    answer = ("answer of 60 registers made in", visit.answer_us, "µs, emulated")
    return (
        at_most(*answer, ANSWER_LIMIT_US, f"the slowest of {polls} into which no interrupt fell"),
        at_most(
            *answer, ANSWER_AIM_US, f"the slowest of {polls} into which no interrupt fell", "aim"
        ),
        at_most(
            "answer begins after the silence", slowest_us, "µs, emulated", REPLY_WITHIN_US, polls
        ),
    )


def _latch_figures(latencies: Latencies, visit: ExportingVisit) -> tuple[Figure, ...]:
    trips = f"{len(latencies.us)} trips, in ticks and beside them, while the collector loops"
    return (
        at_most(
            "latch edge to contactor output, worst",
            round(latencies.worst_us, 1),
            "µs, emulated",
            LATCH_LIMIT_US,
            trips,
        ),
        at_most(
            "the same in the visit that feeds the grid",
            round(visit.latch_us, 1),
            "µs, emulated",
            LATCH_LIMIT_US,
            "1 ground fault",
        ),
    )


def _calm(readings: list[Reading]) -> list[Reading]:
    return [reading for reading in readings if not reading.case.disturbance.spikes_v]


def _pilot_figures(readings: list[Reading]) -> tuple[Figure, ...]:
    calm = _calm(readings)
    worst = max(calm, key=lambda reading: abs(reading.high_error_mv))
    beyond = sum(not reading.within_bounds for reading in calm)
    return (
        none_of(
            "pilot levels read beyond the error budget",
            beyond,
            f"{len(calm)} readings: every state and offer, noise, parts, converter, edges",
        ),
        Figure(
            "worst error of a pilot's upper level",
            round(abs(worst.high_error_mv)),
            "mV, emulated and modelled",
            f"{len(calm)} readings; state {worst.case.state}, {worst.case.offer}",
        ),
    )


def _phase_table(phases: tuple[Phase, ...]) -> Table:
    return Table(
        "Emulated ticks of a whole unit",
        ("phase", "s", "ticks", "worst µs", "least gap µs", "most gap µs"),
        tuple(
            (
                phase.name,
                phase.seconds,
                phase.figures.ticks,
                phase.figures.worst_us,
                phase.figures.least_gap_us,
                phase.figures.most_gap_us,
            )
            for phase in phases
        ),
    )


def _pilot_table(readings: list[Reading]) -> Table:
    groups: dict[tuple[str, str], list[Reading]] = {}
    for reading in _calm(readings):
        groups.setdefault((reading.case.state, reading.case.disturbance.name), []).append(reading)
    return Table(
        "The pilot through its chain: worst errors",
        ("state", "disturbance", "readings", "high, mV", "low, mV"),
        tuple(
            (
                state,
                disturbance,
                len(group),
                round(max(abs(reading.high_error_mv) for reading in group)),
                round(max(abs(reading.low_error_mv) for reading in group)),
            )
            for (state, disturbance), group in groups.items()
        ),
    )
