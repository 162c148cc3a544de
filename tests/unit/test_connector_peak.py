"""The peak of a service, on a whole connector: it outweighs every target, and opens no contactor
under a vehicle that hears targets."""

import pytest

from tests.unit.housed_wall import HousedWall, housed_wall
from wattback import commands, limits, targets
from wattback.export import MODE_PEAK_LIMIT, MODE_SELF_CONSUMPTION
from wattback.limits import OWNER_NAMES
from wattback.pilot import DUTY_DIGITAL
from wattback.targets import OWNER_NAMES as TARGET_OWNER_NAMES

PEAK_W = 6_000
PEAKS = {"operating_mode": MODE_PEAK_LIMIT, "service_import_max_w": PEAK_W}
LEFT_MA = (PEAK_W - 5_700) * 1_000 // 240


def peak_wall(**changes: int) -> HousedWall:
    """A vehicle charges with what a house of 1.2 kW leaves."""
    return housed_wall(**PEAKS | changes)


def draws(wall: HousedWall, loads_w: int, for_ms: int = 8_000) -> None:
    """The house draws `loads_w` for a while."""
    wall.loads_w = loads_w
    wall.run(for_ms)


def service_w(wall: HousedWall) -> int:
    """Into the house, as the meter reads it: negative."""
    return wall.power_w - wall.loads_w


def owner(wall: HousedWall) -> str:
    """Whose target is followed."""
    return TARGET_OWNER_NAMES[wall.connector.dispatch.owner]


# --- less than 6 A is left ---


def test_a_linked_vehicle_stays_for_what_a_house_leaves_it() -> None:
    wall = peak_wall()
    draws(wall, 5_700)
    status = wall.connector.status
    assert (wall.state, wall.waits, wall.duty_bp) == ("charging", [], DUTY_DIGITAL)
    assert OWNER_NAMES[status.import_limit_owner] == "service"
    assert status.import_limit_ma == pytest.approx(LEFT_MA, abs=50)
    assert wall.power_w == pytest.approx(-300, abs=20)
    for _ in range(3):
        draws(wall, 3_000)
        assert wall.power_w == pytest.approx(-3_000, abs=50)
        draws(wall, 6_000)
        assert (wall.state, wall.target_w) == ("charging", 0)
    assert wall.connector.report.closings == 1


def test_it_starts_for_what_a_house_leaves_it_as_well() -> None:
    wall = HousedWall(**PEAKS)
    wall.loads_w = 5_700
    wall.run(2_000)
    wall.vehicle = "C"
    wall.until_state("charging", 20_000)


def test_one_that_falls_silent_meanwhile_stops() -> None:
    wall = peak_wall()
    draws(wall, 5_700)
    wall.speaks = False
    wall.until_state("waiting", 10_000)
    assert "limit" in wall.waits
    assert wall.cause == "planned"


def test_one_that_never_spoke_stops() -> None:
    wall = HousedWall(**PEAKS)
    wall.speaks = False
    wall.run(100)
    wall.vehicle = "C"
    wall.until_state("charging")
    draws(wall, 5_700)
    assert (wall.state, wall.waits) == ("waiting", ["limit"])


@pytest.mark.parametrize("site_ma", [0, 5_900, 6_000])
@pytest.mark.parametrize("loads_w", [4_800, 5_700])
def test_it_stops_where_somebody_else_leaves_it_less_than_6_a_too(
    site_ma: int, loads_w: int
) -> None:
    """Whichever of the two is the smaller."""
    wall = peak_wall()
    draws(wall, loads_w)
    wall.limit(site_ma, -1)
    wall.run(8_000)
    assert wall.state == ("charging" if site_ma == 6_000 else "waiting")


def test_a_pause_stops_it() -> None:
    wall = peak_wall()
    draws(wall, 5_700)
    wall.command(commands.COMMAND_PAUSE, limits.OWNER_DRIVER, 1)
    wall.run(8_000)
    assert (wall.state, wall.waits) == ("waiting", ["pause"])


def test_a_meter_that_falls_silent_leaves_it_closed_at_nothing() -> None:
    wall = peak_wall()
    wall.told = False
    wall.run(20_000)
    assert (wall.state, wall.target_w) == ("charging", 0)


# --- a target beside a peak ---


@pytest.mark.parametrize("by", [targets.OWNER_SITE, targets.OWNER_PROGRAMME])
@pytest.mark.parametrize(
    ("asked_w", "followed_w"),
    [(0, 3_000), (1_000, 3_000), (-5_000, 3_000), (3_000, 3_000), (4_500, 4_500)],
)
def test_the_peak_of_the_import_is_the_least_that_is_followed(
    asked_w: int, followed_w: int, by: int
) -> None:
    wall = peak_wall()
    wall.want(asked_w, by)
    draws(wall, 9_000)
    whose = "house" if asked_w < 3_000 else TARGET_OWNER_NAMES[by]
    assert wall.target_w == pytest.approx(followed_w, abs=20)
    assert owner(wall) == whose
    draws(wall, 1_000)
    assert wall.target_w == pytest.approx(max(asked_w, -5_000), abs=20)


@pytest.mark.parametrize(
    ("asked_w", "followed_w"), [(0, -2_500), (2_000, -2_500), (-1_000, -2_500), (-4_000, -4_000)]
)
def test_the_peak_of_the_export_is_the_most_that_is_followed(
    asked_w: int, followed_w: int
) -> None:
    wall = peak_wall(service_export_max_w=2_000)
    wall.want(asked_w)
    draws(wall, -4_500)
    assert wall.target_w == pytest.approx(followed_w, abs=20)


def test_a_vehicle_that_charges_all_it_can_is_not_slowed_by_a_peak_of_the_export() -> None:
    wall = peak_wall(service_export_max_w=2_000)
    draws(wall, -2_500)
    assert wall.power_w == pytest.approx(-8_500, abs=50)
    assert owner(wall) == "none"


def test_one_that_hears_the_pilot_alone_is_not_stopped_by_a_peak_of_the_export() -> None:
    wall = HousedWall(**PEAKS | {"service_export_max_w": 2_000})
    wall.speaks = False
    wall.run(100)
    wall.vehicle = "C"
    wall.until_state("charging")
    draws(wall, -2_500)
    assert wall.state == "charging"
    assert wall.connector.offerable_ma == pytest.approx(35_400, abs=100)


def test_a_vehicle_that_may_not_export_stands_still_beyond_the_peak() -> None:
    wall = peak_wall(export_enabled=0)
    wall.want(1_000)
    draws(wall, 9_000)
    assert (wall.state, wall.target_w, wall.export_waits) == ("charging", 0, ["permission"])


def test_a_driver_who_must_leave_helps_no_house() -> None:
    wall = peak_wall()
    wall.need_wh, wall.departure_s = 50_000, 3_600
    draws(wall, 9_000)
    assert (wall.state, wall.target_w, owner(wall)) == ("charging", 0, "departure")


@pytest.mark.parametrize("mode", [MODE_PEAK_LIMIT, MODE_SELF_CONSUMPTION])
def test_a_controller_that_has_fallen_silent_leaves_the_house_its_wish(mode: int) -> None:
    wall = peak_wall(operating_mode=mode, controller_timeout_s=5)
    wall.command(commands.COMMAND_HEARTBEAT, 1)
    wall.command(commands.COMMAND_HEARTBEAT, 2)
    wall.want(1_000)
    draws(wall, 9_000, 20_000)
    assert wall.controller == "silent"
    wished_w = 3_000 if mode == MODE_PEAK_LIMIT else 9_000
    assert wall.target_w == pytest.approx(wished_w, abs=20)
    assert wall.export_waits == []


def test_self_consumption_gives_way_to_every_target() -> None:
    wall = peak_wall(operating_mode=MODE_SELF_CONSUMPTION)
    wall.want(1_000)
    draws(wall, 5_000)
    assert (wall.target_w, owner(wall)) == (1_000, "site")


# --- in time ---


@pytest.mark.parametrize("asked_w", [None, 0, 1_000])
@pytest.mark.parametrize("settled_ms", [500, 1_000, 3_000, 20_000])
def test_a_load_step_from_just_below_the_peak_is_answered_within_2_s(
    asked_w: int | None, settled_ms: int
) -> None:
    wall = peak_wall()
    if asked_w is not None:
        wall.want(asked_w)
    draws(wall, 5_700, settled_ms)
    wall.loads_w = 9_000
    wall.run(2_000)
    assert service_w(wall) == pytest.approx(-PEAK_W, abs=100)
