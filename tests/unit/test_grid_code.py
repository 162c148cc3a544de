"""The simulated inverter under the grid code: service, cessation, functions, misbehaviour."""

from dataclasses import replace

import pytest

from wattback_sim.grid_code.curves import at, droop_share, lag
from wattback_sim.grid_code.grid_code import GridCode, GridCodeParameters
from wattback_sim.grid_code.site_settings import (
    Curve,
    Droop,
    MustTrip,
    PowerFactor,
    Reference,
    SiteSettings,
)

RATING_W = 10_000.0
DT_S = 0.01
DROOP = Droop(0.036, 0.036, 0.05, 0.05, 5.0)
VOLT_VAR = Curve(((0.92, 0.44), (0.98, 0.0), (1.02, 0.0), (1.08, -0.44)), 5.0)
SITE = SiteSettings(
    nominal_v=240.0,
    must_trips=(
        MustTrip("OV2", True, True, 1.20, 0.16),
        MustTrip("OV1", True, True, 1.10, 13.0),
        MustTrip("UV1", True, False, 0.88, 21.0),
        MustTrip("UV2", True, False, 0.50, 2.0),
        MustTrip("OF2", False, True, 62.0, 0.16),
        MustTrip("OF1", False, True, 61.2, 300.0),
        MustTrip("UF1", False, False, 58.5, 300.0),
        MustTrip("UF2", False, False, 56.5, 0.16),
    ),
    enter_pu=(0.917, 1.05),
    enter_hz=(59.5, 60.1),
    enter_delay_s=10.0,
    enter_ramp_s=20.0,
    droop=DROOP,
)


class Bench:
    """An inverter that is asked for `asked_w`."""

    def __init__(
        self, site: SiteSettings = SITE, asked_w: float = 5_000.0, **parameters: float | bool
    ) -> None:
        self.part = GridCode(site, RATING_W, GridCodeParameters(**parameters))  # type: ignore[arg-type]
        self.asked_w = asked_w
        self.run(1.0)

    def run(self, seconds: float, pu: float = 1.0, hz: float = 60.0) -> None:
        for _ in range(round(seconds / DT_S)):
            self.part.step(pu, hz, self.asked_w, DT_S)

    def until_out(self, pu: float = 1.0, hz: float = 60.0, within_s: float = 400.0) -> float:
        """Seconds until it feeds nothing."""
        for tick in range(round(within_s / DT_S)):
            self.part.step(pu, hz, self.asked_w, DT_S)
            if not self.part.active_w:
                return (tick + 1) * DT_S
        return -1.0

    @property
    def row(self) -> str:
        row = self.part.service.tripped
        return row.name if row else ""


@pytest.mark.parametrize(
    ("pu", "hz", "row", "after_s"),
    [
        (1.21, 60.0, "OV2", 0.16),
        (0.87, 60.0, "UV1", 21.0),
        (1.0, 62.1, "OF2", 0.16),
        (1.0, 61.3, "OF1", 300.0),
        (1.0, 58.4, "UF1", 300.0),
        (1.0, 56.4, "UF2", 0.16),
    ],
)
@pytest.mark.parametrize("ahead_s", [0.0, 0.07, -0.5])
def test_a_row_ends_its_service_so_much_before_its_time_or_after_it(
    pu: float, hz: float, row: str, after_s: float, ahead_s: float
) -> None:
    # Neither droop nor momentary cessation makes it feed nothing before.
    bench = Bench(replace(SITE, droop=None), ahead_s=ahead_s, ceases=False)
    assert bench.until_out(pu, hz) == pytest.approx(after_s - ahead_s, abs=1.5 * DT_S)
    assert bench.row == row


def test_without_a_frequency_only_the_voltage_counts() -> None:
    bench = Bench()
    bench.run(1.5, pu=0.0, hz=0.0)
    assert bench.row == ""
    bench.run(0.6, pu=0.0, hz=0.0)
    assert bench.row == "UV2"


def test_it_ceases_in_a_dip_at_once_and_is_back_within_0_4_s() -> None:
    bench = Bench()
    assert bench.until_out(pu=0.4) <= 0.083
    bench.run(1.0, pu=0.4)
    bench.run(0.4)
    assert bench.part.active_w == pytest.approx(5_000.0)
    assert bench.row == ""
    bench.run(0.083, pu=1.15)
    assert bench.part.active_w == 0.0


@pytest.mark.parametrize(("category", "pu"), [(1, 0.55), (2, 0.35), (3, 0.55), (1, 1.15)])
def test_it_feeds_on_where_its_category_does_not_cease(category: int, pu: float) -> None:
    bench = Bench(replace(SITE, category=category))
    bench.run(1.0, pu=pu)
    assert bench.part.active_w == pytest.approx(5_000.0)


def test_one_that_does_not_cease_feeds_a_dip() -> None:
    bench = Bench(ceases=False)
    bench.run(1.0, pu=0.4)
    assert bench.part.active_w == pytest.approx(5_000.0)


def test_after_a_trip_it_waits_for_its_delay_anew_at_every_excursion_and_then_rises() -> None:
    bench = Bench()
    bench.run(1.0, hz=57.0)
    bench.run(1.0, hz=56.0)
    assert bench.row == "UF2"
    bench.run(9.9)
    bench.run(0.1, pu=0.9)
    bench.run(9.9)
    assert bench.row == "UF2"
    bench.run(0.3)
    assert bench.row == ""
    bench.run(5.0)
    assert bench.part.active_w == pytest.approx(RATING_W * 5.1 / 20, rel=0.05)
    bench.run(15.0)
    assert bench.part.active_w == pytest.approx(5_000.0)


# --- what it rides through ---


def test_a_phase_jump_that_shows_as_a_frequency_for_a_window_ends_nothing() -> None:
    bench = Bench()
    for hz in (70.0, 52.0) * 20:  # 60° within 83 ms are 2 Hz, and more besides
        bench.run(0.08, hz=hz)
        bench.run(0.2)
    assert (bench.row, bench.part.active_w > 0.0) == ("", True)


@pytest.mark.parametrize("rocof", [0.5, 2.0, 3.0])
def test_a_frequency_that_moves_within_its_bounds_ends_nothing_at_any_rate(rocof: float) -> None:
    bench = Bench()
    hz, sign = 60.0, 1.0
    for _ in range(6_000):
        hz += sign * rocof * DT_S
        if not 57.0 <= hz <= 61.8:
            sign = -sign
        bench.run(DT_S, hz=hz)
    assert bench.row == ""


def test_disturbances_that_return_are_ridden_through_each_time() -> None:
    bench = Bench()
    for _ in range(10):
        bench.run(1.8, pu=0.3)
        bench.run(12.0, pu=0.8)
        bench.run(2.0)
        assert bench.part.active_w == pytest.approx(5_000.0)
    assert bench.row == ""


# --- functions, by hand ---


def test_droop_at_61_and_59_hz_is_the_hand_calculation() -> None:
    assert droop_share(DROOP, 61.0) == pytest.approx(-0.3213, abs=1e-4)
    assert droop_share(DROOP, 59.3) * 11_500 == pytest.approx(2_545, abs=1)
    bench = Bench()
    bench.run(5.0, hz=61.0)
    assert bench.part.active_w == pytest.approx(5_000 - 0.9 * 3_213, abs=40)
    bench.run(30.0, hz=61.0)
    assert bench.part.active_w == pytest.approx(1_787, abs=5)


def test_volt_var_at_0_94_pu_is_the_hand_calculation_and_first_in_apparent_power() -> None:
    bench = Bench(replace(SITE, volt_var=VOLT_VAR), asked_w=RATING_W)
    bench.run(60.0, pu=0.94)
    assert bench.part.reactive_var == pytest.approx(0.2933 * RATING_W, abs=2)
    assert bench.part.active_w == pytest.approx(RATING_W * (1 - 0.2933**2) ** 0.5, rel=1e-3)


def test_a_reference_that_follows_takes_the_curve_along() -> None:
    site = replace(SITE, volt_var=VOLT_VAR, reference=Reference(1.0, True, 300.0))
    bench = Bench(site)
    bench.run(30.0, pu=0.94)
    assert bench.part.reactive_var > 0.2 * RATING_W
    bench.run(3_000.0, pu=0.96)
    assert bench.part.reactive_var == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize(
    ("site", "reactive"),
    [
        (replace(SITE, power_factor=PowerFactor(0.9, True, 5.0)), -0.5 * 0.48432),
        (replace(SITE, power_factor=PowerFactor(0.9, False, 5.0)), 0.5 * 0.48432),
        (replace(SITE, constant_var=Curve(((0.0, -0.3),), 5.0)), -0.3),
        (replace(SITE, watt_var=Curve(((0.2, 0.0), (0.4, 0.0), (1.0, -0.44)), 5.0)), -0.44 / 6),
    ],
)
def test_other_reactive_functions_settle_where_their_setting_says(
    site: SiteSettings, reactive: float
) -> None:
    bench = Bench(site)
    bench.run(60.0)
    assert bench.part.reactive_var / RATING_W == pytest.approx(reactive, abs=1e-3)


def test_below_a_fifth_of_its_power_its_reactive_power_falls_with_it() -> None:
    bench = Bench(replace(SITE, constant_var=Curve(((0.0, 0.44),), 1.0)), asked_w=1_250.0)
    bench.run(20.0)
    assert bench.part.reactive_var == pytest.approx(0.22 * RATING_W, rel=1e-3)
    bench.asked_w = 400.0
    bench.run(20.0)
    assert bench.part.reactive_var == pytest.approx(0.0, abs=1.0)


def test_volt_watt_and_the_limit_confine_active_power() -> None:
    site = replace(
        SITE,
        volt_watt=Curve(((1.06, 1.0), (1.10, 0.2)), 10.0),
        limit=Curve(((0.0, 0.4),), 15.0),
    )
    bench = Bench(site, asked_w=9_000.0)
    bench.run(120.0)
    assert bench.part.active_w == pytest.approx(4_000.0, abs=5)
    bench.run(10.0, pu=1.10)
    assert bench.part.active_w == pytest.approx(RATING_W * (1.0 - 0.9 * 0.8), rel=0.02)


def test_one_that_is_wired_the_wrong_way_round_makes_it_worse() -> None:
    bench = Bench(replace(SITE, volt_var=VOLT_VAR), inverted=True)
    bench.run(60.0, pu=0.94, hz=60.5)
    assert bench.part.reactive_var < 0.0
    assert bench.part.active_w > 5_000.0


def test_curves_are_level_beyond_their_ends_and_lags_arrive_when_they_say() -> None:
    points = ((0.9, 1.0), (1.0, 0.0), (1.0, -0.5), (1.1, -1.0))
    assert [at(points, x) for x in (0.5, 0.9, 0.95, 1.05, 2.0)] == pytest.approx(
        [1.0, 1.0, 0.5, -0.75, -1.0]
    )
    now = 0.0
    for _ in range(500):
        now = lag(now, 1.0, 5.0, 0.01)
    assert now == pytest.approx(0.9)
    assert lag(0.0, 1.0, 0.0, 0.01) == 1.0
