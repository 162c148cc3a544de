"""Enter service: windows without a break for the whole delay, then a ramp; a trip starts anew."""

import pytest

from tests.property.small_int import SmallInt
from tests.unit.linked_wall import settings_with
from tests.unit.wall import StubBoard
from wattback.connector import Connector
from wattback.grid.enter_service import PERIOD_MS, EnterService
from wattback.retained import WORDS
from wattback.settings import SETTINGS, Settings

GOOD = (10_000, 60_000)
# IEEE 1547-2018 (evse.md 6.4): the edges of the windows, in basis points and millihertz.
LOW_BP, HIGH_BP = 9_170, 10_500
LOW_MILLIHERTZ, HIGH_MILLIHERTZ = 59_500, 60_100
DEFAULT_DELAY_S = 300


def settings_of(**changes: int) -> Settings:
    settings = Settings()
    assert settings.load(settings_with(**changes)) == ""
    return settings


DEFAULTS = settings_of()


def run(
    service: EnterService, sample: tuple[int, int], seconds: float, settings: Settings
) -> None:
    for _ in range(round(seconds * 1_000) // PERIOD_MS):
        service.sense(*sample, settings)


def in_service(settings: Settings = DEFAULTS) -> EnterService:
    service = EnterService()
    run(service, GOOD, settings.enter_service_delay_s + 0.1, settings)
    assert service.in_service
    return service


@pytest.mark.covers("6.4 enter service")
@pytest.mark.parametrize(
    "sample",
    [GOOD]
    + [(bp, 60_000) for bp in (LOW_BP, HIGH_BP)]
    + [(10_000, mhz) for mhz in (LOW_MILLIHERTZ, HIGH_MILLIHERTZ)],
)
def test_within_both_windows_for_the_delay_service_begins(sample: tuple[int, int]) -> None:
    service = EnterService()
    run(service, sample, DEFAULT_DELAY_S, DEFAULTS)
    assert (service.in_service, service.left_s) == (0, 0)
    run(service, sample, 0.1, DEFAULTS)
    assert service.in_service


OUTSIDE = [
    (LOW_BP - 1, 60_000),
    (HIGH_BP + 1, 60_000),
    (10_000, LOW_MILLIHERTZ - 1),
    (10_000, HIGH_MILLIHERTZ + 1),
    (0, 0),
]


@pytest.mark.parametrize("sample", OUTSIDE)
def test_outside_a_window_service_never_begins(sample: tuple[int, int]) -> None:
    service = EnterService()
    run(service, sample, 1_000, DEFAULTS)
    assert (service.in_service, service.risen_bp) == (0, 0)
    assert service.left_s == DEFAULT_DELAY_S


@pytest.mark.covers("6.4 enter service")
@pytest.mark.parametrize("sample", OUTSIDE)
def test_one_sample_outside_starts_the_delay_anew(sample: tuple[int, int]) -> None:
    service = EnterService()
    run(service, GOOD, DEFAULT_DELAY_S - 1, DEFAULTS)
    run(service, sample, 0.1, DEFAULTS)
    run(service, GOOD, DEFAULT_DELAY_S, DEFAULTS)
    assert not service.in_service
    run(service, GOOD, 0.1, DEFAULTS)
    assert service.in_service


def test_what_is_left_of_the_delay_counts_down_and_is_rounded_up() -> None:
    service = EnterService()
    left_s = []
    for _ in range(DEFAULT_DELAY_S * 10):
        run(service, GOOD, 0.1, DEFAULTS)
        left_s.append(service.left_s)
    assert left_s[0] == DEFAULT_DELAY_S
    assert left_s == sorted(left_s, reverse=True)
    assert left_s[-11:] == [1] * 10 + [0]


@pytest.mark.parametrize("delay_s", [0, 1, 600])
def test_the_delay_is_a_setting(delay_s: int) -> None:
    settings = settings_of(enter_service_delay_s=delay_s)
    service = EnterService()
    run(service, GOOD, delay_s, settings)
    assert not service.in_service
    run(service, GOOD, 0.1, settings)
    assert service.in_service


@pytest.mark.parametrize("sample", OUTSIDE)
def test_once_in_service_the_windows_do_not_end_it(sample: tuple[int, int]) -> None:
    service = in_service()
    run(service, sample, 100, DEFAULTS)
    assert service.in_service


@pytest.mark.covers("6.4 enter service")
@pytest.mark.parametrize("ramp_s", [1, 300, 1_000])
def test_the_output_may_rise_to_the_rating_within_the_ramp_time(ramp_s: int) -> None:
    settings = settings_of(enter_service_delay_s=0, enter_service_ramp_s=ramp_s)
    service = in_service(settings)
    assert service.risen_bp == 0
    risen_bp = []
    for _ in range(ramp_s * 10):
        run(service, GOOD, 0.1, settings)
        risen_bp.append(service.risen_bp)
    assert risen_bp == [10_000 * (step + 1) // (ramp_s * 10) for step in range(ramp_s * 10)]
    run(service, GOOD, 100, settings)
    assert service.risen_bp == 10_000


def test_leaving_starts_delay_and_ramp_anew() -> None:
    service = in_service()
    run(service, GOOD, 1_000, DEFAULTS)
    service.leave()
    assert (service.in_service, service.risen_bp) == (0, 0)
    run(service, GOOD, DEFAULT_DELAY_S, DEFAULTS)
    assert not service.in_service
    run(service, GOOD, 0.2, DEFAULTS)
    assert service.in_service
    assert service.risen_bp < 10


def test_the_longest_times_stay_small_integers() -> None:
    settings = settings_of(enter_service_delay_s=600, enter_service_ramp_s=1_000)
    for name, *_ in SETTINGS:
        setattr(settings, name, SmallInt(getattr(settings, name)))
    service = EnterService()
    run(service, (SmallInt(10_000), SmallInt(60_000)), 2_000, settings)
    assert service.risen_bp == 10_000
    assert all(value < 2_000_000 for value in vars(service).values())


# --- a random delay in place of the ramp ---


def entered_s(service: EnterService, settings: Settings) -> float:
    """From a grid that has just become good."""
    seconds = 0.0
    while not service.in_service:
        service.sense(*GOOD, settings)
        seconds += PERIOD_MS / 1_000
    return seconds


@pytest.mark.covers("6.4 random delay")
@pytest.mark.parametrize("chance", [1, 0x3FFF, 0x7FFF, 0x12345678, 0x3FFFFFFF])
def test_a_random_delay_is_added_and_no_ramp_follows(chance: int) -> None:
    settings = settings_of(enter_service_random_s=600, enter_service_delay_s=20)
    service = EnterService()
    service.chance = chance
    part_s = (chance & 0x7FFF) / 0x8000 * 600
    service.sense(*GOOD, settings)
    assert service.left_s == pytest.approx(20 + part_s, abs=1)
    assert entered_s(service, settings) == pytest.approx(20 + part_s, abs=0.2)
    service.sense(*GOOD, settings)
    assert service.risen_bp == 10_000


@pytest.mark.covers("6.4 random delay")
def test_each_entry_draws_anew_and_all_parts_are_as_likely() -> None:
    settings = settings_of(enter_service_random_s=600, enter_service_delay_s=0)
    service = EnterService()
    waits_s = []
    for _ in range(300):
        waits_s.append(entered_s(service, settings))
        service.leave()
    assert max(waits_s) <= 600.2
    fifths = [sum(low <= wait_s < low + 120 for wait_s in waits_s) for low in range(0, 600, 120)]
    assert min(fifths) >= 35


def test_without_a_random_delay_chance_changes_nothing() -> None:
    for chance in (1, 0x3FFFFFFF):
        service = EnterService()
        service.chance = chance
        assert entered_s(service, DEFAULTS) == pytest.approx(DEFAULT_DELAY_S + 0.1, abs=0.05)


def test_units_draw_differently() -> None:
    drawn = {
        Connector(StubBoard(), [0] * WORDS, chance=chance).dispatch.enter_service.chance
        for chance in range(20)
    }
    assert len(drawn) >= 19


def test_a_longer_ramp_does_not_begin_again_once_it_is_over() -> None:
    service = in_service(settings_of(enter_service_ramp_s=1))
    run(service, GOOD, 2, settings_of(enter_service_ramp_s=1))
    assert service.risen_bp == 10_000
    run(service, GOOD, 2, settings_of(enter_service_ramp_s=300))
    assert service.risen_bp == 10_000
