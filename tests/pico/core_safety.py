"""The second half of the evening: visits in which the protective functions act, one after another.

Each phase begins shortly before its function acts, so that the tick in which it does is in it.
"""

from __future__ import annotations

from tests.pico.core_stage import AllSlowParts, Stage, latched, limited_by, session_is
from wattback.connector import Connector
from wattback.fault_table import (
    CONTACTOR_WELDED,
    EMERGENCY_STOP,
    GROUND_FAULT,
    GROUND_FAULT_EARLY,
    GROUND_FAULT_LATCH,
    HANDLE_OVERHEATED,
    METER_IMPLAUSIBLE,
    SUPPLY_OUT_OF_WINDOW,
    VEHICLE_STILL_ENERGISED,
)
from wattback.limits import OWNER_THERMAL
from wattback.session import BOOT, FAULT, OFFERED

_LEAK = ("cable", "leak", 500.0)
_SLOW_LEAK = ("cable", "leak", 40.0)  # the firmware's to cut
_DEAD_LATCH = ("ground_fault_latch", "dead", 0.0)
_AUX_CLOSED = ("contactor_aux", "stuck_closed", 0.0)
_LATCHING = (_LEAK, _AUX_CLOSED, ("pilot", "stuck_high", 0.0), ("pilot", "short", 0.0))
_WELD_UNSEEN = (("contactor", "stuck_closed", 0.0), ("contactor_aux", "stuck_open", 0.0))
_FROZEN = ("meter", "frozen", 0.0)
_WARM = ("handle_decic", "offset", 380.0)  # less current
_HOT = ("handle_decic", "offset", 550.0)  # none

_EARLY_S = 10.0  # after a closing


def act(stage: Stage) -> None:
    """From idle on."""
    _fail_in_many_ways(stage)
    _press_the_button(stage)
    _leak(stage)
    _weld(stage)
    _sleep(stage)
    _lose_what_is_measured(stage)
    _overheat(stage)


def _fail_in_many_ways(stage: Stage) -> None:
    stage.charge_again()
    stage.recorder.unplug()
    stage.phase("unplug", 8, "charging", "idle")
    stage.charge_again()
    stage.break_(_LEAK)
    stage.run_s(0.01)  # the latch trips, and the next tick sees it
    stage.fill_the_queue()
    stage.phase("fault, commands", 8, "charging", "fault", latched(GROUND_FAULT_EARLY))
    for fault in _LATCHING[1:]:
        stage.break_(fault)
        stage.run_s(2)
    stage.phase("four faults", 6, "fault", "fault", lambda c: _count(c.status.faults) >= 4)
    for fault in _LATCHING:
        stage.mend(fault)
    stage.recorder.unplug()
    stage.run_s(2)
    stage.press()
    stage.until_session("idle")
    stage.phase("idle", 6, "idle", "idle")


def _press_the_button(stage: Stage) -> None:
    stage.charge_again()
    press = {1: lambda: stage.change("installation.emergency_stop", True)}
    stopped = latched(EMERGENCY_STOP)
    stage.phase("emergency stop", 10, "charging", "fault", stopped, at=press)
    stage.change("installation.emergency_stop", False)
    stage.run_s(1)
    stage.change("installation.reset_button", True)
    stage.phase("reset on site", 8, "fault", "idle", session_is(BOOT), lead=4)
    stage.change("installation.reset_button", False)
    stage.until_session("charging")
    stage.run_s(1)

    def all_at_once() -> None:
        stage.break_(_SLOW_LEAK)
        stage.change("grid.leg_unbalance_pu", 0.2)
        stage.change("installation.emergency_stop", True)
        stage.change("installation.reset_button", True)
        stage.fill_the_queue()

    stage.phase("all at once", 10, "charging", "fault", stopped, at={1: all_at_once})
    stage.mend(_SLOW_LEAK)
    stage.change("grid.leg_unbalance_pu", 0.0)
    stage.change("installation.emergency_stop", False)
    stage.change("installation.reset_button", False)
    stage.run_s(1)
    stage.press()
    stage.leave()


def _leak(stage: Stage) -> None:
    stage.charge_again(_EARLY_S)
    stage.break_(_SLOW_LEAK)
    stage.phase("slow leak", 14, "charging", "fault", latched(GROUND_FAULT), lead=8)
    stage.mend(_SLOW_LEAK)
    stage.leave()
    stage.charge_again(_EARLY_S)
    stage.break_(_DEAD_LATCH)
    stage.break_(_LEAK)
    stage.phase("dead latch", 12, "charging", "fault", latched(GROUND_FAULT_LATCH), lead=6)
    stage.mend(_LEAK)
    stage.mend(_DEAD_LATCH)
    stage.run_s(1)
    stage.press()
    stage.leave()


def _weld(stage: Stage) -> None:
    stage.charge_again()
    for fault in _WELD_UNSEEN:
        stage.break_(fault)
    live = latched(VEHICLE_STILL_ENERGISED)
    stage.phase("still energised", 8, "fault", "fault", live, lead=3)
    stage.phase("weld by load", 8, "fault", "fault", latched(CONTACTOR_WELDED), lead=3)
    for fault in _WELD_UNSEEN:
        stage.mend(fault)
    stage.recorder.unplug()
    stage.run_s(6)
    stage.reset()
    stage.until_session("idle")


def _sleep(stage: Stage) -> None:
    vehicle = stage.world.vehicle
    vehicle.s2_forced_open = True
    vehicle.plug_in()
    stage.until_session("offered")
    stage.phase("wake pulse", 8, "offered", "offered", _pulses, lead=3)
    stage.phase("offer again", 8, "offered", "offered", _pulses_no_more, lead=3)
    vehicle.s2_forced_open = False
    stage.leave()


def _lose_what_is_measured(stage: Stage) -> None:
    stage.charge_again()
    stage.change("grid.leg_unbalance_pu", 0.2)
    apart = AllSlowParts(lambda connector: not connector.supply.inside)
    stage.phase("legs apart", 44, "charging", "charging", apart)
    stage.change("grid.leg_unbalance_pu", 0.0)
    stage.run_s(1)
    stage.break_(_FROZEN)
    stage.phase("meter frozen", 8, "charging", "fault", latched(METER_IMPLAUSIBLE), lead=3)
    stage.mend(_FROZEN)
    stage.run_s(10)
    stage.until_session("charging")
    stage.run_s(1)
    stage.change("grid.voltage_pu", 0.0)
    outage = latched(SUPPLY_OUT_OF_WINDOW)
    stage.phase("outage", 30, "charging", "fault", outage, lead=4)
    stage.change("grid.voltage_pu", 1.0)
    stage.run_s(60)
    stage.until_session("charging")
    stage.until("the end of the ramp", lambda connector: connector.status.offered_ma > 40_000)


def _overheat(stage: Stage) -> None:
    stage.break_(_WARM)
    stage.phase("warm handle", 10, "charging", "charging", limited_by(OWNER_THERMAL), lead=4)
    stage.phase("thermal lap", 8, "charging", "charging", _Lap(), lead=4)
    stage.break_(_HOT)
    stage.phase("overheated", 10, "charging", "stopping", latched(HANDLE_OVERHEATED), lead=4)
    stage.phase("stopped by heat", 8, "stopping", "fault", session_is(FAULT), lead=4)


def _pulses(connector: Connector) -> bool:
    return bool(connector.wake.pulse)


def _pulses_no_more(connector: Connector) -> bool:
    return not connector.wake.pulse and connector.session.state == OFFERED


class _Lap:
    """A lap of the heat model ends: the squares of the current are filtered anew."""

    def __init__(self) -> None:
        self._before = -1

    def __call__(self, connector: Connector) -> bool:
        ended = 0 <= self._before != connector.thermal._fast
        self._before = connector.thermal._fast
        return ended


def _count(bits: int) -> int:
    return bin(bits).count("1")
