"""Passive islanding supervision from the wall: an export ends, and nothing else does."""

from itertools import pairwise
from typing import Any

import pytest

from tests.unit.linked_wall import LinkedWall, exporting_wall, linked_wall, ticks
from wattback.commands import COMMAND_HEARTBEAT

JUMP = 61_100  # mHz: within every must-trip, and no grid gets there so soon
OPENS_MS = 3 * 150 + 20  # three rounds of turns, however busy


def jump(wall: LinkedWall, millihertz: int = JUMP) -> None:
    wall.hold = {"frequency_millihertz": millihertz}


@pytest.mark.covers("6.6 passive supervision")
@pytest.mark.parametrize("begins_ms", range(0, 60, 10))
@pytest.mark.parametrize("millihertz", [58_900, JUMP])
def test_an_export_into_an_island_ends_in_three_rounds_with_the_cause_must_trip(
    begins_ms: int, millihertz: int
) -> None:
    wall = exporting_wall(8_000)
    wall.run(begins_ms)
    jump(wall, millihertz)
    assert 100 <= wall.until_open(OPENS_MS) <= OPENS_MS
    assert (wall.cause, wall.state) == ("must_trip", "waiting")
    assert (wall.target_w, wall.connector.status.in_service) == (0, 0)
    assert wall.faults == []


def test_it_ends_too_while_the_vehicle_has_not_ceased_yet() -> None:
    wall = exporting_wall(8_000)
    wall.stubborn_w = 8_000
    wall.set("export_enabled", 0)
    assert wall.target_w == 0
    jump(wall)
    wall.until_open(OPENS_MS)
    assert wall.cause == "must_trip"


def test_after_an_island_the_export_comes_back_with_the_grid_and_its_delay() -> None:
    wall = exporting_wall(8_000)
    wall.connector.settings.enter_service_delay_s = 20
    jump(wall)
    wall.until_open()
    wall.run(10_000)
    assert wall.connector.dispatch.trips.tripped == 0
    wall.hold = {}
    for _ in ticks(20_000):
        wall.tick()
        assert wall.target_w <= 0
    assert wall.export_waits == ["service"]
    wall.run_until(lambda: wall.power_w == 8_000, 20_000)
    assert wall.faults == []


def test_a_charge_goes_on_and_stays_in_service() -> None:
    wall = linked_wall()
    jump(wall)
    wall.run(5_000)
    assert (wall.state, wall.connector.status.in_service) == ("charging", 1)


def test_where_it_is_switched_off_the_must_trips_alone_count() -> None:
    wall = exporting_wall(8_000, island_supervision=0)
    jump(wall)
    wall.run(10_000)
    assert (wall.state, wall.target_w) == ("discharging", 8_000)


@pytest.mark.covers("6.2 rate of change")
@pytest.mark.parametrize(("category", "rate"), [(1, 500), (2, 2_000), (3, 3_000)])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_rate_of_the_sites_category_ends_nothing(category: int, rate: int, sign: int) -> None:
    times = {"trip_uv1_ms": 21_000, "trip_uv2_ms": 2_000}  # of every category
    wall = exporting_wall(8_000, abnormal_category=category, **times)
    far = 1_990 if sign > 0 else 3_490
    for t_ms in ticks(far * 1_000 // rate):
        jump(wall, 60_000 + sign * rate * t_ms * 10 // 1_000)
        wall.tick()
    wall.run(5_000)
    assert (wall.state, wall.target_w, wall.faults) == ("discharging", 8_000, [])


def test_the_time_between_its_samples_is_exact_however_rounds_differ() -> None:
    wall = exporting_wall(8_000)
    seen: list[tuple[int, int]] = []
    sense = wall.connector.dispatch.islanding.sense

    def note(*arguments: Any) -> None:
        seen.append((wall.now_ms, arguments[-1]))
        sense(*arguments)

    wall.connector.dispatch.islanding.sense = note  # type: ignore[method-assign, assignment]
    for number in range(300):
        if number % 7 < 3:
            wall.command(COMMAND_HEARTBEAT, number)
        wall.tick(10 + number % 3 * 15)
    times = [now_ms for now_ms, _ in seen]
    assert len({after - before for before, after in pairwise(times)}) > 5
    assert [lap_ms for _, lap_ms in seen[2:]] == [
        after - before for before, after in pairwise(times[1:])
    ]
