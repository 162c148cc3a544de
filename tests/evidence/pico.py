"""The firmware on the emulated Pico: RAM, microseconds and bytes, all of them emulated."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from tests.evidence.charts import BarChart, BarRow
from tests.evidence.figures import Figure, Section, Table, at_most
from tests.evidence.workers import run_apart
from tests.pico.console_steps import STEP_LIMIT_US, StepCost, measure_steps
from tests.pico.core_evening import SEED
from tests.pico.core_phases import (
    GROWTH_LIMIT_BYTES,
    TICK_AIM_US,
    TICK_LIMIT_US,
    measure_phases,
)
from tests.pico.emulated import BoardError
from tests.pico.measure_core import PhaseCost
from tests.pico.rooms import UnitRam, measure_unit


def measure() -> Section:
    """Weigh the rooms, time the core's phases and the console's steps, on two boards at once."""
    unit, costs, steps = run_apart(_measure, [("unit",), ("phases",), ("steps",)])
    assert isinstance(unit, UnitRam) and isinstance(costs, PhaseCosts) and isinstance(steps, Steps)
    return Section(
        "pico",
        "On an emulated Pico",
        "An evening played in the simulator, its frames replayed on the board; a tick is "
        "Connector.tick with the simulated board's sampling and driving. Each tick runs twice: "
        "timed with the heap locked, where an allocation would raise and end the measurement, "
        "and unlocked, where growth is counted. Emulated microseconds are a floor: the emulator "
        "has no cache misses.",
        f"MicroPython 1.27.0 for the RP2040 (125 MHz), emulated by rp2040py {version('rp2040py')}",
        str(SEED),
        (*_room_figures(unit), *_tick_figures(costs.costs), *_step_figures(steps)),
        (_phase_table(costs.costs), _step_table(steps), _room_table(unit)),
        (_tick_chart(costs.costs),),
    )


@dataclass(frozen=True)
class PhaseCosts:
    """Of every phase of the core."""

    costs: tuple[PhaseCost, ...]


@dataclass(frozen=True)
class Steps:
    """Of every kind of traffic of the console, and the bytes that a quiet step leaves behind."""

    costs: tuple[StepCost, ...]
    left_bytes: int


def _measure(what: str) -> UnitRam | PhaseCosts | Steps:
    try:
        if what == "unit":
            return measure_unit()
        return PhaseCosts(measure_phases()) if what == "phases" else Steps(*measure_steps())
    except BoardError as error:  # which cannot travel between processes
        raise RuntimeError(f"the emulated board stopped: {error}") from None


def _room_figures(unit: UnitRam) -> tuple[Figure, ...]:
    return (
        *(
            at_most(
                f"RAM of the room: {ram.room.name}",
                ram.total_bytes,
                "bytes, emulated",
                ram.room.limit_bytes,
                f"{len(ram.modules)} modules, after import",
            )
            for ram in unit.rooms
        ),
        Figure("RAM of what a unit builds", unit.built_bytes, "bytes, emulated", "1 built"),
    )


def _step_figures(steps: Steps) -> tuple[Figure, ...]:
    worst = max(steps.costs, key=lambda cost: cost.worst_us)
    where = f"{sum(cost.steps for cost in steps.costs)} steps; in “{worst.name}”"
    return (
        at_most("worst step of the console", worst.worst_us, "µs, emulated", STEP_LIMIT_US, where),
        at_most("heap left behind by a quiet step", steps.left_bytes, "bytes, emulated", 0, "1"),
    )


def _tick_figures(costs: tuple[PhaseCost, ...]) -> tuple[Figure, ...]:
    ticks = sum(cost.ticks for cost in costs)
    measured = f"{ticks} ticks in {len(costs)} phases"
    worst = max(costs, key=lambda cost: cost.max_us)
    where = f"{measured}; in “{worst.name}”"
    usual = max(costs, key=lambda cost: cost.median_us)
    return (
        at_most("worst tick", worst.max_us, "µs, emulated", TICK_LIMIT_US, where),
        at_most("worst tick", worst.max_us, "µs, emulated", TICK_AIM_US, where, "aim"),
        at_most(
            "median tick of the costliest phase",
            usual.median_us,
            "µs, emulated",
            TICK_AIM_US,
            f"{usual.ticks} ticks of “{usual.name}”",
            "aim",
        ),
        at_most(
            "heap growth of the worst tick",
            max(cost.max_bytes for cost in costs),
            "bytes, emulated",
            GROWTH_LIMIT_BYTES,
            f"{measured}, each run locked and unlocked",
        ),
    )


def _phase_table(costs: tuple[PhaseCost, ...]) -> Table:
    return Table(
        "Emulated cost of a tick",
        ("phase", "ticks", "min µs", "median µs", "max µs", "bytes"),
        tuple(
            (cost.name, cost.ticks, cost.min_us, cost.median_us, cost.max_us, cost.max_bytes)
            for cost in costs
        ),
    )


def _tick_chart(costs: tuple[PhaseCost, ...]) -> BarChart:
    return BarChart(
        "pico_ticks",
        f"Ticks of the core on the emulated Pico, against their limit of {TICK_LIMIT_US:,} µs",
        "µs, emulated",
        ("median", "from there to the worst"),
        tuple(
            BarRow(cost.name, (cost.median_us, cost.max_us - cost.median_us), f"{cost.max_us:,}")
            for cost in costs
        ),
        TICK_LIMIT_US,
    )


def _step_table(steps: Steps) -> Table:
    return Table(
        "Emulated cost of a step of the console",
        ("what comes", "steps", "worst µs"),
        tuple((cost.name, cost.steps, cost.worst_us) for cost in steps.costs),
    )


def _room_table(unit: UnitRam) -> Table:
    return Table(
        "Emulated RAM after import, in the order of import",
        ("room", "module", "bytes"),
        tuple(
            (ram.room.name, module.module, module.ram_bytes)
            for ram in unit.rooms
            for module in ram.modules
        ),
    )
