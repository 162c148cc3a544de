"""The session in an island: how the home is taken over, what ends it, and that nobody charges."""

import pytest

from tests.unit.session_states import ALL_FACTS, ENERGY, STATES, Outcome, outcomes, session_in
from wattback.contactor import (
    CAUSE_FAULT,
    CAUSE_ISLAND,
    CAUSE_NAMES,
    CAUSE_NONE,
    CAUSE_PLANNED,
    CAUSE_S2_OPENED,
    CAUSE_UNPLUG,
)
from wattback.session import (
    BACKUP,
    CEASED,
    CHARGING,
    CLOSABLE,
    CONNECTED,
    DISCHARGING,
    EXPORTING,
    FAULT,
    FAULTY,
    FORMABLE,
    HALTED,
    IDLE,
    ISLAND_ENDS,
    ISLANDED,
    OFFERABLE,
    OFFERED,
    OVERDUE,
    REQUESTING,
    STATE_NAMES,
    STOPPING,
    TRANSITIONS,
    TRIPPED,
    UNLOADED,
    UNPERMITTED,
    WAITING,
)

FEEDS = CONNECTED | REQUESTING | ISLANDED


def ways_into(state: int) -> list[int]:
    return [before for before, rows in enumerate(TRANSITIONS) for row in rows if row[2] == state]


def living(got: Outcome) -> bool:
    """A vehicle is there and asks, and no fault opens."""
    return got.facts & FEEDS & ~ISLANDED == FEEDS & ~ISLANDED and not got.facts & FAULTY


# --- how it begins ---


def test_an_island_begins_with_an_offer_and_an_open_contactor_and_in_no_other_way() -> None:
    assert ways_into(BACKUP) == [OFFERED]
    for state in STATES:
        for got in outcomes(state):
            if got.state == BACKUP and state != BACKUP:
                assert got.facts & (ENERGY | FORMABLE) == ENERGY | FORMABLE
                assert not got.facts & (FAULTY | HALTED)


@pytest.mark.parametrize(
    "missing", [CONNECTED, REQUESTING, OFFERABLE, CLOSABLE, FORMABLE], ids="nqoxf"
)
def test_without_any_one_of_what_it_needs_the_contactor_stays_open(missing: int) -> None:
    session = session_in(OFFERED)
    session.decide((ENERGY | ISLANDED | FORMABLE) & ~missing, 10)
    assert not session.closed


def test_nobody_begins_to_charge_while_the_home_is_cut_off() -> None:
    for state in STATES:
        for got in outcomes(state):
            if got.facts & ISLANDED and got.state in (CHARGING, DISCHARGING):
                assert state in (CHARGING, DISCHARGING)


def test_a_charge_that_an_outage_meets_is_stopped_as_any_other() -> None:
    session = session_in(CHARGING)
    session.decide((ENERGY | ISLANDED) & ~OFFERABLE, 10)
    assert session.state == STOPPING
    session.decide((ENERGY | ISLANDED | UNLOADED) & ~OFFERABLE, 10)
    assert (session.state, session.cause) == (WAITING, CAUSE_PLANNED)


# --- how it ends ---


def expected(facts: int) -> tuple[int, int]:
    """State after BACKUP and cause: what is worst counts."""
    if facts & FAULTY:
        return FAULT, CAUSE_FAULT
    if not facts & CONNECTED:
        return IDLE, CAUSE_UNPLUG
    if not facts & REQUESTING:
        return WAITING, CAUSE_S2_OPENED
    if facts & ISLAND_ENDS:
        return WAITING, CAUSE_PLANNED if facts & UNLOADED else CAUSE_ISLAND
    if facts & HALTED:
        return WAITING, CAUSE_ISLAND
    return (BACKUP if facts & ISLANDED else CHARGING), CAUSE_NONE


def test_what_ends_an_island_and_under_which_name() -> None:
    for got in outcomes(BACKUP):
        assert (got.state, got.cause) == expected(got.facts)


def test_nothing_that_ends_a_visit_on_the_grid_ends_an_island() -> None:
    foreign = OFFERABLE | CLOSABLE | OVERDUE | EXPORTING | CEASED | TRIPPED | UNPERMITTED
    foreign |= UNLOADED | FORMABLE
    for facts in ALL_FACTS:
        if facts & ~foreign == FEEDS:
            session = session_in(BACKUP)
            session.decide(facts, 10)
            assert (session.state, session.closed, session.offering) == (BACKUP, 1, 1)


def test_a_fact_of_an_island_ends_no_visit_on_the_grid() -> None:
    island = ISLANDED | FORMABLE | ISLAND_ENDS
    for state in (CHARGING, DISCHARGING, STOPPING):
        without = {got.facts: got for got in outcomes(state) if not got.facts & island}
        for got in outcomes(state):
            alike = without[got.facts & ~island]
            assert (got.state, got.cause) == (alike.state, alike.cause), STATE_NAMES[state]


def test_a_row_that_stops_opens_an_island_at_once_and_then_shows_as_a_fault() -> None:
    for got in outcomes(BACKUP):
        if got.facts & HALTED and living(got):
            assert not got.closed
            assert got.cause in (CAUSE_ISLAND, CAUSE_PLANNED)
    session = session_in(BACKUP)
    session.decide(ENERGY | ISLANDED | HALTED, 10)
    assert (session.state, CAUSE_NAMES[session.cause]) == (WAITING, "island")
    session.decide(ENERGY | ISLANDED | HALTED, 10)
    assert session.state == FAULT


def test_a_returned_grid_finds_the_contactor_closed_and_a_visit_that_charges_on_or_stops() -> None:
    session = session_in(BACKUP)
    session.decide(ENERGY, 10)
    assert (session.state, session.closed, session.offering) == (CHARGING, 1, 1)
    assert session.cause == CAUSE_NONE
    session.decide(ENERGY & ~OFFERABLE, 10)
    assert session.state == STOPPING


def test_an_island_lasts_as_long_as_it_is_one() -> None:
    session = session_in(BACKUP)
    for _ in range(360):
        session.decide(FEEDS, 10_000)
        assert (session.state, session.closed) == (BACKUP, 1)
