"""The home's gateway: a switch towards the grid, what it measures, and the home's side of it.

With the switch closed the home is at the grid, and what flows beside its loads goes through the
service. With it open the home has whatever voltage the vehicle forms, that of a foreign source, or
one that dies away. This is a phasor model: two sources that meet out of step are a *clash*, which
is counted and trips the vehicle's inverter; no current of it is computed.
"""

import math
import random
from dataclasses import dataclass

from wattback_sim.gateway_link import GatewayLink, Measured
from wattback_sim.grid import Grid
from wattback_sim.grid_switch import CHECKED, IN_STEP, Closing, GridSwitch
from wattback_sim.home import DEAD_LINE_V, Home, HomeParameters, Solar, SolarParameters
from wattback_sim.parameters import parameter
from wattback_sim.vehicle import Vehicle

_LIVE_V = 20.0  # between the legs; with less there is nothing that a frequency is counted from
_LIVE_LEG_V = 100.0
_DECAY_S = 0.02
_HELD_HZ = 60.0


@dataclass(slots=True)
class GatewayParameters:
    """Section `gateway`."""

    fitted: bool = parameter(False, "", 0, 1, "there is a gateway with a grid switch", True)
    open_ms: float = parameter(50.0, "ms", 0.0, 5000.0, "from the order to the switch open")
    close_ms: float = parameter(50.0, "ms", 0.0, 5000.0, "from the order to the switch closed")
    period_s: float = parameter(0.1, "s", 0.02, 10.0, "between two states that it sends")
    silence_s: float = parameter(10.0, "s", 0.1, 600.0, "without an order until it acts alone")
    auxiliary_s: float = parameter(
        7200.0, "s", 0.0, 86400.0, "its auxiliary supply lasts while the home is dead; 0: none"
    )
    alone_s: float = parameter(
        60.0, "s", 0.0, 600.0, "alone, of a dead home and a live grid, until it closes"
    )


class Gateway:
    """The home's side has the attributes of `Grid`: voltage_l1_v, voltage_l2_v, line_v,
    leg_angle_deg, frequency_hz.

    grid_l1_v, grid_l2_v, grid_hz: at the switch's other side. angle_deg: of the home against the
    grid while both are live, -180 … 180. service_w: positive into the grid. loads_w: of the home.
    auxiliary: what is left of the auxiliary supply, 0 … 1. closings: of two live sides so far;
    clashes: how often sources met out of step. backfeeds: the vehicle holds the dead grid now;
    backfed_us: for how long so far. wants_closed: what the connector has ordered last.

    What may be wrong: held_v: a foreign source holds the cut-off home; transformer_open: nothing
    holds its neutral; monitor_stuck: says that it is held; check_stuck: its check of synchronism
    always lets pass; auxiliary_dead.
    """

    def __init__(
        self,
        parameters: GatewayParameters,
        home: HomeParameters,
        solar: SolarParameters,
        grid: Grid,
        vehicle: Vehicle,
        seed: int,
    ) -> None:
        self.parameters = parameters
        self.nominal_v = grid.nominal_v
        self.switch = GridSwitch()
        self.link = GatewayLink(lambda: parameters.period_s, self.measured, self.obey, seed)
        self.voltage_l1_v = grid.voltage_l1_v
        self.voltage_l2_v = grid.voltage_l2_v
        self.line_v = grid.line_v
        self.leg_angle_deg = grid.leg_angle_deg
        self.frequency_hz = grid.frequency_hz
        self.grid_l1_v = grid.voltage_l1_v
        self.grid_l2_v = grid.voltage_l2_v
        self.grid_hz = grid.frequency_hz
        self.home = Home(home, self.nominal_v)
        self.solar = Solar(solar, self.nominal_v, grid.line_v >= DEAD_LINE_V)
        self.angle_deg = 0.0
        self.service_w = 0.0
        self.loads_w = 0.0
        self.auxiliary = 1.0
        self.closings: list[Closing] = []
        self.clashes = 0
        self.backfed_us = 0
        self.backfeeds = False
        self.wants_closed = True
        self.held_v = 0.0
        self.transformer_open = False
        self.monitor_stuck = False
        self.check_stuck = False
        self.auxiliary_dead = False
        self._grid = grid
        self._vehicle = vehicle
        self._random = random.Random(f"{seed}/island_angle")
        self._now_us = 0
        self._in_step = False  # the vehicle forms beside the grid, since a closing without a clash
        self._shared_w = 0.0  # its power at that closing
        self._both_live = grid.line_v > _LIVE_V
        self._alone_s = 0.0

    @property
    def transformer_ok(self) -> bool:
        """What its monitor says."""
        return self.monitor_stuck or not self.transformer_open

    @property
    def auxiliary_empty(self) -> bool:
        """Nothing supplies the gateway and the connector: the home is dead, and so is that."""
        return self.auxiliary <= 0.0 and self.line_v < DEAD_LINE_V

    def measured(self) -> Measured:
        """What its sensing is offered, before what may be wrong with that."""
        return Measured(
            closed_contact=self.switch.closed_contact.says(self.switch.closed),
            open_contact=self.switch.open_contact.says(not self.switch.closed),
            shed=self.home.shed,
            grid=(self.grid_l1_v, self.grid_l2_v, self.grid_hz),
            home=(self.voltage_l1_v, self.voltage_l2_v, self.frequency_hz),
            angle_deg=self.angle_deg,
            service_w=self.service_w,
            solar_w=self.solar.power_w,
            transformer_ok=self.transformer_ok,
            auxiliary=self.auxiliary,
        )

    def obey(self, now_us: int, close: bool, shed: int) -> None:
        """The connector's order."""
        self.wants_closed = close
        self.home.shed = shed
        self._order(now_us, close)

    def advance(self, now_us: int, dt_s: float, contacts_closed: bool) -> None:
        """Move on to `now_us`. contacts_closed: those of the connector. Sets what the vehicle's
        current is while it forms.
        """
        was_closed = self.switch.closed
        before_us, self._now_us = self._now_us, now_us
        self.switch.settle(now_us)
        if self._both_live and not was_closed:
            drift_us = (
                self.switch.moved_us - before_us if self.switch.closed else now_us - before_us
            )
            self._drift(drift_us)
            if self.switch.closed:
                self._meet(contacts_closed)
        self.home.advance(now_us, self.line_v)
        self.solar.advance(dt_s, self.voltage_l1_v, self.voltage_l2_v, self.frequency_hz)
        source = contacts_closed and self._vehicle.forming.active
        if self.switch.closed:
            self._join(dt_s, source)
        else:
            self._part(dt_s, source)
        self._supply_itself(dt_s)
        self._act_alone(now_us, dt_s)
        if self.switch.closed != was_closed:
            self.link.hurry()
        self.link.advance(now_us, not self.auxiliary_empty)

    # --- the switch ---

    def _order(self, now_us: int, close: bool) -> None:
        p = self.parameters
        if close and not self.switch.ordered and not self._may_close():
            return
        self.switch.order(close, now_us + round((p.close_ms if close else p.open_ms) * 1000.0))

    def _may_close(self) -> bool:
        both_live = self._both_live and not self.switch.closed
        return self.check_stuck or not both_live or self._closing(0).within(CHECKED)

    def _closing(self, at_us: int) -> Closing:
        grid_v = self.grid_l1_v + self.grid_l2_v
        away_pu = abs(self.voltage_l1_v + self.voltage_l2_v - grid_v) / self.nominal_v
        return Closing(at_us, away_pu, self.frequency_hz - self.grid_hz, self.angle_deg)

    def _meet(self, contacts_closed: bool) -> None:
        """It has closed between two live sides."""
        closing = self._closing(self.switch.moved_us)
        self.closings.append(closing)
        if not closing.within(IN_STEP):
            self._clash()
        elif contacts_closed and self._vehicle.forming.active:
            self._in_step = True
            self._shared_w = self._vehicle.current_a * self.line_v

    def _clash(self) -> None:
        self.clashes += 1
        self._in_step = False
        self._vehicle.forming.trip()
        self._vehicle.current_a = 0.0

    def _act_alone(self, now_us: int, dt_s: float) -> None:
        """Nobody tells it to close: the grid itself is its supply then."""
        p = self.parameters
        silent = now_us - self.link.heard_us >= p.silence_s * 1e6
        grid_live = min(self.grid_l1_v, self.grid_l2_v) > _LIVE_LEG_V
        waits = silent and not self.switch.closed and self.line_v < _LIVE_V and grid_live
        self._alone_s = self._alone_s + dt_s if waits else 0.0
        if waits and self._alone_s >= p.alone_s:
            self._order(now_us, True)

    # --- and the two sides of it ---

    def _join(self, dt_s: float, source: bool) -> None:
        grid, vehicle = self._grid, self._vehicle
        self._load_grid(dt_s)
        self.backfeeds = source and grid.line_v <= _LIVE_V
        if grid.line_v <= _LIVE_V:
            self._in_step = False
            if source:
                self._island(dt_s)
                self.backfed_us += round(dt_s * 1e6)
                self._see_grid(self.voltage_l1_v, self.voltage_l2_v, self.frequency_hz)
                self._both_live = False
                return
        elif source and not self._in_step:
            self._clash()
        elif source:
            vehicle.current_a = self._shared_w / grid.line_v
        else:
            self._in_step = False
        self.voltage_l1_v, self.voltage_l2_v = grid.voltage_l1_v, grid.voltage_l2_v
        self.line_v, self.leg_angle_deg = grid.line_v, grid.leg_angle_deg
        self.frequency_hz = grid.frequency_hz
        self._see_grid(grid.voltage_l1_v, grid.voltage_l2_v, grid.frequency_hz)
        self.loads_w = self.home.power_w(self.voltage_l1_v, self.voltage_l2_v)
        self.service_w = vehicle.current_a * self.line_v + self.solar.power_w - self.loads_w
        self._both_live = self.line_v > _LIVE_V
        self.angle_deg = 0.0

    def _part(self, dt_s: float, source: bool) -> None:
        grid = self._grid
        self._in_step = self.backfeeds = False
        if grid.parameters.utility_connected:
            grid.load(0.0)
        else:
            grid.cut_off(0.0, 0.0, dt_s)
        self._see_grid(grid.voltage_l1_v, grid.voltage_l2_v, grid.frequency_hz)
        if self.held_v > 0.0:
            if source:
                self._clash()
            self._hold(self.held_v, _HELD_HZ)
        elif source:
            self._island(dt_s)
        else:
            self._die_away(dt_s)
        if self.switch.pole_welded and source:
            self._leave_by_a_pole(dt_s)
        both_live = self.line_v > _LIVE_V and grid.line_v > _LIVE_V
        if both_live and not self._both_live:  # whoever has begun has begun at any time
            self.angle_deg = self._random.uniform(-180.0, 180.0)
        elif not both_live:
            self.angle_deg = 0.0
        self._both_live = both_live

    def _leave_by_a_pole(self, dt_s: float) -> None:
        """Leg 1 of the island is that of the grid's side, too."""
        if self._grid.line_v > _LIVE_V:
            if not self._closing(self._now_us).within(IN_STEP):
                self._clash()
        elif self.line_v > _LIVE_V:
            self.backfeeds = True
            self.backfed_us += round(dt_s * 1e6)
            self._see_grid(self.voltage_l1_v, 0.0, self.frequency_hz)

    def _load_grid(self, dt_s: float) -> None:
        grid, vehicle = self._grid, self._vehicle
        line_v = grid.line_v
        others_w = self.solar.power_w - self.home.power_w(grid.voltage_l1_v, grid.voltage_l2_v)
        if grid.parameters.utility_connected:
            others_a = others_w / line_v if line_v > _LIVE_V else 0.0
            grid.load(-(vehicle.current_a + others_a))
        else:
            fed_w = vehicle.current_a * line_v + others_w
            grid.cut_off(fed_w, vehicle.reactive_var, dt_s)

    def _island(self, dt_s: float) -> None:
        """The vehicle holds the home."""
        vehicle = self._vehicle
        forming = vehicle.forming
        siemens = self.home.siemens(not self.transformer_open)
        most_w = vehicle.most_charge_w(forming.voltage_v)
        power_w = forming.carry(siemens, self.solar.power_w, most_w, dt_s)
        if not forming.active:
            vehicle.current_a = 0.0
            self._die_away(dt_s)
            return
        self._hold(forming.voltage_v, forming.frequency_hz)
        vehicle.current_a = power_w / self.line_v if self.line_v > 1.0 else 0.0
        # What the sun has too much finds nobody.
        self.solar.power_w = max(0.0, min(self.solar.power_w, self.loads_w - power_w))

    def _die_away(self, dt_s: float) -> None:
        self._hold(self.line_v * math.exp(-dt_s / _DECAY_S), self.frequency_hz)

    def _hold(self, line_v: float, hz: float) -> None:
        """The home without a grid has this voltage."""
        self.line_v = line_v
        neutral = not self.transformer_open
        self.voltage_l1_v, self.voltage_l2_v = self.home.split(line_v, neutral)
        self.frequency_hz = hz if line_v > _LIVE_V else 0.0
        self.leg_angle_deg = 180.0 if line_v > _LIVE_V else 0.0
        self.service_w = 0.0
        self.loads_w = self.home.power_w(self.voltage_l1_v, self.voltage_l2_v)

    def _see_grid(self, l1_v: float, l2_v: float, hz: float) -> None:
        self.grid_l1_v, self.grid_l2_v, self.grid_hz = l1_v, l2_v, hz

    def _drift(self, dt_us: int) -> None:
        turned_deg = self.angle_deg + 360e-6 * (self.frequency_hz - self.grid_hz) * dt_us
        self.angle_deg = (turned_deg + 180.0) % 360.0 - 180.0

    def _supply_itself(self, dt_s: float) -> None:
        p = self.parameters
        if self.auxiliary_dead or (not p.auxiliary_s and self.line_v < DEAD_LINE_V):
            self.auxiliary = 0.0
        elif self.line_v >= DEAD_LINE_V:
            self.auxiliary = 1.0
        else:
            self.auxiliary = max(0.0, self.auxiliary - dt_s / p.auxiliary_s)
