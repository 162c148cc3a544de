"""Truths 2 and 3 of a home that is cut off: who forms its voltage, and how the switch closes.

Where contacts or sensors lie, what a connector can know is judged, and what it must notice in its
time. Limits are the site's settings; a switch that moves takes its time, which is allowed for.
"""

from wattback.session import BACKUP
from wattback_sim.board import AT, SimulatedBoard
from wattback_sim.gateway import Gateway
from wattback_sim.limit_ledger import LimitLedger
from wattback_sim.truths.violations import Fail

_LIVE_V = 31.0  # of a leg: 30 V and a sensor's noise
_BACKFED_US = 2_500_000  # that a switch which lies may feed a dead grid before it is noticed
_ALLOWED_US = 3_000_000  # to end an island that is no longer allowed
# After the switch has closed: its contacts, one state of the gateway, follow_ms, one opening.
_FOLLOW_SLACK_US = 500_000
_ENTER_US = 100_000  # a word of the status is a tick old
# A home that comes alive by itself while its switch has been told to close: a state, and an order.
_HEARS_US = 250_000
# What sensors may be wrong when a connector has found the home in step.
_VOLTAGE_SLACK = 0.02
_HZ_SLACK = 0.05
_DEG_SLACK = 3.0
# A leg of a home: far outside its window for no longer than this, counted from its first voltage.
_LEG_WINDOW_V = (60.0, 145.0)
_LEG_US = 2_500_000
_START_US = 8_000_000

_SESSION = AT["session_state"]
_MODE = AT["mode"]


class BackupTruths:
    """Judges a home with a gateway; without one there is nothing to judge."""

    def __init__(self, board: SimulatedBoard, ledger: LimitLedger, fail: Fail) -> None:
        self._board = board
        self._ledger = ledger
        self._fail = fail
        self._allowed_us = 0
        self._unfed_us = 0
        self._grid_us = 0  # when the switch was last open, or nobody formed
        self._leg_us = 0
        self._dead_us = 0
        self._clashes = 0
        self._apart_us = 0  # when it was last not told to close on a live home

    def judge(self, now_us: int) -> None:
        """Judge this tick."""
        gateway = self._board.world.gateway
        if gateway is None:
            return
        self._switch(now_us, gateway)
        forms = self._board.answer[_SESSION] == BACKUP and self._board.world.path.commanded
        if not forms:
            self._allowed_us = self._unfed_us = self._grid_us = self._leg_us = now_us
            self._dead_us = now_us
            return
        self._permitted(now_us, gateway)
        self._following(now_us)
        self._legs(now_us)

    def _permitted(self, now_us: int, gateway: Gateway) -> None:
        world = self._board.world
        ledger = self._ledger
        able = world.vehicle.forming.parameters.forms
        if able and ledger.setting("gateway_fitted") and ledger.setting("backup_enabled"):
            self._allowed_us = now_us
        elif now_us - self._allowed_us > _ALLOWED_US:
            self._fail(now_us, 2, "an island that is not enabled, or of a vehicle that cannot")
        if not gateway.backfeeds:
            self._unfed_us = now_us
        elif now_us - self._unfed_us > _BACKFED_US:
            self._fail(now_us, 2, "an island has fed a dead grid for 2.5 s")

    def _following(self, now_us: int) -> None:
        world = self._board.world
        live = world.grid.voltage_l1_v > _LIVE_V
        if world.cut_off or not live or not world.vehicle.forming.active:
            self._grid_us = now_us
            return
        allowed_us = self._ledger.setting("follow_ms") * 1000 + _FOLLOW_SLACK_US
        if now_us - self._grid_us > allowed_us:
            self._fail(now_us, 3, "a vehicle forms a voltage on a grid that has closed on it")

    def _legs(self, now_us: int) -> None:
        bus = self._board.world.bus
        low_v, high_v = _LEG_WINDOW_V
        inside = low_v <= min(bus.voltage_l1_v, bus.voltage_l2_v)
        if inside and max(bus.voltage_l1_v, bus.voltage_l2_v) <= high_v:
            self._leg_us = now_us
            return
        starting = now_us - self._dead_us < _START_US
        too_high = max(bus.voltage_l1_v, bus.voltage_l2_v) > high_v
        if now_us - self._leg_us > _LEG_US and (too_high or not starting):
            self._fail(now_us, 3, "a home whose leg is far outside its window is fed on")

    def _switch(self, now_us: int, gateway: Gateway) -> None:
        world = self._board.world
        if gateway.clashes != self._clashes:
            self._clashes = gateway.clashes
            # What welds by itself, or is fed by somebody else, nobody has told to.
            if gateway.wants_closed and not gateway.switch.stuck and not gateway.held_v:
                self._fail(now_us, 3, "the grid switch has closed on a home out of step")
        home_live = max(world.bus.voltage_l1_v, world.bus.voltage_l2_v) > _LIVE_V
        if not gateway.wants_closed or not world.cut_off or not home_live:
            self._apart_us = now_us
            return
        setting = self._ledger.setting
        grid = world.grid
        nominal_v = setting("nominal_line_mv") / 1000.0
        grid_v = grid.voltage_l1_v + grid.voltage_l2_v
        home_v = world.bus.voltage_l1_v + world.bus.voltage_l2_v
        off_v = abs(grid_v - home_v) / nominal_v
        off_hz = abs(grid.frequency_hz - world.bus.frequency_hz)
        in_step = not (
            off_v > setting("sync_voltage_bp") / 10000.0 + _VOLTAGE_SLACK
            or off_hz > setting("sync_millihertz") / 1000.0 + _HZ_SLACK
            or abs(gateway.angle_deg) > setting("sync_decideg") / 10.0 + _DEG_SLACK
        )
        if in_step:
            self._apart_us = now_us
        elif now_us - self._apart_us > _HEARS_US:
            self._fail(
                now_us,
                3,
                f"the switch is told to close {off_v:.3f} pu, {off_hz:.2f} Hz and "
                f"{gateway.angle_deg:.0f} degrees out of step",
            )
