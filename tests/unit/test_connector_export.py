"""Export, seen from the wall: how it comes about, why it does not, and how limits confine it."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.unit.linked_wall import (
    SITE,
    STEP_W,
    LinkedWall,
    exporting_wall,
    linked_wall,
    settings_with,
    ticks,
)
from tests.unit.wall import Wall
from wattback import commands, limits, targets
from wattback.export import MODE_BACKUP_ONLY, MODE_CHARGE, MODE_EVENT, MODE_SELF_CONSUMPTION

LINE_W = 48 * 240


def told_while(wall: LinkedWall, ms: int) -> list[int]:
    """The target after every tick of a while."""
    told = []
    for _ in ticks(ms):
        wall.tick()
        told.append(wall.target_w)
    return told


# --- the way there and back ---


def test_a_vehicle_is_authorised_step_by_step_and_charges_meanwhile() -> None:
    wall = LinkedWall()
    wall.vehicle = "C"
    seen = [wall.link]
    for _ in ticks(10_000):
        wall.tick()
        if wall.link != seen[-1]:
            seen.append(wall.link)
    assert seen == ["none", "identified", "accepted", "authorised"]
    assert (wall.state, wall.target_w, wall.power_w) == ("charging", -LINE_W, -LINE_W)


def test_a_target_ramps_from_charging_through_zero_to_discharging() -> None:
    wall = linked_wall()
    wall.run_until(lambda: wall.power_w == -LINE_W, 10_000)
    wall.want(8_000)
    told = [wall.target_w, *told_while(wall, 12_000)]
    assert told == sorted(told)
    assert all(after - before <= STEP_W for before, after in pairwise(told))
    assert (told[0] <= -LINE_W + STEP_W, told[-1]) == (True, 8_000)
    assert any(-STEP_W < w <= 0 for w in told)
    assert (wall.state, wall.power_w, wall.connector.status.target_owner) == (
        "discharging",
        8_000,
        targets.OWNER_SITE,
    )
    assert wall.connector.contactor.closings == 1


def test_an_export_ends_through_zero_and_the_charge_goes_on() -> None:
    wall = exporting_wall(8_000)
    wall.command(commands.COMMAND_SET_TARGET, targets.OWNER_SITE, 1, -7_600, 0, 0, 0)
    told = told_while(wall, 10_000)
    assert told == sorted(told, reverse=True)
    assert any(-STEP_W < w <= 0 for w in told)
    assert (wall.state, wall.power_w, wall.closed) == ("charging", -7_600, True)
    assert wall.connector.contactor.closings == 1


def test_a_target_that_is_taken_back_unloads_before_it_charges_again() -> None:
    wall = exporting_wall(8_000)
    wall.command(commands.COMMAND_SET_TARGET, targets.OWNER_SITE, 0, 0, 0, 0, 0)
    told = told_while(wall, 4_000)
    assert all(before - after <= STEP_W for before, after in pairwise(told) if after > 0)
    wall.run(6_000)
    assert (wall.state, wall.power_w) == ("charging", -LINE_W)


def test_a_planned_end_unloads_first_then_ends_the_pwm_then_opens() -> None:
    wall = exporting_wall(8_000)
    wall.limit(0, 48_000)
    wall.run(100)
    assert (wall.state, wall.duty_bp) == ("discharging", 500)
    wall.command(commands.COMMAND_SET_TARGET, targets.OWNER_SITE, 0, 0, 0, 0, 0)
    wall.until_state("stopping")
    assert wall.power_w <= 240
    assert (wall.duty_bp, wall.closed) == (10_000, True)
    wall.until_open(1_000)
    assert (wall.cause, wall.connector.contactor.hot_openings) == ("planned", 0)


@pytest.mark.parametrize("vehicle", ["A", "B"])
def test_an_export_ends_with_the_plug_and_with_s2_like_any_charge(vehicle: str) -> None:
    wall = exporting_wall()
    wall.vehicle = vehicle
    assert wall.until_open() <= 50
    assert wall.cause == {"A": "unplug", "B": "s2_opened"}[vehicle]
    wall.tick()
    assert wall.target_w <= 0
    assert wall.link == {"A": "none", "B": "authorised"}[vehicle]


def test_a_fault_ends_an_export_in_its_tick() -> None:
    wall = exporting_wall()
    wall.board.sensors.ground_fault_latched = 1
    wall.tick()
    assert (wall.closed, wall.cause, wall.target_w) == (False, "fault", 0)
    assert "fault" in wall.export_waits


# --- every refusal ---


def vehicle_says(name: str, value: int) -> Callable[[LinkedWall], None]:
    return lambda wall: setattr(wall, name, value)


def settle(**settings: int) -> dict[str, int]:
    return {**SITE, **settings}


# reason, settings, what the vehicle says or does
REFUSALS: dict[str, tuple[dict[str, int], Callable[[LinkedWall], None] | None]] = {
    "permission": (settle(export_permitted=0), None),
    "vehicle_link": (settle(), vehicle_says("speaks", 0)),
    "certification": (settle(), vehicle_says("certified", 0)),
    "settings": (settle(), vehicle_says("acknowledges", 1)),
    "service": (settle(enter_service_delay_s=600), None),
    "limit": (settle(site_failsafe_export_ma=0), None),
    "reserve": (settle(reserve_bp=8_000), None),
    "day_limit": (settle(export_day_limit_wh=0), None),
    "mode": (settle(operating_mode=MODE_BACKUP_ONLY), None),
    "house_meter": (settle(operating_mode=MODE_SELF_CONSUMPTION), None),  # it has none
}


@pytest.mark.parametrize("reason", REFUSALS)
def test_every_refusal_shows_its_bit_and_keeps_the_target_at_or_below_0(reason: str) -> None:
    settings, said = REFUSALS[reason]
    wall = LinkedWall(settings_with(**settings))
    if said:
        said(wall)
    wall.vehicle = "C"
    wall.run(9_000)
    wall.want(8_000)
    for _ in ticks(20_000):
        wall.tick()
        assert wall.target_w <= 0
        assert wall.state != "discharging"
    without_contact = [name for name in wall.export_waits if name != "contactor"]
    assert without_contact == [reason]


@pytest.mark.parametrize("mode", [MODE_CHARGE, MODE_BACKUP_ONLY])
def test_a_mode_that_exports_nothing_ends_an_export_by_the_ramp_and_another_brings_it_back(
    mode: int,
) -> None:
    wall = exporting_wall(8_000)
    wall.set("operating_mode", mode)
    wall.run_until(lambda: wall.export_waits == ["mode"], 50)
    told = told_while(wall, 6_000)
    assert all(0 <= before - after <= STEP_W for before, after in pairwise(told) if after > 0)
    assert (told[-1], wall.state) == (0, "charging")
    wall.set("operating_mode", MODE_EVENT)
    wall.run_until(lambda: wall.power_w == 8_000, 20_000)
    assert (wall.state, wall.export_waits) == ("discharging", [])


def test_nobody_asks_for_export_is_a_reason_too() -> None:
    assert linked_wall().export_waits == ["target"]


def test_before_the_contactor_closes_the_target_waits_for_it() -> None:
    wall = LinkedWall()
    wall.vehicle = "B"
    wall.want(8_000)
    wall.run(9_000)
    assert (wall.state, wall.export_waits, wall.target_w) == ("offered", ["contactor"], 0)
    wall.vehicle = "C"
    wall.run_until(lambda: wall.power_w == 8_000, 20_000)
    assert wall.export_waits == []


# --- limits ---


def test_an_export_limit_confines_the_target_at_once_and_lets_it_rise_by_the_ramp() -> None:
    wall = exporting_wall(8_000)
    wall.limit(-1, 10_000)
    assert wall.target_w == 2_400
    wall.run(5_000)
    assert (wall.state, wall.power_w, wall.faults) == ("discharging", 2_400, [])
    wall.limit(-1, -1)
    told = told_while(wall, 3_000)
    assert max(told[:100]) <= 2_400 + 2_040
    assert told[-1] == 8_000


@pytest.mark.parametrize("owner", [limits.OWNER_SITE, limits.OWNER_DRIVER, limits.OWNER_PROGRAMME])
def test_an_export_limit_of_0_cuts_the_target_in_its_tick(owner: int) -> None:
    wall = exporting_wall(8_000)
    wall.limit(-1, 0, owner)
    assert (wall.target_w, wall.export_waits) == (0, ["limit"])
    wall.until_state("charging", 1_800)
    assert (wall.closed, wall.faults) == (True, [])


def test_the_utilitys_largest_power_confines_in_both_directions() -> None:
    wall = exporting_wall(8_000)
    wall.set("export_max_w", 4_800)
    assert wall.target_w == 4_800
    wall.want(-11_000)
    wall.set("import_max_w", 2_400)
    wall.run(10_000)
    assert (wall.target_w, wall.connector.status.import_limit_ma) == (-2_400, 10_000)


def test_an_import_limit_confines_a_linked_charge_at_once() -> None:
    wall = linked_wall()
    wall.limit(16_000, -1)
    assert (wall.target_w, wall.connector.status.offered_ma) == (-3_840, 16_000)


def test_the_vehicles_rating_confines_too() -> None:
    wall = linked_wall()
    wall.want(19_200)
    wall.run(15_000)
    assert (wall.target_w, wall.faults) == (wall.discharge_w, [])


def test_the_ramp_of_entering_service_confines_a_target_that_comes_early() -> None:
    wall = LinkedWall(settings_with(**settle(enter_service_delay_s=10, enter_service_ramp_s=10)))
    wall.vehicle = "C"
    wall.run(5_500)
    wall.want(9_600)
    wall.run_until(lambda: wall.connector.status.in_service == 1, 10_000)
    confined = 0
    for passed_ms in range(10, 10_000, 10):
        wall.tick()
        risen_w = LINE_W * (passed_ms + 100) // 10_000
        assert wall.target_w <= risen_w
        confined += wall.target_w > risen_w - 400
    assert confined > 300
    assert wall.target_w == 9_600


def test_with_an_import_limit_of_0_a_vehicle_may_still_export_and_is_told_so_by_5_percent() -> (
    None
):
    wall = LinkedWall()
    wall.limit(0, -1)
    wall.vehicle = "B"
    wall.run(8_000)
    assert (wall.state, wall.waits, wall.duty_bp) == ("waiting", ["limit"], 10_000)
    wall.want(5_000)
    wall.until_state("offered")
    assert (wall.waits, wall.duty_bp) == ([], 500)
    wall.vehicle = "C"
    wall.run_until(lambda: wall.power_w == 5_000, 20_000)
    assert (wall.state, wall.duty_bp, wall.faults) == ("discharging", 500, [])


# --- vehicles with basic signalling ---


def test_a_basic_vehicle_under_an_export_target_stops_charging_and_says_why() -> None:
    wall = Wall(settings_with(**SITE))
    wall.vehicle = "C"
    wall.draw_ma = 16_000
    wall.until_state("charging")
    put = wall.connector.queue.put
    assert put(commands.COMMAND_SET_TARGET, targets.OWNER_SITE, 1, 5_000, 10, 0, 0) == 0
    wall.until_state("stopping", 100)
    assert wall.waits == ["target"]
    wall.draw_ma = 0
    wall.until_open(1_000)
    assert wall.cause == "planned"
    wall.run(8_000)
    assert (wall.state, wall.waits) == ("waiting", ["target"])
    wall.until_state("charging", 5_000)  # the target has expired


@pytest.mark.parametrize(
    ("w", "offered_ma"), [(-11_520, 48_000), (-7_680, 32_000), (-1_440, 6_000), (-1_439, 0)]
)
def test_a_basic_vehicle_under_an_import_target_is_offered_that_much(
    w: int, offered_ma: int
) -> None:
    wall = Wall(settings_with(**SITE))
    wall.vehicle = "C"
    wall.until_state("charging")
    put = wall.connector.queue.put
    assert put(commands.COMMAND_SET_TARGET, targets.OWNER_SITE, 1, w, 0, 0, 0) == 0
    wall.run(8_000)
    assert wall.connector.status.offered_ma == offered_ma
    assert (wall.state == "charging") == (offered_ma > 0)
