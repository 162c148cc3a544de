"""The safety functions through the whole connector: what stops, how, and what starts it again."""

from collections.abc import Callable

import pytest

from tests.unit.linked_wall import exporting_wall
from tests.unit.safety_bench import again, charging_wall, import_limit, press, reset_from_afar
from tests.unit.wall import TICK_MS, Wall
from wattback.retained import WORN

PERSONS = {"emergency_stopped": "emergency_stop", "disconnect_open": "disconnect_open"}
EACH_PERSON = pytest.mark.parametrize(("field", "fault"), PERSONS.items(), ids=list(PERSONS))


def stopped_wall(field: str, release: bool = True) -> Wall:
    """A charge that a person has stopped."""
    wall = charging_wall()
    wall.hold[field] = 1
    wall.until_open()
    if release:
        wall.run(500)
        del wall.hold[field]
        wall.run(100)
    return wall


# --- a person stops ---


@EACH_PERSON
def test_a_person_who_stops_opens_the_contactor_within_two_ticks(field: str, fault: str) -> None:
    wall = charging_wall()
    wall.hold[field] = 1
    assert wall.until_open() <= 2 * TICK_MS
    assert (wall.state, wall.cause, wall.faults) == ("fault", "fault", [fault])
    assert wall.duty_bp == 0


@EACH_PERSON
def test_an_export_is_stopped_as_fast(field: str, fault: str) -> None:
    wall = exporting_wall()
    wall.hold[field] = 1
    assert wall.until_open() <= 2 * TICK_MS
    assert (wall.cause, wall.faults) == ("fault", [fault])


@EACH_PERSON
def test_a_spike_on_the_wire_stops_nothing(field: str, fault: str) -> None:
    wall = charging_wall()
    for _ in range(100):
        wall.hold[field] = 1
        wall.tick()
        del wall.hold[field]
        wall.run(50)
    assert (wall.closed, wall.faults) == (True, [])


@EACH_PERSON
def test_neither_time_nor_a_reset_from_afar_nor_an_unplug_starts_it_again(
    field: str, fault: str
) -> None:
    wall = stopped_wall(field)
    steps: list[Callable[[], object]] = [
        lambda: wall.run_s(900),
        lambda: reset_from_afar(wall),
        lambda: setattr(wall, "vehicle", "A"),
        lambda: wall.run(2_000),
        lambda: reset_from_afar(wall),
        lambda: setattr(wall, "vehicle", "C"),
        lambda: wall.run_s(60),
    ]
    for step in steps:
        step()
        assert (wall.state, wall.faults, wall.closed) == ("fault", [fault], False)
        assert wall.duty_bp == 0


@EACH_PERSON
def test_nor_does_any_number_of_power_cycles(field: str, fault: str) -> None:
    wall = stopped_wall(field)
    for _ in range(5):
        wall = again(wall)
        wall.run_s(20)
        assert (wall.state, wall.faults, wall.duty_bp) == ("fault", [fault], 0)
        assert not any(driven[1] for driven in wall.board.driven)


@EACH_PERSON
def test_the_button_on_the_unit_does_once_it_has_been_held_for_a_second(
    field: str, fault: str
) -> None:
    wall = stopped_wall(field)
    press(wall, ms=900)
    assert wall.faults == [fault]
    press(wall)
    assert wall.faults == []
    wall.until_state("charging")
    assert wall.connector.contactor.closings == 2


@EACH_PERSON
def test_after_a_power_cycle_the_button_does_too(field: str, fault: str) -> None:
    wall = again(stopped_wall(field))
    wall.run(1_000)
    press(wall)
    assert wall.faults == []
    wall.until_state("charging")


@EACH_PERSON
def test_the_button_does_nothing_while_the_stop_is_pressed_or_its_wire_broken(
    field: str, fault: str
) -> None:
    wall = stopped_wall(field, release=False)
    press(wall, ms=5_000)
    del wall.hold[field]
    wall.run_s(20)
    assert wall.faults == [fault]


def test_a_button_that_is_jammed_starts_nothing_a_second_time() -> None:
    wall = stopped_wall("emergency_stopped")
    wall.hold["reset_pressed"] = 1
    wall.until_state("charging")
    wall.hold["emergency_stopped"] = 1
    wall.until_open()
    del wall.hold["emergency_stopped"]
    wall.run_s(60)
    assert wall.faults == ["emergency_stop"]


def test_no_earth_opens_the_contactor_and_an_earth_that_is_back_is_retried() -> None:
    wall = charging_wall()
    wall.hold["earth_ohm"] = 1_000_000
    assert 2_000 <= wall.until_open() <= 3_000
    assert (wall.cause, wall.faults) == ("fault", ["earth_missing"])
    wall.hold.clear()
    assert wall.until_state("charging", 80_000) >= 60_000


# --- a row that stops, and does not open at once ---


def test_a_hot_handle_withdraws_the_offer_and_opens_once_the_vehicle_has_unloaded() -> None:
    wall = charging_wall()
    wall.obeys = False
    wall.hold["handle_decic"] = 790
    wall.until_state("stopping")
    assert (wall.faults, wall.duty_bp, wall.closed) == (["handle_overheated"], 10_000, True)
    wall.run(2_000)
    assert wall.closed
    wall.draw_ma = 0
    assert 100 <= wall.until_open() <= 150
    assert wall.cause == "planned"
    assert wall.connector.contactor.hot_openings == 0
    wall.run(100)
    assert (wall.state, wall.duty_bp, wall.faults) == ("fault", 10_000, ["handle_overheated"])


def test_a_hot_handle_whose_vehicle_does_not_stop_is_cut_off_after_6_s() -> None:
    wall = charging_wall(draw_ma=10_000)
    wall.obeys = False
    wall.hold["handle_decic"] = 790
    wall.until_state("stopping")
    assert 6_000 <= wall.until_open() <= 6_020
    assert wall.cause == "forced"


def test_charging_resumes_when_the_handle_has_cooled_and_not_before() -> None:
    wall = charging_wall()
    wall.hold["handle_decic"] = 790
    wall.until_open()
    wall.run_s(600)
    wall.hold["handle_decic"] = 700
    wall.run_s(600)
    assert (wall.state, wall.faults) == ("fault", ["handle_overheated"])
    wall.hold["handle_decic"] = 500
    assert wall.until_state("charging", 150_000) >= 60_000
    assert import_limit(wall) == (12_000, "thermal")
    assert wall.faults == []


def test_a_hot_handle_ends_an_export_before_it_opens_as_planned() -> None:
    wall = exporting_wall()
    wall.hold["handle_decic"] = 790
    wall.until_state("stopping")
    assert (wall.faults, wall.closed) == (["handle_overheated"], True)
    wall.until_open()
    assert wall.cause == "planned"
    wall.run(100)
    assert wall.state == "fault"


def test_an_export_that_a_hot_handle_ends_in_vain_is_cut() -> None:
    wall = exporting_wall()
    wall.hold["handle_decic"] = 790
    wall.stubborn_w = 5_000
    wall.run_until(lambda: wall.faults == ["handle_overheated"], 5_000)
    assert wall.until_open() <= 2_000
    assert wall.cause == "permission"
    wall.run_s(10)
    assert (wall.state, wall.faults) == ("fault", ["handle_overheated"])


def test_an_opening_fault_during_a_hot_stop_opens_at_once() -> None:
    wall = charging_wall()
    wall.obeys = False
    wall.hold["handle_decic"] = 790
    wall.until_state("stopping")
    wall.hold["emergency_stopped"] = 1
    assert wall.until_open() <= 2 * TICK_MS
    assert wall.cause == "fault"


@pytest.mark.parametrize("field", ["board_decic", "terminal_decic", "handle_decic"])
def test_a_temperature_that_nobody_knows_stops_too(field: str) -> None:
    wall = charging_wall()
    wall.hold[field] = -2_000
    wall.until_open(5_000)
    assert (wall.cause, wall.faults) == ("planned", ["temperature_sensor"])
    wall.hold.clear()
    assert wall.until_state("charging", 30_000) >= 10_000


def test_a_row_that_stops_keeps_a_vehicle_from_being_offered_anything() -> None:
    wall = Wall()
    wall.hold["handle_decic"] = 790
    wall.run(5_000)
    wall.vehicle = "C"
    wall.run_s(20)
    assert (wall.state, wall.duty_bp) == ("fault", 10_000)


# --- a row that only warns ---


def worn_wall() -> Wall:
    wall = charging_wall(contactor_life_openings=10)
    wall.connector.retained[WORN] = 10_000
    wall.run(2_000)
    assert wall.faults == ["contactor_worn"]
    return wall


def test_a_warning_lets_charging_go_on_and_begin() -> None:
    wall = worn_wall()
    assert (wall.state, wall.duty_bp) == ("charging", 8_000)
    wall.vehicle = "B"
    wall.until_open()
    wall.vehicle = "C"
    wall.until_state("charging")
    assert wall.faults == ["contactor_worn"]


def test_a_warning_lets_an_export_go_on_and_begin() -> None:
    wall = exporting_wall(contactor_life_openings=10)
    wall.connector.retained[WORN] = 10_000
    wall.run(5_000)
    assert wall.faults == ["contactor_worn"]
    assert (wall.state, wall.export_waits) == ("discharging", [])
    wall.want(0)
    wall.until_state("charging")
    wall.want(5_000)
    wall.until_state("discharging")
