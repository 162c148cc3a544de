"""The session's table: its structure, and every state under every combination of facts."""

import pytest

from tests.unit.session_states import (
    ALL_FACTS,
    CLOSED,
    ENERGY,
    EVERY_BIT,
    FACTS,
    OFFERING,
    STATES,
    fired,
    outcomes,
    session_in,
)
from wattback.contactor import CAUSE_FAULT, CAUSE_NAMES, CAUSE_NONE
from wattback.session import (
    BACKUP,
    BOOT,
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
    ISLANDED,
    OFFERABLE,
    OFFERED,
    REQUESTING,
    STATE_NAMES,
    STOPPING,
    TRANSITIONS,
    TRIPPED,
    UNPERMITTED,
    WAIT_BACKUP,
    WAIT_HANDLE,
    WAIT_LIMIT,
    WAIT_LOAD,
    WAIT_NAMES,
    WAIT_PAUSE,
    WAIT_PILOT,
    WAIT_REST,
    WAIT_RESTART,
    WAIT_SELF_TEST,
    WAIT_SPACING,
    WAIT_SUPPLY,
    WAIT_TARGET,
    WAIT_VENTILATION,
    WAITING,
    Session,
)

WAITS = {
    "supply": WAIT_SUPPLY,
    "limit": WAIT_LIMIT,
    "contactor_rest": WAIT_REST,
    "self_test": WAIT_SELF_TEST,
    "ventilation": WAIT_VENTILATION,
    "offer_spacing": WAIT_SPACING,
    "target": WAIT_TARGET,
    "steady_pilot": WAIT_PILOT,
    "dead_load": WAIT_LOAD,
    "handle": WAIT_HANDLE,
    "restart_delay": WAIT_RESTART,
    "pause": WAIT_PAUSE,
    "backup": WAIT_BACKUP,
}
ROWS = [(state, index) for state in STATES for index in range(len(TRANSITIONS[state]))]
ROW_IDS = [f"{STATE_NAMES[state]}-{index}" for state, index in ROWS]


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
    assert used == EVERY_BIT


@pytest.mark.parametrize(("state", "index"), ROWS, ids=ROW_IDS)
def test_every_row_names_known_facts_another_state_and_a_listed_cause(
    state: int, index: int
) -> None:
    must, must_not, following, cause = TRANSITIONS[state][index]
    assert 0 <= must <= EVERY_BIT
    assert 0 <= must_not <= EVERY_BIT
    assert must & must_not == 0
    assert must | must_not
    assert following in STATES
    assert following != state
    assert cause in range(len(CAUSE_NAMES))


@pytest.mark.parametrize("state", [s for s in STATES if s != FAULT])
def test_the_first_row_of_every_state_but_fault_is_the_fault(state: int) -> None:
    must, must_not, following, _ = TRANSITIONS[state][0]
    asked = FAULTY if state in CLOSED else HALTED
    assert (must, must_not, following) == (asked, 0, FAULT)


def test_the_only_way_out_of_fault_is_to_prove_everything_anew() -> None:
    assert TRANSITIONS[FAULT] == ((0, HALTED, BOOT, CAUSE_NONE),)


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


def test_the_contactor_is_closed_on_one_row_for_the_grid_and_one_for_an_island() -> None:
    closing = [
        (state, *row[:3])
        for state, rows in enumerate(TRANSITIONS)
        for row in rows
        if state not in CLOSED and row[2] in CLOSED
    ]
    energy = REQUESTING | OFFERABLE | CLOSABLE
    assert closing == [
        (OFFERED, energy, ISLANDED, CHARGING),
        (OFFERED, energy | FORMABLE, 0, BACKUP),
    ]


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


def test_what_is_waited_for_has_each_its_own_bit_in_the_order_in_which_it_is_told() -> None:
    assert tuple(WAITS) == WAIT_NAMES
    assert list(WAITS.values()) == [1 << index for index in range(len(WAIT_NAMES))]


# --- every state under every combination of facts ---

EACH_STATE = pytest.mark.parametrize("state", STATES, ids=STATE_NAMES)


@EACH_STATE
def test_one_decision_fires_the_first_row_that_fits_and_no_other(state: int) -> None:
    for got in outcomes(state):
        index = fired(state, got.facts)
        expected = (state, CAUSE_NONE) if index < 0 else TRANSITIONS[state][index][2:]
        assert (got.state, got.cause) == expected


@EACH_STATE
def test_a_fault_leads_to_an_open_contactor_without_an_offer_whatever_else_holds(
    state: int,
) -> None:
    faulty = [got for got in outcomes(state) if got.facts & FAULTY]
    assert len(faulty) == 1 << len(FACTS) - 2
    for got in faulty:
        assert (got.state, got.closed, got.offering) == (FAULT, 0, 0)
        assert got.cause == (CAUSE_FAULT if state in CLOSED else CAUSE_NONE)


@pytest.mark.parametrize("state", CLOSED, ids=[STATE_NAMES[state] for state in CLOSED])
def test_a_fault_opens_even_if_it_is_the_only_fact(state: int) -> None:
    session = session_in(state)
    session.decide(FAULTY, 10)
    assert (session.state, session.cause, session.closed) == (FAULT, CAUSE_FAULT, 0)


@EACH_STATE
def test_the_contactor_is_wanted_closed_only_with_what_energy_needs(state: int) -> None:
    for got in outcomes(state):
        if got.closed:
            assert not got.facts & FAULTY
            assert got.facts & CONNECTED
            assert got.facts & REQUESTING
            if state not in CLOSED:
                assert got.facts & ENERGY == ENERGY
                assert not got.facts & HALTED
                assert got.state == (BACKUP if got.facts & ISLANDED else CHARGING)
                assert got.state == CHARGING or got.facts & FORMABLE


@pytest.mark.covers("IEC 61851-1 sequence 2.1")
@EACH_STATE
def test_nothing_is_offered_without_a_vehicle_or_while_something_is_waited_for(
    state: int,
) -> None:
    for got in outcomes(state):
        if got.offering:
            assert got.facts & CONNECTED
        if (got.offering and state not in CLOSED) or (
            got.state == CHARGING and state not in (DISCHARGING, BACKUP)
        ):
            assert got.facts & OFFERABLE
            assert not got.facts & HALTED


@EACH_STATE
def test_the_offer_under_a_closed_contactor_ends_only_in_a_stop_or_an_opening(state: int) -> None:
    for got in outcomes(state):
        if got.closed and not got.offering:
            assert got.state == STOPPING


@EACH_STATE
def test_a_cause_is_given_exactly_when_the_contactor_is_to_open(state: int) -> None:
    for got in outcomes(state):
        assert (got.cause != CAUSE_NONE) == (state in CLOSED and not got.closed)


# --- what ends an export ---


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
