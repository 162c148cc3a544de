"""What a technician reads about why: every condition in words, the lasting reason first."""

import pytest

from tests.unit.technician_bench import console
from wattback import contactor, export, limits, pilot, session, vehicle
from wattback.fault_table import GROUND_FAULT, OVERCURRENT, TERMINAL_LOOSE
from wattback_sim import texts
from wattback_sim.fault_texts import FAULT_HINTS, FAULT_TEXTS
from wattback_tools import technician_texts
from wattback_tools.technician_views import why_document, why_lines
from wattback_tools.technician_why import (
    TRANSIENT,
    active_faults,
    charging,
    exporting,
    last_stop,
)

_CONDITIONS = len(session.WAIT_NAMES) + len(("vehicle", "faults", "request"))
ONE_OPEN = f"(1 of {_CONDITIONS} conditions open)"
TWO_OPEN = f"(2 of {_CONDITIONS} conditions open)"


def test_why_of_an_empty_connector_asks_for_a_vehicle() -> None:
    lines = why_lines(console(session_state=session.IDLE).why(), 0)
    assert lines[0] == f"NOT CHARGING: waiting for a vehicle that is connected {TWO_OPEN}"
    assert "  next: plug the vehicle in" in lines
    assert lines[-1] == "LAST STOP: it has not opened yet"


@pytest.mark.parametrize("bit", range(len(session.WAIT_NAMES)))
def test_every_condition_for_charging_is_told_open_with_its_hint(bit: int) -> None:
    why = console(pilot_state=pilot.STATE_C, waiting_for=1 << bit).why()
    (waited,) = charging(why, 0).waited_for
    name = session.WAIT_NAMES[bit]
    assert (waited.name, waited.text) == (name, texts.WAIT_TEXTS[name])
    lines = why_lines(why, 0)
    assert any(line.startswith(f"  WAIT  {name.replace('_', ' ')}") for line in lines)
    assert f"  next: {technician_texts.CHARGE_HINTS[name]}" in lines


@pytest.mark.parametrize("bit", range(len(export.WAIT_NAMES)))
def test_every_condition_for_exporting_is_told_open_with_its_hint(bit: int) -> None:
    why = console(export_waits=1 << bit).why()
    (waited,) = exporting(why).waited_for
    name = export.WAIT_NAMES[bit]
    assert (waited.name, waited.text) == (name, texts.EXPORT_WAIT_TEXTS[name])
    assert f"  next: {technician_texts.EXPORT_HINTS[name]}" in why_lines(why, 0)


def detail_of(name: str, **fields: int) -> str:
    why = console(**fields).why()
    both = (*charging(why, 0).conditions, *exporting(why).conditions)
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
            {"target_owner": 1, "target_asked_w": -8000, "target_w": -7000, "target_left_s": 900},
            "-8.00 kW by programme, 15 min 0 s left",
        ),
        ("target", {"target_owner": 3, "target_w": -7000}, "charging for departure"),
        ("target", {"target_state": 2}, "expired"),
        ("vehicle_link", {"vehicle_link": vehicle.LINK_LAPSED}, "link lapsed"),
        (
            "certification",
            {"vehicle_link": vehicle.LINK_REFUSED, "vehicle_refusal": vehicle.REFUSAL_CATEGORY},
            "its inverter's categories do not fit the site's",
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
            {"open_cause": contactor.CAUSE_PLANNED, "opening_waits": session.WAIT_SPACING},
            "stopped as planned, after the vehicle had unloaded; "
            "it waited for 5 s since the last change of the offer",
        ),
        (
            {"open_cause": contactor.CAUSE_PLANNED}
            | {"opening_waits": session.WAIT_REST | session.WAIT_TARGET | session.WAIT_SPACING},
            "stopped as planned, after the vehicle had unloaded; "
            "it waited for a target that leaves at least 6 A for charging",
        ),
        (
            {"open_cause": contactor.CAUSE_PLANNED}
            | {"opening_waits": session.WAIT_SUPPLY | session.WAIT_LIMIT | session.WAIT_TARGET},
            "stopped as planned, after the vehicle had unloaded; it waited for a supply within "
            "its window, a limit of at least 6 A and a target that leaves at least 6 A for "
            "charging",
        ),
        (
            {"open_cause": contactor.CAUSE_PERMISSION}
            | {"opening_export_waits": export.WAIT_LINK | export.WAIT_CONTACTOR},
            "the vehicle went on exporting after its permission had been withdrawn; "
            "it waited for a vehicle that speaks over the digital link",
        ),
        (
            {"open_cause": contactor.CAUSE_PLANNED, "opening_waits": session.WAIT_TARGET}
            | {"opening_export_waits": export.WAIT_LINK},
            "stopped as planned, after the vehicle had unloaded; it waited for a target that "
            "leaves at least 6 A for charging, and the vehicle's digital link was silent",
        ),
        (
            {"open_cause": contactor.CAUSE_PLANNED, "opening_export_waits": export.WAIT_LINK},
            "stopped as planned, after the vehicle had unloaded",
        ),
    ],
)
def test_the_last_stop_is_told_with_what_was_there_then(
    fields: dict[str, int], sentence: str
) -> None:
    assert last_stop(console(**fields).why()) == sentence


def test_while_it_charges_nothing_is_asked_of_anybody() -> None:
    asked = console(session_state=session.CHARGING, pilot_state=pilot.STATE_C, export_waits=1)
    lines = why_lines(asked.why(), -6000)
    assert lines[0] == "CHARGING"
    assert sum("next:" in line for line in lines) == 1  # for exporting


def test_a_program_reads_the_same_conditions() -> None:
    asked = console(pilot_state=pilot.STATE_C, waiting_for=session.WAIT_LIMIT)
    document = why_document(asked.hello(), asked.why(), -40)
    conditions = {c["name"]: c for c in document["charging"]["conditions"]}
    assert not document["charging"]["flowing"]
    assert [name for name, c in conditions.items() if not c["met"]] == ["limit"]
    assert conditions["limit"]["hint"]
    assert conditions["supply"]["hint"] is None
    assert document["measured"]["import_limit_ma"] == 48000
    assert document["charging"]["verdict"] == (
        f"NOT CHARGING: waiting for a limit of at least 6 A {ONE_OPEN}"
    )
    assert document["measured"]["power_w"] == -40


# --- faults ---


def test_every_fault_is_told_in_a_line_and_what_to_do_in_the_next() -> None:
    lines = why_lines(console(faults=GROUND_FAULT | OVERCURRENT).why(), 0)
    for name in ("ground_fault", "overcurrent"):
        at = lines.index(f"FAULT: {FAULT_TEXTS[name]}")
        assert lines[at + 1] == f"  try: {FAULT_HINTS[name]}"
    assert lines[-1].startswith("LAST STOP")


def test_a_program_reads_the_faults_by_name_text_and_hint() -> None:
    asked = console(faults=OVERCURRENT)
    assert why_document(asked.hello(), asked.why(), 0)["faults"] == [
        {
            "name": "overcurrent",
            "text": FAULT_TEXTS["overcurrent"],
            "hint": FAULT_HINTS["overcurrent"],
            "warning": False,
        }
    ]
    asked = console()
    assert why_document(asked.hello(), asked.why(), 0)["faults"] == []


def test_a_warning_is_told_and_is_no_reason_not_to_charge() -> None:
    fields = {"session_state": session.CHARGING, "pilot_state": pilot.STATE_C}
    lines = why_lines(console(faults=TERMINAL_LOOSE, **fields).why(), -6000)
    assert lines[0] == "CHARGING"
    at = lines.index(f"WARNING: {FAULT_TEXTS['terminal_loose']}")
    assert lines[at + 1] == f"  try: {FAULT_HINTS['terminal_loose']}"


def test_a_fault_of_a_newer_firmware_is_told_by_its_name_without_a_hint() -> None:
    (fault,) = active_faults(("flux_lost",))
    assert (fault.text, fault.hint, fault.warning) == ("flux_lost", "", False)


# --- a closed contactor, and nothing flows ---

CONNECTED = {"session_state": session.CHARGING, "pilot_state": pilot.STATE_C, "offered_ma": 48000}
LINKED = CONNECTED | {"vehicle_link": vehicle.LINK_AUTHORISED}
HELD = LINKED | {"target_owner": 1, "target_asked_w": 6000, "target_left_s": 900}


def test_a_target_that_holds_the_power_at_zero_is_the_open_condition() -> None:
    lines = why_lines(console(export_waits=export.WAIT_PERMISSION, **HELD).why(), 0)
    assert lines[0] == (
        f"HELD AT 0 kW: waiting for a target that lets the vehicle draw {ONE_OPEN}"
    )
    assert (
        "  WAIT  target          a target that lets the vehicle draw; 6.00 kW by programme, "
        "15 min 0 s left; the vehicle is told 0.00 kW"
    ) in lines
    assert f"  next: {technician_texts.HELD_HINT}" in lines
    assert any(line.startswith("NOT EXPORTING: waiting for the permission") for line in lines)


@pytest.mark.parametrize("state", [session.IDLE, session.WAITING, session.CHARGING])
@pytest.mark.parametrize(("told_w", "met"), [(0, False), (500, False), (-500, True)])
def test_the_target_of_charging_is_met_only_where_the_vehicle_may_draw(
    state: int, told_w: int, met: bool
) -> None:
    fields = HELD | {"session_state": state, "target_asked_w": told_w, "target_w": told_w}
    (target,) = (
        c for c in charging(console(**fields).why(), -500).conditions if c.name == "target"
    )
    assert target.met == met


def test_a_target_that_cannot_be_obeyed_does_not_hide_behind_charging() -> None:
    """The vehicle still draws while it is told not to."""
    lines = why_lines(console(**HELD).why(), -3000)
    assert lines[0].startswith("CHARGING, ending: waiting for a target that lets the vehicle draw")


@pytest.mark.parametrize(
    ("soc_bp", "detail", "hint"),
    [
        (10000, "pilot C, 100.0 % full, it draws nothing", technician_texts.UNUSED_HINTS["full"]),
        (5000, "pilot C, 50.0 % full, it draws nothing", technician_texts.UNUSED_HINTS["other"]),
        (-1, "pilot C, it draws nothing", technician_texts.UNUSED_HINTS["other"]),
    ],
    ids=["full", "half full", "not said"],
)
def test_a_vehicle_that_draws_nothing_is_not_charging(soc_bp: int, detail: str, hint: str) -> None:
    lines = why_lines(console(**LINKED | {"soc_bp": soc_bp}).why(), -20)
    assert lines[0] == f"HELD AT 0 kW: waiting for the vehicle to draw what it may {ONE_OPEN}"
    assert f"  WAIT  request         the vehicle to draw what it may; {detail}" in lines
    assert f"  next: {hint}" in lines


def test_a_full_vehicle_that_does_not_ask_is_told_full() -> None:
    fields = {"session_state": session.OFFERED, "pilot_state": pilot.STATE_B, "soc_bp": 10000}
    lines = why_lines(console(**fields).why(), 0)
    assert "  WAIT  request         the vehicle to ask for energy; pilot B, 100.0 % full" in lines
    assert "  next: nothing: the vehicle is full" in lines


def test_while_it_exports_the_export_is_why_it_does_not_charge() -> None:
    fields = HELD | {"session_state": session.DISCHARGING, "target_w": 6000}
    lines = why_lines(console(**fields).why(), 6000)
    assert lines[0] == f"NOT CHARGING: waiting for the export to end {ONE_OPEN}"
    assert (
        "  WAIT  target          the export to end; it exports: target of 6.00 kW by programme, "
        "15 min 0 s left"
    ) in lines
    assert "EXPORTING" in lines


def test_while_the_home_is_fed_the_island_is_why_it_does_not_charge() -> None:
    fields = CONNECTED | {"session_state": session.BACKUP, "target_owner": 0}
    lines = why_lines(console(**fields).why(), 3800)
    assert lines[0] == f"NOT CHARGING: waiting for {technician_texts.ISLAND_TEXT} {ONE_OPEN}"
    assert f"  next: {technician_texts.ISLAND_HINT}" in lines
    assert "NOT EXPORTING" in lines


# --- what lasts is told before what passes ---


@pytest.mark.parametrize("passing", TRANSIENT)
@pytest.mark.parametrize("lasting", [n for n in session.WAIT_NAMES if n not in TRANSIENT])
def test_a_lasting_reason_is_told_before_one_that_passes(lasting: str, passing: str) -> None:
    waits = sum(1 << session.WAIT_NAMES.index(name) for name in (lasting, passing))
    why = console(pilot_state=pilot.STATE_B, waiting_for=waits).why()
    assert [c.name for c in charging(why, 0).waited_for] == [lasting, passing, "request"]


# --- what flows, and will not for long ---


@pytest.mark.parametrize("bit", range(len(export.WAIT_NAMES)))
def test_an_export_that_ends_says_so_and_what_to_do(bit: int) -> None:
    name = export.WAIT_NAMES[bit]
    fields = {"session_state": session.DISCHARGING, "export_waits": 1 << bit}
    lines = why_lines(console(pilot_state=pilot.STATE_C, **fields).why(), 5000)
    count = f"(1 of {len(export.WAIT_NAMES)} conditions open)"
    assert f"EXPORTING, ending: waiting for {texts.EXPORT_WAIT_TEXTS[name]} {count}" in lines
    assert f"  next: {technician_texts.EXPORT_HINTS[name]}" in lines


@pytest.mark.parametrize("state", [session.CHARGING, session.STOPPING])
def test_a_charge_that_ends_says_so(state: int) -> None:
    fields = CONNECTED | {"session_state": state, "waiting_for": session.WAIT_LIMIT}
    lines = why_lines(console(**fields).why(), -5000)
    assert lines[0] == f"CHARGING, ending: waiting for a limit of at least 6 A {ONE_OPEN}"
