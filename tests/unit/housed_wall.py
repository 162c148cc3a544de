"""A linked wall in a house: a gateway that can cut it off, and a vehicle that can feed it then."""

from tests.unit.linked_wall import ROUND_MS, SITE, LinkedWall, settings_with
from wattback.backup.backup import Backup
from wattback.backup.steps import REFUSAL_NAMES, STATE_NAMES
from wattback.gateway import (
    STATE_AUXILIARY_MV,
    STATE_CLOSED_CONTACT,
    STATE_COUNTER,
    STATE_GRID_L1_MV,
    STATE_GRID_L2_MV,
    STATE_GRID_MILLIHERTZ,
    STATE_HOME_L1_MV,
    STATE_HOME_L2_MV,
    STATE_HOME_MILLIHERTZ,
    STATE_OPEN_CONTACT,
    STATE_SERVICE_W,
    STATE_SHED,
    STATE_TRANSFORMER_OK,
)

HOUSE = {"gateway_fitted": 1, "backup_enabled": 1, "return_steady_s": 2}
HOUSE |= {"restart_delay_s": 0, "restart_ramp_s": 0}
_STATE_MS = 100
_SWITCH_MS = 50
_LEG_MV = 120_000
_LIVE_MV = 20_000


class HousedWall(LinkedWall):
    """grid_mv: of a leg, on the grid's side. loads_w: of the home, less what its roof gives.

    told: the gateway speaks. switch: 1 while its switch is closed.
    """

    def __init__(self, **changes: int) -> None:
        super().__init__(settings_with(**SITE | HOUSE | changes), new_backup=Backup)
        backup = self.connector.backup
        assert backup is not None
        self.backup: Backup = backup
        self.modes = 3
        self.told = True
        self.switch = 1
        self.grid_mv = _LEG_MV
        self.loads_w = 1_200
        self._counter = 0
        self._state_ms = 0
        self._moves_ms = 0

    @property
    def step(self) -> str:
        """Of the backup, by its name."""
        return STATE_NAMES[self.backup.state]

    @property
    def refusal(self) -> str:
        return REFUSAL_NAMES[self.backup.refusal]

    def until_step(self, step: str, within_ms: int = 60_000) -> int:
        return self.run_until(lambda: self.step == step, within_ms)

    def _answer(self, dt_ms: int) -> None:
        backup = self.backup
        gateway = backup.gateway
        self._moves_ms = self._moves_ms + dt_ms if gateway.order_switch != self.switch else 0
        if self._moves_ms >= _SWITCH_MS:
            self.switch = gateway.order_switch
        feeds = self.board.sensors.contactor_aux_closed and self.forming
        leg_mv = self.grid_mv if self.switch else backup.target_mv // 2 if feeds else 0
        self._hold_supply(leg_mv)
        self.round_ms = backup.update_ms or ROUND_MS
        self.forming = backup.forming
        forms = feeds and not self.switch and leg_mv >= _LIVE_MV
        idle = backup.engaged or leg_mv < _LIVE_MV
        self.stubborn_w = self.loads_w if forms else 0 if idle else None
        super()._answer(dt_ms)
        self._state_ms += dt_ms
        if self.told and self._state_ms >= _STATE_MS:
            self._state_ms = 0
            self._say_state(leg_mv)

    def _hold_supply(self, leg_mv: int) -> None:
        live = leg_mv >= _LIVE_MV
        jitter_mv = (self._jitter * 25_173 + 13_849) % 65_536 % 37 * 10 if live else 0
        self.hold["voltage_l1_mv"] = leg_mv + jitter_mv
        self.hold["voltage_l2_mv"] = leg_mv
        on_grid_millihertz = 60_000
        alone_millihertz = self.backup.target_millihertz
        millihertz = on_grid_millihertz if self.switch else alone_millihertz
        self.hold["frequency_millihertz"] = millihertz if live else 0
        self.hold["leg_angle_decideg"] = 1_800 if live else 0
        closed = self.board.sensors.contactor_aux_closed
        self.hold["load_mv"] = 2 * leg_mv if closed else 0

    def _say_state(self, leg_mv: int) -> None:
        inbox = self.backup.gateway.inbox
        sensors = self.board.sensors
        self._counter += 1
        inbox[STATE_COUNTER] = self._counter & 0xFFFF
        inbox[STATE_CLOSED_CONTACT] = self.switch
        inbox[STATE_OPEN_CONTACT] = 1 - self.switch
        inbox[STATE_SHED] = self.backup.gateway.order_shed
        inbox[STATE_GRID_L1_MV] = inbox[STATE_GRID_L2_MV] = self.grid_mv
        inbox[STATE_GRID_MILLIHERTZ] = 60_000 if self.grid_mv >= _LIVE_MV else 0
        inbox[STATE_HOME_L1_MV] = inbox[STATE_HOME_L2_MV] = leg_mv
        inbox[STATE_HOME_MILLIHERTZ] = sensors.frequency_millihertz
        inbox[STATE_SERVICE_W] = sensors.power_w - self.loads_w if self.switch else 0
        inbox[STATE_TRANSFORMER_OK] = 1
        inbox[STATE_AUXILIARY_MV] = 24_000
        self.backup.gateway.inbox_full = 1


def housed_wall(**changes: int) -> HousedWall:
    """The vehicle charges from the grid, and everything is ready for an outage."""
    wall = HousedWall(**changes)
    wall.run(100)
    wall.vehicle = "B"
    wall.until_state("offered")
    wall.vehicle = "C"
    wall.until_state("charging")
    wall.run(3_000)
    assert (wall.link, wall.step, wall.backup.waits) == ("authorised", "grid", 0)
    return wall


def islanded_wall(**changes: int) -> HousedWall:
    """The same after the grid has left: the vehicle feeds the home."""
    wall = housed_wall(**changes)
    wall.grid_mv = 0
    wall.until_step("island")
    wall.run(2_000)
    assert (wall.state, wall.step) == ("backup", "island")
    return wall
