"""Contacts through the whole connector: the vehicle's side of them, and their coil."""

import pytest

from tests.unit.safety_bench import charging_wall, reset_from_afar
from tests.unit.wall import TICK_MS, offering_wall


def test_a_live_vehicle_side_refuses_the_closing() -> None:
    wall = offering_wall()
    wall.hold = {"load_mv": 120_000}
    wall.vehicle = "C"
    wall.run(900)
    assert "dead_load" in wall.waits
    wall.run(20_000)
    assert not any(driven[1] for driven in wall.board.driven)
    assert (wall.state, wall.faults, wall.duty_bp) == ("fault", ["vehicle_still_energised"], 0)
    wall.hold = {}
    assert wall.until_state("charging") >= 5_000


@pytest.mark.parametrize("lead_ms", [TICK_MS, 50, 200])
def test_it_never_closes_on_a_vehicle_side_that_is_live_now(lead_ms: int) -> None:
    probe = offering_wall()
    probe.vehicle = "C"
    closes_ms = probe.run_until(lambda: probe.closed, 1_000)
    wall = offering_wall()
    wall.vehicle = "C"
    wall.run(closes_ms - lead_ms)
    wall.hold = {"load_mv": 31_000}
    wall.run(lead_ms + 500)
    assert not any(driven[1] for driven in wall.board.driven)


def test_a_vehicle_side_that_follows_the_supply_behind_open_contacts_is_a_weld_for_good() -> None:
    wall = charging_wall()
    wall.hold = {"load_mv": 240_000}  # the auxiliary contact says open, and it lies
    wall.vehicle = "B"
    wall.until_open()
    wall.run(4_000)
    assert wall.faults == ["contactor_welded", "vehicle_still_energised"]
    wall.hold = {}
    wall.run_s(60)
    assert (wall.faults, wall.duty_bp) == (["contactor_welded"], 0)


def test_a_dead_vehicle_side_behind_closed_contacts_opens_after_a_second() -> None:
    wall = charging_wall()
    wall.hold = {"load_mv": 0}
    assert 1_000 <= wall.until_open() <= 1_200
    assert (wall.cause, wall.faults) == ("fault", ["contactor_stuck_open"])


@pytest.mark.parametrize("dip_ms", [500, 1_900])
def test_a_dip_of_the_supply_that_both_sides_show_opens_nothing(dip_ms: int) -> None:
    wall = charging_wall()
    wall.hold = {"voltage_l1_mv": 0, "voltage_l2_mv": 0, "load_mv": 0}
    wall.run(dip_ms)
    wall.hold = {}
    wall.run(3_000)
    assert (wall.closed, wall.faults) == (True, [])


def test_a_coil_without_voltage_opens_and_is_reset_from_afar() -> None:
    wall = charging_wall()
    wall.hold = {"coil_driven": 0}
    assert 100 <= wall.until_open() <= 120
    assert (wall.cause, wall.faults) == ("fault", ["coil_implausible"])
    wall.hold = {}
    wall.run(1_000)
    reset_from_afar(wall)
    assert wall.faults == []
    wall.until_state("charging")
