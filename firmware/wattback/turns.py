"""Turns: what judges by the second and can wait for a few ticks, one part of it a tick.

A tick that did all of it at once would be too long for a Pico. Each part is told how much time has
passed since it was last its turn, and so keeps its own times to within one round of turns, which
takes 50 ms, and at most 150.
What may hurt sooner (supply, pilot, contactor, ground fault, must-trip) is judged in every tick.
"""

from micropython import const

from wattback.heartbeat import SILENT
from wattback.limits import OWNER_SITE
from wattback.pilot import DUTY_DIGITAL, STATE_A
from wattback.session import DISCHARGING

_VEHICLE = const(0)
_CURRENT = const(1)
_SERVICE = const(2)
_PERMISSION = const(3)
TURNS = const(5)

_OUT_MA = const(1000)  # both legs together: what flows out, and is no noise


def take_turn(connector, turn: int, lap_ms: int) -> None:  # type: ignore[no-untyped-def]
    """Let one part judge, 0 … TURNS - 1; `lap_ms` since it did last."""
    inputs = connector.inputs
    settings = connector.settings
    dispatch = connector.dispatch
    if turn == _VEHICLE:
        hear(connector, lap_ms)
    elif turn == _CURRENT:
        connector.overcurrent.sense(abs(connector.current_ma), _allowed_ma(connector), lap_ms)
    elif turn == _SERVICE:
        dispatch.serve(inputs.frequency_millihertz, settings, lap_ms)
        dispatch.export.account(connector.meter.export_wh, lap_ms)
        connector.pass_time(lap_ms)
    elif turn == _PERMISSION:
        discharging = 1 if connector.session.state == DISCHARGING else 0
        dispatch.watch(inputs.power_w, discharging, settings, lap_ms)
    else:  # the controller
        dispatch.age(settings, lap_ms)
        connector.limits.suspend(OWNER_SITE, 1 if dispatch.heartbeat.state == SILENT else 0)


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
