"""The core on the emulated Pico: RAM, microseconds and bytes, all of them emulated."""

from __future__ import annotations

from importlib.metadata import version

from tests.evidence.figures import Figure, Section, Table, at_most
from tests.evidence.workers import run_apart
from tests.pico.core_evening import SEED
from tests.pico.core_phases import (
    GROWTH_LIMIT_BYTES,
    ROOM_LIMIT_BYTES,
    TICK_AIM_US,
    TICK_LIMIT_US,
    CoreRoom,
    measure_phases,
    measure_room,
)
from tests.pico.emulated import BoardError
from tests.pico.measure_core import PhaseCost


def measure() -> Section:
    """Weigh the core and time its phases, on two boards at once."""
    room, costs = run_apart(_measure, [("room",), ("phases",)])
    assert isinstance(room, CoreRoom) and isinstance(costs, tuple)
    return Section(
        "pico",
        "The core on an emulated Pico",
        "An evening played in the simulator, its frames replayed on the board; a tick is "
        "Connector.tick with the simulated board's sampling and driving. Each tick runs twice: "
        "timed with the heap locked, where an allocation would raise and end the measurement, "
        "and unlocked, where growth is counted. Emulated microseconds are a floor: the emulator "
        "has no cache misses.",
        f"MicroPython 1.27.0 for the RP2040 (125 MHz), emulated by rp2040py {version('rp2040py')}",
        str(SEED),
        (*_room_figures(room), *_tick_figures(costs)),
        (_phase_table(costs), _room_table(room)),
    )


def _measure(what: str) -> CoreRoom | tuple[PhaseCost, ...]:
    try:
        return measure_room() if what == "room" else measure_phases()
    except BoardError as error:  # which cannot travel between processes
        raise RuntimeError(f"the emulated board stopped: {error}") from None


def _room_figures(room: CoreRoom) -> tuple[Figure, ...]:
    modules = f"{len(room.modules)} modules of the core"
    return (
        at_most(
            "RAM after import", room.total_bytes, "bytes, emulated", ROOM_LIMIT_BYTES, modules
        ),
        Figure(
            "RAM of one Connector", room.connector_bytes, "bytes, emulated", "1 built after import"
        ),
        Figure(
            "heap left", room.free_bytes, "bytes, emulated", "core imported, 1 Connector built"
        ),
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


def _room_table(room: CoreRoom) -> Table:
    return Table(
        "Emulated RAM after import, in the order of import",
        ("module", "bytes"),
        tuple((module.module, module.ram_bytes) for module in room.modules),
    )
