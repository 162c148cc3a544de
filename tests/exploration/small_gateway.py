"""A small, ideal gateway, and a vehicle that forms the voltage of the home behind it.

As in the rest of the small world nothing has inertia that nobody asks about: a switch takes 50 ms,
a voltage is there at once, a home is as heavy as what is not shed of it. Phases are those of the
simulator: two live sides turn against each other by the difference of their frequencies.
"""

from __future__ import annotations

from typing import Protocol

from wattback.backup.backup import Backup
from wattback.gateway import (
    MOST_SHED,
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
    STATE_SERVICE_W,
    STATE_SHED,
    STATE_TRANSFORMER_OK,
)
from wattback_sim.grid_switch import IN_STEP, Closing, GridSwitch

_PERIOD_US = 100_000
_MOVES_US = 50_000
_LIVE_V = 20.0  # between the legs
_BEGINS_DEG = 90.0  # two sides that come to be live are that far apart
_NOMINAL_V = 240.0
_ESSENTIAL_W = 800.0
_GROUP_W = 1_000.0
_AUXILIARY_MV = 24_000
_COUNTS = 65_536


class Supply(Protocol):
    """The utility's side."""

    voltage_l1_v: float
    voltage_l2_v: float
    frequency_hz: float
    leg_angle_deg: float

    @property
    def line_v(self) -> float:
        """Between the legs."""


class Ability:
    """forms: the vehicle says that it can form a grid."""

    def __init__(self) -> None:
        self.forms = False


class Forming:
    """The vehicle as a source. told: it is to be one, at told_v and told_hz. active: it is, or is
    ready to at 0 V. stubborn: it forms on when it is told to follow. tripped: until it is told to.
    """

    def __init__(self) -> None:
        self.parameters = Ability()
        self.active = False
        self.stubborn = False
        self.tripped = False
        self.told = False
        self.told_v = 0.0
        self.told_hz = 0.0

    @property
    def voltage_v(self) -> float:
        """Between the legs."""
        return self.told_v if self.active else 0.0

    def hear(self, backup: Backup) -> None:
        """What the connector's loop says."""
        self.told = bool(backup.forming)
        if self.told:
            self.told_v = backup.target_mv / 1000.0
            self.told_hz = backup.target_millihertz / 1000.0
        else:
            self.tripped = False

    def settle(self, asks: bool, inlet_v: float) -> None:
        """asks: the vehicle has S2 closed. inlet_v: from whoever holds its plug."""
        if not asks:
            self.active = self.told = False
        elif self.active:
            self.active = self.told or self.stubborn
        elif self.told and self.parameters.forms and not self.tripped:
            self.active = inlet_v < _LIVE_V


class SmallGateway:
    """The home's side has the fields of a supply. wants_closed: the connector's order. silent: it
    says nothing and hears nothing. transformer: the home's neutral is held. The rest is as in the
    simulator's gateway.
    """

    def __init__(self, grid: Supply, forming: Forming) -> None:
        self.voltage_l1_v = grid.voltage_l1_v
        self.voltage_l2_v = grid.voltage_l2_v
        self.frequency_hz = grid.frequency_hz
        self.leg_angle_deg = grid.leg_angle_deg
        self.wants_closed = True
        self.switch = GridSwitch()
        self.silent = False
        self.held_v = 0.0
        self.transformer = True
        self.shed = 0
        self.clashes = 0
        self.backfeeds = False
        self.angle_deg = 0.0
        self._grid = grid
        self._forming = forming
        self._both_live = False
        self._in_step = False
        self._round_us = 0
        self._counter = 0

    @property
    def line_v(self) -> float:
        """Between the home's legs."""
        return self.voltage_l1_v + self.voltage_l2_v

    @property
    def load_w(self) -> float:
        """What the home takes."""
        watts = _ESSENTIAL_W + (MOST_SHED - self.shed) * _GROUP_W
        return watts * (self.line_v / _NOMINAL_V) ** 2

    def advance(self, now_us: int, dt_us: int, source: bool) -> None:
        """source: the vehicle forms a voltage behind closed contacts."""
        self._drift(dt_us)
        self._move(now_us)
        closed = self.switch.closed
        grid_live = self._grid.line_v > _LIVE_V
        self.backfeeds = closed and source and not grid_live
        if closed and grid_live:
            if source and not self._in_step:
                self._clash()
            grid = self._grid
            self._be(grid.voltage_l1_v, grid.voltage_l2_v, grid.frequency_hz)
            self.leg_angle_deg = grid.leg_angle_deg
        elif source:
            if not closed and self.held_v:
                self._clash()
            leg_v = self._forming.voltage_v / 2.0
            self._be(leg_v, leg_v, self._forming.told_hz)
        else:
            held_v = 0.0 if closed else self.held_v
            self._be(held_v / 2.0, held_v / 2.0, 60.0)

    def talk(self, dt_us: int, backup: Backup) -> None:
        """Say the state and hear the order, every 100 ms."""
        self._round_us += dt_us
        if self._round_us < _PERIOD_US:
            return
        self._round_us = 0
        if self.silent:
            return
        self.wants_closed = bool(backup.gateway.order_switch)
        self.shed = backup.gateway.order_shed
        self._say(backup)

    def _say(self, backup: Backup) -> None:
        self._counter = (self._counter + 1) % _COUNTS
        grid = self._grid
        inbox = backup.gateway.inbox
        inbox[STATE_COUNTER] = self._counter
        switch = self.switch
        inbox[STATE_CLOSED_CONTACT] = switch.closed_contact.says(switch.closed)
        inbox[STATE_OPEN_CONTACT] = switch.open_contact.says(not switch.closed)
        inbox[STATE_SHED] = self.shed
        fed = self if self.backfeeds else grid
        inbox[STATE_GRID_L1_MV] = int(fed.voltage_l1_v * 1000.0)
        inbox[STATE_GRID_L2_MV] = int(fed.voltage_l2_v * 1000.0)
        inbox[STATE_GRID_MILLIHERTZ] = int(fed.frequency_hz * 1000.0)
        inbox[STATE_HOME_L1_MV] = int(self.voltage_l1_v * 1000.0)
        inbox[STATE_HOME_L2_MV] = int(self.voltage_l2_v * 1000.0)
        inbox[STATE_HOME_MILLIHERTZ] = int(self.frequency_hz * 1000.0)
        inbox[STATE_ANGLE_DECIDEG] = int(self.angle_deg * 10.0)
        inbox[STATE_SERVICE_W] = 0
        inbox[STATE_TRANSFORMER_OK] = int(self.transformer)
        inbox[STATE_AUXILIARY_MV] = _AUXILIARY_MV
        backup.gateway.inbox_full = 1

    def _move(self, now_us: int) -> None:
        switch = self.switch
        was_closed = switch.closed
        switch.order(self.wants_closed, now_us + _MOVES_US)
        switch.settle(now_us)
        if switch.closed == was_closed:
            return
        self._in_step = False
        if switch.closed and self._both_live:
            away_pu = abs(self.line_v - self._grid.line_v) / _NOMINAL_V
            away_hz = self.frequency_hz - self._grid.frequency_hz
            self._in_step = Closing(0, away_pu, away_hz, self.angle_deg).within(IN_STEP)
            if not self._in_step:
                self._clash()

    def _drift(self, dt_us: int) -> None:
        before, grid = self._both_live, self._grid
        self._both_live = not self.switch.closed and min(self.line_v, grid.line_v) > _LIVE_V
        if not self._both_live:
            self.angle_deg = 0.0
        elif not before:
            self.angle_deg = _BEGINS_DEG
        else:
            turned_deg = 360e-6 * (self.frequency_hz - grid.frequency_hz) * dt_us
            self.angle_deg = (self.angle_deg + turned_deg + 180.0) % 360.0 - 180.0

    def _clash(self) -> None:
        self.clashes += 1
        self._forming.active = False
        self._forming.tripped = True

    def _be(self, l1_v: float, l2_v: float, hz: float) -> None:
        self.voltage_l1_v, self.voltage_l2_v = l1_v, l2_v
        live = l1_v + l2_v > _LIVE_V
        self.frequency_hz = hz if live else 0.0
        self.leg_angle_deg = 180.0 if live else 0.0
