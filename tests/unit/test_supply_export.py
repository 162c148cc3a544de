"""The supply of a site that exports: what is ridden through, and windows that allow it."""

from itertools import product

import pytest

from tests.property.small_int import carry
from tests.unit.supply_bench import DEAD, GOOD, OPPOSITE, feed, fit_supply
from wattback.fault_table import OPEN_NEUTRAL
from wattback.settings import SETTINGS, Settings
from wattback.supply import Supply, windows_allow_export

RIDE_MS = 1_000  # at 0 V (category III; evse.md 6.3)

# --- while exporting ---


def exporting(l1_mv: int, l2_mv: int, millihertz: int) -> Supply:
    supply = Supply()
    feed(supply, GOOD, 2_000)
    feed(supply, (l1_mv, l2_mv, millihertz), 5_000, exporting=1)
    return supply


@pytest.mark.parametrize(
    "sample",
    [(72_000, 72_000, 60_000), (0, 0, 0), (150_000, 150_000, 60_000), (120_000,) * 2 + (50_000,)],
)
def test_a_source_rides_through_what_the_grid_code_judges(sample: tuple[int, int, int]) -> None:
    supply = exporting(*sample)
    assert (supply.fit, supply.fault_bits) == (1, 0)


@pytest.mark.parametrize("angle", [0, 1_800])
@pytest.mark.parametrize("left_mv", [0, 60_000, 84_000])
def test_a_source_rides_through_1_s_at_any_voltage_and_its_return(
    left_mv: int, angle: int
) -> None:
    supply = fit_supply()
    feed(supply, GOOD, 10_000, exporting=1)
    for _ in range(10):
        feed(supply, (left_mv, left_mv, 0), RIDE_MS - 20, angle=angle, exporting=1)
        assert (supply.fit, supply.fault_bits) == (1, 0)
        feed(supply, (left_mv, 120_000, 70_000), 20, angle=angle, exporting=1)  # half a cycle each
        assert (supply.fit, supply.fault_bits) == (1, 0)
        feed(supply, GOOD, 2_000, exporting=1)
        assert (supply.inside, supply.fit, supply.fault_bits) == (1, 1, 0)


def test_an_export_that_ends_in_a_dip_leaves_the_rest_of_it_to_the_charger() -> None:
    supply = fit_supply()
    feed(supply, DEAD, 500, exporting=1)
    feed(supply, DEAD, 500, exporting=0)
    assert (supply.inside, supply.fit, supply.fault_bits) == (0, 1, 0)


def test_a_lost_neutral_is_a_fault_while_exporting_too() -> None:
    assert exporting(105_000, 135_000, 60_000).fault_bits == 0
    assert exporting(104_999, 135_000, 60_000).fault_bits == OPEN_NEUTRAL
    assert exporting(70_000, 170_000, 50_000).fault_bits == OPEN_NEUTRAL


def test_a_lost_leg_is_a_fault_while_exporting_whatever_the_line_is() -> None:
    for sample in ((0, 120_000, 60_000), (120_000, 0, 60_000), (60_000, 95_000, 60_000)):
        supply = exporting(*sample)
        assert (supply.fit, supply.fault_bits) == (0, OPEN_NEUTRAL)


# --- windows and the grid code ---

# (setting, as narrow as may be, one step narrower), for the nominal 240 V.
NARROWEST = {
    "line_low_mv": (211_200, 211_201),
    "line_high_mv": (264_000, 263_999),
    "leg_low_mv": (105_600, 105_601),
    "leg_high_mv": (132_000, 131_999),
    "frequency_low_millihertz": (58_800, 58_801),
    "frequency_high_millihertz": (61_200, 61_199),
    "supply_trip_ms": (1_100, 1_099),
    "legs_apart_mv": (26_400, 26_399),
}


def exporting_settings(**values: int) -> Settings:
    settings = Settings()
    settings.export_permitted = 1
    for name, value in values.items():
        setattr(settings, name, value)
    return settings


def test_the_default_windows_allow_export_on_every_nominal_voltage() -> None:
    _, _, lowest, highest, _ = next(row for row in SETTINGS if row[0] == "nominal_line_mv")
    for nominal_mv in (lowest, 208_000, 240_000, highest):
        assert windows_allow_export(exporting_settings(nominal_line_mv=nominal_mv)) == ""


@pytest.mark.covers("6.3 continuous operation")
@pytest.mark.parametrize("name", NARROWEST)
def test_a_window_within_the_grid_codes_band_is_refused_by_its_name(name: str) -> None:
    widest, too_narrow = NARROWEST[name]
    assert windows_allow_export(exporting_settings(**{name: widest})) == ""
    refused = exporting_settings(**{name: too_narrow})
    assert windows_allow_export(refused) == name
    refused.export_permitted = 0
    assert windows_allow_export(refused) == ""


def test_all_windows_at_their_narrowest_together_are_allowed() -> None:
    values = {name: narrowest for name, (narrowest, _) in NARROWEST.items()}
    assert windows_allow_export(exporting_settings(**values)) == ""


@pytest.mark.parametrize("nominal_mv", [200_000, 240_000, 250_000])
def test_no_sample_on_which_no_row_of_the_grid_code_runs_is_outside_allowed_windows(
    nominal_mv: int,
) -> None:
    low_bp, high_bp = 8_800, 11_000  # of continuous operation (evse.md 6.3)
    half_mv = nominal_mv // 2
    values = {name: narrowest for name, (narrowest, _) in NARROWEST.items()}
    values["line_low_mv"] = nominal_mv * low_bp // 10_000
    values["line_high_mv"] = nominal_mv * high_bp // 10_000
    values["leg_low_mv"] = values["line_low_mv"] // 2
    values["leg_high_mv"] = values["line_high_mv"] // 2
    values["legs_apart_mv"] = values["leg_high_mv"] - values["leg_low_mv"]
    settings = exporting_settings(nominal_line_mv=nominal_mv, **values)
    assert windows_allow_export(settings) == ""
    legs_mv = (half_mv * low_bp // 10_000, half_mv, half_mv * high_bp // 10_000)
    for l1_mv, l2_mv, millihertz in product(legs_mv, legs_mv, (58_800, 60_000, 61_200)):
        for is_exporting in (0, 1):
            supply = Supply()
            supply.sense(l1_mv, l2_mv, millihertz, OPPOSITE, is_exporting, settings, 10)
            assert supply.inside


def test_the_question_makes_no_large_integer() -> None:
    settings = exporting_settings(nominal_line_mv=250_000)
    carry(settings)
    assert windows_allow_export(settings) == ""
