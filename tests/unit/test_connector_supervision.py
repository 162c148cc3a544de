"""A vehicle that does not do what the grid code asks loses its admission, seen from the wall."""

import math

import pytest

from tests.unit.linked_wall import LinkedWall, exporting_wall
from wattback.grid.support import CONSTANT_VAR
from wattback.limits import FOR_EVER, OWNER_SITE
from wattback.vehicle import REFUSAL_NAMES

DIP = {"voltage_l1_mv": 48_000, "voltage_l2_mv": 48_000}  # 0.4 pu: below it category III ceases


def refusal(wall: LinkedWall) -> str:
    return REFUSAL_NAMES[wall.connector.vehicle.refusal]


def ramp_frequency(wall: LinkedWall, begins: int, ends: int) -> None:
    """2.5 Hz/s, in millihertz: more would be an island's."""
    for millihertz in range(begins, ends, 25 if ends > begins else -25):
        wall.hold["frequency_millihertz"] = millihertz
        wall.tick()
    wall.hold["frequency_millihertz"] = ends


@pytest.mark.covers("6.3 momentary cessation")
def test_who_feeds_a_dip_is_refused_and_disconnected_before_its_time_to_cease_is_over() -> None:
    wall = exporting_wall(8_000, trip_uv2_ms=21_000)
    wall.ceases = False
    wall.stubborn_w = 1_500  # more is an overcurrent there
    wall.hold = DIP
    took_ms = wall.run_until(lambda: refusal(wall) == "cessation", 2_000)
    assert 500 <= took_ms <= 1_200
    assert wall.until_open(2_000) <= 2_000
    assert wall.cause == "permission"
    assert "certification" in wall.export_waits


@pytest.mark.covers("6.3 momentary cessation")
def test_who_ceases_in_a_dip_goes_on_after_it() -> None:
    wall = exporting_wall(8_000, trip_uv2_ms=21_000)
    wall.hold = DIP
    wall.run(5_000)
    wall.hold = {}
    wall.run(2_000)
    assert (refusal(wall), wall.target_w, wall.power_w) == ("none", 8_000, 8_000)


def test_a_refusal_that_was_earned_lasts_over_a_new_set_up_until_the_plug_is_pulled() -> None:
    wall = exporting_wall(8_000)
    wall.connector.vehicle.refuse(REFUSAL_NAMES.index("droop"))
    wall.run(500)
    assert (refusal(wall), wall.target_w <= 0) == ("droop", True)
    wall.speaks = False
    wall.run(3_000)  # the link lapses
    wall.speaks = True
    wall.run(5_000)
    assert (wall.link, refusal(wall)) == ("refused", "droop")
    wall.vehicle = "A"
    wall.run(3_000)
    wall.vehicle = "C"
    wall.run_until(lambda: wall.link == "authorised", 10_000)


@pytest.mark.covers("6.5 functions")
def test_an_export_that_does_not_fall_with_a_high_frequency_is_refused() -> None:
    wall = exporting_wall(8_000)
    ramp_frequency(wall, 60_000, 61_000)
    took_ms = wall.run_until(lambda: refusal(wall) == "droop", 40_000)
    assert 14_500 < took_ms < 18_000  # counted from the ramp on
    wall.run(1_000)
    assert wall.target_w <= 0


@pytest.mark.covers("6.5 functions")
def test_what_the_droop_of_a_low_frequency_adds_is_permitted() -> None:
    wall = exporting_wall(5_000)
    wall.hold = {"frequency_millihertz": 59_300}
    wall.stubborn_w = 5_000 + 2_100  # 0.213 of 9,600 W, and its share of the tolerance
    wall.run(60_000)
    assert (wall.state, wall.faults, wall.target_w) == ("discharging", [], 5_000)
    wall.hold = {}
    wall.run(10_000)
    assert wall.state != "discharging"


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize(
    ("changes", "line_mv", "told_w"),
    [
        ({"limit_watt_enabled": 1, "limit_watt_bp": 5_000}, 240_000, 4_800),
        ({"volt_watt_enabled": 1}, 264_000, 1_920),
        ({"volt_watt_enabled": 1}, 240_000, 8_000),
    ],
)
def test_slow_limits_are_told_as_targets_too(
    changes: dict[str, int], line_mv: int, told_w: int
) -> None:
    wall = (
        exporting_wall(8_000, **changes) if told_w == 8_000 else exporting_wall(1_500, **changes)
    )
    wall.hold = {"voltage_l1_mv": line_mv // 2, "voltage_l2_mv": line_mv // 2}
    wall.want(8_000)
    wall.run(60_000)
    assert wall.target_w == pytest.approx(told_w, abs=20)


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize(
    ("breaker_ma", "var_bp", "left_w"), [(50_000, 4_400, 8_621), (30_000, 4_400, 3_916)]
)
def test_amperes_for_reactive_power_are_not_there_for_active_power(
    breaker_ma: int, var_bp: int, left_w: int
) -> None:
    wall = exporting_wall(
        1_500, breaker_ma=breaker_ma, reactive_function=CONSTANT_VAR, constant_var_bp=var_bp
    )
    wall.reactive_var = 4_200
    wall.want(9_600)
    wall.run(60_000)
    # The third side of 0.44 of 9,600 W and what the breaker lets through.
    assert wall.target_w == pytest.approx(left_w, abs=20)


def test_an_export_that_is_left_nothing_waits_for_a_limit() -> None:
    wall = exporting_wall(1_500, reactive_function=CONSTANT_VAR, constant_var_bp=4_400)
    wall.connector.limits.set(OWNER_SITE, 17_000, 17_000, FOR_EVER)  # 4,080 of 4,224 VA
    wall.run(5_000)
    assert wall.target_w <= 0
    assert "limit" in wall.export_waits


@pytest.mark.covers("6.5 functions")
def test_what_a_droop_has_added_may_go_as_slowly_as_it_came() -> None:
    wall = exporting_wall(5_000, droop_response_ms=10_000)
    wall.stubborn_w = 5_000
    ramp_frequency(wall, 60_000, 59_000)
    wall.stubborn_w = 8_000
    wall.run(30_000)
    ramp_frequency(wall, 59_000, 60_000)
    for tick in range(3_000):
        wall.stubborn_w = 5_000 + round(3_000 * math.exp(-2.3 * tick / 1_000))
        wall.tick()
    assert (wall.state, wall.faults, wall.target_w) == ("discharging", [], 5_000)


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize("changes", [{"limit_watt_enabled": 1, "limit_watt_bp": 3_000}])
def test_a_droop_adds_nothing_beyond_the_limit(changes: dict[str, int]) -> None:
    wall = exporting_wall(1_500, **changes)
    wall.want(2_800)
    wall.run(120_000)
    wall.stubborn_w = 2_800
    ramp_frequency(wall, 60_000, 59_000)
    wall.run(20_000)
    assert (wall.state, wall.faults) == ("discharging", [])
    wall.stubborn_w = 2_880 + 800  # 0.3 of 9,600 W
    wall.run(10_000)
    assert wall.faults == ["power_not_permitted"]


def test_state_a_for_a_moment_is_no_unplug_that_forgives() -> None:
    wall = exporting_wall(8_000)
    wall.connector.vehicle.refuse(REFUSAL_NAMES.index("droop"))
    wall.run(1_000)
    wall.vehicle = "A"
    wall.run(60)
    wall.vehicle = "C"
    wall.run(20_000)
    assert refusal(wall) == "droop"
