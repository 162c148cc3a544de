"""An evening in which every phase of a visit occurs, played on CPython and recorded for the board.

A visit that a power cut has interrupted goes on, charges by the pilot alone and then feeds the
grid by its link; one feeds it against its permission; in the others the protective functions act
(`core_safety.py`).
"""

from __future__ import annotations

from tests.pico.core_safety import act
from tests.pico.core_stage import (
    AllSlowParts,
    Stage,
    feeds,
    follows,
    latched,
    limited_by,
    link_is,
    opened_for,
    session_is,
    waits_for,
)
from tests.pico.recorder import Recorder
from wattback.connector import Connector
from wattback.contactor import CAUSE_MUST_TRIP, CAUSE_PERMISSION, CAUSE_PLANNED
from wattback.export import WAIT_CONTROLLER, WAIT_DEPARTURE, WAIT_RESERVE
from wattback.fault_table import POWER_NOT_PERMITTED
from wattback.limits import OWNER_RESTART
from wattback.pilot import MINIMUM_OFFER_MA
from wattback.session import CHARGING, IDLE, OFFERED
from wattback.targets import OWNER_SITE as TARGET_OF_SITE
from wattback.vehicle import LINK_AUTHORISED, LINK_LAPSED

SEED = 1

_FEEDS = ("inverter", "exports", 11000.0)


def record_evening() -> Recorder:
    """Play the evening; the recorder holds its phases."""
    stage = Stage(SEED)
    _charge_by_the_pilot(stage)
    _feed_the_grid(stage)
    _interrupt_the_export(stage)
    _lose_the_link(stage)
    _trip(stage)
    _feed_without_permission(stage)
    _come_back_at_once(stage)
    act(stage)
    return stage.recorder


def _charge_by_the_pilot(stage: Stage) -> None:
    stage.phase("boot", 16, "boot", "idle", session_is(IDLE), lead=8)
    stage.phase("enter service", 12, "idle", "idle", _in_service, lead=4)
    stage.run_s(3)  # the contactor rests
    stage.world.vehicle.plug_in()
    stage.phase("plugged in", 8, "idle", "offered", session_is(OFFERED), lead=4)
    stage.phase("closing", 14, "offered", "charging", session_is(CHARGING), lead=4)
    # As an outage leaves it, which would stop the visit first.
    stage.recorder.connector.restart.limit_ma = MINIMUM_OFFER_MA
    stage.run_s(0.01)  # a recording begins with the state after a tick
    rises = AllSlowParts(limited_by(OWNER_RESTART))
    stage.phase("restart ramp", 44, "charging", "charging", rises)
    stage.until("the end of the ramp", lambda connector: connector.status.offered_ma == 48000)
    stage.run_s(1)
    stage.limit_a(20)
    stage.phase("limited", 8, "charging", "charging", lambda c: c.status.offered_ma == 20000)
    stage.limit_a(0)
    stage.phase("stopping", 14, "charging", "waiting", opened_for(CAUSE_PLANNED))


def _feed_the_grid(stage: Stage) -> None:
    recorder = stage.recorder
    says = {1: recorder.say_setup, 3: recorder.say_parameters, 5: recorder.say_loop}
    stage.phase("vehicle link", 8, "waiting", "waiting", link_is(LINK_AUTHORISED), at=says)
    stage.limit_a(48)
    stage.until_session("charging")
    stage.run_s(1)
    charges = AllSlowParts(lambda connector: connector.status.power_w < -9000)
    stage.phase("charging", 44, "charging", "charging", charges)
    stage.aim()
    stage.phase("target", 8, "charging", "charging", follows(TARGET_OF_SITE), 6)
    stage.phase("reversal", 10, "charging", "discharging", lambda c: c.status.target_w > 0, 6)
    stage.run_s(2)
    stage.phase("discharging", 71, "discharging", "discharging", AllSlowParts(feeds))
    all_at_once = {1: stage.say_all}
    stage.phase("message, commands", 16, "discharging", "discharging", feeds, at=all_at_once)
    stage.change("grid.voltage_pu", 0.85)
    stage.phase("trip rows run", 8, "discharging", "discharging", _trip_rows_run)
    stage.change("grid.voltage_pu", 1.0)


def _interrupt_the_export(stage: Stage) -> None:
    recorder = stage.recorder
    stage.set("reserve_bp", 6000)
    stage.phase("reserve", 8, "discharging", "charging", waits_for(WAIT_RESERVE), 2)
    stage.set("reserve_bp", 2000)
    stage.run_s(3)
    recorder.need_wh, recorder.departure_s = 50000, 3600  # it takes longer than that
    stage.phase("departure", 8, "discharging", "discharging", waits_for(WAIT_DEPARTURE), 2)
    recorder.need_wh = 0
    stage.run_s(3)
    stage.beat(2)
    stage.set("controller_timeout_s", 1)
    silent = waits_for(WAIT_CONTROLLER)
    stage.phase("controller silent", 8, "discharging", "discharging", silent, 2)
    stage.beat(3)
    stage.set("controller_timeout_s", 60)
    stage.run_s(3)


def _lose_the_link(stage: Stage) -> None:
    stage.recorder.fall_silent()
    stage.phase("link lost", 8, "discharging", "discharging", link_is(LINK_LAPSED), 3)
    opened = opened_for(CAUSE_PERMISSION)
    stage.phase("forced to open", 10, "discharging", "waiting", opened, 3)


def _trip(stage: Stage) -> None:
    stage.feed_again()
    stage.change("grid.voltage_pu", 1.3)
    stage.phase("must-trip", 16, "discharging", "waiting", opened_for(CAUSE_MUST_TRIP))
    stage.change("grid.voltage_pu", 1.0)


def _feed_without_permission(stage: Stage) -> None:
    stage.feed_again()
    stage.break_(_FEEDS)
    fault = latched(POWER_NOT_PERMITTED)
    stage.phase("power not permitted", 10, "discharging", "fault", fault, 3)
    stage.mend(_FEEDS)
    stage.aim_no_more()
    stage.leave()


def _come_back_at_once(stage: Stage) -> None:
    stage.charge_again()
    stage.leave()
    stage.world.vehicle.plug_in()
    stage.until_session("waiting")
    recorder = stage.recorder
    says = {1: recorder.say_setup, 5: recorder.say_parameters, 9: recorder.say_loop}
    authorised = link_is(LINK_AUTHORISED)
    stage.phase("speaks while tested", 40, "waiting", "waiting", authorised, at=says)
    stage.until_session("charging")
    stage.leave()


def _in_service(connector: Connector) -> bool:
    return bool(connector.status.in_service)


def _trip_rows_run(connector: Connector) -> bool:
    trips = connector.dispatch.trips
    return not trips.normal and not trips.tripped
