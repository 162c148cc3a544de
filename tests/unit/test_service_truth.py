"""The independent account of the grid, at 60 Hz and at 50: it must know both by itself."""

from collections.abc import Mapping

import pytest

from wattback_sim.site_profiles import find_profile
from wattback_sim.truths.service import ServiceWatch, not_allowed

SITES = {
    60.0: find_profile("us-240-split-phase").all_settings(),
    50.0: find_profile("type2-230-50hz").all_settings(),
}
LINE_V = {60.0: 240.0, 50.0: 230.0}
TICK_US = 10_000

each_site = pytest.mark.parametrize("nominal_hz", SITES)


def look(watch: ServiceWatch, from_us: int, seconds: float, line_v: float, hz: float) -> int:
    """The same grid for a while; the time after it."""
    for _ in range(round(seconds * 100)):
        from_us += TICK_US
        watch.look(from_us, line_v, hz)
    return from_us


def quick(settings: Mapping[str, int], **more: int) -> ServiceWatch:
    return ServiceWatch({**settings, "enter_service_delay_s": 10, **more})


@each_site
def test_the_frequencies_of_a_profile_are_allowed(nominal_hz: float) -> None:
    assert not_allowed(SITES[nominal_hz]) == ""


@pytest.mark.parametrize(
    ("name", "row", "low", "high"),
    [
        ("trip_of2_millihertz", "OF2", 1_800, 6_000),
        ("trip_of1_millihertz", "OF1", 1_000, 6_000),
        ("trip_uf1_millihertz", "UF1", -10_000, -1_000),
        ("trip_uf2_millihertz", "UF2", -10_000, -3_000),
    ],
)
@each_site
def test_a_frequency_is_allowed_within_its_distances_from_nominal(
    nominal_hz: float, name: str, row: str, low: int, high: int
) -> None:
    nominal = round(nominal_hz * 1_000)
    for away in (low, high):
        assert not_allowed({**SITES[nominal_hz], name: nominal + away}) == ""
    for away in (low - 1, high + 1):
        assert not_allowed({**SITES[nominal_hz], name: nominal + away}) == row


def test_no_site_is_allowed_between_two_grids() -> None:
    assert not_allowed({**SITES[50.0], "nominal_millihertz": 55_000}) == "frequency"


@each_site
def test_a_good_grid_is_entered_after_its_delay_and_one_of_another_frequency_never(
    nominal_hz: float,
) -> None:
    other = quick(SITES[nominal_hz])
    look(other, 0, 30.0, LINE_V[nominal_hz], 110.0 - nominal_hz)
    assert not other.entered
    watch = quick(SITES[nominal_hz])
    now_us = look(watch, 0, 8.9, LINE_V[nominal_hz], nominal_hz)
    assert not watch.entered
    now_us = look(watch, now_us, 2.0, LINE_V[nominal_hz], nominal_hz)
    assert watch.entered
    look(watch, now_us, 0.3, LINE_V[nominal_hz], nominal_hz + 2.1)
    assert watch.overdue is not None
    assert watch.overdue.name == "OF2"
