"""Nothing counts for ever: a situation that lasts for weeks must not outgrow a small integer.

On a 32-bit board an integer from 2^30 on needs the heap, and a tick has none: a millisecond
counter that nobody stops would end the firmware after twelve days. What goes round by design has
its bound here; everything else must not be larger after two more minutes.
"""

from collections.abc import Iterator
from itertools import cycle

import pytest

from tests.unit.integers import integers_of
from tests.unit.lasting_walls import SITUATIONS, Make
from wattback.contactor import Contactor
from wattback.fault_table import CONTACTOR_CHATTER
from wattback.proximity import IEC_CABLE, Proximity
from wattback.publish import REPORT_TURNS
from wattback.recent import Recent
from wattback.retained import WORDS
from wattback.session import WAIT_NAMES
from wattback.settings import Settings
from wattback.turns import SLOW_PARTS, TURNS

STEP_MS = 50  # the longest that counts whole
STEPS = 2_400  # two minutes, longer than any running time of a part but those named here
# They count what happened, not how long nothing did.
MAY_GROW = ("sequence", "_now_ms", "_wh", "uptime_s", "missed_ticks", "retained[", "stored[")
# They end after the grid code's 300 s, see test_enter_service.py and test_trips.py.
SLOW = ("_good_ms", "_risen_ms", "_beyond_ms")

LAP_MS = TURNS * 3 * STEP_MS  # a round of turns, each of which waits as long as it may
SLOW_LAP_MS = SLOW_PARTS * LAP_MS
_LARGEST_READING = 300_000  # mV, mA, W, mHz of this wall

# What goes round with the turns or is a reading, and how far it comes; by the end of its path.
BOUNDS = {
    "connector.passed_ms": LAP_MS,
    "connector._lap_ms": LAP_MS,
    "connector._turn": TURNS,
    "connector._turn_waits": 2,
    "connector._report_turn": REPORT_TURNS,
    "connector.slow_part": SLOW_PARTS,
    "connector.slow_ms": SLOW_LAP_MS,
    "connector.slow_lap_ms": SLOW_LAP_MS,
    "connector._uptime_ms": 1_000,
    "waiting_for": (1 << len(WAIT_NAMES)) - 1,
    "contactor.dead": 1,
    "connector._heard": 1,
    "vehicle.inbox_full": 1,
    "vehicle.age_ms": 500 + LAP_MS,  # of its messages, see LinkedWall
    "plausible._implausible_ms": 2_000 + SLOW_LAP_MS,  # up to its fault, see test_plausible.py
    "dispatch._undecided_ms": LAP_MS,
    "dispatch._into_ms": LAP_MS,
    "dispatch._period_ms": 1_000,
    "dispatch._news": 1,
    "dispatch._line_ms": 1_000 + LAP_MS,
    "export._second_ms": 1_000,
    "overcurrent._offers._ms": 1_000,  # its slice
    "overcurrent._offers._at": 5,  # of its slices
    "permission._told._ms": 500,
    "permission._told._at": 5,  # of its slices
    "thermal._lap_ms": 5_000,
    # Filtered squares of at most (100 A)², and what they were when a place last moved.
    "thermal._fast": 1_000_000,
    "thermal._slow": 1_000_000,
    # Laps of 5 s that a doubt takes (10 min, 5 min), see test_thermal_sensors.py.
    "thermal._still_laps[0]": 120,
    "thermal._still_laps[1]": 120,
    "thermal._still_laps[2]": 120,
    "thermal._loose_laps": 60,
    # An hour after which a vehicle may be woken again, see test_wake.py.
    "wake._pause_ms": 3_600_000 + SLOW_LAP_MS,
    "voltage_l1_mv": _LARGEST_READING,
    "current_l1_ma": _LARGEST_READING,
    "current_l2_ma": _LARGEST_READING,
    "power_w": _LARGEST_READING,
    "current_ma": _LARGEST_READING,
    "magnitude_ma": _LARGEST_READING,
    "dispatch._line_mv": _LARGEST_READING,
    "dispatch._line_bp": _LARGEST_READING,
    "plausible._l1_mv": _LARGEST_READING,
    "plausible._l1_ma": _LARGEST_READING,
    "plausible._l2_ma": _LARGEST_READING,
    "plausible._power_w": _LARGEST_READING,
}
ENDS = tuple(BOUNDS)


def durations(connector: object) -> Iterator[tuple[str, int]]:
    for path, value in integers_of(connector):
        if not any(part in path for part in MAY_GROW + SLOW):
            yield path, abs(value)


def bound_of(path: str) -> int:
    return next(BOUNDS[end] for end in ENDS if path.endswith(end))


@pytest.mark.parametrize("make", SITUATIONS.values(), ids=SITUATIONS.keys())
def test_in_a_situation_that_lasts_no_counter_grows(make: Make) -> None:
    wall = make()
    wall.run(20_000)
    for _ in range(STEPS):
        wall.tick(dt_ms=STEP_MS)
    before = dict(durations(wall.connector))
    for _ in range(STEPS):
        wall.tick(dt_ms=STEP_MS)
    for path, now in durations(wall.connector):
        assert now <= (bound_of(path) if path.endswith(ENDS) else before[path]), path


@pytest.mark.parametrize("end", ENDS)
def test_every_bound_belongs_to_something_and_is_far_from_the_heap(end: str) -> None:
    paths = [path for path, _ in durations(SITUATIONS["idle"]().connector)]
    assert any(path.endswith(end) for path in paths)
    assert BOUNDS[end] < 1 << 29


# --- parts whose inputs must change with every turn ---


def test_contacts_that_chatter_for_weeks_are_counted_up_to_three() -> None:
    contactor = Contactor([0] * WORDS)  # type: ignore[arg-type]
    contactor.close()
    for aux_closed, _ in zip(cycle((1, 0)), range(20_000), strict=False):
        contactor.sense(aux_closed, 1, 10)
    assert contactor.fault_bits & CONTACTOR_CHATTER
    assert contactor._departures == 3


@pytest.mark.parametrize("dt_ms", [50, 125, 600])
def test_a_resistance_that_hops_for_weeks_outgrows_nothing(dt_ms: int) -> None:
    settings = Settings()
    settings.proximity_profile = IEC_CABLE
    proximity = Proximity()
    for ohm, _ in zip(cycle((680, 220)), range(20_000), strict=False):
        proximity.sense(ohm, 0, settings, dt_ms)
    assert proximity._away_ms <= 250 + 125
    assert proximity._other_ms <= 250 + 125


@pytest.mark.parametrize("dt_ms", [60, 500, 900, 5_000])
def test_turns_longer_than_a_slice_leave_no_arrears(dt_ms: int) -> None:
    recent = Recent(5, 500)
    for _ in range(10_000):
        recent.sense(0, dt_ms)
        assert recent._ms < 500
    recent.sense(100, 10)
    passed_ms = 0
    while recent.highest == 100:
        recent.sense(0, 10)
        passed_ms += 10
    assert 2_000 <= passed_ms <= 2_500
