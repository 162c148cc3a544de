"""How a visit goes on: wake-up, restart, an old self-test, heat, cable and handle."""

import pytest

from tests.unit.linked_wall import SETTING_NAMES, SITE, LinkedWall, exporting_wall, settings_with
from tests.unit.safety_bench import again, charging_wall, import_limit, press, reset_from_afar
from tests.unit.wall import DEFAULTS, TICK_MS, Wall, offering_wall
from wattback.commands import COMMAND_SET_LIMIT
from wattback.limits import OWNER_SITE
from wattback.proximity import IEC_CABLE, NACS_ADAPTER, PROFILE_NAMES, WIRED_HANDLE

HALF = 1 << 14  # chance: half of a delay

# --- wake-up ---


def f_pulses(wall: Wall) -> list[int]:
    """Lengths, in ticks, of the times at −12 V."""
    lengths = [0]
    for driven in wall.board.driven:
        if driven[0] == 0:
            lengths[-1] += 1
        elif lengths[-1]:
            lengths.append(0)
    return [length for length in lengths if length]


@pytest.mark.covers("IEC 61851-1 A.5.3")
def test_a_vehicle_that_sleeps_through_an_offer_is_woken_once_and_never_again() -> None:
    wall = offering_wall()
    wall.board.driven = wall.board.driven[-1:]
    assert 29_000 <= wall.run_until(lambda: wall.duty_bp == 0, 40_000) <= 32_000
    wall.run(600_000)
    lengths = f_pulses(wall)
    assert len(lengths) == 1
    assert 4_000 <= lengths[0] * TICK_MS <= 5_000
    assert (wall.state, wall.duty_bp, wall.faults) == ("offered", 8_000, [])
    assert not any(driven[1] for driven in wall.board.driven)


def test_a_vehicle_that_the_pulse_wakes_charges() -> None:
    wall = offering_wall()
    wall.run_until(lambda: wall.duty_bp == 0, 40_000)
    wall.run(4_500)
    wall.vehicle = "C"
    wall.until_state("charging")
    assert wall.faults == []


def test_a_vehicle_that_leaves_during_the_pulse_has_left() -> None:
    wall = offering_wall()
    wall.run_until(lambda: wall.duty_bp == 0, 40_000)
    wall.run(1_000)
    wall.vehicle = "A"
    wall.until_state("idle")
    assert wall.duty_bp == 10_000


def test_a_vehicle_that_charges_is_never_shown_minus_12_v() -> None:
    wall = charging_wall()
    wall.board.driven = wall.board.driven[-1:]
    wall.run_s(120)
    assert f_pulses(wall) == []


# --- after an outage ---


def test_a_visit_that_a_power_cut_interrupted_waits_for_its_part_of_the_delay() -> None:
    wall = again(charging_wall(draw_ma=5_000), chance=HALF, restart_delay_s=60)
    wall.run(10_000)
    assert (wall.state, wall.waits) == ("waiting", ["restart_delay"])
    assert wall.duty_bp == 10_000
    passed_ms = wall.until_state("charging", 40_000) + 10_000
    assert 29_000 <= passed_ms <= 33_000


def test_it_then_rises_by_the_ramp_from_the_smallest_offer_on() -> None:
    wall = again(charging_wall(draw_ma=5_000), chance=1, restart_delay_s=60, restart_ramp_s=60)
    wall.until_state("offered")
    assert import_limit(wall) == (6_000, "restart")
    wall.until_state("charging")
    wall.run_s(30)
    limit_ma, owner = import_limit(wall)
    assert owner == "restart"
    assert 25_000 <= limit_ma <= 28_000
    wall.run_s(35)
    assert import_limit(wall) == (48_000, "hardware")
    assert wall.faults == []


def test_the_button_skips_the_delay_and_not_the_ramp() -> None:
    wall = again(
        charging_wall(draw_ma=5_000), chance=HALF, restart_delay_s=1_800, restart_ramp_s=60
    )
    wall.run(10_000)
    assert wall.waits == ["restart_delay"]
    press(wall)
    wall.until_state("charging", 2_000)
    assert import_limit(wall) == (6_000, "restart")


def test_a_reset_from_afar_does_not_skip_the_delay() -> None:
    wall = again(charging_wall(draw_ma=5_000), chance=HALF, restart_delay_s=1_800)
    wall.run(10_000)
    reset_from_afar(wall)
    wall.run_s(60)
    assert wall.waits == ["restart_delay"]


def test_a_vehicle_that_was_held_back_when_the_power_went_waits_too() -> None:
    wall = again(offering_wall(), chance=HALF, restart_delay_s=1_800)
    wall.vehicle = "C"
    wall.run_s(60)
    assert wall.waits == ["restart_delay"]


def test_a_unit_without_a_vehicle_in_the_power_cut_waits_for_nothing_of_the_kind() -> None:
    before = Wall()
    before.run(2_000)
    wall = again(before, chance=HALF, restart_delay_s=1_800)
    wall.run(2_000)
    wall.vehicle = "C"
    wall.until_state("charging", 10_000)
    assert import_limit(wall) == (48_000, "hardware")


# --- a self-test that grows old under a closed contactor ---


@pytest.mark.covers("3.3 self-test interval")
def test_a_test_older_than_a_day_is_renewed_by_a_planned_stop_and_charging_goes_on() -> None:
    wall = charging_wall()
    # A day of ticks takes an hour here: the part's own count of seconds is set instead.
    wall.connector.ground_fault._valid_s = 2
    tests = sum(1 for driven in wall.board.driven if driven[2])
    wall.until_state("stopping", 3_000)
    assert (wall.waits, wall.duty_bp) == (["self_test"], 10_000)
    wall.until_open(1_000)
    assert (wall.cause, wall.faults) == ("planned", [])
    assert wall.connector.contactor.hot_openings == 0
    wall.until_state("charging")
    assert sum(1 for driven in wall.board.driven if driven[2]) > tests
    wall.run_s(60)
    assert (wall.state, wall.connector.ground_fault.expired) == ("charging", 0)


def test_a_test_older_than_a_day_ends_an_export_too() -> None:
    wall = exporting_wall()
    wall.connector.ground_fault._valid_s = 2
    wall.until_open(10_000)
    assert (wall.cause, wall.faults) == ("planned", [])
    wall.until_state("discharging")
    assert wall.connector.ground_fault.expired == 0


# --- less current ---


@pytest.mark.parametrize(
    ("field", "decic", "limit_ma"),
    [
        ("handle_decic", 629, 48_000),
        ("handle_decic", 630, 36_000),
        ("handle_decic", 680, 24_000),
        ("handle_decic", 730, 12_000),
        ("terminal_decic", 850, 36_000),
        ("board_decic", 900, 24_000),
    ],
)
def test_heat_lowers_the_offer_and_is_named(field: str, decic: int, limit_ma: int) -> None:
    wall = charging_wall(draw_ma=10_000)
    wall.hold[field] = decic
    wall.run(2_000)
    owner = "thermal" if limit_ma < 48_000 else "hardware"
    assert import_limit(wall) == (limit_ma, owner)
    assert wall.connector.status.export_limit_ma == limit_ma
    assert (wall.connector.status.offered_ma, wall.faults) == (limit_ma, [])
    assert wall.closed


def test_a_place_that_has_cooled_gives_the_current_back_step_by_step() -> None:
    wall = charging_wall(draw_ma=10_000)
    wall.hold["handle_decic"] = 730
    wall.run(2_000)
    wall.hold["handle_decic"] = 400
    seen = []
    for _ in range(200):
        wall.run_s(1)
        if import_limit(wall)[0] not in seen:
            seen.append(import_limit(wall)[0])
    assert seen == [12_000, 24_000, 36_000, 48_000]
    assert wall.closed


def test_a_lower_limit_of_someone_else_stays_his() -> None:
    wall = charging_wall(draw_ma=10_000)
    wall.connector.queue.put(COMMAND_SET_LIMIT, OWNER_SITE, 10_000, 10_000, 0)
    wall.hold["handle_decic"] = 730
    wall.run(2_000)
    assert import_limit(wall) == (10_000, "site")


@pytest.mark.parametrize(
    ("ohm", "limit_ma"), [(1_500, 13_000), (680, 20_000), (220, 32_000), (100, 48_000)]
)
def test_the_coding_of_a_cable_limits_the_offer_and_is_named(ohm: int, limit_ma: int) -> None:
    wall = Wall(settings_with(proximity_profile=IEC_CABLE))
    wall.hold["proximity_ohm"] = ohm
    wall.vehicle = "C"
    wall.draw_ma = 10_000
    wall.until_state("charging")
    owner = "cable" if limit_ma < 48_000 else "hardware"
    assert import_limit(wall) == (limit_ma, owner)
    assert wall.connector.status.offered_ma == limit_ma
    assert wall.connector.status.export_limit_ma == limit_ma


def test_a_cable_that_turns_out_smaller_lowers_the_offer() -> None:
    wall = Wall(settings_with(proximity_profile=IEC_CABLE))
    wall.hold["proximity_ohm"] = 220
    wall.vehicle = "C"
    wall.draw_ma = 10_000
    wall.until_state("charging")
    wall.hold["proximity_ohm"] = 1_500
    wall.run(3_000)
    assert import_limit(wall) == (13_000, "cable")
    assert (wall.closed, wall.connector.status.offered_ma) == (True, 13_000)


def test_without_a_cable_nothing_is_offered() -> None:
    wall = Wall(settings_with(proximity_profile=IEC_CABLE))
    wall.hold["proximity_ohm"] = 1_000_000
    wall.vehicle = "B"
    wall.run(10_000)
    assert (wall.state, wall.waits, wall.duty_bp) == ("waiting", ["limit"], 10_000)


def test_the_button_of_the_handle_stops_as_planned_and_its_release_lets_it_go_on() -> None:
    wall = Wall(settings_with(proximity_profile=WIRED_HANDLE))
    wall.hold["proximity_ohm"] = 150
    wall.vehicle = "C"
    wall.draw_ma = 10_000
    wall.obeys = True
    wall.until_state("charging")
    wall.run(2_000)
    wall.hold["proximity_ohm"] = 480
    wall.until_state("stopping", 2_000)
    assert wall.waits == ["handle"]
    wall.until_open(1_000)
    assert (wall.cause, wall.faults) == ("planned", [])
    wall.hold["proximity_ohm"] = 150
    wall.until_state("charging")


@pytest.mark.parametrize(
    ("profile", "inputs"),
    [
        (WIRED_HANDLE, {"proximity_ohm": 480}),
        (WIRED_HANDLE, {"proximity_ohm": 150, "handle_loose": 1}),
        (NACS_ADAPTER, {"handle_loose": 1}),
    ],
    ids=["resistor", "contact", "adapter"],
)
def test_a_handle_that_comes_loose_ends_an_export_too(
    profile: int, inputs: dict[str, int]
) -> None:
    wall = LinkedWall(settings_with(**SITE, proximity_profile=profile))
    wall.hold = {"proximity_ohm": 150}
    wall.vehicle = "C"
    wall.until_state("charging")
    wall.want(5_000)
    wall.until_state("discharging")
    wall.run(5_000)
    wall.hold = inputs
    wall.until_open(10_000)
    assert (wall.cause, wall.faults) == ("planned", [])


def test_where_nothing_is_wired_nothing_is_read() -> None:
    assert PROFILE_NAMES[DEFAULTS[SETTING_NAMES.index("proximity_profile")]] == "not_wired"
    for ohm in (0, 1_500, 1_000_000):
        wall = Wall()
        wall.hold = {"proximity_ohm": ohm, "handle_loose": 1}
        wall.vehicle = "C"
        wall.until_state("charging")
        assert import_limit(wall) == (48_000, "hardware")
