"""Who asks for export, seen from the wall, and what the connector itself knows better."""

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
from wattback.vehicle import MESSAGE_SETUP

DAY_S = 86_400


def beat(wall: LinkedWall, counter: int) -> None:
    wall.command(commands.COMMAND_HEARTBEAT, counter)


def run_through_zero(wall: LinkedWall, ms: int) -> list[int]:
    """The target after every tick; while it is above 0 no step is larger than the ramp's, which
    takes one a round."""
    told = [wall.target_w]
    for _ in ticks(ms):
        wall.tick()
        told.append(wall.target_w)
        if told[-1] > 0:
            assert abs(told[-1] - told[-2]) <= STEP_W
    return told


# --- the heartbeat ---


def beaten_wall(**changes: int) -> LinkedWall:
    """An export that a controller asked for, who is watched from now on."""
    wall = exporting_wall(8_000, controller_timeout_s=5, **changes)
    wall.limit(20_000, 40_000)
    beat(wall, 1)
    return wall


def test_a_controller_that_beats_keeps_its_target_and_its_limit() -> None:
    wall = beaten_wall()
    for counter in range(2, 10):
        wall.run(4_900)
        beat(wall, counter)
    assert (wall.state, wall.target_w, wall.controller) == ("discharging", 8_000, "present")
    assert wall.connector.status.import_limit_ma == 20_000


def test_a_silent_controllers_export_ramps_down_and_the_reason_is_told() -> None:
    wall = beaten_wall()
    wall.run(4_900)
    assert wall.export_waits == []
    wall.run(250)
    assert (wall.export_waits, wall.controller) == (["controller"], "silent")
    told = run_through_zero(wall, 5_000)
    assert told[0] > 7_700
    wall.run(5_000)
    assert (wall.state, wall.closed, wall.faults) == ("charging", True, [])


@pytest.mark.covers("5.1 silent controller")
@pytest.mark.parametrize(("failsafe_ma", "import_ma"), [(-1, 48_000), (10_000, 10_000)])
def test_a_silent_controllers_limit_falls_back_with_its_target(
    failsafe_ma: int, import_ma: int
) -> None:
    wall = beaten_wall(site_failsafe_import_ma=failsafe_ma)
    wall.run(12_000)
    assert wall.connector.status.import_limit_ma == import_ma
    assert wall.target_w == -import_ma * 240 // 1_000


def test_the_next_beat_brings_target_and_limit_back_without_anything_else() -> None:
    wall = beaten_wall()
    wall.run(20_000)
    assert wall.target_w < 0
    for counter in range(2, 5):
        beat(wall, counter)
        wall.run(100)
        assert wall.connector.status.import_limit_ma == 20_000
        wall.run(4_000)
    assert (wall.state, wall.power_w, wall.faults) == ("discharging", 8_000, [])


def test_the_programmes_limit_stays_while_its_controller_is_silent() -> None:
    wall = beaten_wall()
    wall.limit(-1, 5_000, limits.OWNER_PROGRAMME)
    wall.run(20_000)
    assert wall.controller == "silent"
    assert wall.connector.status.export_limit_ma == 5_000


def test_a_controller_that_never_beats_is_not_missed() -> None:
    wall = exporting_wall(8_000, controller_timeout_s=1)
    wall.run(60_000)
    assert (wall.state, wall.target_w, wall.controller) == ("discharging", 8_000, "unheard")


# --- whose target, and for how long ---


@pytest.mark.covers("5.1 reversion")
def test_a_target_reverts_after_its_time_to_what_was_named() -> None:
    wall = linked_wall()
    wall.command(commands.COMMAND_SET_TARGET, targets.OWNER_PROGRAMME, 1, 8_000, 20, 1, 2_000)
    wall.run(19_500)
    assert wall.target_w == 8_000
    wall.run(5_000)
    assert (wall.state, wall.target_w) == ("discharging", 2_000)


@pytest.mark.covers("5.1 reversion")
def test_an_expired_target_is_not_followed_any_more() -> None:
    wall = linked_wall()
    wall.want(8_000, lasts_s=20)
    wall.run(19_500)
    assert wall.target_w == 8_000
    wall.run(500)
    assert (wall.export_waits, wall.connector.dispatch.targets.state) == (
        ["target"],
        targets.EXPIRED,
    )
    run_through_zero(wall, 4_500)
    assert wall.target_w == -11_520


def test_the_programme_goes_before_the_site_and_leaves_its_place_again() -> None:
    wall = exporting_wall(3_000)
    wall.want(8_000, targets.OWNER_PROGRAMME)
    wall.run(5_000)
    assert (wall.target_w, wall.connector.status.target_owner) == (8_000, targets.OWNER_PROGRAMME)
    wall.command(commands.COMMAND_SET_TARGET, targets.OWNER_PROGRAMME, 0, 0, 0, 0, 0)
    wall.run(5_000)
    assert (wall.target_w, wall.connector.status.target_owner) == (3_000, targets.OWNER_SITE)


# --- what the connector knows better ---


def test_a_departure_overrides_every_target_and_hands_back_when_the_need_is_met() -> None:
    wall = exporting_wall(8_000, departure_margin_s=0)
    wall.need_wh, wall.departure_s = 11_520, 1_800
    run_through_zero(wall, 15_000)
    assert wall.export_waits == ["departure", "target"]
    assert (wall.target_w, wall.connector.status.target_owner) == (
        -11_520,
        targets.OWNER_DEPARTURE,
    )
    wall.need_wh = 0
    wall.run_until(lambda: wall.power_w == 8_000, 20_000)
    assert wall.faults == []


def test_while_nothing_may_be_drawn_a_departure_counts_on_what_the_installation_allows() -> None:
    wall = exporting_wall(5_000)
    wall.need_wh, wall.departure_s = 5_000, 36_000
    wall.limit(0, 32_000)
    wall.run(20_000)
    assert (wall.export_waits, wall.power_w) == ([], 5_000)
    wall.departure_s = 1_800
    wall.run(10_000)
    assert "departure" in wall.export_waits


@pytest.mark.covers("7 reserve")
def test_the_reserve_cuts_the_export_and_1_percent_more_lets_it_begin_again() -> None:
    wall = exporting_wall(8_000)
    for soc_bp, exports in ((2_001, True), (2_000, False), (2_100, False), (2_101, True)):
        wall.soc_bp = soc_bp
        wall.run(600)
        assert ("reserve" in wall.export_waits) != exports
        assert (wall.target_w > 0) == exports
    wall.run(5_000)
    assert wall.faults == []


def test_the_vehicles_own_reserve_counts_as_well() -> None:
    wall = exporting_wall(8_000)
    wall.minimum_soc_bp = 8_000
    wall.run(600)
    assert (wall.export_waits, wall.target_w) == (["reserve"], 0)


def test_the_days_limit_ends_the_export_with_its_last_watt_hour_until_midnight() -> None:
    wall = exporting_wall(8_000, export_day_limit_wh=40)
    wall.command(commands.COMMAND_SET_TIME, 20_500, DAY_S - 60)
    wall.run_until(lambda: wall.target_w <= 0, 20_000)
    assert wall.export_waits == ["day_limit"]
    assert 40 <= wall.connector.status.export_wh <= 41
    for _ in ticks(30_000):
        wall.tick()
        assert wall.target_w <= 0
    wall.run_until(lambda: wall.power_w == 8_000, 40_000)
    assert wall.connector.dispatch.export.civil_day == 20_501
    assert wall.faults == []


def test_the_days_limit_outlives_a_power_cut() -> None:
    wall = exporting_wall(8_000, export_day_limit_wh=40)
    wall.run_until(lambda: wall.target_w <= 0, 30_000)
    values = settings_with(**SITE, export_day_limit_wh=40)
    restarted = LinkedWall(values, retained=wall.connector.retained)
    restarted.vehicle = "C"
    restarted.run(9_000)
    restarted.want(8_000)
    for _ in ticks(10_000):
        restarted.tick()
        assert restarted.target_w <= 0
    assert restarted.export_waits == ["day_limit"]


def test_a_limit_of_the_day_that_is_raised_lets_the_export_begin_again() -> None:
    wall = exporting_wall(8_000, export_day_limit_wh=40)
    wall.run_until(lambda: wall.target_w <= 0, 30_000)
    wall.set("export_day_limit_wh", -1)
    wall.run_until(lambda: wall.power_w == 8_000, 20_000)


# --- commands ---


def test_commands_are_obeyed_one_a_tick_in_their_order_and_none_waits_for_long() -> None:
    wall = Wall()
    wall.run(100)
    queue = wall.connector.queue
    for ma in range(10_000, 17_000, 1_000):
        accepted = queue.put(commands.COMMAND_SET_LIMIT, limits.OWNER_SITE, ma, ma, 0)
        assert accepted == commands.ACCEPTED
    seen = [48_000]
    for _ in range(3 * 7):
        wall.tick()
        if wall.connector.status.import_limit_ma != seen[-1]:
            seen.append(wall.connector.status.import_limit_ma)
    assert seen == [48_000, *range(10_000, 17_000, 1_000)]
    assert queue.room() == 7


@pytest.mark.parametrize("period_ms", [10, 20, 30, 50])
def test_a_vehicle_that_never_stops_talking_keeps_no_command_waiting(period_ms: int) -> None:
    wall = exporting_wall(8_000)
    for passed_ms in range(0, 2_000, 10):
        if passed_ms % period_ms == 0:
            wall.say(MESSAGE_SETUP)
        if passed_ms == 1_000:
            words = (limits.OWNER_SITE, 20_000, 0, 0)
            assert (
                wall.connector.queue.put(commands.COMMAND_SET_LIMIT, *words) == commands.ACCEPTED
            )
        wall.tick()
        if passed_ms >= 1_100:
            assert wall.connector.status.import_limit_ma == 20_000


def test_a_controllers_beats_come_through_to_a_connector_that_is_talked_to() -> None:
    wall = beaten_wall()
    for passed_ms in range(0, 20_000, 10):
        wall.say(MESSAGE_SETUP)
        if passed_ms % 1_000 == 0:
            wall.connector.queue.put(commands.COMMAND_HEARTBEAT, 100 + passed_ms, 0, 0, 0)
        wall.tick()
        assert wall.connector.status.import_limit_ma == 20_000


def test_with_a_beat_the_sites_limit_counts_as_soon_as_its_target() -> None:
    wall = beaten_wall(site_failsafe_import_ma=10_000)
    wall.run(20_000)
    assert (wall.controller, wall.connector.status.import_limit_ma) == ("silent", 10_000)
    beat(wall, 2)
    assert wall.connector.status.import_limit_ma == 20_000


def test_a_counter_that_stands_still_brings_no_limit_back() -> None:
    wall = beaten_wall(site_failsafe_import_ma=10_000)
    wall.run(20_000)
    for _ in range(50):
        beat(wall, 1)
        assert wall.connector.status.import_limit_ma == 10_000


def test_a_silent_controller_is_told_though_the_programmes_target_has_expired() -> None:
    wall = beaten_wall()
    wall.want(3_000, targets.OWNER_PROGRAMME, 2)
    wall.run(20_000)
    assert wall.export_waits == ["controller"]


# --- the meter ---


@pytest.mark.parametrize(("current_ma", "counts"), [(0, False), (999, False), (1_000, True)])
def test_behind_open_contacts_an_offset_is_no_energy_but_a_current_is(
    current_ma: int, counts: bool
) -> None:
    wall = Wall()
    wall.hold = {"power_w": -200, "current_l1_ma": -current_ma, "current_l2_ma": -current_ma}
    for _ in range(4_000):
        wall.tick(dt_ms=50)
    assert (wall.connector.status.import_wh > 0) == counts


def test_what_welded_contacts_carry_is_counted() -> None:
    wall = Wall()
    wall.hold = {"contactor_aux_closed": 1, "power_w": -200}
    for _ in range(4_000):
        wall.tick(dt_ms=50)
    assert wall.connector.status.import_wh == 11


def test_uptime_counts_seconds() -> None:
    wall = Wall()
    wall.run(12_340)
    assert wall.connector.uptime_s == 12
