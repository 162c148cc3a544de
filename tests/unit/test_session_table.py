"""The session's table: its structure, and every state under every combination of facts."""

import pytest

from wattback.contactor import CAUSE_NAMES, CAUSE_NONE
from wattback.session import (
    BOOT,
    CEASED,
    CHARGING,
    CLOSABLE,
    CONNECTED,
    DISCHARGING,
    EXPORTING,
    FAULT,
    FAULTY,
    IDLE,
    OFFERABLE,
    OFFERED,
    OVERDUE,
    READY,
    REQUESTING,
    STATE_NAMES,
    STOPPING,
    TRANSITIONS,
    TRIPPED,
    UNLOADED,
    UNPERMITTED,
    WAITING,
    Session,
)

FACTS = (
    FAULTY,
    READY,
    CONNECTED,
    REQUESTING,
    OFFERABLE,
    CLOSABLE,
    UNLOADED,
    OVERDUE,
    EXPORTING,
    CEASED,
    TRIPPED,
    UNPERMITTED,
)
ALL_FACTS = range(1 << len(FACTS))
STATES = range(len(STATE_NAMES))
CLOSED = (CHARGING, DISCHARGING, STOPPING)
OFFERING = (OFFERED, CHARGING, DISCHARGING)
ROWS = [(state, index) for state in STATES for index in range(len(TRANSITIONS[state]))]
ROW_IDS = [f"{STATE_NAMES[state]}-{index}" for state, index in ROWS]

ENERGY = CONNECTED | REQUESTING | OFFERABLE | CLOSABLE
# Facts, one a tick, that lead from BOOT to each state.
WAYS = {
    BOOT: (),
    IDLE: (READY,),
    WAITING: (READY, CONNECTED),
    OFFERED: (READY, CONNECTED, CONNECTED | OFFERABLE),
    CHARGING: (READY, CONNECTED, CONNECTED | OFFERABLE, ENERGY),
    DISCHARGING: (READY, CONNECTED, CONNECTED | OFFERABLE, ENERGY, ENERGY | EXPORTING),
    STOPPING: (READY, CONNECTED, CONNECTED | OFFERABLE, ENERGY, ENERGY & ~OFFERABLE),
    FAULT: (FAULTY,),
}


def session_in(state: int) -> Session:
    session = Session()
    for facts in WAYS[state]:
        session.decide(facts, 10)
    assert session.state == state
    return session


def fired(state: int, facts: int) -> int:
    """Index of the first row whose facts fit, read from the table; −1: none."""
    for index, (must, must_not, _, _) in enumerate(TRANSITIONS[state]):
        if facts & must == must and not facts & must_not:
            return index
    return -1


# --- the table ---


def test_a_session_starts_in_boot_open_and_without_an_offer() -> None:
    session = Session()
    assert (session.state, session.closed, session.offering) == (BOOT, 0, 0)


def test_there_is_a_list_of_rows_for_every_state_and_a_bit_for_every_fact() -> None:
    assert len(TRANSITIONS) == len(STATE_NAMES)
    assert tuple(1 << index for index in range(len(FACTS))) == FACTS


def test_the_facts_tried_here_are_all_that_the_session_knows() -> None:
    used = 0
    for rows in TRANSITIONS:
        for must, must_not, _, _ in rows:
            used |= must | must_not
    assert used == len(ALL_FACTS) - 1


@pytest.mark.parametrize(("state", "index"), ROWS, ids=ROW_IDS)
def test_every_row_names_known_facts_another_state_and_a_listed_cause(
    state: int, index: int
) -> None:
    must, must_not, following, cause = TRANSITIONS[state][index]
    assert must in ALL_FACTS
    assert must_not in ALL_FACTS
    assert must & must_not == 0
    assert must | must_not
    assert following in STATES
    assert following != state
    assert cause in range(len(CAUSE_NAMES))


@pytest.mark.parametrize("state", [s for s in STATES if s != FAULT])
def test_the_first_row_of_every_state_but_fault_is_the_fault(state: int) -> None:
    must, must_not, following, _ = TRANSITIONS[state][0]
    assert (must, must_not, following) == (FAULTY, 0, FAULT)


def test_the_only_way_out_of_fault_is_to_prove_everything_anew() -> None:
    assert TRANSITIONS[FAULT] == ((0, FAULTY, BOOT, CAUSE_NONE),)


@pytest.mark.parametrize(("state", "index"), ROWS, ids=ROW_IDS)
def test_every_row_can_fire(state: int, index: int) -> None:
    assert any(fired(state, facts) == index for facts in ALL_FACTS)


@pytest.mark.parametrize(("state", "index"), ROWS, ids=ROW_IDS)
def test_rows_that_open_carry_a_cause_and_no_others_do(state: int, index: int) -> None:
    _, _, following, cause = TRANSITIONS[state][index]
    opens = state in CLOSED and following not in CLOSED
    assert (cause != CAUSE_NONE) == opens


def test_every_cause_of_the_closed_list_belongs_to_a_row() -> None:
    causes = {row[3] for rows in TRANSITIONS for row in rows}
    assert causes == set(range(len(CAUSE_NAMES)))


def test_the_contactor_is_closed_on_one_row_alone() -> None:
    closing = [
        (state, row)
        for state, rows in enumerate(TRANSITIONS)
        for row in rows
        if state not in CLOSED and row[2] in CLOSED
    ]
    assert [(state, row[2]) for state, row in closing] == [(OFFERED, CHARGING)]
    assert closing[0][1][0] == REQUESTING | OFFERABLE | CLOSABLE


@pytest.mark.parametrize("state", STATES, ids=STATE_NAMES)
def test_every_state_says_what_it_wants_of_contactor_and_pilot(state: int) -> None:
    session = session_in(state)
    assert session.closed == (1 if state in CLOSED else 0)
    assert session.offering == (1 if state in OFFERING else 0)


def test_export_begins_and_ends_under_the_closed_contactor_of_a_charge() -> None:
    into = [
        state for state, rows in enumerate(TRANSITIONS) for row in rows if row[2] == DISCHARGING
    ]
    out_of = [row[2] for row in TRANSITIONS[DISCHARGING] if row[2] in CLOSED]
    assert (into, out_of) == ([CHARGING], [CHARGING])


# --- every state under every combination of facts ---


@pytest.mark.parametrize("state", STATES, ids=STATE_NAMES)
def test_one_decision_fires_the_first_row_that_fits_and_no_other(state: int) -> None:
    for facts in ALL_FACTS:
        session = session_in(state)
        session.decide(facts, 10)
        index = fired(state, facts)
        expected = (state, CAUSE_NONE) if index < 0 else TRANSITIONS[state][index][2:]
        assert (session.state, session.cause) == expected


@pytest.mark.parametrize("state", STATES, ids=STATE_NAMES)
def test_a_fault_leads_to_an_open_contactor_without_an_offer_whatever_else_holds(
    state: int,
) -> None:
    for facts in ALL_FACTS:
        if facts & FAULTY:
            session = session_in(state)
            session.decide(facts, 10)
            assert (session.state, session.closed, session.offering) == (FAULT, 0, 0)


@pytest.mark.parametrize("state", STATES, ids=STATE_NAMES)
def test_the_contactor_is_wanted_closed_only_with_what_energy_needs(state: int) -> None:
    for facts in ALL_FACTS:
        session = session_in(state)
        session.decide(facts, 10)
        if session.closed:
            assert not facts & FAULTY
            assert facts & CONNECTED
            assert facts & REQUESTING
            if state not in CLOSED:
                assert facts & ENERGY == ENERGY


@pytest.mark.parametrize("state", STATES, ids=STATE_NAMES)
def test_nothing_is_offered_without_a_vehicle_or_while_something_is_waited_for(
    state: int,
) -> None:
    for facts in ALL_FACTS:
        session = session_in(state)
        session.decide(facts, 10)
        if session.offering:
            assert facts & CONNECTED
        if session.offering and state not in CLOSED:
            assert facts & OFFERABLE
        if session.state == CHARGING and state != DISCHARGING:
            assert facts & OFFERABLE


@pytest.mark.parametrize("state", STATES, ids=STATE_NAMES)
def test_the_offer_under_a_closed_contactor_ends_only_in_a_stop_or_an_opening(state: int) -> None:
    for facts in ALL_FACTS:
        session = session_in(state)
        session.decide(facts, 10)
        if session.closed and not session.offering:
            assert session.state == STOPPING


@pytest.mark.parametrize("state", STATES, ids=STATE_NAMES)
def test_a_cause_is_given_exactly_when_the_contactor_is_to_open(state: int) -> None:
    for facts in ALL_FACTS:
        session = session_in(state)
        was_closed = session.closed
        session.decide(facts, 10)
        assert (session.cause != CAUSE_NONE) == bool(was_closed and not session.closed)


@pytest.mark.parametrize(
    ("fact", "cause"), [(TRIPPED, "must_trip"), (UNPERMITTED, "permission")], ids=["trip", "cut"]
)
def test_an_abnormal_grid_or_a_withdrawn_permission_opens_only_what_discharges(
    fact: int, cause: str
) -> None:
    session = session_in(DISCHARGING)
    session.decide(ENERGY | EXPORTING | CEASED | fact, 10)
    assert (session.state, CAUSE_NAMES[session.cause]) == (WAITING, cause)
    session = session_in(CHARGING)
    session.decide(ENERGY | fact, 10)
    assert session.state == CHARGING


def test_an_export_lasts_as_long_as_it_is_told_or_has_not_ceased() -> None:
    for facts in (ENERGY | EXPORTING, ENERGY | EXPORTING | CEASED, ENERGY):
        session = session_in(DISCHARGING)
        session.decide(facts, 10)
        assert session.state == DISCHARGING
    session = session_in(DISCHARGING)
    session.decide(ENERGY | CEASED, 10)
    assert (session.state, session.cause) == (CHARGING, CAUSE_NONE)


def test_what_is_waited_for_before_charging_does_not_end_an_export() -> None:
    session = session_in(DISCHARGING)
    session.decide((ENERGY | EXPORTING) & ~OFFERABLE, 10)
    assert session.state == DISCHARGING


def test_a_cause_lasts_for_one_decision() -> None:
    session = session_in(CHARGING)
    session.decide(0, 10)
    assert session.cause != CAUSE_NONE
    session.decide(0, 10)
    assert session.cause == CAUSE_NONE


@pytest.mark.parametrize("dt_ms", [1, 10, 100, 1000])
def test_a_stop_that_does_not_unload_is_overdue_after_6_s(dt_ms: int) -> None:
    session = session_in(STOPPING)
    facts = CONNECTED | REQUESTING
    for _ in range(6_000 // dt_ms - 1):
        session.decide(facts, dt_ms)
        assert session.state == STOPPING
    session.decide(facts, dt_ms)
    assert (session.state, CAUSE_NAMES[session.cause]) == (WAITING, "forced")


def test_every_stop_has_its_own_6_s() -> None:
    session = session_in(STOPPING)
    for _ in range(500):
        session.decide(CONNECTED | REQUESTING, 10)
    session.decide(CONNECTED, 10)
    session.decide(CONNECTED | OFFERABLE, 10)
    session.decide(ENERGY, 10)
    session.decide(CONNECTED | REQUESTING, 10)
    for _ in range(599):
        session.decide(CONNECTED | REQUESTING, 10)
        assert session.state == STOPPING
