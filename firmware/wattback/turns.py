"""Turns: what judges by the second and can wait for a few ticks, one part of it a tick.

A tick that did all of it at once would be too long for a Pico. Each part is told how much time has
passed since it was last its turn, and so keeps its own times to within one round of turns, which
takes 60 ms, at most 150 whatever ports and vehicle say, and never more than 420. The last turn of
a round is that of one of the slow parts, in a rota of their own. What may hurt sooner (supply,
pilot, contactor, ground fault, interlocks, must-trip) is judged in every tick.
"""

from micropython import const

from wattback.fault_table import METER_IMPLAUSIBLE, OPEN_NEUTRAL, SUPPLY_OUT_OF_WINDOW
from wattback.heartbeat import SILENT
from wattback.limits import (
    FOR_EVER,
    NO_LIMIT_MA,
    OWNER_CABLE,
    OWNER_RESTART,
    OWNER_SITE,
    OWNER_THERMAL,
    OWNER_VEHICLE,
)
from wattback.pilot import DUTY_DIGITAL, MINIMUM_OFFER_MA, STATE_A
from wattback.protection import renew_slow_bits, sense_load
from wattback.session import BACKUP, DISCHARGING, OFFERED
from wattback.vehicle import HIGHEST_RATING_W, LINK_AUTHORISED, LINK_REFUSED

_VEHICLE = const(0)
_CURRENT = const(1)
_SERVICE = const(2)
_PERMISSION = const(3)
_CONTROLLER = const(4)  # and the vehicle's side of the contacts
TURNS = const(6)

_THERMAL = const(0)
_PLAUSIBLE = const(1)
_SURROUNDINGS = const(2)
_VISIT = const(3)
_SUPPORT = const(4)
_SUPERVISION = const(5)
SLOW_PARTS = const(6)

_OUTAGES = SUPPLY_OUT_OF_WINDOW | OPEN_NEUTRAL

_OUT_MA = const(1000)  # both legs together: what flows out, and is no noise


def take_turn(connector, turn: int, lap_ms: int) -> None:  # type: ignore[no-untyped-def]
    """Let one part judge, 0 … TURNS - 1; `lap_ms` since it did last."""
    inputs = connector.inputs
    settings = connector.settings
    dispatch = connector.dispatch
    if turn == _VEHICLE:
        hear(connector, lap_ms)
    elif turn == _CURRENT:
        if not connector.slow_bits & METER_IMPLAUSIBLE:  # nor is its current believed
            connector.overcurrent.sense(abs(connector.current_ma), _allowed_ma(connector), lap_ms)
    elif turn == _SERVICE:
        dispatch.serve(inputs.frequency_millihertz, settings, lap_ms)
        dispatch.export.account(connector.meter.export_wh, lap_ms)
        connector.pass_time(lap_ms)
    elif turn == _PERMISSION:
        state = connector.session.state
        discharging = 1 if state == DISCHARGING else 0
        if state != BACKUP:  # whose power nobody tells
            dispatch.watch(inputs.power_w, discharging, settings, lap_ms)
        if discharging or dispatch.islanding.settled_ms >= 0:
            dispatch.supervise(
                inputs.frequency_millihertz, discharging, settings, lap_ms, connector.passed_ms
            )
    elif turn == _CONTROLLER:
        dispatch.age(settings, lap_ms)
        connector.limits.suspend(OWNER_SITE, 1 if dispatch.heartbeat.state == SILENT else 0)
        sense_load(connector, lap_ms)
    else:
        connector.slow_ms += lap_ms
        part = connector.slow_part
        if part == 0:
            connector.slow_lap_ms = connector.slow_ms
            connector.slow_ms = 0
        connector.slow_part = part + 1 if part + 1 < SLOW_PARTS else 0
        _take_slow_turn(connector, part, connector.slow_lap_ms)
    if turn == _CURRENT or turn >= _PERMISSION:
        renew_slow_bits(connector)


def _take_slow_turn(connector, part: int, lap_ms: int) -> None:  # type: ignore[no-untyped-def]
    inputs = connector.inputs
    settings = connector.settings
    if part == _THERMAL:
        thermal = connector.thermal
        thermal.sense(inputs, connector.magnitude_ma, settings, lap_ms)
        _restrict(connector, OWNER_THERMAL, thermal.limit_ma, thermal.limit_ma)
    elif part == _PLAUSIBLE:
        connector.plausible.sense(inputs, settings, lap_ms)
    elif part == _SURROUNDINGS:
        connector.interlocks.sense_earth(inputs.earth_ohm, settings.earth_limit_ohm, lap_ms)
        proximity = connector.proximity
        proximity.sense(inputs.proximity_ohm, inputs.handle_loose, settings, lap_ms)
        _restrict(connector, OWNER_CABLE, proximity.limit_ma, proximity.limit_ma)
        vehicle = connector.vehicle
        # What it may give is watts, and dispatch's.
        import_ma = NO_LIMIT_MA
        if LINK_REFUSED <= vehicle.link <= LINK_AUTHORISED:
            import_ma = _rating_ma(vehicle.charge_w, settings.nominal_line_mv // 1000)
        _restrict(connector, OWNER_VEHICLE, import_ma, NO_LIMIT_MA)
    elif part == _SUPPORT:
        connector.dispatch.support_grid(inputs, settings, lap_ms)
    elif part == _SUPERVISION:
        connector.dispatch.supervise_vehicle(inputs, connector.pilot.gone, settings, lap_ms)
    else:
        visit = connector.session
        pilot = connector.pilot
        restart = connector.restart
        if not connector.supply.fit or connector.faults.active & _OUTAGES:
            restart.lost_supply()
        restart.sense(visit.closed, pilot.connected, pilot.gone, settings, lap_ms)
        _restrict(connector, OWNER_RESTART, restart.limit_ma, NO_LIMIT_MA)
        # One that talks is not asleep.
        offered = 1 if visit.state == OFFERED and not connector.vehicle.linked else 0
        connector.wake.sense(offered, pilot.requesting, pilot.connected, settings, lap_ms)


def _rating_ma(w: int, volts: int) -> int:
    # What a vehicle takes at most, in whole amperes that a pilot can say.
    ma = (min(w, HIGHEST_RATING_W) + volts - 1) // volts * 1000
    return ma if ma > MINIMUM_OFFER_MA else MINIMUM_OFFER_MA


def _restrict(connector, owner: int, import_ma: int, export_ma: int) -> None:  # type: ignore[no-untyped-def]
    slot = connector.limits.slots[owner]
    if slot.import_ma != import_ma or slot.export_ma != export_ma:
        connector.limits.set(owner, import_ma, export_ma, FOR_EVER)


def hear(connector, lap_ms: int) -> None:  # type: ignore[no-untyped-def]
    """Take the vehicle's message, if one has come."""
    pilot = connector.pilot
    plugged = 1 if pilot.connected and pilot.state != STATE_A else 0
    connector.dispatch.hear(plugged, connector.settings, lap_ms)


def _allowed_ma(connector) -> int:  # type: ignore[no-untyped-def]
    # What flows out, by the currents' own sign, is measured against the limit for it; whether it
    # may is `permission`'s. At 5 % duty the digital link alone says how much may flow in.
    inputs = connector.inputs
    if inputs.current_l1_ma + inputs.current_l2_ma >= _OUT_MA:
        allowed_ma: int = connector.limits.export_ma
    elif connector.pilot.duty_bp == DUTY_DIGITAL:
        allowed_ma = connector.limits.import_ma
    else:
        allowed_ma = connector.pilot.offered_ma
    return allowed_ma
