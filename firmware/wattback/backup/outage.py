"""The outage, step after step: from a dead grid to a home that the vehicle keeps alive.

Each function is one step of `steps.STEPS`, called in every tick while it lasts. What it goes by is
in the `Backup` that it is given.
"""

from micropython import const

from wattback.backup.island import ALONE, LEG_HIGH_BP, LEG_LOW_BP, RISING, leg_bp
from wattback.backup.readiness import is_low
from wattback.backup.steps import (
    CONTACTOR_CLOSED,
    CONTACTOR_OPEN,
    GRID,
    HOME_DEAD,
    HOME_DEAD_AGAIN,
    ISLAND,
    LEGS_IN_WINDOW,
    LOAD_STEPS,
    REFUSED_DISABLED,
    REFUSED_GATEWAY_SILENT,
    REFUSED_HOME_LIVE,
    REFUSED_LIMIT,
    REFUSED_NONE,
    REFUSED_RESERVE,
    REFUSED_SWITCH_CONTACTS,
    REFUSED_VEHICLE_ABSENT,
    REFUSED_VEHICLE_CANNOT_FORM,
    REFUSED_VEHICLE_SILENT,
    REFUSED_VISIT_ENDED,
    SWITCH_OPEN,
    SYNCHRONISE,
    VEHICLE_READY,
    VOLTAGE_RAMP,
)
from wattback.gateway import DEAD_MV, SWITCH_CLOSED
from wattback.gateway import SWITCH_OPEN as SWITCH_IS_OPEN
from wattback.vehicle import LINK_IDENTIFIED, LINK_LAPSED, LINK_NONE

# All below is this design's: no public source gives it.
DEAD_MS = const(200)  # dead this long
_LEGS_MS = const(1000)  # in the window this long
_RAMP_MS = const(1500)  # from 0 V to nominal, for the inrush of transformers
_ABSENT_MS = const(5000)  # for a vehicle that is not there, or cannot form
STEADY_MS = const(1000)  # good so long before an outage that has just begun is none
MOST_ATTEMPTS = const(4)  # of one outage, where it is no vehicle that is waited for
_PARTED_MS = const(2000)  # at the highest frequency solar has tripped long before (this design's)
_PROVEN_MS = const(60000)
_LOADS_MS = const(30000)  # until all loads should be back
_LONGEST_MS = const(1 << 28)

# How soon the vehicle is to ask again.
_UPDATE_SLOW_MS = const(250)
UPDATE_MS = const(100)


def on_grid(backup) -> None:  # type: ignore[no-untyped-def]
    """The home hangs on the grid: is that out?"""
    gateway = backup.gateway
    if gateway.switch == SWITCH_IS_OPEN:
        backup.refuse(REFUSED_SWITCH_CONTACTS)  # it has opened by itself
        return
    gateway.order_switch = 1
    # Two who measure, and neither alone cuts a home off its grid.
    if not gateway.fresh or not backup.grid_is_out() or not backup.home_is_out():
        backup.out_ms = 0
        if backup.steady_ms >= STEADY_MS:
            backup.attempts = 0  # that outage is over
        return
    backup.out_ms = min(backup.out_ms + backup.dt_ms, _LONGEST_MS)
    if backup.out_ms < backup.settings.outage_ms:
        return
    # A home that nobody can feed is left on its grid, and comes back with it.
    if backup.attempts >= MOST_ATTEMPTS:
        return
    backup.refusal = _hopeless(backup)
    if not backup.refusal:
        backup.attempts += 1
        backup.enter(CONTACTOR_OPEN)


def _hopeless(backup) -> int:  # type: ignore[no-untyped-def]
    vehicle = backup.vehicle
    if not backup.settings.backup_enabled:
        return REFUSED_DISABLED
    if backup.gateway.switch != SWITCH_CLOSED:
        return REFUSED_SWITCH_CONTACTS
    if not backup.connected:
        return REFUSED_VEHICLE_ABSENT
    if vehicle.linked and not vehicle.forms:
        return REFUSED_VEHICLE_CANNOT_FORM
    if vehicle.linked and is_low(vehicle, backup.settings):
        return REFUSED_RESERVE
    return REFUSED_LIMIT if backup.is_limited() else REFUSED_NONE


def open_contactor(backup) -> None:  # type: ignore[no-untyped-def]
    """The visit ends, if there is one."""
    if backup.steady_ms >= STEADY_MS and backup.gateway.switch == SWITCH_CLOSED:
        backup.enter(GRID)  # it was a dip
    elif not backup.closed and not backup.confirmed:
        backup.island.start(0)
        backup.enter(SWITCH_OPEN)


def open_switch(backup) -> None:  # type: ignore[no-untyped-def]
    """The grid switch opens, and both of its contacts say so."""
    gateway = backup.gateway
    gateway.order_switch = 0
    if not gateway.fresh:
        backup.refuse(REFUSED_GATEWAY_SILENT)
    elif gateway.switch == SWITCH_IS_OPEN:
        backup.enter(HOME_DEAD)


def await_dead_home(backup) -> None:  # type: ignore[no-untyped-def]
    """Nothing else holds the home: neither solar nor a generator nor a switch that lies."""
    if is_cut_off(backup) and backup.holds(backup.home_is_dead(), DEAD_MS):
        backup.enter(VEHICLE_READY)
        backup.target_millihertz = backup.settings.nominal_millihertz
        backup.update_ms = UPDATE_MS


def is_cut_off(backup) -> bool:  # type: ignore[no-untyped-def]
    """Before anything forms: the switch is open, and says so. Refuses what it is not."""
    gateway = backup.gateway
    if not gateway.fresh:
        backup.refuse(REFUSED_GATEWAY_SILENT)
        return False
    if gateway.contacts_differ or gateway.switch == SWITCH_CLOSED:
        backup.refuse(REFUSED_SWITCH_CONTACTS)
        return False
    return bool(gateway.switch == SWITCH_IS_OPEN)


def await_vehicle(backup) -> None:  # type: ignore[no-untyped-def]
    """It is awake, and takes grid forming over while its inlet is dead."""
    if not is_cut_off(backup):
        return
    vehicle = backup.vehicle
    if backup.grid_is_back():
        backup.enter(HOME_DEAD_AGAIN)  # the grid was sooner
    elif not vehicle.linked or not vehicle.forms:
        if backup.state_ms >= _ABSENT_MS:
            if not backup.connected:
                backup.refuse(REFUSED_VEHICLE_ABSENT)
            elif vehicle.linked:
                backup.refuse(REFUSED_VEHICLE_CANNOT_FORM)
    elif is_low(vehicle, backup.settings):
        backup.refuse(REFUSED_RESERVE)
    elif backup.is_limited():
        backup.refuse(REFUSED_LIMIT)
    elif vehicle.forming and backup.home_is_dead():
        backup.enter(CONTACTOR_CLOSED)


def close_contactor(backup) -> None:  # type: ignore[no-untyped-def]
    """Between two dead sides."""
    dead = backup.home_is_dead()
    if backup.closed:
        if not dead:
            backup.stop(REFUSED_HOME_LIVE, 0)
        elif backup.confirmed:
            backup.island.start(1 if backup.gateway.grid_line_mv > DEAD_MV else 0)
            backup.enter(VOLTAGE_RAMP)
        return
    safe = is_cut_off(backup)
    if backup.state != CONTACTOR_CLOSED:
        return  # refused
    backup.closes = 1 if safe and dead else 0
    if safe and not dead:
        backup.enter(HOME_DEAD)


def raise_voltage(backup) -> None:  # type: ignore[no-untyped-def]
    """From 0 V to nominal."""
    if must_end(backup, RISING):
        return
    settings = backup.settings
    if backup.home_mv() > backup.target_mv + settings.nominal_line_mv // 4:
        backup.stop(REFUSED_HOME_LIVE, 0)  # that is not the vehicle's voltage
        return
    rise = min(backup.state_ms, _RAMP_MS)
    backup.target_mv = settings.nominal_line_mv // 1000 * rise // _RAMP_MS * 1000
    backup.target_millihertz = settings.nominal_millihertz + backup.island.nudge_millihertz
    if backup.state_ms >= _RAMP_MS and backup.home_bp() >= LEG_LOW_BP:
        backup.target_mv = settings.nominal_line_mv
        backup.enter(LEGS_IN_WINDOW)


def await_legs(backup) -> None:  # type: ignore[no-untyped-def]
    """Both legs are in their window, so the neutral is there."""
    if must_end(backup, RISING):
        return
    settings = backup.settings
    l1_bp = leg_bp(backup.inputs.voltage_l1_mv, settings)
    l2_bp = l1_bp if settings.single_phase else leg_bp(backup.inputs.voltage_l2_mv, settings)
    inside = LEG_LOW_BP <= min(l1_bp, l2_bp) and max(l1_bp, l2_bp) <= LEG_HIGH_BP
    if backup.holds(inside, _LEGS_MS):
        backup.enter(LOAD_STEPS)


def add_loads(backup) -> None:  # type: ignore[no-untyped-def]
    """One group after another."""
    if must_end(backup, ALONE):
        return
    _form(backup)
    if not backup.island.shed or backup.state_ms >= _LOADS_MS:
        backup.enter(ISLAND)


def run(backup) -> None:  # type: ignore[no-untyped-def]
    """The vehicle feeds the home, until the grid has been good for its time."""
    if must_end(backup, ALONE):
        return
    island = backup.island
    back = backup.steady_ms >= backup.settings.return_steady_s * 1000
    # Solar that the frequency holds would come with the grid's, and find no room: it has to leave
    # first, and then stays away for longer than it takes to meet the grid.
    island.parting = 1 if back and island.shift_millihertz else 0
    _form(backup)
    parted = backup.holds(island.parting, _PARTED_MS)
    if back and (parted or not island.parting):
        backup.enter(SYNCHRONISE)
    if backup.state_ms >= _PROVEN_MS:
        backup.attempts = 0  # what ends it now is something new


def _form(backup) -> None:  # type: ignore[no-untyped-def]
    island = backup.island
    settings = backup.settings
    vehicle = backup.vehicle
    dt_ms = backup.dt_ms
    backup.target_mv = settings.nominal_line_mv
    volts = settings.nominal_line_mv // 1000
    allowed_w = min(vehicle.charge_w, backup.limits.import_ma // 10 * volts // 100)
    power_w = backup.inputs.power_w
    island.hold_solar(power_w, allowed_w, backup.home_bp(), vehicle.soc_bp, dt_ms)
    island.restore_loads(backup.magnitude_ma, backup.limit_ma, dt_ms)
    moved = max(island.shift_millihertz, island.nudge_millihertz)
    backup.target_millihertz = settings.nominal_millihertz + moved
    watched = backup.gateway.grid_line_mv > DEAD_MV
    backup.update_ms = UPDATE_MS if watched else _UPDATE_SLOW_MS


def must_end(backup, phase: int) -> bool:  # type: ignore[no-untyped-def]
    """True when the island ends in this tick, for whatever reason. phase: as in `island`."""
    if not backup.closed or not backup.connected:
        backup.refuse(REFUSED_VISIT_ENDED)
        return True
    link = backup.vehicle.link
    if link == LINK_NONE or link == LINK_IDENTIFIED or link == LINK_LAPSED:
        backup.stop(REFUSED_VEHICLE_SILENT, 0)
        return True
    if not backup.settings.backup_enabled:
        backup.stop(REFUSED_DISABLED, 1)
        return True
    found = backup.island.supervise(
        backup.inputs,
        backup.magnitude_ma,
        backup.limit_ma,
        phase,
        backup.gateway,
        backup.vehicle,
        backup.settings,
        backup.dt_ms,
    )
    if found:
        waits = found == REFUSED_RESERVE or found == REFUSED_GATEWAY_SILENT
        backup.stop(found, 1 if waits else 0)
        return True
    return False
