"""What a technician reads: every name of the firmware has its words, the verdict is first."""

import pytest

from tests.unit.console_bench import ALL_FAULTS
from tests.unit.technician_bench import console, status_of
from wattback import contactor, export, pilot, session, vehicle
from wattback.backup import readiness, steps
from wattback.fault_table import (
    CLEAR_NAMES,
    FAULTS,
    GROUND_FAULT,
    OVERCURRENT,
    TERMINAL_LOOSE,
)
from wattback.signals import REPORT_NAMES, STATUS_NAMES
from wattback_sim import texts
from wattback_sim.fault_texts import FAULT_HINTS, FAULT_TEXTS
from wattback_tools import technician_texts
from wattback_tools.technician_views import status_document
from wattback_tools.technician_vitals import READINGS, reading, vitals_lines

FAULT_NAMES = tuple(row[0] for row in FAULTS)
_CONDITIONS = len(session.WAIT_NAMES) + len(("vehicle", "faults", "request"))
ONE_OPEN = f"(1 of {_CONDITIONS} conditions open)"
TWO_OPEN = f"(2 of {_CONDITIONS} conditions open)"


# --- every name has its words ---


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (texts.WAIT_TEXTS, session.WAIT_NAMES),
        (texts.EXPORT_WAIT_TEXTS, export.WAIT_NAMES),
        (texts.CAUSE_TEXTS, contactor.CAUSE_NAMES),
        (FAULT_TEXTS, FAULT_NAMES),
        (texts.REFUSAL_TEXTS, vehicle.REFUSAL_NAMES),
        (technician_texts.SESSION_TEXTS, session.STATE_NAMES),
        (technician_texts.LINK_TEXTS, vehicle.LINK_NAMES),
        (technician_texts.CLEAR_TEXTS, CLEAR_NAMES),
        (technician_texts.EXPORT_HINTS, export.WAIT_NAMES),
        (technician_texts.CHARGE_HINTS, (*session.WAIT_NAMES, "vehicle", "faults", "request")),
        (texts.BACKUP_TEXTS, steps.STATE_NAMES),
        (texts.BACKUP_REFUSAL_TEXTS, steps.REFUSAL_NAMES),
        (texts.READINESS_TEXTS, readiness.WAIT_NAMES),
    ],
)
def test_every_name_of_the_firmware_has_a_text_and_no_text_is_left_over(
    table: dict[str, str], names: tuple[str, ...]
) -> None:
    assert set(table) == set(names)
    assert all(table.values())


def test_every_whole_number_is_read_in_a_unit_or_named_as_one_without() -> None:
    vitals = console().vitals()
    for name in ("tick", *STATUS_NAMES[1:], *REPORT_NAMES):
        value = getattr(vitals, name)
        if isinstance(value, int):
            assert any(name.endswith(ending) for ending, _ in READINGS), name


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("voltage_l1_mv", 120070, "120.070 V"),
        ("current_ma", -48000, "-48.000 A"),
        ("site_import_ma", -1, "no limit"),
        ("power_w", -11520, "-11.52 kW"),
        ("reactive_var", 1200, "1.20 kvar"),
        ("import_wh", 12345, "12.345 kWh"),
        ("frequency_millihertz", 59998, "59.998 Hz"),
        ("soc_bp", 6150, "61.5 %"),
        ("soc_bp", -1, "not said"),
        ("target_left_s", -1, "for ever"),
        ("target_left_s", 41, "41 s"),
        ("uptime_s", 725, "12 min 5 s"),
        ("uptime_s", 11520, "3 h 12 min"),
        ("uptime_s", 187200, "2 d 4 h"),
        ("departure_s", -1, "not said"),
        ("civil_day", -1, "not set"),
        ("civil_day", 20494, "2026-02-10"),
        ("civil_s", 64800, "18:00:00"),
        ("in_service", 1, "yes"),
        ("contactor_confirmed", 0, "no"),
        ("closings", 3, "3"),
        ("grid_switch_closed", 1, "yes"),
        ("grid_switch_closed", 0, "no"),
        ("backup_state", 0, "grid"),
        ("backup_state", 9, "island"),
        ("backup_state", 99, "99"),
        ("backup_refusal", 0, "none"),
        ("backup_refusal", 16, "backfeed"),
        ("backup_refusal", -1, "-1"),
        ("backup_waits", -1, "no gateway"),
        ("backup_waits", 0, "none"),
        ("backup_waits", 5, "disabled, gateway"),
        ("backup_waits", 1 << 14, "14"),
        ("backup_shed", 2, "2"),
        ("service_w", -1250, "-1.25 kW"),
        ("island_wh", 12345, "12.345 kWh"),
        ("island_import_wh", 0, "0.000 kWh"),
        ("island_hot", 1, "1"),
        ("mode", "grid", "grid"),
        ("faults", (), "none"),
        ("faults", ("overcurrent", "pilot_short"), "overcurrent, pilot_short"),
    ],
)
def test_values_are_read_in_units_that_people_use(name: str, value: object, text: str) -> None:
    assert reading(name, value) == text


def test_the_table_of_vitals_has_a_line_a_field_by_its_name() -> None:
    lines = vitals_lines(console().hello(), console().vitals())
    assert [line.split()[0] for line in lines] == [
        "tick",
        *STATUS_NAMES[1:],
        *REPORT_NAMES,
        "profile",
    ]


def test_a_status_names_the_profile_of_the_settings() -> None:
    assert "  profile  none" in status_of()


# --- the verdict ---


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"session_state": session.IDLE}, "NO VEHICLE"),
        (
            {"session_state": session.CHARGING, "power_w": -11520, "current_ma": -48000}
            | {"pilot_state": pilot.STATE_C},
            "CHARGING 11.5 kW, 48.0 A",
        ),
        (
            {"session_state": session.CHARGING, "pilot_state": pilot.STATE_C}
            | {"target_owner": 1, "target_asked_w": 6000},
            f"HELD AT 0 kW: waiting for a target that lets the vehicle draw {ONE_OPEN}",
        ),
        (
            {"session_state": session.DISCHARGING, "power_w": 8000, "current_ma": 33300}
            | {"export_waits": export.WAIT_CONTROLLER},
            "DISCHARGING 8.0 kW, ending: waiting for a sign of life from the controller that set "
            "the target",
        ),
        (
            {"session_state": session.CHARGING, "power_w": -6000, "pilot_state": pilot.STATE_C}
            | {"waiting_for": session.WAIT_LIMIT},
            "CHARGING 6.0 kW, ending: waiting for a limit of at least 6 A",
        ),
        (
            {"session_state": session.DISCHARGING, "power_w": 8000, "current_ma": 33300},
            "DISCHARGING 8.0 kW, 33.3 A",
        ),
        (
            {"session_state": session.BACKUP, "power_w": 3800, "current_ma": 15800},
            "FEEDING THE HOME: discharging 3.8 kW, 15.8 A",
        ),
        (
            {"session_state": session.BACKUP, "power_w": -2000, "current_ma": -8300},
            "FEEDING THE HOME: charging 2.0 kW, 8.3 A",
        ),
        (
            {"session_state": session.WAITING, "pilot_state": pilot.STATE_B}
            | {"waiting_for": session.WAIT_LIMIT},
            f"NOT CHARGING: waiting for a limit of at least 6 A {TWO_OPEN}",
        ),
        (
            {"session_state": session.FAULT, "faults": OVERCURRENT},
            "FAULT: the vehicle draws more than it was offered",
        ),
        (
            {"session_state": session.CHARGING, "power_w": -11520, "current_ma": -48000}
            | {"pilot_state": pilot.STATE_C, "faults": TERMINAL_LOOSE},
            "CHARGING 11.5 kW, 48.0 A",
        ),
    ],
)
def test_status_begins_with_the_verdict(fields: dict[str, int], verdict: str) -> None:
    assert status_of(**fields)[0] == verdict


def test_status_fits_one_screen_in_every_state_and_with_every_fault_but_all_at_once() -> None:
    for state in range(len(session.STATE_NAMES)):
        lines = status_of(session_state=state, faults=GROUND_FAULT)
        assert len(lines) <= 24
        assert all(len(line) <= 100 for line in lines)
    assert len(status_of(faults=ALL_FAULTS)) > 24


def test_status_tells_how_each_fault_ends() -> None:
    lines = "\n".join(status_of(faults=GROUND_FAULT))
    assert "current has flowed to earth" in lines
    assert "ends by itself after 15 min 0 s, at most 4 times" in lines
    assert "ends when the vehicle is unplugged" in lines
    assert "ends by the reset button on the unit, held for a second" in lines
    overcurrent = "\n".join(status_of(faults=OVERCURRENT))
    assert "ends by a reset, once its cause has gone" in overcurrent


def test_status_tells_what_to_do_about_each_fault_and_programs_read_the_same() -> None:
    hint = FAULT_HINTS["ground_fault"]
    assert any(line.endswith(f"  try: {hint}") for line in status_of(faults=GROUND_FAULT))
    asked = console(faults=GROUND_FAULT)
    seen = (asked.hello(), asked.vitals(), asked.faults(), asked.why())
    (fault,) = status_document(*seen)["faults"]
    assert (fault["name"], fault["after_s"], fault["retries"]) == ("ground_fault", 900, 4)
    assert (fault["text"], fault["hint"]) == (FAULT_TEXTS["ground_fault"], hint)
    assert not fault["warning"]
