"""What it takes to close: everything that must have been so for a while must be so now as well."""

import pytest

from tests.unit.wall import DEFAULTS, Wall, charging_wall, offering_wall
from wattback.commands import COMMAND_SET_LIMIT
from wattback.limits import OWNER_DRIVER
from wattback.settings import SETTINGS

TICK_MS = 10


def ever_closed(wall: Wall) -> bool:
    return any(driven[1] for driven in wall.board.driven)


def about_to_close(lead_ms: int) -> Wall:
    """A wall that will close its contactor in `lead_ms`, unless something happens."""
    probe = offering_wall()
    probe.vehicle = "C"
    closes_ms = probe.run_until(lambda: probe.closed, 1_000)
    wall = offering_wall()
    wall.vehicle = "C"
    wall.run(closes_ms - lead_ms)
    assert not ever_closed(wall)
    return wall


def about_to_close_on_an_asking_vehicle(lead_ms: int) -> Wall:
    """The same with a vehicle that has asked all along: the diode is the last to be seen."""
    probe = Wall()
    probe.vehicle = "C"
    probe.run_until(lambda: probe.closed, 20_000)
    wall = Wall()
    wall.vehicle = "C"
    wall.run(probe.now_ms - lead_ms)
    assert not ever_closed(wall)
    return wall


@pytest.mark.covers("IEC 61851-1 sequence 4")
@pytest.mark.parametrize("lead_ms", [TICK_MS, 100, 400])
def test_it_closes_when_nothing_happens(lead_ms: int) -> None:
    for wall in (about_to_close(lead_ms), about_to_close_on_an_asking_vehicle(lead_ms)):
        wall.run(lead_ms)
        assert wall.closed


@pytest.mark.parametrize("lead_ms", [TICK_MS, 100, 400])
@pytest.mark.parametrize(
    "inputs",
    [
        {"voltage_l1_mv": 0, "voltage_l2_mv": 0},
        {"voltage_l2_mv": 165_000},
        {"frequency_millihertz": 50_000},
    ],
    ids=["dead", "leg high", "frequency"],
)
def test_it_never_closes_on_a_supply_that_is_outside_its_window_now(
    inputs: dict[str, int], lead_ms: int
) -> None:
    wall = about_to_close(lead_ms)
    wall.hold = inputs
    wall.run(lead_ms + 100)
    assert not ever_closed(wall)


@pytest.mark.parametrize("lead_ms", [TICK_MS, 50, 80])
def test_it_never_closes_on_a_diode_that_is_missing_now(lead_ms: int) -> None:
    wall = about_to_close(lead_ms)
    wall.hold = {"pilot_low_mv": -5_000}
    wall.run(lead_ms + 100)
    assert not ever_closed(wall)


@pytest.mark.parametrize("lead_ms", [TICK_MS, 20, 50])
@pytest.mark.parametrize("vehicle", ["A", "B", "E"])
def test_it_never_closes_on_a_pilot_that_is_neither_c_nor_d_now(
    vehicle: str, lead_ms: int
) -> None:
    for wall in (about_to_close(lead_ms), about_to_close_on_an_asking_vehicle(lead_ms)):
        wall.vehicle = vehicle
        wall.run(lead_ms + 100)
        assert not ever_closed(wall)


def test_it_never_closes_on_a_latch_that_has_tripped_now() -> None:
    wall = about_to_close(TICK_MS)
    wall.board.sensors.ground_fault_latched = 1
    wall.run(100)
    assert not ever_closed(wall)
    assert wall.faults == ["ground_fault"]


def test_it_never_closes_on_a_contact_that_is_closed_now() -> None:
    wall = about_to_close(TICK_MS)
    wall.hold = {"contactor_aux_closed": 1}
    wall.run(1_000)
    assert not ever_closed(wall)
    assert wall.faults == ["contactor_welded"]


def test_a_contact_that_has_closed_by_itself_uses_the_self_test_up() -> None:
    wall = about_to_close(100)
    wall.hold = {"contactor_aux_closed": 1}
    wall.tick()
    wall.hold = {}
    wall.tick()
    assert "self_test" in wall.waits


@pytest.mark.parametrize(
    "disturbed", [{"pilot_high_mv": 9_000}, {"pilot_low_mv": -5_000}], ids=["state", "diode"]
)
def test_a_pilot_with_one_bad_sample_in_ten_shows_the_wait_steady_pilot(
    disturbed: dict[str, int],
) -> None:
    wall = Wall()
    wall.vehicle = "C"
    wall.run(1_000)
    for count in range(2_000):
        wall.hold = disturbed if count % 10 == 0 else {}
        wall.tick()
    assert (wall.state, wall.waits) == ("offered", ["steady_pilot"])
    assert not ever_closed(wall)
    wall.hold = {}
    assert wall.until_state("charging") <= 550
    assert wall.waits == []


def test_settings_are_loaded_once() -> None:
    wall = charging_wall()
    lowest = [row[2] for row in SETTINGS]
    assert wall.connector.load_settings(lowest) == "a second load"
    assert wall.connector.settings.hardware_limit_ma == DEFAULTS[0]
    wall.run(100)
    assert wall.closed


def test_a_vehicle_that_was_refused_for_ventilation_does_not_hold_up_the_next() -> None:
    wall = offering_wall()
    wall.vehicle = "D"
    wall.run(1_000)
    assert "ventilation" in wall.waits
    wall.vehicle = "A"
    wall.run(1_000)
    assert "ventilation" not in wall.waits


def test_a_loose_plug_opens_the_contactor_and_keeps_the_visit() -> None:
    wall = charging_wall()
    wall.connector.queue.put(COMMAND_SET_LIMIT, OWNER_DRIVER, 20_000, 20_000, 0)
    wall.run(100)
    wall.vehicle = "A"
    wall.run(400)
    assert not wall.closed
    wall.vehicle = "C"
    wall.run(1_000)
    assert wall.connector.status.import_limit_ma == 20_000
    wall.vehicle = "A"
    wall.run(600)
    assert wall.connector.status.import_limit_ma == 48_000


def test_power_out_of_the_vehicle_is_a_fault_while_nobody_may_export() -> None:
    wall = charging_wall()
    wall.hold = {"power_w": 500, "current_l1_ma": 2_000, "current_l2_ma": 2_000}
    assert wall.until_open() <= 1_850
    assert (wall.cause, wall.faults) == ("fault", ["power_not_permitted"])


@pytest.mark.parametrize(
    ("l1_ma", "l2_ma", "told_ma"),
    [(-16_000, -15_000, -16_000), (-15_000, -16_000, -16_000), (5, -6, -6), (7, -6, 7)],
)
def test_the_current_told_is_the_larger_leg_with_its_sign(
    l1_ma: int, l2_ma: int, told_ma: int
) -> None:
    wall = Wall()
    wall.hold = {"current_l1_ma": l1_ma, "current_l2_ma": l2_ma}
    wall.run(100)
    assert wall.connector.status.current_ma == told_ma
