"""What the curves of the grid code ask for, against formulas typed in anew from evse.md 6.5."""

import math
from itertools import pairwise

import pytest

from tests.property.small_int import SmallInt, carry
from wattback.grid import support as rooms
from wattback.grid.support import Support
from wattback.settings import SETTINGS, Settings

RATING_W = 11_500
LAP_MS = 300
NOMINAL = (10_000, 60_000)  # basis points, millihertz


def site(**changes: int) -> Settings:
    settings = Settings()
    for name, value in changes.items():
        assert hasattr(settings, name)
        setattr(settings, name, value)
    return settings


def settled(
    settings: Settings, line_bp: int, millihertz: int = 60_000, power_w: int = RATING_W
) -> Support:
    """After a supply that lasts."""
    support = Support()
    for _ in range(1_000):
        support.sense(line_bp, millihertz, power_w, RATING_W, settings, LAP_MS)
    return support


def bounds(support: Support) -> tuple[int, int]:
    """Between what reactive power may be."""
    return support.least_var_bp, support.most_var_bp


# --- active power ---


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize("k", [0.02, 0.05])
@pytest.mark.parametrize("db", [0.017, 0.036, 1.0])
@pytest.mark.parametrize("hz", [50.0, 57.1, 59.0, 59.95, 59.99, 60.0, 60.03, 60.5, 61.0, 66.0])
def test_droop_is_one_of_the_rating_for_k_beyond_the_deadband(
    k: float, db: float, hz: float
) -> None:
    settings = site(
        droop_over_bp=round(k * 1e4),
        droop_under_bp=round(k * 1e4),
        droop_over_deadband_millihertz=round(db * 1e3),
        droop_under_deadband_millihertz=round(db * 1e3),
    )
    beyond_hz = max(0.0, abs(hz - 60.0) - db)
    expected = -math.copysign(min(1.0, beyond_hz / (60.0 * k)), hz - 60.0) * RATING_W
    support = settled(settings, 10_000, round(hz * 1e3))
    assert support.droop_w == pytest.approx(expected, abs=12)


def test_droop_at_61_hz_with_its_defaults_is_the_hand_calculation() -> None:
    assert settled(Settings(), 10_000, 61_000).droop_w == pytest.approx(-0.3213 * RATING_W, abs=5)


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize(
    ("millihertz", "expected_w"),
    [
        # 0.05 of 50 Hz moves all of 11,500 W, beyond 0.036 Hz: 4.6 W a millihertz.
        (51_000, -4_434),
        (50_236, -920),
        (50_036, 0),
        (49_964, 0),
        (49_764, 920),
        (47_464, RATING_W),
        (60_000, -RATING_W),
    ],
)
def test_droop_at_50_hz_is_the_hand_calculation(millihertz: int, expected_w: int) -> None:
    settings = site(nominal_millihertz=50_000)
    assert settled(settings, 10_000, millihertz).droop_w == pytest.approx(expected_w, abs=1)


def test_without_droop_the_frequency_asks_for_nothing() -> None:
    assert settled(site(droop_enabled=0), 10_000, 61_000).droop_w == 0


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize(
    ("line_bp", "expected_bp"),
    [(9_000, 10_000), (10_600, 10_000), (10_800, 6_000), (11_000, 2_000), (12_000, 2_000)],
)
def test_volt_watt_falls_between_its_voltages(line_bp: int, expected_bp: int) -> None:
    settings = site(volt_watt_enabled=1)
    assert settled(settings, line_bp).highest_bp == pytest.approx(expected_bp, abs=1)
    assert settled(Settings(), line_bp).highest_bp == 10_000


@pytest.mark.covers("6.5 functions")
def test_the_limit_and_volt_watt_confine_together() -> None:
    settings = site(limit_watt_enabled=1, limit_watt_bp=5_000, volt_watt_enabled=1)
    assert settled(settings, 10_000).highest_bp == 5_000
    assert settled(settings, 11_000).highest_bp == 2_000


# --- reactive power ---


def of_curve(points: list[tuple[float, float]], x: float) -> float:
    if x <= points[0][0]:
        return points[0][1]
    for (x1, y1), (x2, y2) in pairwise(points):
        if x <= x2:
            return y1 + (y2 - y1) * (x - x1) / (x2 - x1)
    return points[-1][1]


APART_PU = 0.015  # one and a half times the accuracy of a voltage (evse.md 6.6)
POWER_APART = 0.05


@pytest.mark.covers("6.5 functions", "6.6 accuracy")
@pytest.mark.parametrize("line_bp", range(8_875, 11_001, 125))
def test_volt_var_follows_its_curve_by_either_measurement(line_bp: int) -> None:
    curve = [(0.92, 0.44), (0.98, 0.0), (1.02, 0.0), (1.08, -0.44)]
    support = settled(site(reactive_function=rooms.VOLT_VAR), line_bp)
    expected = [1e4 * of_curve(curve, line_bp / 1e4 + apart) for apart in (APART_PU, -APART_PU)]
    assert bounds(support) == pytest.approx(expected, abs=2)


@pytest.mark.covers("6.5 functions")
def test_volt_var_without_a_dead_band_is_the_same_from_both_sides() -> None:
    settings = site(reactive_function=rooms.VOLT_VAR, volt_var_v2_bp=10_000, volt_var_v3_bp=10_000)
    slope = 4_400 / 0.08
    for line_bp in (9_600, 10_000, 10_400):
        middle = -slope * (line_bp / 1e4 - 1.0)
        expected = [middle - slope * APART_PU, middle + slope * APART_PU]
        assert bounds(settled(settings, line_bp)) == pytest.approx(expected, abs=2)


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize("power", [0.0, 0.2, 0.5, 0.6, 0.75, 1.0])
def test_watt_var_absorbs_above_half_of_its_rating(power: float) -> None:
    curve = [(0.2, 0.0), (0.5, 0.0), (1.0, -0.44)]
    support = settled(
        site(reactive_function=rooms.WATT_VAR), 10_000, power_w=round(power * RATING_W)
    )
    expected = [
        1e4 * of_curve(curve, min(1.0, max(0.0, power + apart)))
        for apart in (POWER_APART, -POWER_APART)
    ]
    # The power is taken in whole hundredths of the rating.
    assert bounds(support) == pytest.approx(expected, abs=90)


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize("pf", [0.9, 0.905, 0.95, 0.99, 1.0])
@pytest.mark.parametrize(("absorbs", "sign"), [(1, -1), (0, 1)])
def test_a_constant_power_factor_is_the_tangent_of_its_angle(
    pf: float, absorbs: int, sign: int
) -> None:
    settings = site(
        reactive_function=rooms.CONSTANT_PF,
        constant_pf_bp=round(pf * 1e4),
        constant_pf_absorbs=absorbs,
    )
    expected = sorted(sign * math.tan(math.acos(pf)) * power * 1e4 for power in (0.75, 0.85))
    found = bounds(settled(settings, 10_000, power_w=9_200))
    assert found == pytest.approx(expected, abs=30)


@pytest.mark.covers("6.5 functions")
def test_constant_reactive_power_is_what_is_set() -> None:
    settings = site(reactive_function=rooms.CONSTANT_VAR, constant_var_bp=-1_234)
    assert bounds(settled(settings, 10_000)) == (-1_234, -1_234)
    assert bounds(settled(Settings(), 10_000)) == (0, 0)


@pytest.mark.covers("6.5 functions")
def test_where_a_reference_that_follows_has_got_to_only_the_vehicle_knows() -> None:
    settings = site(reactive_function=rooms.VOLT_VAR, volt_var_reference_follows=1)
    for line_bp in (9_000, 10_000, 11_000):
        assert bounds(settled(settings, line_bp)) == (-4_400, 4_400)


def after(support: Support, ms: int, settings: Settings, millihertz: int = 60_000) -> Support:
    for _ in range(ms // LAP_MS):
        support.sense(10_000, millihertz, RATING_W, RATING_W, settings, LAP_MS)
    return support


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize("asked_bp", [-4_000, 4_000])
@pytest.mark.parametrize(
    ("line_bp", "power_w"), [(8_799, RATING_W), (11_001, RATING_W), (10_000, RATING_W // 5 - 116)]
)
def test_who_has_another_task_or_too_little_power_may_leave_it_and_begins_anew(
    asked_bp: int, line_bp: int, power_w: int
) -> None:
    settings = site(reactive_function=rooms.CONSTANT_VAR, constant_var_bp=asked_bp)
    support = settled(settings, line_bp, power_w=power_w)
    both = (min(asked_bp, 0), max(asked_bp, 0))
    assert bounds(support) == both
    assert bounds(after(support, settings.reactive_response_ms, settings)) == both
    after(support, 10 * settings.reactive_response_ms, settings)
    assert bounds(support) == (asked_bp, asked_bp)


def test_what_was_asked_for_stays_for_a_response_and_goes_with_another() -> None:
    settings = site(reactive_function=rooms.CONSTANT_VAR, constant_var_bp=4_000)
    support = settled(settings, 10_000)
    settings.constant_var_bp = -4_000
    after(support, settings.reactive_response_ms, settings)
    assert bounds(support) == (-4_000, 4_000)
    after(support, settings.reactive_response_ms, settings)
    assert support.least_var_bp == -4_000
    assert -3_500 < support.most_var_bp < -2_900  # a tenth of the step is left


@pytest.mark.covers("6.5 functions")
def test_the_share_of_a_droop_comes_at_once_and_goes_with_its_response() -> None:
    settings = Settings()
    support = settled(settings, 10_000, 59_000)
    whole_w = support.still_w
    assert whole_w == support.droop_w == pytest.approx(0.3213 * RATING_W, abs=5)
    went_ms = 0
    while support.still_w > whole_w // 10:
        after(support, LAP_MS, settings)
        went_ms += LAP_MS
    assert 1.8 * settings.droop_response_ms <= went_ms <= 2.2 * settings.droop_response_ms
    after(support, LAP_MS, settings, 59_000)
    assert support.still_w == support.droop_w == whole_w
    after(support, LAP_MS, settings, 61_000)
    assert (support.still_w, support.droop_w) == (whole_w, -whole_w)
    after(support, 60_000, settings, 61_000)
    assert support.still_w == support.droop_w == -whole_w


@pytest.mark.parametrize("apparent_va", [0, 7, 8, 100, 5_760, 11_520, 100_000])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.44, 0.9, 0.999, 1.0, 1.5])
def test_what_is_left_for_active_power_is_the_third_side(apparent_va: int, share: float) -> None:
    reactive_var = round(apparent_va * share)
    left_w = math.sqrt(max(0, apparent_va**2 - reactive_var**2))
    found_w = int(rooms.active_w(SmallInt(apparent_va), SmallInt(reactive_var)))
    # Never more; in eights, which count for most where little is left.
    assert left_w - math.sqrt(16 * apparent_va) - 16 <= found_w <= left_w + 1


# --- responses ---


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize(
    ("enable", "response"),
    [
        ({"volt_watt_enabled": 1}, "volt_watt_response_ms"),
        ({"limit_watt_enabled": 1, "limit_watt_bp": 2_000}, "limit_watt_response_ms"),
    ],
)
@pytest.mark.parametrize("response_ms", [5_000, 10_000])
def test_nine_tenths_of_a_step_come_within_the_response(
    enable: dict[str, int], response: str, response_ms: int
) -> None:
    settings = site(**enable, **{response: response_ms})
    end_bp = settled(settings, 11_000).highest_bp
    support = Support()
    passed_ms = 0
    while (10_000 - support.highest_bp) / (10_000 - end_bp) < 0.9:
        support.sense(11_000, 60_000, RATING_W, RATING_W, settings, LAP_MS)
        passed_ms += LAP_MS
    assert 0.8 * response_ms <= passed_ms <= 1.1 * response_ms


def test_no_sample_and_no_setting_makes_a_large_integer() -> None:
    for at in (2, 3):
        settings = Settings()
        settings.load([row[at] for row in SETTINGS])
        for function in range(5):
            settings.reactive_function = function
            support = Support()
            for part in (settings, support, *vars(support).values()):
                if hasattr(part, "__dict__"):
                    carry(part)
            for line_bp in (0, 9_000, 25_000):
                for millihertz in (0, 60_000, (1 << 28) - 1):
                    for watts in (-(1 << 20), 0, 1 << 20):
                        for rating_w in (0, 1, 100_000):
                            support.sense(
                                SmallInt(line_bp),
                                SmallInt(millihertz),
                                SmallInt(watts),
                                SmallInt(rating_w),
                                settings,
                                SmallInt(750),
                            )


def test_volt_watt_that_is_switched_off_holds_nothing_down() -> None:
    support = Support()
    settings = Settings()
    settings.volt_watt_enabled = 1
    for _ in range(400):
        support.sense(10_900, 60_000, 0, 10_000, settings, 300)
    assert support.highest_bp < 5_000
    settings.volt_watt_enabled = 0
    support.sense(10_900, 60_000, 0, 10_000, settings, 300)
    assert support.highest_bp == 10_000
