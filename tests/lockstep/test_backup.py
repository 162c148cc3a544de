"""Outages of a home with a gateway, each with what makes it special, on MicroPython."""

import pytest

from tests.lockstep.homes import Playing, home
from wattback_sim.parameters import Value


def island(playing: Playing) -> None:
    """The grid goes, and the vehicle feeds the home."""
    playing.lose_grid()
    playing.until_state("island")


def test_a_home_is_fed_and_comes_back_without_a_gap() -> None:
    with home() as playing:
        assert playing.session == "charging" and not playing.not_ready
        island(playing)
        assert playing.session == "backup"
        assert playing.world.bus.line_v == pytest.approx(240.0, abs=2.0)
        export_wh = playing.site.board.status("export_wh")
        playing.run(20.0)
        playing.restore_grid()
        gaps: list[float] = []
        playing.site.watchers.append(lambda: gaps.append(playing.world.bus.line_v))
        playing.until_state("grid")
        assert min(gaps) > 210.0
        assert playing.session == "charging", "the visit goes on"
        assert not playing.refusals
        playing.run(2.0)
        assert playing.site.board.status("island_wh") > 10
        assert playing.site.board.status("export_wh") == export_wh


def test_an_export_after_it_waits_for_enter_service_anew() -> None:
    with home(settings={"enter_service_delay_s": 30}) as playing:
        playing.run(25.0)
        assert playing.site.board.status("in_service")
        island(playing)
        assert not playing.site.board.status("in_service")
        playing.restore_grid()
        playing.until_state("grid")
        waited_s = playing.until(lambda: bool(playing.site.board.status("in_service")), 40.0)
        assert waited_s == pytest.approx(30.0, abs=1.0)


def test_a_unit_that_boots_in_the_dark_starts_the_home_from_its_auxiliary_supply() -> None:
    with home() as playing:
        island(playing)
        playing.site.power_off()
        playing.run(1.0)
        playing.site.power_on()
        playing.run(1.0)
        assert playing.world.bus.line_v < 1.0
        assert playing.until_state("island", 90.0) < 60.0
        assert playing.world.bus.line_v > 230.0


def test_without_an_auxiliary_supply_it_is_said_beforehand_and_the_home_waits() -> None:
    with home({"gateway.auxiliary_s": 0.0}) as playing:
        playing.break_("auxiliary", "dead")
        playing.run(3.0)
        assert "auxiliary" in playing.not_ready
        playing.lose_grid()
        playing.run(5.0)
        assert not playing.site.board.powered
        playing.restore_grid()
        playing.run(15.0)
        assert playing.site.board.powered and playing.state == "grid"


def test_a_backfeed_latches_over_a_power_cut_until_somebody_on_site_has_looked() -> None:
    with home() as playing:
        playing.break_("grid_switch", "stuck_closed")
        playing.break_("switch_closed_contact", "stuck_open")
        playing.break_("switch_open_contact", "stuck_closed")
        playing.run(1.0)
        playing.mend("switch_closed_contact", "stuck_open")
        playing.mend("switch_open_contact", "stuck_closed")
        playing.run(3.0)
        playing.lose_grid()
        playing.until_state("switch_open")
        playing.break_("switch_closed_contact", "stuck_open")
        playing.break_("switch_open_contact", "stuck_closed")
        playing.until_state("latched")
        assert playing.world.gateway is not None
        assert playing.world.gateway.backfed_us < 1_500_000
        playing.site.power_off()
        playing.run(1.0)
        playing.site.power_on()
        playing.run(60.0)
        assert playing.state == "latched"
        assert playing.world.gateway.backfed_us < 1_500_000
        for part in ("switch_closed_contact", "switch_open_contact", "grid_switch"):
            playing.mend(part, "stuck_open" if part == "switch_closed_contact" else "stuck_closed")
        playing.restore_grid()
        playing.set("installation.reset_button", True)
        playing.run(1.5)
        playing.set("installation.reset_button", False)
        playing.until_state("grid", 30.0)


def test_solar_that_finds_no_room_is_held_by_the_frequency() -> None:
    with home(
        {
            "vehicle.max_current_a": 8.0,
            "solar.available_w": 9000.0,
            "solar.reconnect_s": 5.0,
            "home.essential_w": 500.0,
        }
    ) as playing:
        island(playing)
        playing.run(90.0)
        assert playing.state == "island"
        assert 60.5 < playing.world.bus.frequency_hz < 62.0
        assert -1_950.0 < playing.world.power_w < -1_000.0, "it takes what it may"
        playing.set("solar.available_w", 0.0)
        playing.run(30.0)
        assert playing.world.bus.frequency_hz == pytest.approx(60.0, abs=0.01)


def test_solar_that_is_held_is_sent_away_before_the_home_meets_the_grid() -> None:
    sun: dict[str, Value] = {"solar.available_w": 9000.0, "solar.reconnect_s": 5.0}
    with home(sun | {"vehicle.max_current_a": 8.0, "home.essential_w": 500.0}) as playing:
        island(playing)
        playing.run(60.0)
        line_v: list[float] = []
        playing.site.watchers.append(lambda: line_v.append(playing.world.bus.line_v))
        playing.restore_grid()
        playing.until_state("grid", 40.0)
        assert min(line_v) > 216.0 and max(line_v) < 250.0
        assert playing.refusals == []


@pytest.mark.parametrize("welds", ["before", "in the island"])
def test_a_pole_that_is_welded_ends_in_the_latch(welds: str) -> None:
    with home() as playing:
        if welds == "before":
            playing.break_("grid_switch", "pole_welded")
            playing.lose_grid()
        else:
            island(playing)
            playing.run(5.0)
            playing.break_("grid_switch", "pole_welded")
        playing.until_state("latched", 40.0)
        playing.run(0.1)
        assert playing.refusals == ["backfeed"]
        gateway = playing.world.gateway
        assert gateway is not None and gateway.backfed_us < 2_500_000


def test_solar_stays_away_from_a_full_battery() -> None:
    sun: dict[str, Value] = {"solar.available_w": 9000.0, "solar.reconnect_s": 5.0}
    with home(sun | {"vehicle.soc": 0.999}) as playing:
        island(playing)
        playing.run(60.0)
        assert playing.state == "island"
        assert playing.world.bus.frequency_hz == pytest.approx(62.2, abs=0.01)
        assert playing.world.power_w > 500.0


def test_an_overload_sheds_and_goes_on() -> None:
    with home() as playing:
        island(playing)
        playing.run(1.0)
        gateway = playing.world.gateway
        assert gateway is not None and gateway.home.shed == 0
        playing.set("home.group1_w", 10_500.0)
        playing.run(5.0)
        assert playing.state == "island" and gateway.home.shed == 1
        playing.set("home.essential_w", 13_000.0)
        playing.until_state("dark", 20.0)
        playing.run(1.0)
        assert set(playing.refusals) & {"overload", "leg_out_of_window"}


def test_a_low_battery_warns_sheds_and_stops_at_what_is_needed_to_drive() -> None:
    with home({"vehicle.soc": 0.33, "battery.capacity_kwh": 10.0}) as playing:
        playing.setting("backup_reserve_bp", 2600)
        playing.set("home.essential_w", 6_000.0)
        island(playing)
        playing.run(2.0)
        assert "reserve_near" not in playing.not_ready
        playing.until(lambda: "reserve_near" in playing.not_ready, 200.0)
        assert playing.site.board.status("backup_shed") < 3
        playing.until(lambda: playing.site.board.status("backup_shed") == 3, 200.0)
        playing.until_state("dark", 400.0)
        assert playing.refusals == ["reserve"]
        assert playing.world.battery.soc > 0.258
        playing.run(60.0)
        assert playing.state == "dark"


@pytest.mark.parametrize("lost_s", [8.0, 60.0])
def test_a_lost_link_is_borne_for_its_time(lost_s: float) -> None:
    with home(settings={"gateway_silence_s": 20}) as playing:
        island(playing)
        playing.break_("gateway_link", "cut")
        playing.run(lost_s)
        if lost_s < 20:
            playing.mend("gateway_link", "cut")
            playing.run(10.0)
            assert playing.state == "island" and not playing.refusals
        else:
            assert playing.refusals == ["gateway_silent"]
            assert playing.world.bus.line_v < 1.0


def test_a_vehicle_that_does_not_follow_leaves_the_home_to_the_grid() -> None:
    with home({"forming.follows": False}) as playing:
        island(playing)
        playing.restore_grid()
        playing.until_state("grid")
        playing.run(1.0)
        assert playing.refusals == ["not_following"]
        assert playing.world.bus.line_v > 230.0
        assert not playing.world.path.commanded


def test_a_grid_that_cannot_be_matched_ends_in_an_open_transition() -> None:
    with home(settings={"sync_s": 10}) as playing:
        island(playing)
        playing.break_("home_side_sense", "offset", 20.0)  # its word on the home is not ours
        playing.restore_grid()
        playing.until_state("stop_forming", 60.0)
        playing.run(1.0)
        playing.mend("home_side_sense", "offset")
        playing.until_state("grid", 60.0)
        assert playing.refusals == ["no_synchronism"]
        assert playing.world.bus.line_v > 230.0
