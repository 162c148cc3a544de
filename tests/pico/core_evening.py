"""An evening in which every phase of a visit occurs, played on CPython and recorded for the board.

Three visits: one that charges by the pilot alone and then feeds the grid by its link, one that
feeds it against its permission, one in which much else fails.
"""

from __future__ import annotations

from tests.pico.recorder import Proof, Recorder
from wattback.commands import (
    COMMAND_HEARTBEAT,
    COMMAND_RESET_FAULTS,
    COMMAND_SET_LIMIT,
    COMMAND_SET_SETTING,
    COMMAND_SET_TARGET,
    COMMAND_SET_TIME,
)
from wattback.connector import Connector
from wattback.contactor import CAUSE_MUST_TRIP, CAUSE_PERMISSION, CAUSE_PLANNED
from wattback.export import WAIT_CONTROLLER, WAIT_DEPARTURE, WAIT_RESERVE
from wattback.fault_table import POWER_NOT_PERMITTED
from wattback.limits import OWNER_SITE
from wattback.session import CHARGING, IDLE, OFFERED
from wattback.settings import SETTINGS
from wattback.targets import OWNER_SITE as TARGET_OF_SITE
from wattback.vehicle import LINK_AUTHORISED, LINK_LAPSED
from wattback_sim.faults import find_fault

SEED = 1

# A vehicle without patience and steep ramps keep the evening short; the firmware's work does not
# depend on it. Its inverter feeds on when its link is silent, so that the connector has to act.
_PARAMETERS = {
    "vehicle.start_s": 0.05,
    "vehicle.response_s": 0.0,
    "vehicle.stop_s": 0.3,
    "vehicle.ramp_a_per_s": 400.0,
    "inverter.response_s": 0.0,
    "inverter.ramp_kw_per_s": 1000.0,
    "inverter.ceases": False,
}
_SETTINGS = {
    "enter_service_delay_s": 2,
    "enter_service_ramp_s": 2,
    "export_permitted": 1,
    "export_enabled": 1,
    "target_ramp_w_per_s": 20000,
    "vehicle_link_timeout_ms": 1000,
    "permission_excess_ms": 1700,
}
_SETTING_NAMES = [row[0] for row in SETTINGS]

_LEAK = ("cable", "leak", 500.0)
_SHORT = ("pilot", "short", 0.0)
_LATCHING = (_LEAK, ("contactor_aux", "stuck_closed", 0.0), ("pilot", "stuck_high", 0.0), _SHORT)
_FEEDS = ("inverter", "exports", 11000.0)

_TARGET_W = 7000


def record_evening() -> Recorder:
    """Play the evening; the recorder holds its phases."""
    evening = _Evening()
    evening.charge_by_the_pilot()
    evening.feed_the_grid()
    evening.interrupt_the_export()
    evening.lose_the_link()
    evening.trip()
    evening.feed_without_permission()
    evening.fail_and_recover()
    return evening.recorder


class _Evening:
    def __init__(self) -> None:
        self.recorder = Recorder(SEED, _PARAMETERS, _SETTINGS)
        self._phase = self.recorder.phase
        self._run_s = self.recorder.run_s
        self._until_session = self.recorder.until_session
        self._command = self.recorder.command
        self._world = self.recorder.world

    def charge_by_the_pilot(self) -> None:
        self._phase("boot", 16, "boot", "idle", _session_is(IDLE), lead=8)
        self._phase("enter service", 12, "idle", "idle", _in_service, lead=4)
        self._run_s(3)  # the contactor rests
        self._world.vehicle.plug_in()
        self._phase("plugged in", 8, "idle", "offered", _session_is(OFFERED), lead=4)
        self._phase("closing", 14, "offered", "charging", _session_is(CHARGING), lead=4)
        self._run_s(1)
        self._limit_a(20)
        self._phase("limited", 8, "charging", "charging", lambda c: c.status.offered_ma == 20000)
        self._limit_a(0)
        self._phase("stopping", 14, "charging", "waiting", _opened_for(CAUSE_PLANNED))

    def feed_the_grid(self) -> None:
        says = {1: self.recorder.say_setup, 3: self.recorder.say_parameters}
        says[5] = self.recorder.say_loop
        self._phase("vehicle link", 8, "waiting", "waiting", _link_is(LINK_AUTHORISED), at=says)
        self._limit_a(48)
        self._until_session("charging")
        self._run_s(1)
        self._phase("charging", 26, "charging", "charging", lambda c: c.status.power_w < -9000)
        self._aim()
        self._phase("target", 8, "charging", "charging", _follows(TARGET_OF_SITE), 6)
        self._phase("reversal", 10, "charging", "discharging", lambda c: c.status.target_w > 0, 6)
        self._run_s(2)
        self._phase("discharging", 52, "discharging", "discharging", _feeds)
        all_at_once = {1: self._say_all}
        self._phase("message, commands", 16, "discharging", "discharging", _feeds, at=all_at_once)
        self._set_grid_pu(0.85)
        self._phase("trip rows run", 8, "discharging", "discharging", _trip_rows_run)
        self._set_grid_pu(1.0)

    def interrupt_the_export(self) -> None:
        self._set("reserve_bp", 6000)
        self._phase("reserve", 8, "discharging", "charging", _waits_for(WAIT_RESERVE), 2)
        self._set("reserve_bp", 2000)
        self._run_s(3)
        self.recorder.need_wh, self.recorder.departure_s = 50000, 3600  # it takes longer than that
        self._phase("departure", 8, "discharging", "discharging", _waits_for(WAIT_DEPARTURE), 2)
        self.recorder.need_wh = 0
        self._run_s(3)
        self._command(COMMAND_HEARTBEAT, 2)
        self._set("controller_timeout_s", 1)
        silent = _waits_for(WAIT_CONTROLLER)
        self._phase("controller silent", 8, "discharging", "discharging", silent, 2)
        self._command(COMMAND_HEARTBEAT, 3)
        self._set("controller_timeout_s", 60)
        self._run_s(3)

    def lose_the_link(self) -> None:
        self.recorder.fall_silent()
        self._phase("link lost", 8, "discharging", "discharging", _link_is(LINK_LAPSED), 3)
        opened = _opened_for(CAUSE_PERMISSION)
        self._phase("forced to open", 10, "discharging", "waiting", opened, 3)

    def trip(self) -> None:
        self._feed_again()
        self._set_grid_pu(1.3)
        self._phase("must-trip", 16, "discharging", "waiting", _opened_for(CAUSE_MUST_TRIP))
        self._set_grid_pu(1.0)

    def feed_without_permission(self) -> None:
        self._feed_again()
        self._break(_FEEDS)
        fault = _latched(POWER_NOT_PERMITTED)
        self._phase("power not permitted", 10, "discharging", "fault", fault, 3)
        self._mend(_FEEDS)
        self.recorder.unplug()
        self._until_session("idle")

    def fail_and_recover(self) -> None:
        self._command(COMMAND_SET_TARGET, TARGET_OF_SITE, 0, 0)
        self._charge_again()
        self.recorder.unplug()
        self._phase("unplug", 8, "charging", "idle")
        self._charge_again()
        self._break(_LEAK)
        self._run_s(0.01)  # the latch trips, and the next tick sees it
        for amps in range(40, 40 + self.recorder.connector.queue.room()):
            self._limit_a(amps)
        self._phase("fault, commands", 8, "charging", "fault")
        for fault in _LATCHING[1:]:
            self._break(fault)
            self._run_s(2)
        self._phase("four faults", 6, "fault", "fault", lambda c: _count(c.status.faults) == 4)
        for fault in _LATCHING:
            self._mend(fault)
        self.recorder.unplug()
        self._run_s(2)
        self._command(COMMAND_RESET_FAULTS)
        self._phase("reset", 6, "fault", "idle")
        self._phase("idle", 6, "idle", "idle")

    def _charge_again(self) -> None:
        self._world.vehicle.plug_in()
        self._until_session("charging")
        self._run_s(1)

    def _feed_again(self) -> None:
        self._run_s(2)
        self.recorder.say_setup()
        self._run_s(0.02)
        self.recorder.say_parameters()
        self._run_s(0.02)
        self.recorder.say_loop()
        self._until_session("discharging")
        self._run_s(3)

    def _say_all(self) -> None:
        """A message of the link, and a command of each kind."""
        self.recorder.say_loop()
        self._limit_a(47)
        self._aim()
        self._set("export_max_w", 19000)
        self._command(COMMAND_HEARTBEAT, 1)
        self._command(COMMAND_SET_TIME, 20494, 64800)
        self._command(COMMAND_RESET_FAULTS)

    def _aim(self) -> None:
        self._command(COMMAND_SET_TARGET, TARGET_OF_SITE, 1, _TARGET_W)

    def _limit_a(self, amps: int) -> None:
        self._command(COMMAND_SET_LIMIT, OWNER_SITE, amps * 1000, amps * 1000)

    def _set(self, name: str, value: int) -> None:
        self._command(COMMAND_SET_SETTING, _SETTING_NAMES.index(name), value)

    def _set_grid_pu(self, voltage_pu: float) -> None:
        self._world.parameters.set("grid.voltage_pu", voltage_pu)

    def _break(self, fault: tuple[str, str, float]) -> None:
        part, kind, amount = fault
        find_fault(part, kind).break_it(self._world, amount)

    def _mend(self, fault: tuple[str, str, float]) -> None:
        find_fault(fault[0], fault[1]).mend(self._world)


def _session_is(state: int) -> Proof:
    return lambda connector: connector.session.state == state


def _in_service(connector: Connector) -> bool:
    return bool(connector.status.in_service)


def _follows(owner: int) -> Proof:
    return lambda connector: connector.status.target_owner == owner


def _feeds(connector: Connector) -> bool:
    return connector.status.target_w == _TARGET_W and connector.status.power_w > _TARGET_W - 100


def _trip_rows_run(connector: Connector) -> bool:
    trips = connector.dispatch.trips
    return not trips.normal and not trips.tripped


def _link_is(link: int) -> Proof:
    return lambda connector: connector.vehicle.link == link


def _waits_for(bit: int) -> Proof:
    return lambda connector: bool(connector.status.export_waits & bit)


def _opened_for(cause: int) -> Proof:
    return lambda connector: (
        not connector.contactor.commanded and connector.contactor.open_cause == cause
    )


def _latched(bit: int) -> Proof:
    return lambda connector: bool(connector.status.faults & bit)


def _count(bits: int) -> int:
    return bin(bits).count("1")
