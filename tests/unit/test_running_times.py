"""Nothing counts for ever: a situation that lasts for weeks must not outgrow a small integer.

On a 32-bit board an integer from 2^30 on needs the heap, and a tick has none: a millisecond
counter that nobody stops would end the firmware after twelve days.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.unit.integers import integers_of
from tests.unit.linked_wall import LinkedWall, exporting_wall, linked_wall
from tests.unit.wall import Wall, charging_wall, offering_wall
from wattback.commands import COMMAND_HEARTBEAT

STEP_MS = 50  # the longest that counts whole
STEPS = 2_400  # two minutes, longer than any running time of a part but a fault's
# They count what happened, not how long nothing did.
MAY_GROW = ("sequence", "_now_ms", "_wh", "uptime_s", "retained[", "stored[")
# They end after the grid code's 300 s, see test_enter_service.py and test_trips.py.
SLOW = ("_good_ms", "_risen_ms", "_beyond_ms")
# They go round with the turns, and begin anew with each round.
ROUND = ("_passed_ms", "_lap_ms", "_undecided_ms", "_period_ms", "_turn", "_turn_waits")
ROUND_MS = 5 * 3 * STEP_MS  # a round of turns, each of which waits as long as it may


def held(**inputs: int) -> Callable[[], Wall]:
    """A vehicle that asks for energy in front of hardware that is broken in some way."""

    def make() -> Wall:
        wall = Wall()
        wall.vehicle = "C"
        wall.hold = dict(inputs)
        return wall

    return make


def forbidden_wall() -> LinkedWall:
    """A vehicle exports whatever it is told, behind a contact that does not open."""
    wall = exporting_wall()
    wall.stubborn_w = 5_000
    wall.set("export_enabled", 0)
    wall.hold = {"contactor_aux_closed": 1, "power_w": 5_000, "current_l1_ma": 20_000}
    return wall


def lapsed_wall() -> LinkedWall:
    wall = linked_wall()
    wall.speaks = False
    return wall


def silent_wall() -> LinkedWall:
    wall = exporting_wall(controller_timeout_s=1)
    wall.command(COMMAND_HEARTBEAT, 1)
    return wall


SITUATIONS: dict[str, Callable[[], Wall]] = {
    "idle": Wall,
    "without settings": lambda: Wall(settings=None),
    "offered": offering_wall,
    "charging": charging_wall,
    "no supply": held(voltage_l1_mv=0, voltage_l2_mv=0, frequency_millihertz=0),
    "one leg": held(voltage_l1_mv=0),
    "wrong frequency": held(frequency_millihertz=0),
    "pilot shorted": held(pilot_high_mv=0, pilot_low_mv=0),
    "pilot stuck": held(pilot_high_mv=12_000),
    "diode missing": held(pilot_low_mv=-5_000),
    "latch dead": held(ground_fault_latched=0),
    "latch does not release": held(ground_fault_latched=1),
    "contact does not close": held(contactor_aux_closed=0),
    "contact welded": held(contactor_aux_closed=1),
    "current without offer": held(current_l1_ma=-90_000),
    "exporting": exporting_wall,
    "exporting against its permission": forbidden_wall,
    "link lapsed": lapsed_wall,
    "controller silent": silent_wall,
}


def durations(wall: Wall) -> Iterator[tuple[str, int]]:
    for path, value in integers_of(wall.connector):
        if not any(part in path for part in MAY_GROW + SLOW):
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
    for path, now in durations(wall):
        if path.endswith(ROUND):
            assert now <= ROUND_MS, path
        else:
            assert now <= before[path], path
