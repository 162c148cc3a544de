"""Every fault of the firmware has its words: limit, source, hint, and a code that stays."""

import re
from dataclasses import fields

import pytest

from tests.unit.technician_bench import console, status_of
from wattback.fault_table import ACTION_WARN, FAULTS
from wattback_sim.fault_texts import FAULT_TABLE, WARNINGS, FaultText
from wattback_tools.board_pico.firmware_source import constant
from wattback_tools.faults.page import settings_named
from wattback_tools.technician_views import why_lines

NAMES = [row[0] for row in FAULTS]
LONGEST_LINE = 100  # of a console, as in `wattback status`
LONGEST_TEXT = 60  # beside a time, a name or what is waited for
# The minimum required error codes of ChargeX that EVerest knows for a board, its residual-current
# device and its lock (EVerest, errors/evse_board_support.yaml, ac_rcd.yaml, connector_lock.yaml).
MREC = {
    "MREC1ConnectorLockFailure",
    "MREC2GroundFailure",
    "MREC3HighTemperature",
    "MREC4OverCurrentFailure",
    "MREC5OverVoltage",
    "MREC6UnderVoltage",
    "MREC8EmergencyStop",
    "MREC10InvalidVehicleMode",
    "MREC14PilotFault",
    "MREC15PowerLoss",
    "MREC17EVSEContactorFault",
    "MREC18CableOverTempDerate",
    "MREC19CableOverTempStop",
    "MREC20PartialInsertion",
    "MREC23ProximityFault",
    "MREC24ConnectorVoltageHigh",
    "MREC25BrokenLatch",
    "MREC26CutCable",
}

each_fault = pytest.mark.parametrize("name", NAMES)


def test_the_words_have_the_rows_of_the_firmware_in_its_order() -> None:
    assert list(FAULT_TABLE) == NAMES


@each_fault
def test_a_row_leaves_nothing_out_but_a_code_of_chargex(name: str) -> None:
    row = FAULT_TABLE[name]
    for field in fields(FaultText):
        if field.name not in ("code", "mrec"):
            said = getattr(row, field.name)
            assert said and said == said.strip(), field.name
            assert not said.endswith("."), f"{field.name}: the page ends the sentence"
    assert set(row.mrec) <= MREC


def test_codes_are_the_numbers_of_the_bits_and_no_two_are_the_same() -> None:
    """They are written in logs and manuals: a row may be added, never moved."""
    assert [row.code for row in FAULT_TABLE.values()] == list(range(len(FAULTS)))


def test_no_two_faults_read_the_same() -> None:
    for said in ("text", "hint"):
        assert len({getattr(row, said) for row in FAULT_TABLE.values()}) == len(FAULT_TABLE)


@each_fault
def test_text_and_hint_fit_a_line_of_the_console(name: str) -> None:
    assert len(FAULT_TABLE[name].text) <= LONGEST_TEXT
    bit = 1 << NAMES.index(name)
    lines = why_lines(console(faults=bit).why(), 0) + status_of(faults=bit)
    said = [line for line in lines if FAULT_TABLE[name].text in line or "try: " in line]
    assert len(said) >= 4
    assert [line for line in said if len(line) > LONGEST_LINE and "WAIT" not in line] == []


@each_fault
def test_what_looks_like_a_name_in_a_limit_is_a_setting_or_a_fault(name: str) -> None:
    limit = FAULT_TABLE[name].limit
    named = re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", limit)
    assert set(named) - set(NAMES) == set(settings_named(limit))


@each_fault
def test_no_source_is_a_path_of_this_project(name: str) -> None:
    row = FAULT_TABLE[name]
    assert ".md" not in row.source + row.limit + row.hint


def test_a_warning_is_a_fault_that_only_tells() -> None:
    assert {row[0] for row in FAULTS if row[5] == ACTION_WARN} == WARNINGS
    assert WARNINGS


@pytest.mark.parametrize(
    ("name", "module", "figure", "words"),
    [
        ("pilot_short", "pilot", "_PLUG_MS", "for {} ms;"),
        ("pilot_short", "pilot", "_FROM_ENERGY_MS", "for {} ms where"),
        ("pilot_stuck", "pilot", "_STUCK_MS", "for {} ms"),
        ("diode_missing", "pilot", "_DIODE_LOST_MS", "for {} ms"),
        ("contactor_welded", "contactor", "_CONFIRM_MS", "for {} ms"),
        ("contactor_stuck_open", "contactor", "_CONFIRM_MS", "for {} ms"),
        ("coil_implausible", "contactor", "_COIL_MS", "for {} ms"),
        ("contactor_chatter", "contactor", "_DEPARTURES", "{} times"),
        ("proximity_shorted", "proximity", "_DEBOUNCE_MS", "for {} ms"),
    ],
)
def test_a_figure_in_words_is_the_firmwares(
    name: str, module: str, figure: str, words: str
) -> None:
    told = words.format(constant(f"wattback.{module}", figure))
    assert told in FAULT_TABLE[name].limit


@pytest.mark.parametrize(
    ("name", "module", "figure", "words"),
    [
        ("contactor_welded", "contactor", "_JUDGED_MS", "{} s after opening"),
        ("contactor_welded", "contactor", "LIVE_MV", "more than {} V"),
        ("vehicle_still_energised", "contactor", "LIVE_MV", "more than {} V"),
        ("contactor_chatter", "contactor", "_CALM_MS", "within {} s"),
        ("ground_fault", "residual", "LOWEST_UA", "{} mA or more"),
        ("ground_fault_latch", "residual", "LATCH_UA", "{} mA or more"),
        ("ground_fault_early", "ground_fault", "_EARLY_MS", "within {} s"),
        ("ground_fault_self_test", "ground_fault", "_TRIP_MS", "{} s after the test"),
        ("ground_fault_self_test", "ground_fault", "_RELEASE_MS", "{} s after a reset"),
        ("overcurrent", "overcurrent", "_ALLOWANCE_MA", "10 % and {} A"),
        ("overcurrent", "overcurrent", "_TRIP_MS", "for {} s"),
        ("earth_missing", "interlocks", "_EARTH_MS", "for {} s"),
        ("leg_angle", "supply", "_ANGLE_MS", "for {} s"),
        ("leg_angle", "supply", "_LIVE_MV", "above {} V"),
        ("leg_unbalance", "plausible", "_LASTS_MS", "for {} s"),
        ("meter_implausible", "plausible", "_LASTS_MS", "for {} s"),
        ("board_overheated", "thermal", "_STOP_MS", "for {} s"),
        ("temperature_sensor", "thermal", "_LOST_MS", "for {} s"),
    ],
)
def test_a_figure_in_words_is_a_thousandth_of_the_firmwares(
    name: str, module: str, figure: str, words: str
) -> None:
    told = words.format(constant(f"wattback.{module}", figure) // 1000)
    assert told in FAULT_TABLE[name].limit
