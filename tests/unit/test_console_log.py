"""The readable log: what changes is told, once, with its time and a check sum."""

from binascii import crc_hqx

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.console_bench import ALL_FAULTS, SERIAL, ConsoleBench
from wattback import contactor, export, heartbeat, limits, resets, session, targets, vehicle
from wattback.fault_table import FAULTS, OVERCURRENT, PILOT_SHORT
from wattback.identity import VERSION
from wattback.pilot import STATE_B, STATE_C
from wattback.signals import REPORT_NAMES, STATUS_NAMES


def booted() -> ConsoleBench:
    """A bench that has greeted."""
    bench = ConsoleBench()
    bench.run()
    return bench


def told(said: bytes) -> list[str]:
    """Lines of the log without time and check sum, which must be right."""
    return [line.split(maxsplit=1)[1] for line in checked(said)]


def checked(said: bytes) -> list[str]:
    lines = said.decode().splitlines()
    for line in lines:
        text, crc = line.rsplit(" #", 1)
        assert int(crc, 16) == crc_hqx(text.encode(), 0), line
        assert len(line) < 127
    return [line.rsplit(" #", 1)[0] for line in lines]


def test_a_boot_greets_with_a_line_of_the_log_and_three_for_people() -> None:
    first, *rest = ConsoleBench().run().decode().splitlines(keepends=True)
    assert checked(first.encode()) == [f"      0.000 I boot serial={SERIAL} firmware={VERSION}"]
    assert "".join(rest) == (
        f"Wattback Wall Connector {SERIAL}, firmware {VERSION}\n"
        "The tool: pipx install wattback, then: wattback status\n"
        "By hand, read-only: help status why faults version\n"
    )


def test_a_tick_without_a_change_is_silent() -> None:
    bench = booted()
    assert b"".join(bench.tick() for _ in range(100)) == b""


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        (
            {"session_state": session.WAITING, "pilot_state": STATE_B}
            | {"waiting_for": session.WAIT_LIMIT | session.WAIT_REST},
            "I session state=waiting prev=boot pilot=B why=limit,contactor_rest",
        ),
        (
            {"session_state": session.CHARGING, "pilot_state": STATE_C},
            "I session state=charging prev=boot pilot=C why=none",
        ),
        ({"contactor_commanded": 1}, "I contactor closed=1 cause=none why=none"),
        (
            {"import_limit_owner": limits.OWNER_SITE, "import_limit_ma": 16000},
            "I limit import_owner=site prev=hardware import_ma=16000",
        ),
        (
            {"export_limit_owner": limits.OWNER_PROGRAMME, "export_limit_ma": 0},
            "I limit export_owner=programme prev=hardware export_ma=0",
        ),
        (
            {"target_owner": targets.OWNER_PROGRAMME, "target_w": 8000},
            "I target owner=programme prev=none w=8000",
        ),
        (
            {"in_service": 1, "frequency_millihertz": 60010},
            "I grid in_service=1 millihertz=60010",
        ),
        (
            {"vehicle_link": vehicle.LINK_REFUSED, "vehicle_refusal": vehicle.REFUSAL_CATEGORY},
            "I vehicle link=refused prev=none refusal=category",
        ),
        (
            {"controller_state": heartbeat.PRESENT, "uptime_s": 9},
            "I controller state=present prev=unheard uptime_s=9",
        ),
        (
            {"controller_state": heartbeat.SILENT, "uptime_s": 99},
            "W controller state=silent prev=unheard uptime_s=99",
        ),
        (
            {"reset_cause": resets.RESET_WATCHDOG, "uptime_s": 3},
            "W board reset=watchdog uptime_s=3",
        ),
        ({"faults": OVERCURRENT}, "E fault latched=overcurrent"),
    ],
)
def test_a_change_is_told_in_one_line(fields: dict[str, int], line: str) -> None:
    bench = booted()
    assert told(bench.tick(**fields)) == [line]
    assert bench.tick() == b""


@pytest.mark.parametrize(
    ("cause", "level"),
    [(contactor.CAUSE_PLANNED, "I")]
    + [(cause, "W") for cause in range(contactor.CAUSE_PLANNED + 1, len(contactor.CAUSE_NAMES))],
)
def test_an_opening_is_told_with_its_cause_and_warns_unless_it_was_planned(
    cause: int, level: str
) -> None:
    bench = booted()
    bench.tick(contactor_commanded=1)
    said = told(bench.tick(contactor_commanded=0, open_cause=cause))
    assert said == [f"{level} contactor closed=0 cause={contactor.CAUSE_NAMES[cause]} why=none"]


def test_a_fault_is_why_rather_than_what_is_waited_for() -> None:
    bench = booted()
    said = told(
        bench.tick(
            session_state=session.FAULT, faults=PILOT_SHORT, waiting_for=session.WAIT_SUPPLY
        )
    )
    assert said[1] == "I session state=fault prev=boot pilot=A why=pilot_short"


def test_faults_come_first_and_one_by_one_whatever_waits() -> None:
    bench = ConsoleBench()  # the greeting waits, too
    several = 15  # less than wait at most
    output = bench.tick(faults=(1 << several) - 1, session_state=session.FAULT) + bench.run()
    said = output.decode().splitlines()
    names = [line.split()[3].split("=")[1] for line in said[:several]]
    assert names == [row[0] for row in FAULTS[:several]]
    assert "boot" in said[several]


def test_a_fault_that_is_cleared_is_told_as_well() -> None:
    bench = booted()
    bench.tick(faults=OVERCURRENT | PILOT_SHORT)
    assert told(bench.tick(faults=OVERCURRENT)) == ["E fault cleared=pilot_short"]


def test_time_is_counted_from_power_up_across_the_wrap_of_the_ticks() -> None:
    bench = booted()
    bench.core.status.sequence = (1 << 29) - 5
    bench.run()
    for _ in range(9):
        bench.tick()
    assert bench.tick(in_service=1).split()[0] == b"5368709.170"  # of (2^29 + 5) ticks of 10 ms


def test_what_finds_no_room_is_counted_and_the_count_is_told() -> None:
    bench = booted()
    port = bench.port
    for turn in range(40):  # nobody takes the output
        bench.core.tick(in_service=1 - turn % 2)
        for _ in range(5):
            port.step(0)
    said = told(bench.run() + bench.tick())
    kept = [line for line in said if "in_service" in line]
    assert said[-1] == f"W log lost={40 - len(kept)}"
    assert len(kept) == 17  # one of them stands in the output already
    assert bench.tick() == b""


def test_a_burst_of_changes_is_told_within_the_tick_and_no_step_notes_two() -> None:
    bench = booted()
    said = told(
        bench.tick(
            session_state=session.DISCHARGING,
            contactor_commanded=1,
            import_limit_owner=1,
            export_limit_owner=1,
            target_owner=1,
            in_service=1,
            vehicle_link=vehicle.LINK_AUTHORISED,
            controller_state=heartbeat.PRESENT,
        )
    )
    assert [line.split()[1] for line in said] == [
        "session",
        "contactor",
        "limit",
        "limit",
        "target",
        "grid",
        "vehicle",
        "controller",
    ]


NAMES = {
    "session_state": session.STATE_NAMES,
    "open_cause": contactor.CAUSE_NAMES,
    "import_limit_owner": limits.OWNER_NAMES,
    "export_limit_owner": limits.OWNER_NAMES,
    "target_owner": targets.OWNER_NAMES,
    "vehicle_link": vehicle.LINK_NAMES,
    "vehicle_refusal": vehicle.REFUSAL_NAMES,
    "controller_state": heartbeat.STATE_NAMES,
    "reset_cause": resets.RESET_NAMES,
}
WHOLE = st.integers(-(1 << 31), (1 << 31) - 1)


@given(st.dictionaries(st.sampled_from(STATUS_NAMES[1:] + REPORT_NAMES), WHOLE), st.data())
def test_no_line_is_too_long_or_raises_whatever_the_connector_says(
    fields: dict[str, int], data: st.DataObject
) -> None:
    for name, names in NAMES.items():
        fields[name] = data.draw(st.integers(-1, len(names)))
    bits = {
        "faults": ALL_FAULTS,
        "waiting_for": (1 << len(session.WAIT_NAMES)) - 1,
        "export_waits": (1 << len(export.WAIT_NAMES)) - 1,
        "opening_faults": ALL_FAULTS,
        "opening_waits": (1 << len(session.WAIT_NAMES)) - 1,
        "opening_export_waits": (1 << len(export.WAIT_NAMES)) - 1,
    }
    for name, most in bits.items():
        fields[name] = data.draw(st.sampled_from([0, most]) | st.integers(0, most))
    bench = booted()
    checked(bench.tick(**fields))
    for word in (b"status\n", b"why\n", b"faults\n"):
        assert bench.send(word)
