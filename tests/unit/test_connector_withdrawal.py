"""A permission that goes while power flows out: the vehicle has 2 s in all, then it is opened."""

from collections.abc import Callable

import pytest

from tests.unit.linked_wall import ROUND_MS, LinkedWall, exporting_wall, linked_wall
from wattback import commands, targets
from wattback.export import MODE_SELF_CONSUMPTION
from wattback.pilot import DUTY_DIGITAL
from wattback.vehicle import MESSAGE_PARAMETERS, MESSAGE_SETUP, MESSAGE_STOP

CEASE_MS = 2_000  # a source must have ceased (evse.md 6.4)
COIL_MS = 60  # from the command to the contact, and the age of a sample
HEARD_MS = 30  # a message waits for at most two other things that take a tick


def ceased(wall: LinkedWall) -> bool:
    return wall.power_w <= 240 or not wall.closed


def last_heard(wall: LinkedWall) -> None:
    """Tick until a message has just been taken, then fall silent."""
    vehicle = wall.connector.vehicle
    wall.run_until(lambda: vehicle.age_ms > 0, ROUND_MS)
    wall.run_until(lambda: vehicle.age_ms == 0, ROUND_MS + HEARD_MS)
    wall.speaks = False


def disable(wall: LinkedWall) -> None:
    wall.set("export_enabled", 0)


def no_limit_left(wall: LinkedWall) -> None:
    wall.limit(-1, 0)


def raise_the_reserve(wall: LinkedWall) -> None:
    wall.set("reserve_bp", 10_000)


def use_up_the_day(wall: LinkedWall) -> None:
    wall.set("export_day_limit_wh", 0)


def stop_the_session(wall: LinkedWall) -> None:
    wall.say(MESSAGE_STOP)
    wall.speaks = False
    wall.run(HEARD_MS)


def be_someone_else(wall: LinkedWall) -> None:
    wall.say(MESSAGE_SETUP)
    wall.speaks = False
    wall.run(HEARD_MS)


def lose_its_certificate(wall: LinkedWall) -> None:
    wall.say(MESSAGE_PARAMETERS, 0, 3, 11_500, 9_600, 240_000, 2)
    wall.run(HEARD_MS)


def forget_the_settings(wall: LinkedWall) -> None:
    wall.acknowledges = 0
    wall.run_until(lambda: wall.link != "authorised", ROUND_MS + HEARD_MS)
    wall.tick()


def go_by_a_meter_that_is_not_there(wall: LinkedWall) -> None:
    wall.set("operating_mode", MODE_SELF_CONSUMPTION)


# what withdraws the permission, and the reason that is shown
WITHDRAWALS: dict[str, tuple[Callable[[LinkedWall], None], str]] = {
    "disabled": (disable, "permission"),
    "limit 0": (no_limit_left, "limit"),
    "reserve": (raise_the_reserve, "reserve"),
    "day": (use_up_the_day, "day_limit"),
    "stop": (stop_the_session, "vehicle_link"),
    "identity": (be_someone_else, "vehicle_link"),
    "certificate": (lose_its_certificate, "certification"),
    "settings": (forget_the_settings, "settings"),
    "meter": (go_by_a_meter_that_is_not_there, "house_meter"),
}
each_withdrawal = pytest.mark.parametrize(
    ("withdraw", "reason"), WITHDRAWALS.values(), ids=WITHDRAWALS.keys()
)


@each_withdrawal
def test_what_is_withdrawn_is_cut_in_its_tick_and_the_reason_is_shown(
    withdraw: Callable[[LinkedWall], None], reason: str
) -> None:
    wall = exporting_wall(8_000)
    withdraw(wall)
    assert wall.target_w <= 0
    assert reason in wall.export_waits


@each_withdrawal
def test_a_vehicle_that_ignores_the_cut_is_opened_with_the_cause_permission(
    withdraw: Callable[[LinkedWall], None], reason: str
) -> None:
    wall = exporting_wall(8_000)
    wall.stubborn_w = 8_000
    withdraw(wall)
    passed_ms = wall.until_open()
    assert 1_600 <= passed_ms <= CEASE_MS - COIL_MS
    assert (wall.cause, wall.faults) == ("permission", [])
    assert wall.connector.contactor.hot_openings == 1
    wall.run(5_000)
    assert (wall.state, wall.faults) == ("waiting", [])


@each_withdrawal
def test_after_a_quick_ramp_down_a_withdrawal_counts_just_the_same(
    withdraw: Callable[[LinkedWall], None], reason: str
) -> None:
    wall = exporting_wall(8_000, target_ramp_w_per_s=20_000)
    wall.stubborn_w = 8_000
    wall.want(-1_000)
    wall.run(600)
    withdraw(wall)
    assert wall.until_open() <= CEASE_MS - COIL_MS
    assert wall.faults == []


def test_a_vehicle_that_obeys_a_cut_stays_connected_and_charges_on() -> None:
    wall = exporting_wall(8_000)
    disable(wall)
    assert wall.run_until(lambda: ceased(wall), 3_000) <= CEASE_MS
    wall.run(10_000)
    assert (wall.state, wall.target_w, wall.closed) == ("charging", 0, True)
    wall.set("export_enabled", 1)
    wall.run_until(lambda: wall.power_w == 8_000, 20_000)
    assert wall.faults == []


def test_a_permission_that_flickers_blames_nobody() -> None:
    wall = exporting_wall(8_000)
    for _ in range(5):
        disable(wall)
        wall.run(100)
        wall.set("export_enabled", 1)
        wall.run(7_000)
    assert (wall.state, wall.faults, wall.closed) == ("discharging", [], True)


@pytest.mark.parametrize("off_ms", range(200, 3_200, 200))
@pytest.mark.parametrize("slew_w_per_s", [500, 2_000, 5_000])
def test_a_permission_that_comes_back_before_a_slow_vehicle_has_ceased_is_no_fault(
    off_ms: int, slew_w_per_s: int
) -> None:
    wall = exporting_wall(8_000)
    wall.slew_w_per_s = slew_w_per_s
    disable(wall)
    wall.run(off_ms)
    wall.set("export_enabled", 1)
    wall.run(3_000)
    assert wall.faults == []
    wall.run_until(lambda: wall.power_w == 8_000, 60_000)


@pytest.mark.parametrize("off_ms", [600, 1_000, 1_250, 1_400, 1_600, 2_000, 3_000])
def test_a_link_that_comes_back_soon_is_no_fault_either(off_ms: int) -> None:
    wall = exporting_wall(8_000)
    wall.slew_w_per_s = 4_000
    last_heard(wall)
    wall.run(off_ms)
    wall.speaks = True
    wall.run_until(lambda: wall.power_w == 8_000, 60_000)
    assert wall.faults == []


def test_what_a_silent_vehicle_has_used_of_its_time_is_used_once() -> None:
    wall = linked_wall()
    wall.stubborn_w = 400
    wall.speaks = False
    wall.run_until(lambda: wall.link == "lapsed", 2_000)
    wall.stubborn_w = 0
    wall.run(20_000)
    wall.stubborn_w = 400
    wall.run(1_500)
    assert wall.closed
    assert wall.until_open(400) > 0


def test_what_was_opened_for_its_permission_charges_again_by_itself() -> None:
    wall = exporting_wall(8_000)
    wall.stubborn_w = 8_000
    disable(wall)
    wall.until_open()
    wall.stubborn_w = None
    wall.command(commands.COMMAND_SET_TARGET, targets.OWNER_SITE, 0, 0, 0, 0, 0)
    wall.until_state("charging", 10_000)
    assert wall.faults == []


# --- the link ---


@pytest.mark.covers("6.4 ceasing")
@pytest.mark.parametrize("timeout_ms", [600, 1_000, 1_400])
@pytest.mark.parametrize("excess_ms", [500, 1_600, 1_700])
def test_a_lost_link_ends_the_export_within_2_s_of_the_last_message(
    timeout_ms: int, excess_ms: int
) -> None:
    wall = exporting_wall(
        8_000, vehicle_link_timeout_ms=timeout_ms, permission_excess_ms=excess_ms
    )
    wall.stubborn_w = 8_000
    last_heard(wall)
    passed_ms = wall.until_open()
    assert timeout_ms <= passed_ms <= CEASE_MS - COIL_MS
    assert (wall.cause, wall.link) == ("permission", "lapsed")


@pytest.mark.parametrize("ahead_ms", range(0, 1_300, 100))
def test_a_link_that_is_lost_while_a_ramp_ends_has_no_more_time(ahead_ms: int) -> None:
    wall = exporting_wall(4_000)
    wall.want(-1_000)
    wall.run_until(lambda: wall.target_w <= 2 * ahead_ms, 5_000)
    last_heard(wall)
    wall.stubborn_w = max(wall.power_w, 600)
    assert wall.until_open() <= CEASE_MS - COIL_MS


def test_a_lapsed_vehicle_comes_back_without_a_reboot() -> None:
    wall = exporting_wall(8_000)
    wall.stubborn_w = 8_000
    last_heard(wall)
    wall.until_open()
    wall.stubborn_w = None
    wall.run(5_000)
    assert "vehicle_link" in wall.export_waits
    wall.speaks = True
    wall.run_until(lambda: wall.power_w == 8_000, 30_000)
    assert (wall.state, wall.faults, wall.export_waits) == ("discharging", [], [])


def test_a_lapsed_vehicle_charges_on_when_nobody_asks_for_a_power() -> None:
    wall = linked_wall()
    last_heard(wall)
    wall.run(10_000)
    assert (wall.state, wall.link, wall.duty_bp) == ("charging", "lapsed", 8_000)


def test_a_lapsed_vehicle_that_nobody_can_tell_to_export_waits_for_a_target_it_can_hear() -> None:
    wall = exporting_wall(8_000)
    last_heard(wall)
    wall.stubborn_w = 0
    wall.run(10_000)
    assert (wall.state, wall.waits, wall.closed) == ("waiting", ["target"], False)


# --- power against the target ---


@pytest.mark.parametrize(
    ("target_w", "power_w", "within_ms"),
    [
        (None, 1_000, 1_800),  # unasked
        (-3_000, 1_000, 1_800),  # the wrong sign, out of the vehicle
        (5_000, 6_000, 1_800),  # beyond the target
        (5_000, -2_000, 4_650),  # the wrong sign, into the vehicle
        (-3_000, -7_000, 4_650),  # more than asked, into the vehicle
    ],
)
def test_power_against_its_target_is_a_fault_in_its_time(
    target_w: int | None, power_w: int, within_ms: int
) -> None:
    wall = linked_wall()
    if target_w is not None:
        wall.want(target_w)
        wall.run(15_000)
    assert wall.faults == []
    wall.stubborn_w = power_w
    assert within_ms - 200 <= wall.until_open() <= within_ms
    assert (wall.cause, wall.faults) == ("fault", ["power_not_permitted"])


def test_power_that_is_not_permitted_stays_a_fault_until_the_vehicle_leaves() -> None:
    wall = linked_wall()
    wall.stubborn_w = 1_000
    wall.until_open()
    wall.run(120_000)
    assert wall.faults == ["power_not_permitted"]
    wall.vehicle = "A"
    wall.run(1_000)
    assert wall.faults == []


def test_a_vehicle_that_exports_without_a_link_is_a_fault_too() -> None:
    wall = LinkedWall()
    wall.speaks = False
    wall.vehicle = "C"
    wall.until_state("charging")
    wall.stubborn_w = 1_000
    assert wall.until_open() <= 1_900
    assert wall.faults == ["power_not_permitted"]


def test_a_linked_vehicle_that_keeps_drawing_in_a_stop_is_forced_and_no_fault() -> None:
    wall = linked_wall()
    wall.run(3_000)
    wall.stubborn_w = wall.power_w
    wall.limit(0, 0)
    wall.until_state("stopping", 100)
    assert 5_900 <= wall.until_open() <= 6_100
    assert (wall.cause, wall.faults) == ("forced", [])


def test_no_export_begins_while_a_stop_unloads_the_vehicle() -> None:
    wall = linked_wall()
    wall.stubborn_w = -7_600
    wall.limit(0, -1)
    wall.until_state("stopping", 100)
    wall.want(8_000)
    wall.run(2_000)
    assert (wall.state, wall.target_w, wall.export_waits) == ("stopping", 0, ["contactor"])
    wall.stubborn_w = None
    wall.until_open(3_000)
    assert wall.cause == "planned"


def test_a_fault_that_stops_an_export_leaves_nothing_to_draw_while_it_ramps_down() -> None:
    wall = exporting_wall()
    assert wall.duty_bp > DUTY_DIGITAL
    wall.hold["handle_decic"] = 2_000  # a broken wire: nothing has lowered the offer before
    wall.run_until(lambda: wall.faults == ["temperature_sensor"], 20_000)
    assert (wall.closed, wall.state) == (True, "discharging")
    assert wall.duty_bp == DUTY_DIGITAL
    wall.run_until(lambda: not wall.closed, 5_000)
