"""The return, step after step: from a home that the vehicle keeps alive to one on the grid.

As in `outage.py`, each function is one step. The switch closes on a home that is in step with the
grid, or on a dead one.
"""

from micropython import const

from wattback.backup.island import MEETING
from wattback.backup.outage import DEAD_MS, MOST_ATTEMPTS, STEADY_MS, must_end
from wattback.backup.readiness import is_low
from wattback.backup.steps import (
    CONTACTOR_OPEN,
    DARK,
    GRID,
    GRID_FOLLOWING,
    HOME_DEAD_AGAIN,
    ISLAND,
    LATCHED,
    RECONNECT,
    REFUSED_GATEWAY_SILENT,
    REFUSED_LIMIT,
    REFUSED_NO_SYNCHRONISM,
    REFUSED_NONE,
    REFUSED_NOT_FOLLOWING,
    REFUSED_RESERVE,
    REFUSED_SWITCH_CONTACTS,
    REFUSED_SWITCH_NOT_CLOSED,
    REFUSED_VEHICLE_ABSENT,
    REFUSED_VEHICLE_UNWILLING,
    REFUSED_VISIT_ENDED,
    SWITCH_CLOSE,
    SYNCHRONISE,
)
from wattback.facts import UNLOADED_MA
from wattback.gateway import (
    DEAD_MV,
    STATE_ANGLE_DECIDEG,
    STATE_GRID_MILLIHERTZ,
    STATE_HOME_MILLIHERTZ,
    SWITCH_CLOSED,
    SWITCH_OPEN,
)
from wattback.retained import BACKFED

# All below is this design's: no public source gives it.
_SETTLED_MS = const(200)  # in step this long: two states of the gateway
_UNLOAD_MS = const(2000)  # for a planned end, at 0 V
_SILENT_MS = const(300)  # three states missed, while a switch moves
_UNLOADED_MS = const(150)  # longer than the session asks of one
_RETRY_MS = const(30000)  # between attempts in the dark
_LYING_MS = const(5000)  # that a dead home outweighs a contact which says closed
_UPDATE_FAST_MS = const(50)
_UPDATE_FASTEST_MS = const(20)
_SLIP_MILLIHERTZ = const(250)  # at most, towards the grid's phase
_SLIP_DECIDEG = const(4)  # so many of a phase for a millihertz


def synchronise(backup) -> None:  # type: ignore[no-untyped-def]
    """Voltage, frequency and phase go where the grid is."""
    if must_end(backup, MEETING):
        return
    if backup.steady_ms < STEADY_MS:
        backup.enter(ISLAND)  # it has left again
    elif backup.meeting_ms >= backup.settings.sync_s * 1000:
        backup.stop(REFUSED_NO_SYNCHRONISM, 1)
    else:
        _follow_grid(backup)
        backup.update_ms = _UPDATE_FAST_MS
        if backup.holds(_is_in_step(backup), _SETTLED_MS):
            backup.enter(SWITCH_CLOSE)


def _follow_grid(backup) -> None:  # type: ignore[no-untyped-def]
    # Its voltage, and its frequency by so much more or less as brings the phase along.
    state = backup.gateway.state
    tenth_mv = backup.settings.nominal_line_mv // 10
    backup.target_mv = max(9 * tenth_mv, min(backup.gateway.grid_line_mv, 11 * tenth_mv))
    slip = -state[STATE_ANGLE_DECIDEG] // _SLIP_DECIDEG
    slip = max(-_SLIP_MILLIHERTZ, min(slip, _SLIP_MILLIHERTZ))
    backup.target_millihertz = state[STATE_GRID_MILLIHERTZ] + slip


def _is_in_step(backup) -> bool:  # type: ignore[no-untyped-def]
    # The gateway's word on the home must be what the connector itself measures. A state is a
    # little old, and the switch takes its time: half of each limit is left for that.
    gateway = backup.gateway
    settings = backup.settings
    state = gateway.state
    home_mv = backup.home_mv()
    apart = abs(state[STATE_GRID_MILLIHERTZ] - state[STATE_HOME_MILLIHERTZ])
    return bool(
        gateway.fresh
        and gateway.switch == SWITCH_OPEN
        and abs(gateway.home_line_mv - home_mv) <= home_mv // 20
        and abs(backup.grid_bp() - backup.home_bp()) <= settings.sync_voltage_bp // 2
        and apart <= settings.sync_millihertz // 2
        and abs(state[STATE_ANGLE_DECIDEG]) <= settings.sync_decideg // 2
    )


def close_switch(backup) -> None:  # type: ignore[no-untyped-def]
    """The grid switch closes on a home in step, and both of its contacts say so."""
    gateway = backup.gateway
    backup.update_ms = _UPDATE_FASTEST_MS
    if not backup.closed:
        backup.refuse(REFUSED_VISIT_ENDED)
    elif not gateway.fresh or gateway.age_ms > _SILENT_MS:
        backup.stop(REFUSED_GATEWAY_SILENT, 0)  # it may have closed, and nobody says so
    elif gateway.contacts_differ:
        backup.stop(REFUSED_SWITCH_CONTACTS, 0)
    elif gateway.switch == SWITCH_CLOSED:
        backup.enter(GRID_FOLLOWING)
    elif gateway.switch == SWITCH_OPEN and not _is_in_step(backup):
        gateway.order_switch = 0
        backup.enter(SYNCHRONISE)
    else:
        gateway.order_switch = 1
        _follow_grid(backup)


def await_following(backup) -> None:  # type: ignore[no-untyped-def]
    """The vehicle says that it follows the grid, or leaves it."""
    if not backup.closed or not backup.vehicle.linked:
        backup.refuse(REFUSED_VISIT_ENDED)
    elif not backup.vehicle.forming:
        backup.refusal = REFUSED_NONE
        backup.enter(GRID)
    elif backup.state_ms >= backup.settings.follow_ms:
        backup.stop(REFUSED_NOT_FOLLOWING, 0)


def stop_forming(backup) -> None:  # type: ignore[no-untyped-def]
    """The contactor opens; a planned end takes the voltage away first, and opens without load."""
    if backup.planned and not backup.ends:
        unloaded = backup.holds(backup.magnitude_ma < UNLOADED_MA, _UNLOADED_MS)
        backup.ends = 1 if unloaded or backup.state_ms >= _UNLOAD_MS else 0
    if backup.closed or backup.confirmed:
        return
    if backup.retained[BACKFED]:
        backup.enter(LATCHED)
    elif backup.gateway.switch == SWITCH_CLOSED:
        backup.enter(GRID)
    elif backup.refusal == REFUSED_NO_SYNCHRONISM:
        backup.enter(HOME_DEAD_AGAIN)
    else:
        backup.enter(DARK)


def await_dead_home_again(backup) -> None:  # type: ignore[no-untyped-def]
    """Before the switch closes on it: whatever its contacts say, for a dead home is one.

    A home that stays dead is one, too, whatever the vehicle's contactor says: if that is welded,
    the vehicle comes onto the grid as behind any welded contactor, which is latched and told.
    """
    if not backup.gateway.fresh:
        backup.refuse(REFUSED_GATEWAY_SILENT)
    elif backup.steady_ms < STEADY_MS:
        backup.enter(DARK)
    else:
        opened = not backup.confirmed or backup.state_ms >= _LYING_MS
        if backup.holds(opened and backup.home_is_dead(), DEAD_MS):
            backup.enter(RECONNECT)


def reconnect(backup) -> None:  # type: ignore[no-untyped-def]
    """The grid switch closes on a dead home."""
    gateway = backup.gateway
    backup.island.shed = 0
    if not gateway.fresh:
        backup.refuse(REFUSED_GATEWAY_SILENT)
    elif backup.home_is_dead():
        gateway.order_switch = 1
    elif gateway.switch == SWITCH_OPEN:
        # Live by our own sensors alone, it has just closed; by the gateway's too, somebody else
        # holds it.
        if gateway.home_line_mv > DEAD_MV:
            gateway.order_switch = 0
            backup.enter(HOME_DEAD_AGAIN)
    else:
        backup.enter(GRID)


def in_the_dark(backup) -> None:  # type: ignore[no-untyped-def]
    """The home waits for the grid, or for the next attempt."""
    gateway = backup.gateway
    if not gateway.fresh:
        return
    # The order says what the switch is, so that nothing moves by itself.
    if gateway.switch == SWITCH_CLOSED:
        gateway.order_switch = 1
        if not backup.grid_is_out():
            backup.enter(GRID)
            return
    elif gateway.switch == SWITCH_OPEN:
        gateway.order_switch = 0
    if not backup.connected:
        backup.attempts = 0  # whoever comes next has failed at nothing yet
        if backup.refusal == REFUSED_RESERVE:
            backup.refusal = REFUSED_VEHICLE_ABSENT
    if backup.grid_is_back():
        # With a good grid, a home that is dead hangs behind an open switch. One that does not
        # close is not hammered.
        failed = backup.refusal == REFUSED_SWITCH_NOT_CLOSED
        waited = backup.state_ms >= (_RETRY_MS if failed else STEADY_MS)
        if waited and (gateway.switch == SWITCH_OPEN or backup.home_is_dead()):
            backup.enter(HOME_DEAD_AGAIN)
    elif backup.settings.backup_enabled and backup.state_ms >= _RETRY_MS and not backup.steady_ms:
        _try_again(backup)


def _try_again(backup) -> None:  # type: ignore[no-untyped-def]
    # For a vehicle, a reserve and a limit as long as it takes. What else has gone wrong goes wrong
    # again, and is tried a few times.
    refusal = backup.refusal
    if REFUSED_VEHICLE_ABSENT <= refusal <= REFUSED_VEHICLE_UNWILLING:
        again = True
    elif refusal == REFUSED_RESERVE:
        again = backup.vehicle.linked and not is_low(backup.vehicle, backup.settings)
    elif refusal == REFUSED_LIMIT:
        again = not backup.is_limited()
    else:
        again = backup.attempts < MOST_ATTEMPTS
        if again:
            backup.attempts += 1
    if again:
        backup.enter(CONTACTOR_OPEN)


def latched(backup) -> None:  # type: ignore[no-untyped-def]
    """An island has reached the grid: nothing moves before somebody has looked."""
    backup.gateway.order_switch = 0
