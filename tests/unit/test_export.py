"""Export: the reasons why nothing may flow out, the reserve, and the driver's departure."""

from array import array

import pytest

from tests.property.small_int import SmallInt
from tests.unit.linked_wall import settings_with
from tests.unit.vehicle_messages import PARAMETERS, SETUP, VERSION, after, hear
from wattback import export
from wattback.export import WAIT_NAMES, Export
from wattback.house import OPERATING_NAMES
from wattback.retained import WORDS
from wattback.settings import Settings
from wattback.vehicle import MESSAGE_LOOP, MESSAGE_PARAMETERS, Vehicle

IMPORT_W = 11_520
NOT_CERTIFIED = (MESSAGE_PARAMETERS, 0, 3, 11_500, 9_600, 240_000, 2)


def settings_of(**changes: int) -> Settings:
    settings = Settings()
    chosen = {"export_permitted": 1, "export_enabled": 1, **changes}
    assert settings.load(settings_with(**chosen)) == ""
    return settings


SITE = settings_of()


def loop(
    soc_bp: int = 8_000, minimum_bp: int = 1_000, need_wh: int = 0, departure_s: int = -1
) -> tuple[int, ...]:
    return (MESSAGE_LOOP, VERSION, soc_bp, minimum_bp, need_wh, departure_s)


def vehicle_at(soc_bp: int = 8_000, **said: int) -> Vehicle:
    """An authorised vehicle."""
    return after(SETUP, PARAMETERS, loop(soc_bp, **said))


def new_export() -> Export:
    return Export(array("i", [0] * WORDS))


def reasons(
    part: Export, vehicle: Vehicle, settings: Settings = SITE, import_power_w: int = IMPORT_W
) -> list[str]:
    part.judge(vehicle, import_power_w, settings)
    return [name for index, name in enumerate(WAIT_NAMES) if part.waits & (1 << index)]


# --- the reasons ---


def test_every_reason_has_a_bit_of_its_own_and_a_name() -> None:
    bits = {name: value for name, value in vars(export).items() if name.startswith("WAIT_")}
    del bits["WAIT_NAMES"]
    assert list(bits.values()) == [1 << index for index in range(len(WAIT_NAMES))]


def test_before_anything_is_judged_there_is_no_permission() -> None:
    assert new_export().waits == export.WAIT_PERMISSION


def test_an_authorised_vehicle_above_its_reserve_on_a_site_that_may_has_no_reason() -> None:
    assert reasons(new_export(), vehicle_at()) == []


@pytest.mark.parametrize(
    "changes",
    [{"export_permitted": 0}, {"export_enabled": 0}, {"export_permitted": 0, "export_enabled": 0}],
)
def test_utility_and_owner_must_both_permit(changes: dict[str, int]) -> None:
    assert reasons(new_export(), vehicle_at(), settings_of(**changes)) == ["permission"]


# mode, and what speaks against an export while the house's meter speaks, and while it is silent
@pytest.mark.parametrize(
    ("mode", "metered", "silent"),
    [
        ("charge", ["mode"], ["mode"]),
        ("event", [], []),
        ("self_consumption", [], ["house_meter"]),
        ("peak_limit", [], ["house_meter"]),
        ("backup_only", ["mode"], ["mode"]),
    ],
)
def test_the_owners_mode_must_export_and_know_what_it_goes_by(
    mode: str, metered: list[str], silent: list[str]
) -> None:
    settings = settings_of(operating_mode=OPERATING_NAMES.index(mode))
    part = new_export()
    for meter, expected in ((1, metered), (0, silent), (1, metered)):
        part.judge(vehicle_at(), IMPORT_W, settings, meter)
        waits = [name for index, name in enumerate(WAIT_NAMES) if part.waits & (1 << index)]
        assert waits == expected


@pytest.mark.parametrize(
    ("heard", "reason"),
    [
        ((), "vehicle_link"),
        ((SETUP,), "vehicle_link"),
        ((SETUP, NOT_CERTIFIED), "certification"),
        ((SETUP, PARAMETERS), "settings"),
        ((SETUP, PARAMETERS, (MESSAGE_LOOP, VERSION + 1, 8_000, 0, 0, -1)), "settings"),
    ],
)
def test_the_link_says_what_is_missing(heard: tuple[tuple[int, ...], ...], reason: str) -> None:
    assert reasons(new_export(), after(*heard)) == [reason]


def test_a_lapsed_link_is_a_reason() -> None:
    vehicle = vehicle_at()
    for _ in range(SITE.vehicle_link_timeout_ms // 10):
        vehicle.sense(1, SITE, 10)
    assert reasons(new_export(), vehicle) == ["vehicle_link"]


def test_a_refused_vehicle_below_its_reserve_has_both_reasons() -> None:
    vehicle = after(SETUP, NOT_CERTIFIED, loop(soc_bp=1_000))
    assert reasons(new_export(), vehicle) == ["certification", "reserve"]


# --- the reserve ---


# the owner's reserve, the vehicle's own, and the one that counts
@pytest.mark.parametrize(
    ("owner_bp", "own_bp", "reserve_bp"), [(2_000, 1_000, 2_000), (2_000, 3_000, 3_000), (0, 0, 0)]
)
def test_the_larger_reserve_counts(owner_bp: int, own_bp: int, reserve_bp: int) -> None:
    part = new_export()
    settings = settings_of(reserve_bp=owner_bp)
    for soc_bp, expected in ((reserve_bp + 101, []), (reserve_bp, ["reserve"])):
        assert reasons(part, vehicle_at(soc_bp, minimum_bp=own_bp), settings) == expected
        assert part.reserve_bp == reserve_bp


def test_a_battery_at_its_reserve_must_rise_1_percent_above_it_before_it_exports_again() -> None:
    part = new_export()
    vehicle = vehicle_at(2_500)
    expected = [
        (2_500, []),
        (2_001, []),
        (2_000, ["reserve"]),
        (2_001, ["reserve"]),
        (2_100, ["reserve"]),
        (2_101, []),
        (2_001, []),
        (1_999, ["reserve"]),
        (9_999, []),
    ]
    for soc_bp, waits in expected:
        hear(vehicle, *loop(soc_bp))
        assert reasons(part, vehicle) == waits, soc_bp


def test_a_full_reserve_never_exports() -> None:
    part = new_export()
    assert reasons(part, vehicle_at(10_000), settings_of(reserve_bp=10_000)) == ["reserve"]


def test_a_raised_reserve_counts_at_once() -> None:
    part = new_export()
    vehicle = vehicle_at(5_000)
    assert reasons(part, vehicle) == []
    assert reasons(part, vehicle, settings_of(reserve_bp=6_000)) == ["reserve"]


# --- the departure ---

MARGIN_S = 900


# need in Wh at 11.52 kW limit and 11.5 kW rating, departure in s, whether it must charge now
@pytest.mark.parametrize(
    ("need_wh", "departure_s", "departing"),
    [
        (0, 0, False),
        (11_500, -1, False),
        (11_500, 7_200, False),
        (11_500, 3_600 + MARGIN_S + 10, False),
        (11_500, 3_600 + MARGIN_S - 10, True),
        (11_500, 0, True),
        (1, 0, True),
        (500_000, 604_800, False),
    ],
)
def test_the_driver_gets_the_energy_in_time(
    need_wh: int, departure_s: int, departing: bool
) -> None:
    part = new_export()
    vehicle = vehicle_at(need_wh=need_wh, departure_s=departure_s)
    assert reasons(part, vehicle) == (["departure"] if departing else [])
    assert part.departing == departing


@pytest.mark.parametrize(
    ("import_power_w", "power_w"), [(2_880, 2_880), (11_520, 11_500), (0, 100)]
)
def test_what_it_takes_is_reckoned_with_the_power_that_can_flow(
    import_power_w: int, power_w: int
) -> None:
    needs_s = 2_880 * 3_600 // power_w
    for before_s, departing in ((20, False), (-20, True)):
        vehicle = vehicle_at(need_wh=2_880, departure_s=needs_s + MARGIN_S + before_s)
        waits = reasons(new_export(), vehicle, import_power_w=import_power_w)
        assert (waits == ["departure"]) == departing


def test_a_charge_for_departure_goes_on_until_the_need_is_met() -> None:
    part = new_export()
    vehicle = vehicle_at(need_wh=11_500, departure_s=3_600)
    assert reasons(part, vehicle) == ["departure"]
    for need_wh in range(11_000, 0, -500):  # it charges faster than it must
        hear(vehicle, *loop(need_wh=need_wh, departure_s=3_600 * need_wh // 11_500 + 1_000))
        assert reasons(part, vehicle) == ["departure"]
    hear(vehicle, *loop(need_wh=0, departure_s=1_000))
    assert reasons(part, vehicle) == []


def test_a_departure_that_is_put_off_by_more_than_10_minutes_ends_it() -> None:
    part = new_export()
    vehicle = vehicle_at(need_wh=11_500, departure_s=3_600)
    reasons(part, vehicle)
    hear(vehicle, *loop(need_wh=11_500, departure_s=3_600 + MARGIN_S + 590))
    assert reasons(part, vehicle) == ["departure"]
    hear(vehicle, *loop(need_wh=11_500, departure_s=3_600 + MARGIN_S + 610))
    assert reasons(part, vehicle) == []


def test_a_margin_that_is_lengthened_counts_at_once() -> None:
    part = new_export()
    vehicle = vehicle_at(need_wh=11_500, departure_s=7_200)
    assert reasons(part, vehicle) == []
    assert reasons(part, vehicle, settings_of(departure_margin_s=3_700)) == ["departure"]


@pytest.mark.parametrize("import_power_w", [0, 1, 48_000])
def test_the_largest_need_stays_a_small_integer(import_power_w: int) -> None:
    vehicle = vehicle_at()
    vehicle.need_wh = SmallInt(500_000)
    vehicle.departure_s = SmallInt(604_800)
    vehicle.charge_w = SmallInt(2**28)
    reasons(new_export(), vehicle, import_power_w=SmallInt(import_power_w))
