"""Facts: what the session goes by in this tick, and what an offer still waits for."""

from micropython import const

from wattback.dispatch import NO_CAP_W
from wattback.fault_table import ACTION_OPEN, ACTION_STOP
from wattback.permission import NO_EXPORT_W
from wattback.pilot import MINIMUM_OFFER_MA, STATE_B, STATE_D, STATE_F
from wattback.session import (
    CEASED,
    CLOSABLE,
    CONNECTED,
    EXPORTING,
    FAULT,
    FAULTY,
    FORMABLE,
    HALTED,
    ISLAND_ENDS,
    ISLANDED,
    OFFERABLE,
    OFFERED,
    READY,
    REQUESTING,
    TRIPPED,
    UNLOADED,
    UNPERMITTED,
    WAIT_BACKUP,
    WAIT_HANDLE,
    WAIT_LIMIT,
    WAIT_LOAD,
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
)
from wattback.signals import Inputs

UNLOADED_MA = const(1000)  # a planned opening waits for it (OpenEVSE; evse.md 4.1, C)
UNLOADED_MS = const(100)  # for this long, so that a zero crossing of a ramp is not enough
_VENTILATION_MS = const(30000)  # after a refused state D (WARP; evse.md 1.5, C)
# What is waited for but does not take an offer back.
_HOLDS_NOTHING = WAIT_PILOT


def find_facts(connector, inputs: Inputs, dt_ms: int) -> int:  # type: ignore[no-untyped-def]
    """Facts of the session, as its bits; `connector.waiting_for` as WAIT bits."""
    pilot = connector.pilot
    contactor = connector.contactor
    visit = connector.session
    faults = connector.faults
    backup = connector.backup
    facts = 0
    if faults.active:
        action = faults.action
        if action == ACTION_OPEN:
            if visit.state != FAULT:
                return FAULTY | HALTED  # no other fact counts: the next tick finds them
            facts |= FAULTY | HALTED
        elif action == ACTION_STOP:
            facts |= HALTED
    # A ready board: it knows its settings, its latch works, its pilot reaches −12 V, and the
    # contactor is confirmed open.
    if pilot.negative_seen and connector.settings_loaded and connector.ground_fault.valid:
        facts |= READY
    shown = pilot.state
    if STATE_B <= shown <= STATE_D:
        facts |= CONNECTED
    elif shown == STATE_F and pilot.connected and _may_be_woken(visit.state):
        facts |= CONNECTED  # hidden by our own pulse that wakes it
    if pilot.requesting:
        facts |= REQUESTING
    if pilot.steady and pilot.diode_seen and not contactor.confirmed:
        facts |= CLOSABLE
    if visit.closed and not facts & REQUESTING:
        waiting = (
            connector.waiting_for
        )  # this tick opens whatever is waited for: the next tells it
    else:
        waiting = _find_waits(connector, visit, pilot, facts, backup, dt_ms)
        connector.waiting_for = waiting
    if not waiting & ~_HOLDS_NOTHING:
        facts |= OFFERABLE
    if connector.magnitude_ma >= UNLOADED_MA:
        connector.unloaded_ms = 0
    elif connector.unloaded_ms < UNLOADED_MS:
        connector.unloaded_ms += dt_ms
    else:
        facts |= UNLOADED
    dispatch = connector.dispatch
    if dispatch.exporting:
        facts |= EXPORTING
    if inputs.power_w <= NO_EXPORT_W:
        facts |= CEASED
    if dispatch.trips.tripped:
        facts |= TRIPPED
    if dispatch.permission.overdue:
        facts |= UNPERMITTED
    if backup and backup.engaged:
        facts |= ISLANDED
        if backup.closes:
            facts |= FORMABLE
        elif backup.ends:
            facts |= ISLAND_ENDS
    return facts


def _may_be_woken(state: int) -> bool:
    return state == OFFERED or state == WAITING


def _find_waits(connector, visit, pilot, facts: int, backup, dt_ms: int) -> int:  # type: ignore[no-untyped-def]
    waiting = 0
    closed = visit.closed
    offerable = offerable_ma(connector)
    connector.offerable_ma = offerable
    if backup and backup.engaged:
        waiting = _find_island_waits(connector, backup)
    else:
        if not connector.supply.fit or not (closed or connector.supply.inside):
            waiting |= WAIT_SUPPLY
        if connector.limits.import_ma < MINIMUM_OFFER_MA:
            # By its link a vehicle may export all the same, or stay for what a house leaves it.
            if not (connector.dispatch.wanted or backup and _held_by_house(connector, backup)):
                waiting |= WAIT_PAUSE if connector.limits.paused else WAIT_LIMIT
        elif offerable < MINIMUM_OFFER_MA and not connector.vehicle.linked:
            waiting |= WAIT_TARGET
        if connector.restart.waiting:
            waiting |= WAIT_RESTART
        if backup and backup.forbids:
            waiting |= WAIT_BACKUP
    if not closed:
        if not connector.contactor.rested:
            waiting |= WAIT_REST
        if not connector.ground_fault.valid:
            waiting |= WAIT_SELF_TEST
        if not connector.contactor.dead:
            waiting |= WAIT_LOAD
    elif connector.ground_fault.expired:
        waiting |= WAIT_SELF_TEST  # after a day the vehicle unloads, and a new test lets it go on
    if connector.proximity.loose:
        waiting |= WAIT_HANDLE
    if not visit.offering and not pilot.spaced:
        waiting |= WAIT_SPACING
    if pilot.state == STATE_D and not connector.settings.ventilation_present:
        connector.ventilation_ms = _VENTILATION_MS
    if not pilot.connected:
        connector.ventilation_ms = 0
    if connector.ventilation_ms > 0:
        connector.ventilation_ms -= dt_ms
        waiting |= WAIT_VENTILATION
    if visit.state == OFFERED and pilot.asking and not facts & CLOSABLE:
        waiting |= WAIT_PILOT
    return waiting


def _held_by_house(connector, backup) -> bool:  # type: ignore[no-untyped-def]
    # What a house leaves comes and goes with its loads. Who hears targets is told that, be it 0 W:
    # an opening for every load wears the contactor, and behind open contacts nobody helps in time.
    return bool(connector.vehicle.linked and backup.house.holds_alone(connector.limits))


def _find_island_waits(connector, backup) -> int:  # type: ignore[no-untyped-def]
    # The supply is what is to be made, and nobody charges.
    waiting = 0 if backup.offers else WAIT_BACKUP
    if connector.limits.export_ma < UNLOADED_MA:
        waiting |= WAIT_PAUSE if connector.limits.paused else WAIT_LIMIT
    return waiting


def offerable_ma(connector) -> int:  # type: ignore[no-untyped-def]
    """What a vehicle may be offered by PWM, in mA: the limit, or less for a target."""
    import_ma: int = connector.limits.import_ma
    dispatch = connector.dispatch
    cap_w: int = dispatch.cap_w
    if cap_w == NO_CAP_W:
        return import_ma
    power_w: int = dispatch.import_power_w
    if cap_w >= power_w:
        return import_ma
    # In the ratio of powers, in coarser units: W × 10 mA stays below 2^30.
    return import_ma // 10 * cap_w // max(power_w, 1) * 10
