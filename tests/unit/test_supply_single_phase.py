"""A supply of one phase: the line is judged, and that leg 2 is the neutral."""

import pytest

from wattback.fault_table import LEG_ANGLE, OPEN_NEUTRAL, SUPPLY_OUT_OF_WINDOW
from wattback.settings import SETTINGS, Settings
from wattback.supply import Supply, windows_allow_export

OTHERS = {"single_phase": 1, "nominal_line_mv": 230_000, "line_high_mv": 290_000}
GOOD = (230_000, 0, 60_000)


def settings_of(**values: int) -> Settings:
    settings = Settings()
    defaults = {row[0]: row[1] for row in SETTINGS}
    assert settings.load(list({**defaults, **OTHERS, **values}.values())) == ""
    return settings


def judged(
    supply: Supply, settings: Settings, sample: tuple[int, int, int], ms: int, exporting: int = 0
) -> int:
    """Which bits were seen in that time."""
    bits = 0
    for _ in range(ms // 10):
        supply.sense(*sample, 0, exporting, settings, 10)
        bits |= supply.fault_bits
    return bits


def supply_of(settings: Settings) -> Supply:
    supply = Supply()
    supply.load(settings)
    return supply


@pytest.mark.parametrize(
    "sample", [GOOD, (160_000, 0, 60_000), (290_000, -60, 57_000), (230_000, 29_000, 63_000)]
)
def test_a_line_in_its_window_is_fit_after_a_second(sample: tuple[int, int, int]) -> None:
    settings = settings_of()
    supply = supply_of(settings)
    assert judged(supply, settings, sample, 990) == 0
    assert not supply.fit
    assert judged(supply, settings, sample, 60_000) == 0
    assert supply.fit


@pytest.mark.parametrize(
    "sample",
    [(159_000, 0, 60_000), (290_100, 0, 60_000), (230_000, 0, 56_900), (230_000, 0, 63_100)],
)
def test_a_line_outside_its_window_counts_after_its_time(sample: tuple[int, int, int]) -> None:
    settings = settings_of()
    supply = supply_of(settings)
    judged(supply, settings, GOOD, 2_000)
    assert judged(supply, settings, sample, 2_000) == 0
    assert judged(supply, settings, sample, 100) == SUPPLY_OUT_OF_WINDOW
    assert not supply.fit


@pytest.mark.covers("4.1 line and neutral")
@pytest.mark.parametrize("sample", [(0, 230_000, 60_000), (115_000, 115_000, 60_000)])
def test_a_swapped_neutral_and_a_split_phase_are_never_fit(sample: tuple[int, int, int]) -> None:
    settings = settings_of()
    supply = supply_of(settings)
    judged(supply, settings, sample, 60_000)
    assert not supply.fit


@pytest.mark.parametrize("exporting", [0, 1])
def test_legs_are_not_judged_on_a_single_phase(exporting: int) -> None:
    settings = settings_of(legs_apart_mv=5_000, leg_angle_tolerance_decideg=20)
    supply = supply_of(settings)
    bits = judged(supply, settings, GOOD, 60_000, exporting)
    assert not bits & (OPEN_NEUTRAL | LEG_ANGLE)


def test_a_split_phase_supply_is_not_fit_on_one_leg() -> None:
    settings = settings_of(single_phase=0)
    supply = supply_of(settings)
    assert judged(supply, settings, GOOD, 60_000) & OPEN_NEUTRAL
    assert not supply.fit


@pytest.mark.parametrize("name", ["leg_low_mv", "leg_high_mv", "legs_apart_mv"])
def test_windows_of_legs_stand_against_no_export_on_a_single_phase(name: str) -> None:
    narrow = {"leg_low_mv": 120_000, "leg_high_mv": 110_000, "legs_apart_mv": 5_000}[name]
    assert windows_allow_export(settings_of(export_permitted=1, **{name: narrow})) == ""
    split = settings_of(export_permitted=1, single_phase=0, **{name: narrow})
    assert windows_allow_export(split) == name
