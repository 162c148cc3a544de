"""A stop: the offer goes first, then the contactor, and never is it closed for good."""

import pytest

from tests.unit.session_states import (
    ALL_FACTS,
    CLOSED,
    ENERGY,
    STATES,
    Outcome,
    outcomes,
    session_in,
)
from wattback.contactor import CAUSE_FAULT, CAUSE_NAMES, CAUSE_PERMISSION
from wattback.session import (
    BACKUP,
    BOOT,
    CEASED,
    CHARGING,
    CONNECTED,
    DISCHARGING,
    EXPORTING,
    FAULT,
    FAULTY,
    HALTED,
    OFFERABLE,
    OVERDUE,
    REQUESTING,
    STATE_NAMES,
    STOPPING,
    UNLOADED,
    UNPERMITTED,
    WAITING,
)

EACH_CLOSED = pytest.mark.parametrize("state", CLOSED, ids=[STATE_NAMES[s] for s in CLOSED])
# An island has no offer to withdraw: what stops a visit ends it, see test_session_backup.py.
ON_THE_GRID = [s for s in CLOSED if s != BACKUP]
EACH_ON_THE_GRID = pytest.mark.parametrize(
    "state", ON_THE_GRID, ids=[STATE_NAMES[s] for s in ON_THE_GRID]
)

# --- a row that stops, and does not open at once ---


def halted(state: int) -> list[Outcome]:
    return [got for got in outcomes(state) if got.facts & HALTED and not got.facts & FAULTY]


@pytest.mark.parametrize("state", [s for s in STATES if s not in CLOSED])
def test_a_stop_leads_from_every_open_state_to_fault(state: int) -> None:
    for got in halted(state):
        assert (got.state, got.closed, got.offering) == (FAULT, 0, 0)


def test_a_stop_withdraws_the_offer_of_a_charge_and_leaves_it_closed_to_unload() -> None:
    for got in halted(CHARGING):
        if got.facts & CONNECTED and got.facts & REQUESTING:
            assert (got.state, got.closed, got.offering) == (STOPPING, 1, 0)
        else:
            assert not got.closed


@EACH_ON_THE_GRID
def test_a_stop_alone_is_never_the_cause_of_an_opening_at_once(state: int) -> None:
    without = {got.facts: got.cause for got in outcomes(state) if not got.facts & HALTED}
    for got in halted(state):
        assert got.cause == without[got.facts & ~HALTED]
        assert got.cause != CAUSE_FAULT


def test_an_export_ends_before_a_stop_withdraws_the_offer() -> None:
    for got in halted(DISCHARGING):
        if got.closed:
            ended = got.facts & CEASED and not got.facts & EXPORTING
            assert got.state == (CHARGING if ended else DISCHARGING)


@EACH_CLOSED
def test_a_stop_never_ends_in_a_closed_contactor_for_good(state: int) -> None:
    # A latched row ends what the vehicle is told to export (`dispatch`), and an export that has
    # not ceased then is UNPERMITTED in its time (`permission`); the rest may be anything.
    for facts in ALL_FACTS:
        ends = facts & CEASED or facts & UNPERMITTED
        if facts & (HALTED | FAULTY | EXPORTING | OVERDUE) != HALTED or not ends:
            continue
        session = session_in(state)
        opened_after_ms = -1
        for passed_ms in range(0, 6_300, 100):
            session.decide(facts, 100)
            if opened_after_ms < 0 and not session.closed:
                opened_after_ms = passed_ms
            assert opened_after_ms < 0 or not session.closed
        assert 0 <= opened_after_ms <= 6_200
        assert session.state == FAULT


@EACH_ON_THE_GRID
def test_a_fault_that_joins_a_stop_opens_at_once(state: int) -> None:
    session = session_in(state)
    session.decide(ENERGY | HALTED, 10)
    assert session.closed
    session.decide(ENERGY | HALTED | FAULTY, 10)
    assert (session.state, session.cause, session.closed) == (FAULT, CAUSE_FAULT, 0)


def test_a_stop_opens_planned_once_unloaded_or_by_force_and_then_shows_as_a_fault() -> None:
    for facts, cause in ((UNLOADED, "planned"), (OVERDUE, "forced")):
        session = session_in(CHARGING)
        session.decide(ENERGY | HALTED, 10)
        assert session.state == STOPPING
        session.decide(ENERGY | HALTED | facts, 10)
        assert (session.state, CAUSE_NAMES[session.cause]) == (WAITING, cause)
        session.decide(ENERGY | HALTED | facts, 10)
        assert session.state == FAULT
        session.decide(ENERGY | facts, 10)
        assert session.state == BOOT


def test_a_stopped_export_that_does_not_cease_is_cut() -> None:
    session = session_in(DISCHARGING)
    session.decide(ENERGY | HALTED, 10)
    assert session.state == DISCHARGING
    session.decide(ENERGY | HALTED | UNPERMITTED, 10)
    assert (session.state, session.cause) == (WAITING, CAUSE_PERMISSION)


# --- how long a stop may last ---


@pytest.mark.covers("IEC 61851-1 sequence 10.2")
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
