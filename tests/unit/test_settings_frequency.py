"""Settings of a grid of 50 Hz: every frequency moves with the nominal one, and nothing else."""

import pytest

from wattback.grid.categories import grid_code_allows
from wattback.settings import SETTINGS, Settings, shift_of
from wattback.supply import windows_allow_export

NAMES = [row[0] for row in SETTINGS]
FREQUENCIES = (
    "frequency_low_millihertz",
    "frequency_high_millihertz",
    "enter_service_low_millihertz",
    "enter_service_high_millihertz",
    "trip_of2_millihertz",
    "trip_of1_millihertz",
    "trip_uf1_millihertz",
    "trip_uf2_millihertz",
)
DEFAULTS_60 = {row[0]: row[1] for row in SETTINGS}
DEFAULTS_50 = {
    **DEFAULTS_60,
    "nominal_millihertz": 50_000,
    **{name: DEFAULTS_60[name] - 10_000 for name in FREQUENCIES},
}
# Written once more, because they are what a wrong shift would get wrong (evse.md 6.2, 6.4; 10 Hz
# less).
RANGES_50 = {
    "frequency_low_millihertz": (35_000, 50_000),
    "frequency_high_millihertz": (40_000, 56_000),
    "enter_service_low_millihertz": (49_000, 49_900),
    "enter_service_high_millihertz": (50_100, 51_000),
    "trip_of2_millihertz": (51_800, 56_000),
    "trip_of1_millihertz": (51_000, 56_000),
    "trip_uf1_millihertz": (40_000, 49_000),
    "trip_uf2_millihertz": (40_000, 47_000),
}


def load(values: dict[str, int]) -> str:
    return Settings().load(list(values.values()))


@pytest.mark.parametrize("name", NAMES)
def test_at_50_hz_the_ranges_of_frequencies_move_by_10_hz_and_no_other(name: str) -> None:
    index = NAMES.index(name)
    assert shift_of(index, 60_000) == 0
    moves = name in (*FREQUENCIES, "nominal_millihertz")  # 50 Hz is within either range of itself
    assert shift_of(index, 50_000) == (-10_000 if moves else 0)


@pytest.mark.covers("6.2 trip settings", "6.4 enter service")
@pytest.mark.parametrize("name", FREQUENCIES)
def test_a_frequency_of_50_hz_is_taken_within_its_range_alone(name: str) -> None:
    lowest, highest = RANGES_50[name]
    for value in (lowest, highest):
        assert load({**DEFAULTS_50, name: value}) == ""
    for value in (lowest - 1, highest + 1):
        assert load({**DEFAULTS_50, name: value}) == name


def test_settings_of_50_hz_load_and_go_together() -> None:
    settings = Settings()
    values = {**DEFAULTS_50, "export_permitted": 1}
    assert settings.load(list(values.values())) == ""
    assert grid_code_allows(settings) == windows_allow_export(settings) == ""


@pytest.mark.parametrize("nominal", [40_000, 49_999, 50_001, 55_000, 59_999, 60_001, 70_000])
def test_there_is_no_grid_between_50_and_60_hz(nominal: int) -> None:
    for values in (DEFAULTS_50, DEFAULTS_60):
        assert load({**values, "nominal_millihertz": nominal}) == "nominal_millihertz"


@pytest.mark.parametrize("name", FREQUENCIES)
def test_a_site_of_50_hz_that_keeps_a_frequency_of_60_hz_is_refused(name: str) -> None:
    """No default follows by itself: whoever sets up such a site has seen each of them."""
    settings = Settings()
    values = {**DEFAULTS_50, "export_permitted": 1, name: DEFAULTS_60[name]}
    refused = settings.load(list(values.values())) or windows_allow_export(settings)
    assert refused in (name, "frequency_low_millihertz")


@pytest.mark.parametrize(
    ("name", "narrow"), [("frequency_low_millihertz", 1), ("frequency_high_millihertz", -1)]
)
@pytest.mark.parametrize(("nominal", "defaults"), [(50_000, DEFAULTS_50), (60_000, DEFAULTS_60)])
def test_a_window_of_an_export_is_no_narrower_than_continuous_operation(
    name: str, narrow: int, nominal: int, defaults: dict[str, int]
) -> None:
    for beyond, refused in ((0, ""), (narrow, name)):
        settings = Settings()
        value = nominal - narrow * 1_200 + beyond
        values = {**defaults, "export_permitted": 1, name: value}
        assert settings.load(list(values.values())) == ""
        assert windows_allow_export(settings) == refused
