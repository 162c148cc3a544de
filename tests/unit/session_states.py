"""The session's states and facts: how to reach each state, and what it decides under all facts."""

from functools import cache
from typing import NamedTuple

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
    IDLE,
    ISLAND_ENDS,
    ISLANDED,
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
    HALTED,
    ISLANDED,
    FORMABLE,
    ISLAND_ENDS,
)
EVERY_BIT = (1 << len(FACTS)) - 1
# What opens at once also halts: no other combinations come up (see `faults.action`).
ALL_FACTS = [facts for facts in range(EVERY_BIT + 1) if not facts & FAULTY or facts & HALTED]
STATES = range(len(STATE_NAMES))
CLOSED = (CHARGING, DISCHARGING, STOPPING, BACKUP)
OFFERING = (OFFERED, CHARGING, DISCHARGING, BACKUP)

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
    FAULT: (FAULTY | HALTED,),
    BACKUP: (READY, CONNECTED, CONNECTED | OFFERABLE, ENERGY | ISLANDED | FORMABLE),
}


class Outcome(NamedTuple):
    """One decision of a session that was in a state, and what it then wants."""

    facts: int
    state: int
    cause: int
    closed: int
    offering: int


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


@cache
def outcomes(state: int) -> list[Outcome]:
    """The decision of a state under every combination of facts."""
    found = []
    for facts in ALL_FACTS:
        session = session_in(state)
        session.decide(facts, 10)
        wants = (session.closed, session.offering)
        found.append(Outcome(facts, session.state, session.cause, *wants))
    return found
