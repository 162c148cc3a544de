"""Nothing counts for ever: a situation that lasts for weeks must not outgrow a small integer.

On a 32-bit board an integer from 2^30 on needs the heap, and a tick has none: a millisecond
counter that nobody stops would end the firmware after twelve days.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.unit.integers import integers_of
from tests.unit.wall import Wall, charging_wall, offering_wall

STEP_MS = 50  # the longest that counts whole
STEPS = 2_400  # two minutes, longer than any running time of a part but a fault's
# They count what happened, not how long nothing did.
MAY_GROW = ("sequence", "_now_ms", "_wh", "retained[")


def held(**inputs: int) -> Callable[[], Wall]:
    """A vehicle that asks for energy in front of hardware that is broken in some way."""

    def make() -> Wall:
        wall = Wall()
        wall.vehicle = "C"
        wall.hold = dict(inputs)
        return wall

    return make


SITUATIONS: dict[str, Callable[[], Wall]] = {
    "idle": Wall,
    "without settings": lambda: Wall(settings=None),
    "offered": offering_wall,
    "charging": charging_wall,
    "no supply": held(voltage_l1_mv=0),
    "wrong frequency": held(frequency_millihertz=0),
    "pilot shorted": held(pilot_high_mv=0, pilot_low_mv=0),
    "pilot stuck": held(pilot_high_mv=12_000),
    "diode missing": held(pilot_low_mv=-5_000),
    "latch dead": held(ground_fault_latched=0),
    "latch does not release": held(ground_fault_latched=1),
    "contact does not close": held(contactor_aux_closed=0),
    "contact welded": held(contactor_aux_closed=1),
    "current without offer": held(current_l1_ma=-90_000),
}


def durations(wall: Wall) -> Iterator[tuple[str, int]]:
    for path, value in integers_of(wall.connector):
        if not any(part in path for part in MAY_GROW):
            yield path, abs(value)


@pytest.mark.parametrize("make", SITUATIONS.values(), ids=SITUATIONS.keys())
def test_in_a_situation_that_lasts_no_counter_grows(make: Callable[[], Wall]) -> None:
    wall = make()
    wall.run(20_000)
    for _ in range(STEPS):
        wall.tick(dt_ms=STEP_MS)
    before = dict(durations(wall))
    for _ in range(STEPS):
        wall.tick(dt_ms=STEP_MS)
    grown = {path: (before[path], now) for path, now in durations(wall) if now > before[path]}
    assert grown == {}
