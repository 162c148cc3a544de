"""The connector's `in_service` against OpenDER, on the same supply: when it leaves and returns.

And with a vehicle that trips, in time or late: somebody has cleared by the oracle's time, and who.
"""

from dataclasses import dataclass

import pytest

from tests.oracle.der import STEP_S, Oracle
from tests.oracle.site import site_of
from tests.oracle.traces import FIRST_S, SupplyTrace, aimed, draw
from tests.unit.wall import Wall
from wattback.grid.trips import TRIP_NAMES
from wattback.settings import SETTINGS
from wattback_sim.grid_code.grid_code import GridCodeParameters
from wattback_sim.grid_code.service import Service

TRACES = 200  # of each category
AIMED = 2  # of each must-trip
TICK_MS = 10
# A must-trip is called so much before its time, for the contacts; and a step of the oracle.
EARLY_S = 0.06 + STEP_S + 0.02
LATE_S = STEP_S
# Enter service is judged every 100 ms, in turns.
BACK_EARLY_S = 0.12
BACK_LATE_S = 0.35
LATE_VEHICLE_S = -5.0


@dataclass(frozen=True)
class Change:
    """at_s: from the start of the trace. serves: from then on."""

    at_s: float
    serves: bool


def of_the_oracle(trace: SupplyTrace) -> list[Change]:
    """When OpenDER trips and enters service."""
    oracle = Oracle(trace.settings)
    changes: list[Change] = []
    serves, step, ends_s = True, 0, 0.0
    for segment in trace.segments:
        ends_s += segment.seconds
        while step * STEP_S < ends_s - STEP_S / 2:
            now = oracle.step(segment.pu, segment.hz) != "Trip"
            if now != serves:
                serves = now
                changes.append(Change(step * STEP_S, serves))
            step += 1
    return changes


def of_the_connector(trace: SupplyTrace) -> list[Change]:
    """When the firmware leaves service and returns."""
    wall = Wall([trace.settings[row[0]] for row in SETTINGS])
    assert not wall.refused
    changes: list[Change] = []
    serves, tick, ends_s = True, 0, 0.0
    for segment in trace.segments:
        ends_s += segment.seconds
        leg_mv = round(segment.pu * trace.settings["nominal_line_mv"] / 2)
        wall.hold = {
            "voltage_l1_mv": leg_mv,
            "voltage_l2_mv": leg_mv,
            "frequency_millihertz": round(segment.hz * 1_000),
        }
        while tick * TICK_MS < ends_s * 1_000 - TICK_MS / 2:
            wall.tick()
            now = bool(wall.connector.status.in_service)
            if tick * TICK_MS < FIRST_S * 1_000 - TICK_MS:
                now = True  # it is still on its way there, as it is after every start
            if now != serves:
                serves = now
                changes.append(Change(tick * TICK_MS / 1_000, serves))
            tick += 1
    return changes


def of_the_vehicle(trace: SupplyTrace, ahead_s: float) -> list[Change]:
    """When the simulated inverter trips, so much ahead of a row's time, and is back."""
    service = Service(site_of(trace.settings))
    changes: list[Change] = []
    serves, tick, ends_s = True, 0, 0.0
    for segment in trace.segments:
        ends_s += segment.seconds
        while tick * TICK_MS < ends_s * 1_000 - TICK_MS / 2:
            service.step(segment.pu, segment.hz, ahead_s, TICK_MS / 1_000)
            if (service.tripped is None) != serves:
                serves = not serves
                changes.append(Change(tick * TICK_MS / 1_000, serves))
            tick += 1
    return changes


@pytest.mark.covers("6.2 must-trip", "6.4 enter service")
@pytest.mark.parametrize("category", [1, 2, 3])
@pytest.mark.parametrize("seed", range(TRACES))
def test_it_leaves_and_enters_service_when_the_oracle_does(category: int, seed: int) -> None:
    trace = draw(category, seed)
    ours, theirs = of_the_connector(trace), of_the_oracle(trace)
    assert_alike(ours, theirs)
    assert_first(of_the_vehicle(trace, GridCodeParameters().ahead_s), ours, theirs)
    assert_first(ours, of_the_vehicle(trace, LATE_VEHICLE_S), theirs)


def assert_first(first: list[Change], second: list[Change], theirs: list[Change]) -> None:
    """For each trip of the oracle `first` has cleared by its time, and `second` not before it."""
    for trip in theirs:
        if not trip.serves:
            cleared_s = leaving(first, trip)
            assert cleared_s, f"not cleared at {trip}"
            assert min(leaving(second, trip), default=trip.at_s + LATE_S) >= min(cleared_s)


def leaving(changes: list[Change], trip: Change) -> list[float]:
    """When one left service for this trip: a little before the oracle, at the latest with it."""
    earliest_s, latest_s = trip.at_s - EARLY_S - 0.02, trip.at_s + LATE_S
    return [
        change.at_s
        for change in changes
        if not change.serves and earliest_s <= change.at_s <= latest_s
    ]


def assert_alike(ours: list[Change], theirs: list[Change]) -> None:
    """The same changes in the same order, each in its time."""
    assert [change.serves for change in ours] == [change.serves for change in theirs]
    for our, their in zip(ours, theirs, strict=True):
        late_s = our.at_s - their.at_s
        early, late = (BACK_EARLY_S, BACK_LATE_S) if our.serves else (EARLY_S, LATE_S)
        assert -early <= late_s <= late + 1e-6, f"{our} for {their}"


@pytest.mark.covers("6.2 must-trip", "6.1 trip settings", "6.2 trip settings")
@pytest.mark.parametrize("outlasts", [True, False], ids=["outlasted", "not outlasted"])
@pytest.mark.parametrize("seed", range(AIMED))
@pytest.mark.parametrize("name", TRIP_NAMES)
@pytest.mark.parametrize("category", [1, 2, 3])
def test_each_must_trip_ends_service_when_outlasted_and_not_before(
    category: int, name: str, seed: int, outlasts: bool
) -> None:
    trace = aimed(category, name, seed, outlasts)
    theirs = of_the_oracle(trace)
    assert [change.serves for change in theirs] == ([False, True] if outlasts else [])
    assert_alike(of_the_connector(trace), theirs)
