"""Settings of the grid code that are right one by one and wrong together, or for a category."""

import pytest

from tests.unit.wall import Wall
from wattback.grid.categories import category_has, fitting, fitting_bit
from wattback.grid.support import CONSTANT_PF, CONSTANT_VAR, VOLT_VAR, WATT_VAR
from wattback.settings import SETTINGS, Settings

DEFAULTS = {row[0]: row[1] for row in SETTINGS}


def refused(**values: int) -> str:
    """What the connector says to a load with these values: a name, or ""."""
    return Wall((DEFAULTS | values).values()).refused


@pytest.mark.covers("6.5 settings")
@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        # Volt-var: V2 and V3 within 0.03 of the reference, V1 and V4 within 0.18 and 0.02 apart.
        ({"volt_var_v2_bp": 9_700}, {"volt_var_v2_bp": 9_699}, "volt_var_v2_bp"),
        ({"volt_var_v2_bp": 10_000}, {"volt_var_v2_bp": 10_001}, "volt_var_v2_bp"),
        ({"volt_var_v3_bp": 10_000}, {"volt_var_v3_bp": 9_999}, "volt_var_v3_bp"),
        ({"volt_var_v3_bp": 10_300}, {"volt_var_v3_bp": 10_301}, "volt_var_v3_bp"),
        ({"volt_var_v1_bp": 8_200}, {"volt_var_v1_bp": 8_199}, "volt_var_v1_bp"),
        ({"volt_var_v1_bp": 9_600}, {"volt_var_v1_bp": 9_601}, "volt_var_v1_bp"),
        ({"volt_var_v4_bp": 10_400}, {"volt_var_v4_bp": 10_399}, "volt_var_v4_bp"),
        ({"volt_var_v4_bp": 11_800}, {"volt_var_v4_bp": 11_801}, "volt_var_v4_bp"),
        # The curve lies around its reference.
        ({"volt_var_reference_bp": 10_100}, {"volt_var_reference_bp": 10_201}, "volt_var_v2_bp"),
        # Volt-watt: V2 at least 0.01 above V1.
        ({"volt_watt_v2_bp": 10_700}, {"volt_watt_v2_bp": 10_699}, "volt_watt_v2_bp"),
        # Watt-var: its powers rise.
        ({"watt_var_p1_bp": 4_999}, {"watt_var_p1_bp": 5_000}, "watt_var_p2_bp"),
        (
            {"watt_var_p2_bp": 8_000, "watt_var_p3_bp": 8_001},
            {"watt_var_p2_bp": 8_000, "watt_var_p3_bp": 8_000},
            "watt_var_p2_bp",
        ),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(
    right: dict[str, int], wrong: dict[str, int], named: str
) -> None:
    assert refused(**right) == ""
    assert refused(**wrong) == named


@pytest.mark.covers("6.5 settings")
@pytest.mark.parametrize("abnormal", [1, 2])
@pytest.mark.parametrize(
    ("name", "lowest"),
    [("droop_over_bp", 300), ("droop_under_bp", 300), ("droop_response_ms", 1_000)],
)
def test_the_steepest_and_quickest_droop_is_category_iiis(
    abnormal: int, name: str, lowest: int
) -> None:
    assert refused(abnormal_category=abnormal, **{name: lowest}) == ""
    assert refused(abnormal_category=abnormal, **{name: lowest - 1}) == name
    assert refused(abnormal_category=3, **{name: lowest - 1}) == ""


# Reactive functions that absorb, and how they would absorb too much for category A.
ABSORBING = [
    ({"reactive_function": CONSTANT_VAR}, "constant_var_bp", -2_500, -2_501),
    *(
        (
            {"reactive_function": VOLT_VAR, "volt_var_q4_bp": 0},
            f"volt_var_q{at}_bp",
            -2_500,
            -2_501,
        )
        for at in (1, 2, 3, 4)
    ),
    *(
        (
            {"reactive_function": WATT_VAR, "watt_var_q3_bp": 0},
            f"watt_var_q{at}_bp",
            -2_500,
            -2_501,
        )
        for at in (1, 2, 3)
    ),
    ({"reactive_function": CONSTANT_PF, "constant_pf_absorbs": 1}, "constant_pf_bp", 9_700, 9_699),
]


@pytest.mark.covers("6.5 settings")
@pytest.mark.parametrize(("site", "name", "right", "wrong"), ABSORBING)
def test_category_a_absorbs_a_quarter_of_its_rating_at_most(
    site: dict[str, int], name: str, right: int, wrong: int
) -> None:
    assert refused(normal_category=1, **site | {name: right}) == ""
    assert refused(normal_category=1, **site | {name: wrong}) == "normal_category"
    assert refused(normal_category=2, **site | {name: wrong}) == ""


def test_a_function_that_is_off_asks_nothing_of_a_category() -> None:
    assert refused(normal_category=1, volt_var_q4_bp=-4_400, constant_var_bp=-4_400) == ""
    injects = {"reactive_function": CONSTANT_PF, "constant_pf_bp": 9_000, "constant_pf_absorbs": 0}
    assert refused(normal_category=1, **injects) == ""


def test_a_vehicle_of_either_category_can_have_the_settings_of_its_site() -> None:
    settings = Settings()
    assert category_has(settings, 3, 2) == category_has(settings, 3, 1) == ""
    settings.reactive_function = VOLT_VAR
    assert category_has(settings, 3, 2) == ""
    assert category_has(settings, 3, 1) == "normal_category"


@pytest.mark.covers("6.1 category")
@pytest.mark.parametrize("site_abnormal", [1, 2, 3])
@pytest.mark.parametrize("site_normal", [1, 2])
def test_the_categories_that_fit_are_the_sites_or_better_with_its_settings(
    site_abnormal: int, site_normal: int
) -> None:
    settings = Settings()
    settings.abnormal_category, settings.normal_category = site_abnormal, site_normal
    if site_abnormal < 3:
        settings.trip_uv1_ms, settings.trip_uv2_ms = 20_999, 1_999
    fit = fitting(settings)
    for abnormal in range(-1, 6):
        for normal in range(-1, 5):
            known = 1 <= abnormal <= 3 and 1 <= normal <= 2
            better = known and abnormal >= site_abnormal and normal >= site_normal
            expected = better and (site_abnormal == 3 or abnormal < 3)  # whose times are longer
            assert bool(fit & fitting_bit(abnormal, normal)) == expected, (abnormal, normal)
