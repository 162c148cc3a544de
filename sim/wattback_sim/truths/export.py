"""Truth 2: energy flows out of the vehicle only where it may, and ceases in its time.

Permission is rebuilt from the world: what the vehicle is and has acknowledged, what its battery
holds, what the grid has been like, what has been set. The firmware's own reasons are not asked.
"""

import math
from collections.abc import Sequence

from wattback_sim.board import AT, SimulatedBoard
from wattback_sim.clock import TICK_US
from wattback_sim.limit_ledger import LimitLedger
from wattback_sim.truths.service import ServiceWatch
from wattback_sim.truths.violations import Fail

_CEASE_US = 2_000_000  # from the permission's end to no export (evse.md 6.4, C)
_NO_EXPORT_W = 300.0  # what a sensor may be wrong, above the 240 W that count as none
_BEYOND_W = 700.0  # over the target: the connector's 500 W, sensor and rounding
# The window of recent targets, the time to obey and one opening.
_BEYOND_US = 5_000_000
_SOC_SLACK = 0.0005
# A message is on its way for some milliseconds, and a tick later it counts; a plug that is pulled
# and back within the pilot's debounce has not been pulled for the connector.
_LINK_SLACK_US = 60_000
# A contactor that drops out is a fault within 300 ms, and no export is commanded from then on.
_OPEN_US = 500_000

# A round of turns, at its longest.
_RENEWAL_SLACK_US = 420_000
_HZ_SLACK = 0.02
# How the settings begin that a utility may be allowed to set (IEEE 1547-2018; evse.md 6.1 to 6.5).
_GRID_CODE = (
    "enter_service_",
    "permit_service",
    "trip_",
    "droop_",
    "volt_",
    "watt_var_",
    "reactive_function",
    "constant_",
)

_PERMISSIONS = ("export_permitted", "permit_service", "export_enabled")
_TARGET = AT["target_w"]
_VERSION = AT["settings_version"]


class ExportTruths:
    """Judges what flows out of the vehicle, and what it is told."""

    def __init__(self, board: SimulatedBoard, ledger: LimitLedger, fail: Fail) -> None:
        self._board = board
        self._ledger = ledger
        self._fail = fail
        self._service = ServiceWatch(board.settings_by_name)
        self._told_us = -_CEASE_US  # the last time at which an export was commanded
        self._fit_us = -_CEASE_US  # the last time at which the vehicle was one that may
        self._renewed_us: int | None = None  # since when others wait for an acknowledgement
        self._version = 0  # of the last of them
        self._agreed_us = -_CEASE_US  # and at which the settings were acknowledged
        self._closed_us = -_CEASE_US  # and at which the contacts were
        self._flows_us: int | None = None
        self._beyond_us = 0
        self._droop_w = 0.0  # what it may still add
        self._droop_us = 0

    def adopted(self, now_us: int, changed: Sequence[str], version: int) -> None:
        """The settings of these names have changed, and this is their version now. The utility
        may do that, if it may, and the vehicle has its time to acknowledge them.
        """
        if changed and not self._ledger.setting("utility_may_set"):
            self._fail(now_us, 2, f"{changed[0]} was set where the utility may not set it")
        others = [name for name in changed if not name.startswith(_GRID_CODE)]
        if others:
            self._fail(now_us, 2, f"{others[0]} was set, which is no setting of the grid code")
        self._service.follow(self._ledger.settings)
        self._version = version
        if changed and self._renewed_us is None:
            self._renewed_us = now_us

    def restarted(self) -> None:
        """The board has booted, with the settings that it was given."""
        self._service.follow(self._board.settings_by_name)
        self._service.restarted()

    def judge(self, now_us: int) -> None:
        """Judge this tick."""
        world = self._board.world
        line_v = world.bus.voltage_l1_v + world.bus.voltage_l2_v
        if world.cut_off:
            line_v = 0.0  # an island is no grid to be in service on
        self._service.look(now_us, line_v, world.bus.frequency_hz)
        target_w = self._board.answer[_TARGET]
        if target_w > 0:
            self._told_us = now_us
            self._commanded(now_us)
        self._flow(now_us, target_w)

    def _commanded(self, now_us: int) -> None:
        ledger = self._ledger
        vehicle = self._board.world.vehicle
        if self._board.world.path.closed:
            self._closed_us = now_us
        elif now_us - self._closed_us > _OPEN_US:
            self._fail(now_us, 2, "export commanded through an open contactor")
        if not all(ledger.setting(name) for name in _PERMISSIONS):
            self._fail(now_us, 2, "export commanded where it is not permitted")
        if self._service.not_allowed:
            name = self._service.not_allowed
            self._fail(
                now_us, 2, f"export commanded with a {name} that its category does not allow"
            )
        if not self._service.entered:
            self._fail(now_us, 2, "export commanded before the grid was good for its delay")
        link = vehicle.evcc.parameters
        fit = (
            link.certified
            and link.abnormal_category >= ledger.setting("abnormal_category")
            and link.normal_category >= ledger.setting("normal_category")
        )
        if link.on and fit and vehicle.inverter.parameters.discharge_kw > 0.0:
            self._fit_us = now_us
        elif now_us - self._fit_us > _LINK_SLACK_US:
            self._fail(now_us, 2, "export commanded to a vehicle that may not discharge")
        if vehicle.evcc.settings == self._board.answer[_VERSION]:
            self._agreed_us = now_us
            if vehicle.evcc.settings == self._version:
                self._renewed_us = None
        elif now_us - self._agreed_us > _LINK_SLACK_US:
            # Those that came under an authorisation have their time, from the first on.
            late_us = ledger.setting("acknowledge_ms") * 1000 + _RENEWAL_SLACK_US
            if self._renewed_us is None or now_us - self._renewed_us > late_us:
                self._fail(now_us, 2, "export commanded before the settings were acknowledged")
        silence_us = now_us - vehicle.evcc.said_us
        if silence_us > ledger.setting("vehicle_link_timeout_ms") * 1000 + _LINK_SLACK_US:
            self._fail(now_us, 2, f"export commanded to a vehicle silent for {silence_us} µs")
        reserve = max(ledger.setting("reserve_bp") / 10000.0, vehicle.parameters.minimum_soc)
        if vehicle.battery.soc < reserve - _SOC_SLACK:
            self._fail(now_us, 2, "export commanded from the reserve")

    def _sense_droop(self, now_us: int, target_w: int) -> None:
        """What the inverter adds by itself to an export at a low frequency (evse.md 6.5, C); its
        response may take all of its time, or be a lag that is nearly as long."""
        settings = self._ledger.settings
        hz = self._board.world.bus.frequency_hz
        if target_w <= 0 or not settings["droop_enabled"] or hz <= 0.0:
            self._droop_w = 0.0
            return
        rating_w = self._board.world.vehicle.inverter.parameters.discharge_kw * 1000.0
        nominal_hz = settings["nominal_millihertz"] / 1000.0
        deadband_hz = settings["droop_under_deadband_millihertz"] / 1000.0
        under_hz = nominal_hz - deadband_hz + _HZ_SLACK - hz
        share = under_hz / (nominal_hz * settings["droop_under_bp"] / 10000.0)
        asked_w = rating_w * min(1.0, share)
        if asked_w >= self._droop_w:
            self._droop_w = asked_w
            self._droop_us = now_us
        elif now_us - self._droop_us > settings["droop_response_ms"] * 1000:
            # To 90 % of a step a first-order lag takes 2.3 of its time constants.
            left = math.exp(-2.3 * TICK_US / 1000.0 / settings["droop_response_ms"])
            self._droop_w *= left

    def _flow(self, now_us: int, target_w: int) -> None:
        world = self._board.world
        power_w = world.power_w
        self._sense_droop(now_us, target_w)
        nowhere = world.path.stuck or not world.path.closed or world.cut_off
        if power_w < _NO_EXPORT_W or nowhere:
            self._flows_us = None
            self._beyond_us = now_us
            return
        if self._flows_us is None:
            self._flows_us = now_us
        if now_us - max(self._told_us, self._flows_us) > _CEASE_US:
            self._fail(now_us, 2, f"{power_w:.0f} W exported 2 s after the permission ended")
        silence_us = now_us - max(world.vehicle.evcc.said_us, self._flows_us)
        if silence_us > _CEASE_US:
            self._fail(now_us, 2, f"{power_w:.0f} W exported 2 s after the link fell silent")
        if power_w <= max(target_w, 0) + self._droop_w + _BEYOND_W:
            self._beyond_us = now_us
        elif now_us - self._beyond_us > _BEYOND_US:
            self._fail(now_us, 2, f"{power_w:.0f} W exported, {target_w} W commanded")
        overdue = self._service.overdue
        if overdue is not None:
            self._fail(now_us, 2, f"exported although {overdue.name} must have tripped")
