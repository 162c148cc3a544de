"""Settings: ranges by the table, and a load that is taken over whole or not at all."""

import pytest

from wattback.house import OPERATING_NAMES
from wattback.limits import NO_LIMIT_MA
from wattback.settings import (
    AT_ADOPTION,
    AT_RUN_TIME,
    AT_START,
    NO_POWER_LIMIT_W,
    SETTINGS,
    Settings,
)

NAMES = [row[0] for row in SETTINGS]
DEFAULTS = [row[1] for row in SETTINGS]
AT_START_ROWS = [index for index, row in enumerate(SETTINGS) if row[4] == AT_START]
AT_ADOPTION_ROWS = [index for index, row in enumerate(SETTINGS) if row[4] == AT_ADOPTION]
AT_RUN_TIME_ROWS = [index for index, row in enumerate(SETTINGS) if row[4] == AT_RUN_TIME]
# Yes or no, a kind, an address: they have no unit.
WITHOUT_UNIT = (
    "ventilation_present",
    "export_permitted",
    "permit_service",
    "abnormal_category",
    "normal_category",
    "utility_may_set",
    "droop_enabled",
    "volt_watt_enabled",
    "limit_watt_enabled",
    "reactive_function",
    "constant_pf_absorbs",
    "volt_var_reference_follows",
    "island_supervision",
    "export_enabled",
    "proximity_profile",
    "wake_attempts",
    "gateway_fitted",
    "backup_enabled",
    "operating_mode",
    "contactor_life_openings",
    "modbus_unit_id",
    "modbus_baud",
    "single_phase",
    "profile_version",
    "profile_hash",
)
# With it the frequencies move; what is said of it is in `test_settings_frequency.py`.
NOMINAL = NAMES.index("nominal_millihertz")
ALONE = [index for index in range(len(SETTINGS)) if index != NOMINAL]
ALONE_NAMES = [NAMES[index] for index in ALONE]


def values_of(settings: Settings) -> list[int]:
    return [getattr(settings, name) for name in NAMES]


def load(index: int, value: int) -> tuple[str, list[int]]:
    """Load all defaults with one of them replaced: what was refused, and what is set after it."""
    settings = Settings()
    refused = settings.load([*DEFAULTS[:index], value, *DEFAULTS[index + 1 :]])
    return refused, values_of(settings)


def test_new_settings_are_the_defaults_of_the_table() -> None:
    assert values_of(Settings()) == DEFAULTS


@pytest.mark.covers("NEC 625.42", "4.1 frequency window", "4.3 supply window")
def test_the_defaults_are_those_of_the_sources() -> None:
    settings = Settings()
    assert settings.hardware_limit_ma == 48_000
    assert settings.breaker_ma * 8 // 10 == 48_000  # NEC 625.42: 80 % (evse.md 5)
    assert (settings.line_low_mv, settings.line_high_mv) == (160_000, 320_000)  # evse.md 4.3
    assert (settings.leg_low_mv * 2, settings.leg_high_mv * 2) == (160_000, 320_000)
    assert settings.supply_trip_ms == 2_000
    assert settings.frequency_low_millihertz == 60_000 - 3_000  # evse.md 4.1
    assert settings.frequency_high_millihertz == 60_000 + 3_000
    assert settings.site_failsafe_import_ma == settings.site_failsafe_export_ma == NO_LIMIT_MA
    assert settings.ventilation_present == 0


def test_no_setting_allows_more_than_a_pilot_can_offer_or_less_than_it_can_say() -> None:
    ranges = {row[0]: row[2:4] for row in SETTINGS}
    assert ranges["hardware_limit_ma"] == (6_000, 80_000)
    assert tuple(ma * 8 // 10 for ma in ranges["breaker_ma"]) == (6_000, 80_000)
    assert ranges["site_failsafe_import_ma"] == (NO_LIMIT_MA, 80_000)
    assert ranges["site_failsafe_export_ma"] == (NO_LIMIT_MA, 80_000)


@pytest.mark.parametrize("row", list(SETTINGS), ids=NAMES)
def test_every_default_lies_in_its_range(row: tuple[str, int, int, int, int]) -> None:
    assert row[2] <= row[1] <= row[3]


@pytest.mark.parametrize("index", ALONE, ids=ALONE_NAMES)
def test_the_lowest_and_the_highest_value_are_accepted(index: int) -> None:
    for value in SETTINGS[index][2:4]:
        refused, after = load(index, value)
        assert refused == ""
        assert after == [*DEFAULTS[:index], value, *DEFAULTS[index + 1 :]]


@pytest.mark.parametrize("index", range(len(SETTINGS)), ids=NAMES)
def test_one_below_the_lowest_and_one_above_the_highest_are_refused_by_name(index: int) -> None:
    name, _, lowest, highest, _ = SETTINGS[index]
    for value in (lowest - 1, highest + 1, -(2**28), 2**28):
        assert load(index, value) == (name, DEFAULTS)


def test_one_refused_value_refuses_the_whole_load() -> None:
    settings = Settings()
    values = [row[2] if row[0] != NAMES[NOMINAL] else row[1] for row in SETTINGS]
    values[-1] = SETTINGS[-1][3] + 1
    assert settings.load(values) == NAMES[-1]
    assert values_of(settings) == DEFAULTS


def test_of_several_refused_values_the_first_is_named() -> None:
    assert Settings().load([row[3] + 1 for row in SETTINGS]) == NAMES[0]


def test_names_are_unique_and_carry_their_unit() -> None:
    assert len(set(NAMES)) == len(NAMES)
    units = {name.rpartition("_")[2] for name in NAMES if name not in WITHOUT_UNIT}
    expected = {"ma", "mv", "ms", "s", "w", "wh", "bp", "millihertz", "decideg", "decic", "ohm"}
    assert units == expected


def test_the_grid_codes_defaults_are_those_of_the_sources() -> None:
    settings = Settings()
    assert (settings.enter_service_low_bp, settings.enter_service_high_bp) == (9_170, 10_500)
    assert settings.enter_service_low_millihertz == 59_500  # evse.md 6.4
    assert settings.enter_service_high_millihertz == 60_100
    assert (settings.enter_service_delay_s, settings.enter_service_ramp_s) == (300, 300)
    assert settings.abnormal_category == 3


def test_nothing_is_exported_by_a_connector_that_nobody_has_set_up() -> None:
    assert Settings().export_permitted == 0


def test_nothing_is_backed_up_by_a_connector_that_nobody_has_set_up() -> None:
    settings = Settings()
    assert (settings.gateway_fitted, settings.backup_enabled) == (0, 0)
    assert OPERATING_NAMES[settings.operating_mode] == "event"  # as it was before there were modes


def test_every_mode_of_operation_can_be_chosen_and_no_other() -> None:
    ranges = {row[0]: row[2:4] for row in SETTINGS}
    assert ranges["operating_mode"] == (0, len(OPERATING_NAMES) - 1)


def test_a_peak_of_the_service_is_a_power_or_none() -> None:
    ranges = {row[0]: row[2:4] for row in SETTINGS}
    for name in ("service_import_max_w", "service_export_max_w"):
        assert ranges[name] == (NO_POWER_LIMIT_W, 100_000)
        assert getattr(Settings(), name) == NO_POWER_LIMIT_W == -1


@pytest.mark.parametrize("timeout_ms", [600, 1_000, 1_400])
def test_a_lapse_and_what_is_left_of_its_time_end_within_2_s(timeout_ms: int) -> None:
    ranges = {row[0]: row[2:4] for row in SETTINGS}
    assert ranges["vehicle_link_timeout_ms"] == (600, 1_400)
    assert max(timeout_ms, ranges["permission_excess_ms"][1]) + 60 + 150 < 2_000


# --- at run time ---


def test_what_may_change_at_run_time_is_the_owners_and_the_controllers() -> None:
    assert [NAMES[index] for index in AT_RUN_TIME_ROWS] == [
        "controller_timeout_s",
        "export_enabled",
        "reserve_bp",
        "export_day_limit_wh",
        "departure_margin_s",
        "import_max_w",
        "export_max_w",
        "backup_enabled",
        "backup_reserve_bp",
        "operating_mode",
        "service_import_max_w",
        "service_export_max_w",
    ]
    assert len(AT_START_ROWS) + len(AT_RUN_TIME_ROWS) + len(AT_ADOPTION_ROWS) == len(SETTINGS)


def test_a_utility_may_set_the_grid_code_and_nothing_else() -> None:
    rooms = (
        "enter_service",
        "trip",
        "droop",
        "volt_watt",
        "volt_var",
        "watt_var",
        "constant",
        "reactive_function",
        "permit_service",
    )
    assert {NAMES[index] for index in AT_ADOPTION_ROWS} == {
        name for name in NAMES if name.startswith(rooms)
    }


# --- the version that a vehicle acknowledges ---


def version_with(index: int, value: int) -> int:
    settings = Settings()
    setattr(settings, NAMES[index], value)
    return settings.version()


@pytest.mark.parametrize("index", AT_START_ROWS, ids=[NAMES[i] for i in AT_START_ROWS])
def test_another_value_of_an_installers_setting_is_another_version(index: int) -> None:
    _, default, lowest, highest, _ = SETTINGS[index]
    others = {value for value in (lowest, highest, default - 1, default + 1) if value != default}
    versions = {version_with(index, value) for value in others}
    assert Settings().version() not in versions
    assert len(versions) == len(others)


@pytest.mark.parametrize("index", AT_RUN_TIME_ROWS, ids=[NAMES[i] for i in AT_RUN_TIME_ROWS])
def test_a_setting_of_run_time_leaves_the_version_alone(index: int) -> None:
    for value in SETTINGS[index][2:4]:
        assert version_with(index, value) == Settings().version()


def test_a_version_has_16_bits_and_is_never_0() -> None:
    for index in AT_START_ROWS:
        for value in SETTINGS[index][2:4]:
            assert 0 < version_with(index, value) < 1 << 16
