"""The budgets of the core on the emulated Pico: RAM, microseconds a tick, bytes a tick.

Emulated counts repeat exactly, so these are assertions, not benchmarks. `pytest -rP` prints the
tables, and `make evidence` the same ones.
"""

from __future__ import annotations

from tests.pico.core_phases import (
    GROWTH_LIMIT_BYTES,
    ROOM_LIMIT_BYTES,
    TICK_LIMIT_US,
    measure_phases,
    measure_room,
)


def test_the_core_fits_its_room() -> None:
    room = measure_room()
    print()
    for module in room.modules:
        print(f"{module.module:24}{module.ram_bytes:7,} bytes")
    print(f"{'core, after import':24}{room.total_bytes:7,} bytes")
    print(f"{'one connector':24}{room.connector_bytes:7,} bytes")
    print(f"{'heap left':24}{room.free_bytes:7,} bytes")
    assert room.total_bytes <= ROOM_LIMIT_BYTES


def test_every_phase_keeps_to_the_time_and_bytes_of_a_tick() -> None:
    costs = measure_phases()
    print(f"\n{'phase':18}{'ticks':>6}{'min':>8}{'median':>8}{'max':>8} µs{'growth':>8} bytes")
    for cost in costs:
        times = f"{cost.min_us:8,}{cost.median_us:8,}{cost.max_us:8,}"
        print(f"{cost.name:18}{cost.ticks:6}{times}   {cost.max_bytes:8,}")
    slow = {cost.name: cost.max_us for cost in costs if cost.max_us > TICK_LIMIT_US}
    growing = {cost.name: cost.max_bytes for cost in costs if cost.max_bytes > GROWTH_LIMIT_BYTES}
    assert not slow, f"over {TICK_LIMIT_US} µs a tick: {slow}"
    assert not growing, f"ticks that allocate: {growing}"
