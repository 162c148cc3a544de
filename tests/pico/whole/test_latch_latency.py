"""The ground-fault interrupt opens the contactor in its time, in a tick as well as beside it."""

from __future__ import annotations

import pytest

from tests.pico.latch_latency import LATCH_LIMIT_US, measure_latencies
from tests.pico.visits import TRIPS

pytestmark = pytest.mark.timeout(1200)  # an emulated board is slow where there is much else to do


def test_the_latch_opens_the_contactor_in_its_interrupt_whatever_runs() -> None:
    found = measure_latencies(TRIPS)
    print(
        f"\n{len(found.us)} trips: median {found.median_us:.0f} µs, worst {found.worst_us:.0f} µs"
    )
    assert len(found.us) >= TRIPS // 2
    assert found.worst_us <= LATCH_LIMIT_US
