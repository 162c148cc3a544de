"""The limits that a technician sets and that a vehicle brings along, on a whole connector."""

import pytest

from tests.unit.linked_wall import LinkedWall, exporting_wall
from tests.unit.modbus_bench import ModbusBench
from tests.unit.safety_bench import again, charging_wall, import_limit
from tests.unit.wall import LEVELS_MV, Wall
from wattback.limits import OWNER_TECHNICIAN

LAP_MS = 1_000  # the vehicle's ratings are looked at in turns

# --- the technician's ---


def test_a_technicians_limit_counts_at_once_and_in_every_visit_until_a_restart() -> None:
    wall = LinkedWall()
    wall.speaks = False
    wall.vehicle = "C"
    wall.until_state("charging")
    wall.limit(10_000, 0, OWNER_TECHNICIAN)
    assert import_limit(wall) == (10_000, "technician")
    wall.vehicle = "A"
    wall.until_state("idle")
    wall.vehicle = "C"
    wall.until_state("charging")
    assert import_limit(wall) == (10_000, "technician")
    assert wall.connector.status.export_limit_ma == 0
    after = again(wall)
    after.run(2_000)
    assert import_limit(after)[1] != "technician"


def test_a_technicians_limit_ends_with_its_time() -> None:
    bench = ModbusBench()
    bench.wall.vehicle = "C"
    values = {
        "technician_import_limit": 8.0,
        "technician_export_limit": -1.0,
        "technician_limit_timeout": 20.0,
    }
    assert bench.write(values) == 0
    bench.run(5_000)
    assert import_limit(bench.wall) == (8_000, "technician")
    assert bench.number("technician_import_limit") == 8.0
    assert 13 <= bench.number("technician_limit_left") <= 16
    bench.run(17_000)
    assert import_limit(bench.wall)[1] != "technician"
    assert bench.number("technician_import_limit") == -1.0
    assert bench.number("technician_limit_left") == -1.0


# --- the vehicle's ---


@pytest.mark.parametrize(
    ("charge_w", "ma"),
    [(7_200, 30_000), (7_201, 31_000), (1, 6_000), (1 << 27, 48_000), (0, 6_000)],
)
def test_no_vehicle_is_offered_more_than_it_says_it_takes(charge_w: int, ma: int) -> None:
    wall = LinkedWall()
    wall.charge_w = charge_w
    wall.vehicle = "C"
    wall.run_until(lambda: wall.link == "authorised", 10_000)
    wall.run(LAP_MS)
    assert import_limit(wall) == (ma, "vehicle" if ma < 48_000 else "hardware")


def test_what_a_vehicle_said_leaves_with_it() -> None:
    wall = LinkedWall()
    wall.charge_w = 3_600
    wall.vehicle = "C"
    wall.until_state("charging")
    wall.run(LAP_MS)
    assert import_limit(wall) == (15_000, "vehicle")
    wall.vehicle = "A"
    wall.run(LAP_MS)
    assert import_limit(wall) == (48_000, "hardware")


def test_what_it_may_give_is_told_in_watts() -> None:
    wall = exporting_wall(8_000)
    wall.discharge_w = 5_000
    wall.vehicle = "A"
    wall.until_state("idle")
    wall.vehicle = "C"
    wall.run_until(lambda: wall.target_w == 5_000, 60_000)
    assert wall.connector.status.export_limit_owner == 0


def test_a_vehicle_without_a_link_limits_nothing() -> None:
    wall = charging_wall()
    wall.run(LAP_MS)
    assert import_limit(wall)[1] == "hardware"


# --- ticks that do not come ---


def test_missed_ticks_are_counted_and_nothing_else_changes() -> None:
    wall = charging_wall()
    connector = wall.connector
    assert connector.missed_ticks == 0
    for dt_ms, missed in ((10, 0), (19, 0), (20, 1), (50, 4), (51, 1), (0, 1), (-10, 1)):
        before = connector.missed_ticks
        wall.tick(dt_ms)
        assert connector.missed_ticks == before + missed, dt_ms
    assert (wall.state, wall.faults) == ("charging", [])
    wall.run(500)
    assert connector.report.missed_ticks == connector.missed_ticks


def test_a_board_that_never_misses_one_tells_of_none() -> None:
    wall = Wall()
    for vehicle in LEVELS_MV:
        wall.vehicle = vehicle
        wall.run(3_000)
    assert wall.connector.report.missed_ticks == 0
