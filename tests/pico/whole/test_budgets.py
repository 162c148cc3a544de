"""The budgets on the emulated Pico: RAM of each room, microseconds and bytes of a tick.

Emulated counts repeat exactly, so these are assertions, not benchmarks. `pytest -rP` prints the
tables, and `make evidence` the same ones.
"""

from __future__ import annotations

import pytest

from tests.pico.core_phases import GROWTH_LIMIT_BYTES, TICK_LIMIT_US, measure_phases
from tests.pico.rooms import measure_unit

pytestmark = pytest.mark.timeout(1200)  # an emulated board is slow where there is much else to do


def test_every_room_keeps_to_its_line() -> None:
    unit = measure_unit()
    print()
    for ram in unit.rooms:
        print(f"{ram.room.name:32}{ram.total_bytes:7,} of {ram.room.limit_bytes:7,} bytes")
        for module in ram.modules:
            print(f"    {module.module:28}{module.ram_bytes:7,}")
    print(f"{'what a unit builds':32}{unit.built_bytes:7,} bytes")
    large = {ram.room.name: ram.total_bytes for ram in unit.rooms if ram.is_over}
    assert not large, f"over their lines: {large}"


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
