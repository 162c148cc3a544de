"""The console's CDDL file: what the firmware really says is what it describes, and no more."""

import re
from collections.abc import Iterable
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cddl import DOCS, Cddl
from tests.unit.console_bench import (
    ALL_FAULTS,
    GROUP,
    ConsoleBench,
    answer_in,
    lines_of,
    request,
)
from wattback import (
    contactor,
    dispatch,
    export,
    heartbeat,
    limits,
    pilot,
    resets,
    session,
    targets,
    vehicle,
)
from wattback.backup import readiness, steps
from wattback.console.group import COMMAND_NAMES, PROTOCOL
from wattback.fault_table import CLEAR_NAMES, FAULTS
from wattback.gateway import MOST_SHED
from wattback.grid import trips
from wattback.signals import REPORT_NAMES, STATUS_NAMES
from wattback_hil.console import client

FILE = Cddl("console.cddl")
TEXT = (DOCS / "console.cddl").read_text(encoding="utf-8")
FAULT_NAMES = tuple(row[0] for row in FAULTS)
CHOICES = {
    "pilot-state": pilot.STATE_NAMES,
    "session-state": session.STATE_NAMES,
    "power-mode": limits.MODE_NAMES,
    "cause": contactor.CAUSE_NAMES,
    "waits": session.WAIT_NAMES,
    "export-waits": export.WAIT_NAMES,
    "faults-latched": FAULT_NAMES,
    "limit-owner": limits.OWNER_NAMES,
    "target-owner": targets.OWNER_NAMES,
    "target-state": targets.STATE_NAMES,
    "controller-state": heartbeat.STATE_NAMES,
    "link": vehicle.LINK_NAMES,
    "refusal": vehicle.REFUSAL_NAMES,
}


def rule(name: str) -> str:
    """What stands after `name =`, up to the next rule, without comments."""
    found = re.search(rf"^{name} = (.*?)(?=^\S|\Z)", TEXT + "\n", re.MULTILINE | re.DOTALL)
    assert found, name
    return re.sub(r";.*", "", found[1])


def keys_of(name: str) -> list[str]:
    """The fields of a map."""
    found = re.search(rf"^{name} = {{\n(.*?)^}}", TEXT, re.MULTILINE | re.DOTALL)
    assert found, name
    return re.findall(r"^  (?:\? )?(\w+):", found[1], re.MULTILINE)


def whole(pages: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Pages put together."""
    made: dict[str, Any] = {}
    for page in pages:
        client.merge(made, page)
    made.pop("next", None)
    return made


# --- what the file names is what the firmware has ---


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_lists_the_firmwares_words_in_their_order(name: str) -> None:
    assert tuple(re.findall(r'"(\w+)"', rule(name))) == CHOICES[name]


def test_every_condition_and_every_fault_has_its_key() -> None:
    assert tuple(keys_of("conditions")) == session.WAIT_NAMES
    assert tuple(keys_of("export-conditions")) == export.WAIT_NAMES
    assert tuple(keys_of("latched")) == FAULT_NAMES


def test_the_ways_out_of_a_fault_are_the_firmwares() -> None:
    assert tuple(re.findall(r'"(\w+)"', rule("fault-end"))) == CLEAR_NAMES


def test_vitals_list_every_field_of_status_and_report_in_their_order() -> None:
    assert tuple(keys_of("vitals")) == ("tick", *STATUS_NAMES[1:], *REPORT_NAMES)


def test_the_commands_of_the_group_are_described_by_their_names() -> None:
    for name in COMMAND_NAMES:
        assert rule(name)
    assert f"proto: [major: {PROTOCOL[0]}, minor: uint]" in TEXT


# --- what the firmware says is what the file describes ---


def answers(bench: ConsoleBench) -> Iterable[tuple[str, bytes]]:
    """The whole answer of each command, and the rule that it must follow."""
    for command, name in enumerate(COMMAND_NAMES):
        pages = bench.pages(command)
        for page in pages:
            assert FILE.problem("page", cbor2.dumps(page)) == ""
        yield name, cbor2.dumps(whole(pages))


def test_what_a_fresh_connector_says_is_described() -> None:
    for name, cbor in answers(ConsoleBench()):
        assert FILE.problem(name, cbor) == "", name


def test_an_answer_on_the_wire_is_checked_as_it_stands() -> None:
    said = ConsoleBench().send(b"\n" + lines_of(request(GROUP, 0, b"")))
    _, cbor = answer_in(said[said.index(b"\x06\x09") :])
    assert FILE.problem("hello", cbor) == ""
    assert FILE.problem("vitals", cbor) != ""


MOST = {
    "pilot_state": len(pilot.STATE_NAMES) - 1,
    "session_state": len(session.STATE_NAMES) - 1,
    "mode": len(limits.MODE_NAMES) - 1,
    "open_cause": len(contactor.CAUSE_NAMES) - 1,
    "waiting_for": (1 << len(session.WAIT_NAMES)) - 1,
    "opening_waits": (1 << len(session.WAIT_NAMES)) - 1,
    "opening_export_waits": (1 << len(export.WAIT_NAMES)) - 1,
    "export_waits": (1 << len(export.WAIT_NAMES)) - 1,
    "faults": ALL_FAULTS,
    "opening_faults": ALL_FAULTS,
    "import_limit_owner": len(limits.OWNER_NAMES) - 1,
    "export_limit_owner": len(limits.OWNER_NAMES) - 1,
    "target_owner": len(targets.OWNER_NAMES) - 1,
    "target_state": len(targets.STATE_NAMES) - 1,
    "controller_state": len(heartbeat.STATE_NAMES) - 1,
    "vehicle_link": len(vehicle.LINK_NAMES) - 1,
    "vehicle_refusal": len(vehicle.REFUSAL_NAMES) - 1,
    "reset_cause": len(resets.RESET_NAMES) - 1,
    "trip_row": len(trips.ROW_NAMES) - 1,
    "trip_acted": len(dispatch.ACTED_NAMES) - 1,
    "duty_bp": 10000,
    "soc_bp": 10000,
    "reserve_bp": 10000,
    "sequence": (1 << 29) - 1,
    "contactor_commanded": 1,
    "contactor_confirmed": 1,
    "in_service": 1,
    "grid_switch_closed": 1,
    "backup_state": len(steps.STATE_NAMES) - 1,
    "backup_refusal": len(steps.REFUSAL_NAMES) - 1,
    "backup_waits": (1 << len(readiness.WAIT_NAMES)) - 1,
    "backup_shed": MOST_SHED,
    "site_target_enabled": 1,
    "programme_target_enabled": 1,
}
SIGNED = {"pilot_high_mv", "pilot_low_mv", "target_w", "power_w", "reactive_var", "current_ma"}
SIGNED |= {"target_asked_w", "site_target_w", "programme_target_w", "service_w"}


def lowest(name: str) -> int:
    if name in SIGNED:
        return -(1 << 31)
    unset = ("_left_s", "site_import_ma", "site_export_ma", "programme_export_ma")
    if name.endswith(unset) and name not in ("service_left_s", "export_day_left_s"):
        return -1
    return -1 if name in ("soc_bp", "departure_s", "civil_day", "backup_waits") else 0


@given(
    st.fixed_dictionaries(
        {
            name: st.integers(lowest(name), MOST.get(name, (1 << 31) - 1))
            for name in STATUS_NAMES + REPORT_NAMES
        }
    )
)
def test_whatever_the_connector_measures_its_answers_are_described(fields: dict[str, int]) -> None:
    bench = ConsoleBench()
    bench.core.set(**fields)
    bench.run()
    for name, cbor in answers(bench):
        assert FILE.problem(name, cbor) == "", name


@pytest.mark.parametrize(
    ("group", "command", "fields", "asked", "answered"),
    [
        (0, 0, {"d": "x"}, "echo-request", "echo-answer"),
        (0, 6, {}, "params-request", "params-answer"),
        (0, 7, {"format": "a"}, "info-request", "info-answer"),
        (0, 7, {"format": None}, "info-request", "info-answer"),
        (0, 7, {"format": "x"}, "info-request", "group-error-answer"),
        (0, 1, {}, "params-request", "error-answer"),
        (GROUP, 1, {"from": 12}, "request", "page"),
        (GROUP, 1, {"from": 500}, "request", "group-error-answer"),
        (GROUP, 9, {}, "request", "error-answer"),
    ],
)
def test_requests_and_answers_of_every_kind_are_described(
    group: int, command: int, fields: dict[str, Any], asked: str, answered: str
) -> None:
    bench = ConsoleBench()
    bench.run()
    assert FILE.problem(asked, cbor2.dumps(fields)) == ""
    assert FILE.problem(answered, cbor2.dumps(bench.ask(group, command, fields))) == ""
