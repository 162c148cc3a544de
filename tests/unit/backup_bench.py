"""A backup on a bench: the gateway, the vehicle and the contactor do what a test tells them."""

from array import array

from wattback import retained
from wattback.backup.backup import Backup
from wattback.backup.steps import STATE_NAMES
from wattback.gateway import (
    STATE_ANGLE_DECIDEG,
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
    STATE_TRANSFORMER_OK,
)
from wattback.limits import FOR_EVER, OWNER_HARDWARE, SCOPE_GRID, Limits
from wattback.settings import SETTINGS, Settings
from wattback.signals import Inputs
from wattback.vehicle import LINK_AUTHORISED, LINK_NONE, Vehicle

TICK_MS = 10
STATE_MS = 100
LEG_MV = 120_000
HZ = 60_000


class BackupBench:
    """backup, gateway: under test. The world around them is what its attributes say.

    switch: "closed", "open", "both" (contacts made) or "none". obeys: the switch follows its
    orders after 50 ms. speaks: the gateway does. grid_mv, home_mv: of a leg; grid_l2_mv: of the
    other one on the grid's side. grid_follows: that side goes where the home goes. closed: the
    session has the contactor closed; follows_closing: it closes and opens as the backup asks.
    vehicle_follows: it takes over what it is told. contact_sticks: the contactor's says closed.
    """

    def __init__(self, **settings: int) -> None:
        self.settings = Settings()
        values = {row[0]: row[1] for row in SETTINGS}
        values |= {"gateway_fitted": 1, "backup_enabled": 1, "return_steady_s": 5} | settings
        assert self.settings.load(list(values.values())) == ""
        self.retained = array("i", [0] * retained.WORDS)
        self.backup = Backup(self.retained)
        self.gateway = self.backup.gateway
        self.backup.load(self.settings)
        self.vehicle = Vehicle()
        self.vehicle.link = LINK_AUTHORISED
        self.vehicle.linked = 1
        self.vehicle.forms = 1
        self.vehicle.soc_bp = 8000
        self.vehicle.discharge_w = 11_500
        self.vehicle.charge_w = 11_500
        self.limits = Limits()
        self.limits.set(OWNER_HARDWARE, 48_000, 48_000, FOR_EVER)
        self.limits.settle(SCOPE_GRID, 1)
        self.inputs = Inputs()
        self.switch = "closed"
        self.obeys = True
        self.speaks = True
        self.transformer = 1
        self.grid_mv = LEG_MV
        self.grid_hz = HZ
        self.grid_l2_mv: int | None = None  # None: as the other leg
        self.grid_follows = False
        self.home_mv: int | None = None  # None: what switch and vehicle make of it
        self.angle = 0
        self.connected = 1
        self.closed = 0
        self.confirmed = 0
        self.follows_closing = True
        self.vehicle_follows = True
        self.contact_sticks = False
        self.current_ma = 0
        self.power_w = 0
        self.now_ms = 0
        self._counter = 0
        self._order = 1
        self._ordered_ms = 0

    @property
    def state(self) -> str:
        """The step it is in, by name."""
        return STATE_NAMES[self.backup.state]

    def run(self, ms: int) -> None:
        """Let time pass."""
        for _ in range(ms // TICK_MS):
            self._tick()

    def run_until(self, state: str, within_ms: int = 60_000) -> int:
        """Let time pass until it is in this step; how long that took, in ms."""
        began_ms = self.now_ms
        while self.state != state:
            assert self.now_ms - began_ms < within_ms, f"{self.state}, not {state}"
            self._tick()
        return self.now_ms - began_ms

    def lose_grid(self) -> None:
        """The utility is gone."""
        self.grid_mv = 0
        self.grid_hz = 0

    def restore_grid(self) -> None:
        """It is back."""
        self.grid_mv = LEG_MV
        self.grid_hz = HZ

    def island(self) -> None:
        """Through an outage up to the running island."""
        self.run(1000)
        self.lose_grid()
        self.run_until("island")

    def unplug(self) -> None:
        """The vehicle drives away."""
        self.connected = self.closed = 0
        self.vehicle.link = LINK_NONE
        self.vehicle.linked = self.vehicle.forms = self.vehicle.forming = 0

    def plug_in(self) -> None:
        """It is back, or another one."""
        self.connected = 1
        self.vehicle.link = LINK_AUTHORISED
        self.vehicle.linked = self.vehicle.forms = 1

    def _tick(self) -> None:
        self.now_ms += TICK_MS
        self._move_switch()
        self._move_contactor()
        home_mv = self._home_mv()
        home_hz = self.grid_hz if self.switch == "closed" else self.backup.target_millihertz
        self.inputs.voltage_l1_mv = self.inputs.voltage_l2_mv = home_mv
        self.inputs.frequency_millihertz = home_hz if home_mv > 20_000 else 0
        self.inputs.power_w = self.power_w
        if self.vehicle_follows:
            self.vehicle.forming = self.backup.forming
        if self.speaks and self.now_ms % STATE_MS == 0:
            self._say(home_mv)
        self.backup.decide(
            self.inputs,
            self.closed,
            self.confirmed,
            self.connected,
            0,
            self.current_ma,
            self.limits,
            self.vehicle,
            self.settings,
            TICK_MS,
        )

    def _move_switch(self) -> None:
        order = self.gateway.order_switch
        if order != self._order:
            self._order = order
            self._ordered_ms = self.now_ms
        moves = self.obeys and self.now_ms - self._ordered_ms >= 50
        if moves and self.switch in ("open", "closed"):
            self.switch = "closed" if order else "open"

    def _move_contactor(self) -> None:
        backup = self.backup
        if self.follows_closing and backup.engaged:
            if backup.closes:
                self.closed = 1
            elif backup.ends or not backup.offers:
                self.closed = 1 if backup.planned and not backup.ends and self.closed else 0
        self.confirmed = 1 if self.contact_sticks else self.closed

    def _home_mv(self) -> int:
        if self.home_mv is not None:
            return self.home_mv
        if self.switch == "closed":
            return self.grid_mv
        return self.backup.target_mv // 2 if self.closed else 0

    def _say(self, home_mv: int) -> None:
        inbox = self.gateway.inbox
        self._counter += 1
        inbox[STATE_COUNTER] = self._counter & 0xFFFF
        inbox[STATE_CLOSED_CONTACT] = 1 if self.switch in ("closed", "both") else 0
        inbox[STATE_OPEN_CONTACT] = 1 if self.switch in ("open", "both") else 0
        grid_mv = home_mv if self.grid_follows else self.grid_mv
        inbox[STATE_GRID_L1_MV] = grid_mv
        inbox[STATE_GRID_L2_MV] = grid_mv if self.grid_l2_mv is None else self.grid_l2_mv
        home_hz = self.inputs.frequency_millihertz
        inbox[STATE_GRID_MILLIHERTZ] = home_hz if self.grid_follows else self.grid_hz
        inbox[STATE_HOME_L1_MV] = inbox[STATE_HOME_L2_MV] = home_mv
        inbox[STATE_HOME_MILLIHERTZ] = self.inputs.frequency_millihertz
        inbox[STATE_ANGLE_DECIDEG] = self.angle
        inbox[STATE_TRANSFORMER_OK] = self.transformer
        inbox[STATE_AUXILIARY_MV] = 24_000
        self.gateway.inbox_full = 1
