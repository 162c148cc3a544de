"""An abnormal grid, seen from the wall: what must trip opens an export, what must not rides on."""

import pytest

from tests.unit.linked_wall import exporting_wall, linked_wall, ticks
from wattback.dispatch import ACTED_NAMES
from wattback.grid.trips import ROW_NAMES

CONTACTS_MS = 50  # from the command until the contacts have opened, at most


@pytest.mark.covers("6.2 must-trip")
@pytest.mark.parametrize(
    ("inputs", "within_ms"),
    [
        ({"voltage_l1_mv": 145_000, "voltage_l2_mv": 145_000}, 160),  # OV2
        ({"voltage_l1_mv": 133_000, "voltage_l2_mv": 133_000}, 13_000),  # OV1
        ({"voltage_l1_mv": 105_000, "voltage_l2_mv": 105_000}, 21_000),  # UV1
        ({"voltage_l1_mv": 50_000, "voltage_l2_mv": 50_000}, 2_000),  # UV2
        ({"voltage_l1_mv": 0, "voltage_l2_mv": 0, "frequency_millihertz": 0}, 2_000),
        ({"frequency_millihertz": 62_100}, 160),  # OF2
        ({"frequency_millihertz": 56_400}, 160),  # UF2
    ],
)
def test_an_abnormal_grid_opens_an_export_in_its_time_with_the_cause_must_trip(
    inputs: dict[str, int], within_ms: int
) -> None:
    wall = exporting_wall(8_000)
    wall.hold = inputs
    passed_ms = wall.until_open(within_ms)
    assert within_ms - 100 <= passed_ms + CONTACTS_MS <= within_ms
    assert wall.cause == "must_trip"
    wall.tick()
    assert (wall.target_w, wall.connector.status.in_service) == (0, 0)


@pytest.mark.parametrize("acted", ["vehicle", "connector"])
@pytest.mark.parametrize(
    ("inputs", "row"),
    [
        ({"voltage_l1_mv": 145_000, "voltage_l2_mv": 145_000}, "OV2"),
        ({"voltage_l1_mv": 50_000, "voltage_l2_mv": 50_000}, "UV2"),
        ({"voltage_l1_mv": 0, "voltage_l2_mv": 0, "frequency_millihertz": 0}, "dead_line"),
        ({"frequency_millihertz": 56_400}, "UF2"),
    ],
)
def test_which_must_trip_it_was_and_who_had_acted_is_told(
    inputs: dict[str, int], row: str, acted: str
) -> None:
    slow = {"trip_uv2_ms": 21_000} if row == "dead_line" else {}
    wall = exporting_wall(8_000, **slow)
    assert (wall.connector.report.trip_row, wall.connector.report.trip_acted) == (0, 0)
    wall.hold = inputs
    wall.ceases = acted == "vehicle"
    wall.stubborn_w = 0 if acted == "vehicle" else 900
    wall.until_open(2_000)
    wall.run(1_000)
    report = wall.connector.report
    assert (ROW_NAMES[report.trip_row], ACTED_NAMES[report.trip_acted]) == (row, acted)


def test_after_a_trip_the_export_comes_back_with_the_grid_and_its_delay() -> None:
    wall = exporting_wall(8_000)
    wall.connector.settings.enter_service_delay_s = 20
    wall.hold = {"voltage_l1_mv": 145_000, "voltage_l2_mv": 145_000}
    wall.until_open()
    wall.run(10_000)
    wall.hold = {}
    for _ in ticks(20_000):
        wall.tick()
        assert wall.target_w <= 0
    assert wall.export_waits == ["service"]
    wall.run_until(lambda: wall.power_w == 8_000, 20_000)
    assert wall.faults == []


def test_a_grid_that_trips_a_source_does_not_end_a_charge_within_its_window() -> None:
    wall = linked_wall()
    wall.hold = {"voltage_l1_mv": 145_000, "voltage_l2_mv": 145_000}
    wall.run(5_000)
    assert (wall.state, wall.connector.status.in_service) == ("charging", 0)


@pytest.mark.covers("6.3 dips")
@pytest.mark.parametrize("begins_ms", range(0, 1_000, 90))
def test_a_dip_to_nothing_that_is_over_in_time_leaves_the_export_as_it_was(begins_ms: int) -> None:
    wall = exporting_wall(8_000)
    wall.run(begins_ms)
    wall.hold = {"voltage_l1_mv": 0, "voltage_l2_mv": 0, "frequency_millihertz": 0}
    for _ in ticks(950):
        wall.tick()
        assert wall.target_w == 8_000
    wall.hold = {}
    for _ in ticks(3_000):
        wall.tick()
        assert wall.target_w == 8_000
    assert (wall.state, wall.faults) == ("discharging", [])


def test_a_sagging_grid_confines_the_power_to_what_the_current_allows() -> None:
    wall = exporting_wall(8_000)
    wall.hold = {"voltage_l1_mv": 82_000, "voltage_l2_mv": 82_000}
    wall.run(10_000)
    assert (wall.state, wall.target_w, wall.faults) == ("discharging", 48 * 164, [])
