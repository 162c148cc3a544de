"""Must-trip at every allowed value: which a category allows, and what a row makes of it."""

import pytest

from tests.unit.wall import Wall
from wattback.grid.categories import category_has
from wattback.grid.trips import Trips
from wattback.settings import SETTINGS, Settings

AHEAD_MS = 60  # the contactor's opening and the age of a sample are within the row's time
NOMINAL = (10_000, 60_000)  # basis points of nominal, millihertz
DEFAULTS = {row[0]: row[1] for row in SETTINGS}

# IEEE 1547-2018, typed in anew from evse.md 6.1 and 6.2: lowest and highest of each category, in
# pu or Hz, and in seconds.
OF_ALL = {
    "of2": ((61.8, 66.0), (0.16, 1000.0)),
    "of1": ((61.0, 66.0), (180.0, 1000.0)),
    "uf1": ((50.0, 59.0), (180.0, 1000.0)),
    "uf2": ((50.0, 57.0), (0.16, 1000.0)),
    "ov1": ((1.10, 1.20), (1.0, 13.0)),
}
FIRST = {"uv1": ((0.0, 0.88), (2.0, 21.0)), "uv2": ((0.0, 0.50), (0.16, 2.0))}
THIRD = {"uv1": ((0.0, 0.88), (21.0, 50.0)), "uv2": ((0.0, 0.50), (2.0, 21.0))}
RANGES = {1: OF_ALL | FIRST, 2: OF_ALL | FIRST, 3: OF_ALL | THIRD}
LONGEST_MS = 1_000_000
EVERY = [(category, name) for category, rows in RANGES.items() for name in rows]
# Nothing lies beyond 0 pu, and over 1.20 pu OV2 is sooner.
AT_BOUNDS = [
    (category, name, at)
    for category, name in EVERY
    for at in (0, 1)
    if (name, at) not in (("uv1", 0), ("uv2", 0), ("ov1", 1))
]
each_row = pytest.mark.parametrize(("category", "name"), EVERY)


def of_voltage(name: str) -> bool:
    return "v" in name


def threshold_setting(name: str) -> str:
    return f"trip_{name}_{'bp' if of_voltage(name) else 'millihertz'}"


def threshold_of(name: str, value: float) -> int:
    return round(value * (10_000 if of_voltage(name) else 1_000))


def refused(category: int, **values: int) -> str:
    """What the connector says to a load with these values: a name, or ""."""
    ours = DEFAULTS | {"abnormal_category": category} | values
    return Wall(ours.values()).refused


@pytest.mark.covers("6.1 trip settings", "6.2 trip settings")
@each_row
def test_a_category_allows_what_its_table_says_and_nothing_beyond(
    category: int, name: str
) -> None:
    (lowest, highest), (shortest_s, longest_s) = RANGES[category][name]
    for setting, low, high in (
        (threshold_setting(name), threshold_of(name, lowest), threshold_of(name, highest)),
        (f"trip_{name}_ms", round(shortest_s * 1_000), round(longest_s * 1_000)),
    ):
        assert refused(category, **{setting: low}) == ""
        assert refused(category, **{setting: high}) == ""
        assert refused(category, **{setting: low - 1}) == setting
        assert refused(category, **{setting: high + 1}) == setting


def test_the_defaults_are_those_of_category_iii() -> None:
    assert refused(3) == ""


def trips_with(name: str, threshold: int, ms: int) -> Trips:
    """All other rows are as wide and as slow as they can be."""
    settings = Settings()
    settings.trip_ov1_bp = 12_000
    settings.trip_uv1_bp = settings.trip_uv2_bp = 0
    settings.trip_of1_millihertz = settings.trip_of2_millihertz = 66_000
    settings.trip_uf1_millihertz = settings.trip_uf2_millihertz = 50_000
    for other in RANGES[3]:
        setattr(settings, f"trip_{other}_ms", LONGEST_MS)
    setattr(settings, threshold_setting(name), threshold)
    setattr(settings, f"trip_{name}_ms", ms)
    trips = Trips()
    trips.load(settings)
    return trips


@pytest.mark.covers("6.1 trip settings", "6.2 trip settings")
@pytest.mark.parametrize(("category", "name", "at"), AT_BOUNDS)
@pytest.mark.parametrize("lasts", [0, 1], ids=["shortest", "longest"])
def test_just_beyond_a_threshold_it_trips_in_its_time_and_at_it_never(
    category: int, name: str, at: int, lasts: int
) -> None:
    bounds, times_s = RANGES[category][name]
    threshold = threshold_of(name, bounds[at])
    ms = round(times_s[lasts] * 1_000)
    above = name.startswith("o")
    beyond = threshold + (1 if above else -1)
    trips = trips_with(name, threshold, ms)
    inside, outside = (
        ((value, NOMINAL[1]) if of_voltage(name) else (NOMINAL[0], value))
        for value in (threshold, beyond)
    )
    step_ms = 10 if ms < 10_000 else 50
    for _ in range(2 * ms // step_ms):
        trips.sense(*inside, step_ms)
    assert (trips.tripped, trips.normal) == (0, 1)
    passed_ms = 0
    while not trips.tripped:
        trips.sense(*outside, step_ms)
        passed_ms += step_ms
        assert passed_ms <= ms
    assert ms - AHEAD_MS - step_ms <= passed_ms - step_ms <= ms - AHEAD_MS + step_ms


def test_over_1_20_pu_nothing_changes_the_time() -> None:
    settings = Settings()
    settings.trip_ov1_bp = 12_000
    trips = Trips()
    trips.load(settings)
    passed_ms = 0
    while not trips.tripped:
        trips.sense(12_001, NOMINAL[1], 10)
        passed_ms += 10
        assert passed_ms <= 160
    assert passed_ms - 10 == 160 - AHEAD_MS


@pytest.mark.covers("6.6 dead line")
@pytest.mark.parametrize("uv2_ms", [2_000, 21_000])
def test_a_line_without_voltage_and_frequency_trips_in_2_s_whatever_is_set(uv2_ms: int) -> None:
    settings = Settings()
    settings.trip_uv1_bp = settings.trip_uv2_bp = 0
    settings.trip_uv2_ms = uv2_ms
    trips = Trips()
    trips.load(settings)
    for dead in ((0, 0), (4_999, 999)):
        passed_ms = 0
        while not trips.tripped:
            trips.sense(*dead, 10)
            passed_ms += 10
            assert passed_ms <= 2_000
        assert passed_ms - 10 == 2_000 - AHEAD_MS
        trips.sense(*NOMINAL, 10)
        assert (trips.tripped, trips.normal) == (0, 1)
    for alive in ((5_000, 0), (0, 60_000)):  # one of them is there
        trips.sense(*dead, 1_900)
        trips.sense(*alive, 10)
        trips.sense(*dead, 1_930)
        trips.sense(*dead, 10)
        assert not trips.tripped


@pytest.mark.covers("6.2 must-trip")
def test_a_dead_line_has_the_nominal_frequency_of_its_site() -> None:
    settings = Settings()
    settings.nominal_millihertz = 50_000
    settings.trip_of2_millihertz = 52_000
    settings.trip_of1_millihertz = 51_200
    settings.trip_uf1_millihertz = 48_500
    settings.trip_uf2_millihertz = 46_500
    trips = Trips()
    trips.load(settings)
    for _ in range(150):
        trips.sense(0, 0, 10)
    assert not trips.tripped  # which OF2 would have done at 60 Hz, after 160 ms
    trips.sense(10_000, 50_000, 10)
    assert trips.normal


@pytest.mark.parametrize(
    ("site", "times", "vehicle", "fits"),
    [
        (1, {}, 3, True),  # the times of which both categories have
        (1, {"trip_uv1_ms": 2_000}, 3, False),
        (2, {"trip_uv2_ms": 160}, 3, False),
        (1, {"trip_uv1_ms": 2_000, "trip_uv2_ms": 160}, 2, True),
        (3, {"trip_uv1_ms": 50_000}, 3, True),
    ],
)
def test_a_better_vehicle_is_taken_only_for_times_that_its_own_category_has(
    site: int, times: dict[str, int], vehicle: int, fits: bool
) -> None:
    wall = Wall((DEFAULTS | {"abnormal_category": site} | times).values())
    assert not wall.refused
    assert (category_has(wall.connector.settings, vehicle, 2) == "") == fits
