"""What a technician reads: every name of the firmware has its words, the verdict is first."""

from random import Random

import pytest

from tests.unit.console_bench import ALL_FAULTS, ConsoleBench
from tests.unit.console_wire import Wire
from wattback import contactor, export, limits, pilot, session, vehicle
from wattback.fault_table import CLEAR_NAMES, FAULTS, GROUND_FAULT, OVERCURRENT
from wattback.signals import REPORT_NAMES, STATUS_NAMES
from wattback_hil.console import Console
from wattback_sim import texts
from wattback_tools import technician_texts
from wattback_tools.technician_views import status_lines, why_document, why_lines
from wattback_tools.technician_vitals import READINGS, reading, vitals_lines
from wattback_tools.technician_why import charging, exporting, last_stop

FAULT_NAMES = tuple(row[0] for row in FAULTS)


def console(**fields: int) -> Console:
    """A client of a connector with these fields."""
    bench = ConsoleBench()
    bench.core.set(voltage_l1_mv=120100, voltage_l2_mv=119900, frequency_millihertz=60010)
    bench.core.set(import_limit_ma=48000, export_limit_ma=48000, soc_bp=-1, departure_s=-1)
    bench.core.set(site_left_s=-1, programme_left_s=-1, target_left_s=-1)
    bench.core.set(**fields)
    return Console(Wire(bench), Random(1))


def status_of(**fields: int) -> list[str]:
    asked = console(**fields)
    return status_lines(asked.hello(), asked.vitals(), asked.faults(), asked.why())


# --- every name has its words ---


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (texts.WAIT_TEXTS, session.WAIT_NAMES),
        (texts.EXPORT_WAIT_TEXTS, export.WAIT_NAMES),
        (texts.CAUSE_TEXTS, contactor.CAUSE_NAMES),
        (texts.FAULT_TEXTS, FAULT_NAMES),
        (texts.REFUSAL_TEXTS, vehicle.REFUSAL_NAMES),
        (technician_texts.SESSION_TEXTS, session.STATE_NAMES),
        (technician_texts.LINK_TEXTS, vehicle.LINK_NAMES),
        (technician_texts.CLEAR_TEXTS, CLEAR_NAMES),
        (technician_texts.EXPORT_HINTS, export.WAIT_NAMES),
        (technician_texts.CHARGE_HINTS, (*session.WAIT_NAMES, "vehicle", "faults", "request")),
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
        ("mode", "grid", "grid"),
        ("faults", (), "none"),
        ("faults", ("overcurrent", "pilot_short"), "overcurrent, pilot_short"),
    ],
)
def test_values_are_read_in_units_that_people_use(name: str, value: object, text: str) -> None:
    assert reading(name, value) == text


def test_the_table_of_vitals_has_a_line_a_field_by_its_name() -> None:
    lines = vitals_lines(console().vitals())
    assert [line.split()[0] for line in lines] == ["tick", *STATUS_NAMES[1:], *REPORT_NAMES]


# --- the verdict ---


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"session_state": session.IDLE}, "NO VEHICLE"),
        (
            {"session_state": session.CHARGING, "power_w": -11520, "current_ma": -48000},
            "CHARGING 11.5 kW, 48.0 A",
        ),
        (
            {"session_state": session.DISCHARGING, "power_w": 8000, "current_ma": 33300},
            "DISCHARGING 8.0 kW, 33.3 A",
        ),
        (
            {"session_state": session.WAITING, "pilot_state": pilot.STATE_B}
            | {"waiting_for": session.WAIT_LIMIT},
            "NOT CHARGING: waiting for a limit of at least 6 A (2 of 11 conditions open)",
        ),
        (
            {"session_state": session.FAULT, "faults": OVERCURRENT},
            "FAULT: the vehicle draws more than it was offered",
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
    assert "the ground-fault latch has tripped" in lines
    assert "ends by itself after 15 min 0 s, at most 4 times" in lines
    assert "ends when the vehicle is unplugged" in lines
    assert "ends by a reset, once its cause has gone" in lines


# --- why ---


def test_why_of_an_empty_connector_asks_for_a_vehicle() -> None:
    lines = why_lines(console(session_state=session.IDLE).why())
    assert lines[0] == (
        "NOT CHARGING: waiting for a vehicle that is connected (2 of 11 conditions open)"
    )
    assert "  next: plug the vehicle in" in lines
    assert lines[-1] == "LAST STOP: it has not opened yet"


@pytest.mark.parametrize("bit", range(len(session.WAIT_NAMES)))
def test_every_condition_for_charging_is_told_open_with_its_hint(bit: int) -> None:
    why = console(pilot_state=pilot.STATE_C, waiting_for=1 << bit).why()
    (waited,) = charging(why).waited_for
    name = session.WAIT_NAMES[bit]
    assert (waited.name, waited.text) == (name, texts.WAIT_TEXTS[name])
    lines = why_lines(why)
    assert any(line.startswith(f"  WAIT  {name.replace('_', ' ')}") for line in lines)
    assert f"  next: {technician_texts.CHARGE_HINTS[name]}" in lines


@pytest.mark.parametrize("bit", range(len(export.WAIT_NAMES)))
def test_every_condition_for_exporting_is_told_open_with_its_hint(bit: int) -> None:
    why = console(export_waits=1 << bit).why()
    (waited,) = exporting(why).waited_for
    name = export.WAIT_NAMES[bit]
    assert (waited.name, waited.text) == (name, texts.EXPORT_WAIT_TEXTS[name])
    assert f"  next: {technician_texts.EXPORT_HINTS[name]}" in why_lines(why)


def detail_of(name: str, **fields: int) -> str:
    why = console(**fields).why()
    both = (*charging(why).conditions, *exporting(why).conditions)
    return next(condition.detail for condition in both if condition.name == name)


@pytest.mark.parametrize(
    ("name", "fields", "detail"),
    [
        ("supply", {}, "120.1 V, 119.9 V, 60.010 Hz"),
        (
            "limit",
            {"import_limit_ma": 0, "import_limit_owner": limits.OWNER_SITE, "site_left_s": 41},
            "0.0 A by site, 41 s left",
        ),
        ("limit", {}, "48.0 A by hardware"),
        (
            "target",
            {"target_owner": 1, "target_asked_w": 8000, "target_left_s": 900},
            "8.00 kW by programme, 15 min 0 s left",
        ),
        ("target", {"target_state": 2}, "expired"),
        ("vehicle_link", {"vehicle_link": vehicle.LINK_LAPSED}, "link lapsed"),
        (
            "certification",
            {"vehicle_link": vehicle.LINK_REFUSED, "vehicle_refusal": vehicle.REFUSAL_CATEGORY},
            "its inverter's abnormal category is below the site's",
        ),
        ("service", {"service_left_s": 120}, "2 min 0 s left"),
        ("service", {"in_service": 1}, "in service"),
        ("reserve", {"soc_bp": 1500, "reserve_bp": 2000}, "15.0 % full, reserve 20.0 %"),
        ("reserve", {}, "the vehicle has not said how full it is"),
        (
            "departure",
            {"need_wh": 9000, "departure_s": 36000},
            "9.000 kWh needed within 10 h 0 min",
        ),
        (
            "day_limit",
            {"export_day_wh": 5000, "export_day_left_s": 3600},
            "5.000 kWh exported today, 1 h 0 min left of it",
        ),
        ("controller", {"controller_state": 2}, "silent"),
        ("contactor", {"contactor_confirmed": 1}, "it is closed"),
        ("faults", {"faults": OVERCURRENT}, "the vehicle draws more than it was offered"),
    ],
)
def test_a_condition_shows_the_measurements_behind_it(
    name: str, fields: dict[str, int], detail: str
) -> None:
    assert detail_of(name, **fields) == detail


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"open_cause": contactor.CAUSE_UNPLUG}, "the pilot showed state A: unplugged"),
        (
            {"open_cause": contactor.CAUSE_FAULT, "opening_faults": OVERCURRENT},
            "a fault: the vehicle draws more than it was offered",
        ),
        (
            {"open_cause": contactor.CAUSE_PLANNED}
            | {"opening_waits": session.WAIT_LIMIT | session.WAIT_SPACING},
            "stopped as planned, after the vehicle had unloaded; "
            "it waited for a limit of at least 6 A and 1 more",
        ),
    ],
)
def test_the_last_stop_is_told_with_what_was_there_then(
    fields: dict[str, int], sentence: str
) -> None:
    assert last_stop(console(**fields).why()) == sentence


def test_while_it_charges_nothing_is_asked_of_anybody() -> None:
    lines = why_lines(
        console(session_state=session.CHARGING, pilot_state=pilot.STATE_C, export_waits=1).why()
    )
    assert lines[0] == "CHARGING"
    assert sum("next:" in line for line in lines) == 1  # for exporting


def test_a_program_reads_the_same_conditions() -> None:
    asked = console(pilot_state=pilot.STATE_C, waiting_for=session.WAIT_LIMIT)
    document = why_document(asked.hello(), asked.why())
    conditions = {c["name"]: c for c in document["charging"]["conditions"]}
    assert not document["charging"]["flowing"]
    assert [name for name, c in conditions.items() if not c["met"]] == ["limit"]
    assert conditions["limit"]["hint"]
    assert conditions["supply"]["hint"] is None
    assert document["measured"]["import_limit_ma"] == 48000
