"""What a technician reads of a backup: would it work, what does it do, what stopped the last?"""

import pytest

from tests.unit.technician_bench import console
from wattback import session
from wattback.backup import readiness, steps
from wattback.backup.steps import REFUSAL_NAMES, STATE_NAMES
from wattback.signals import NO_GATEWAY
from wattback_sim.texts import BACKUP_REFUSAL_TEXTS, BACKUP_TEXTS, READINESS_TEXTS
from wattback_tools.technician_backup import backup_document, backup_lines
from wattback_tools.technician_views import why_document, why_lines

CONDITIONS = len(readiness.WAIT_NAMES)


def lines(**fields: int) -> list[str]:
    return backup_lines(console(**fields).why())


def test_without_a_gateway_there_is_nothing_to_read() -> None:
    why = console(backup_waits=NO_GATEWAY).why()
    assert backup_lines(why) == []
    assert backup_document(why) is None


def test_a_home_that_could_be_fed_reads_ready() -> None:
    assert lines() == ["BACKUP READY"]


@pytest.mark.parametrize("bit", range(CONDITIONS))
def test_every_condition_is_told_open(bit: int) -> None:
    name = readiness.WAIT_NAMES[bit]
    text = READINESS_TEXTS[name]
    assert lines(backup_waits=1 << bit) == [
        f"BACKUP NOT READY: waiting for {text} (1 of {CONDITIONS} conditions open)",
        f"  WAIT  {text}",
    ]
    document = backup_document(console(backup_waits=1 << bit).why())
    assert document is not None
    assert document["waiting_for"] == [name]


def test_all_open_conditions_are_told_and_the_first_is_in_the_verdict() -> None:
    told = lines(backup_waits=(1 << CONDITIONS) - 1)
    assert f"({CONDITIONS} of {CONDITIONS} conditions open)" in told[0]
    assert told[1:] == [f"  WAIT  {READINESS_TEXTS[name]}" for name in readiness.WAIT_NAMES]


@pytest.mark.parametrize("state", range(1, len(STATE_NAMES)))
def test_in_an_outage_its_step_is_told_and_no_condition(state: int) -> None:
    told = lines(backup_state=state, backup_waits=readiness.WAIT_CONTACTS)
    assert told == [f"BACKUP: {BACKUP_TEXTS[STATE_NAMES[state]]}"]


def test_in_an_island_a_reserve_that_is_near_is_told() -> None:
    waits = readiness.WAIT_CONTACTS | readiness.WAIT_RESERVE_NEAR
    told = lines(backup_state=steps.ISLAND, backup_waits=waits)
    assert told[1:] == [
        "  WARN  the battery is near its reserve: loads are shed, then the home is dark"
    ]


@pytest.mark.parametrize("refusal", range(1, len(REFUSAL_NAMES)))
@pytest.mark.parametrize("state", [steps.GRID, steps.DARK])
def test_what_stopped_the_last_one_is_told_in_every_step(refusal: int, state: int) -> None:
    told = lines(backup_state=state, backup_refusal=refusal)
    assert told[-1] == f"  last: {BACKUP_REFUSAL_TEXTS[REFUSAL_NAMES[refusal]]}"


def test_what_a_newer_firmware_says_is_told_by_its_numbers() -> None:
    assert lines(backup_state=90, backup_refusal=91) == ["BACKUP: 90", "  last: 91"]
    (verdict, wait) = lines(backup_waits=1 << CONDITIONS)
    assert verdict.startswith(f"BACKUP NOT READY: waiting for {CONDITIONS} ")
    assert wait == f"  WAIT  {CONDITIONS}"


def test_it_stands_in_the_answer_to_why_and_in_the_document() -> None:
    asked = console(session_state=session.IDLE, backup_waits=readiness.WAIT_VEHICLE)
    told = why_lines(asked.why(), 0)
    at = next(i for i, line in enumerate(told) if line.startswith("BACKUP NOT READY"))
    assert told[at + 1] == f"  WAIT  {READINESS_TEXTS['vehicle']}"
    assert why_document(asked.hello(), asked.why(), 0)["backup"] == {
        "verdict": told[at],
        "state": "grid",
        "last_refusal": "none",
        "waiting_for": ["vehicle"],
    }
