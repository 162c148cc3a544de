"""Hazards, quickly: each at a moment or two, all within their limits; and that a miss is told."""

from __future__ import annotations

from dataclasses import replace

from tests.evidence import ceasing, reactions
from tests.evidence.hazards import NEVER_CLOSED, ONLY_CHARGING, Hazard
from tests.evidence.hazards_charging import CHARGING_HAZARDS
from tests.evidence.hazards_exporting import EXPORTING_HAZARDS
from wattback.contactor import CAUSE_FAULT, CAUSE_ISLAND, CAUSE_NAMES, CAUSE_NONE
from wattback.fault_table import ACTION_WARN, FAULTS

_IN_ONE_PROCESS = 1000  # rows
_MOMENTS = 2
_ENDING = {row[0] for row in FAULTS if row[5] != ACTION_WARN}


def told(hazards: tuple[Hazard, ...]) -> set[str]:
    return {hazard.told for hazard in hazards}


def test_every_fault_that_opens_or_stops_is_a_hazard_of_charging() -> None:
    assert _ENDING - told(CHARGING_HAZARDS) == NEVER_CLOSED


def test_every_fault_that_opens_or_stops_is_a_hazard_of_exporting() -> None:
    assert _ENDING - told(EXPORTING_HAZARDS) == NEVER_CLOSED | ONLY_CHARGING.keys()


def test_every_cause_of_an_opening_is_told_by_a_hazard() -> None:
    # What ends an island is told by tests/outages.
    others = (CAUSE_NONE, CAUSE_FAULT, CAUSE_ISLAND)
    causes = set(CAUSE_NAMES) - {CAUSE_NAMES[cause] for cause in others}
    assert causes <= told(CHARGING_HAZARDS + EXPORTING_HAZARDS)


def test_every_hazard_of_charging_ends_within_its_limit_and_is_told() -> None:
    section = reactions.measure(_MOMENTS, _IN_ONE_PROCESS)
    assert section.failed == ()
    assert {row[0] for table in section.tables for row in table.rows} == {
        hazard.name for hazard in CHARGING_HAZARDS
    }


def test_every_hazard_of_exporting_ends_within_its_limit_and_is_told() -> None:
    assert ceasing.measure(_MOMENTS, _IN_ONE_PROCESS).failed == ()


def test_what_never_comes_comes_late_or_is_told_as_something_else_fails() -> None:
    hazard = next(hazard for hazard in EXPORTING_HAZARDS if hazard.name == "S2 opened")
    wrong = (
        replace(hazard, name="nothing", happens=()),
        replace(hazard, name="late", limit_ms=20.0),
        replace(hazard, name="another", told="unplug"),
    )
    rows = reactions.observe(wrong, _MOMENTS, _IN_ONE_PROCESS)
    failed = reactions.section("dummy", "", "", rows).failed
    names = [(figure.name, figure.met) for figure in failed]
    assert names == [
        ("nothing: latest contacts", False),
        ("late: latest contacts", False),
        ("smallest margin, of which a board's tick takes its part", False),
        ("hazards told as something else", False),
    ]
    assert failed[0].value == "never"
    assert failed[3].value == 2 * _MOMENTS  # nothing was told of nothing, too
