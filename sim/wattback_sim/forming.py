"""The vehicle's inverter as the source of an island: it holds a voltage, and power is what flows.

It takes this mode when it is told to, at a dead inlet, with S2 closed, and begins at 0 V. What it
was told last counts until it is told otherwise, or its link has been silent for `alone_s`. A trip
ends the mode; it is taken again only after a following was told. Power is that of its AC side,
positive out of the vehicle.
"""

import math
from dataclasses import dataclass

from wattback_sim.evcc import Orders
from wattback_sim.inverter import InverterParameters
from wattback_sim.parameters import parameter

_DEAD_V = 30.0
_SURPLUS_W_PER_PU = 20_000.0  # power that finds nobody raises the voltage
_HIGH_PU = 1.2
_HIGH_S = 0.16


@dataclass(slots=True)
class FormingParameters:
    """Section `forming`."""

    forms: bool = parameter(False, "", 0, 1, "the vehicle says that it can form a grid")
    willing: bool = parameter(True, "", 0, 1, "false: it never takes the mode over")
    volt_ramp_v_per_s: float = parameter(2000.0, "V/s", 10.0, 1e5, "of its voltage, either way")
    overload_pu: float = parameter(1.2, "", 0.1, 5.0, "times inverter.discharge_kw it can give")
    overload_s: float = parameter(1.0, "s", 0.0, 60.0, "that it stands this, then it trips")
    follow_ms: float = parameter(20.0, "ms", 0.0, 10000.0, "from being told to follow to doing so")
    follows: bool = parameter(True, "", 0, 1, "false: forms on when it is told to follow")
    alone_s: float = parameter(30.0, "s", 0.0, 600.0, "of a silent link for which it forms on")


class Forming:
    """active: it forms, or is ready to at 0 V. voltage_v: at its terminals, between the legs.
    frequency_hz: of that. tripped: until it is told to follow. trips: how often so far.
    sudden_stop: what may be wrong with it: it stops, and does not form.
    """

    def __init__(self, parameters: FormingParameters, inverter: InverterParameters) -> None:
        self.parameters = parameters
        self.active = False
        self.voltage_v = 0.0
        self.frequency_hz = 0.0
        self.tripped = False
        self.trips = 0
        self.sudden_stop = False
        self._inverter = inverter
        self._ramped_v = 0.0  # without a load
        self._target_v = 0.0
        self._follow_at_us = -1  # -1: not told to
        self._overload_s = 0.0
        self._high_s = 0.0

    def advance(
        self, now_us: int, dt_s: float, orders: Orders | None, may: bool, inlet_v: float
    ) -> None:
        """Obey for `dt_s` up to `now_us`. may: its vehicle has S2 closed and energy to give.
        inlet_v: between the legs, from whoever holds them.
        """
        if orders is not None and orders.forming:
            self._follow_at_us = -1
            self._target_v = orders.voltage_v
        elif orders is not None:
            self.tripped = False
        if not self.active:
            self._take_over(orders, may, inlet_v)
        elif self.sudden_stop:
            self.trip()
        elif not may or orders is None:
            self._stop()
        elif orders.forming:
            self.frequency_hz = orders.frequency_hz
        elif self.parameters.follows:
            self._follow(now_us)
        if self.active:
            step_v = self.parameters.volt_ramp_v_per_s * dt_s
            away_v = self._target_v - self._ramped_v
            self._ramped_v += max(-step_v, min(step_v, away_v))
            self.voltage_v = self._ramped_v

    def unplug(self) -> None:
        """The plug is out: whatever comes is another island."""
        self._stop()
        self.tripped = False

    def outlasts(self, silent_s: float) -> bool:
        """It forms on although its link has been silent for so long."""
        return self.active and silent_s < self.parameters.alone_s

    def carry(self, siemens: float, solar_w: float, most_charge_w: float, dt_s: float) -> float:
        """Be the source of these loads beside this solar power for `dt_s`: its power.

        most_charge_w: what the battery takes. Settles `voltage_v`, and may trip.
        """
        p = self.parameters
        voltage_v = self._ramped_v
        power_w = voltage_v**2 * siemens - solar_w
        most_w = p.overload_pu * self._inverter.discharge_kw * 1000.0
        overloaded = power_w > most_w
        if overloaded:
            voltage_v = math.sqrt(max(0.0, most_w + solar_w) / siemens)
            power_w = most_w
        elif power_w < -most_charge_w:
            surplus_w = -most_charge_w - power_w
            voltage_v *= 1.0 + surplus_w / _SURPLUS_W_PER_PU
            power_w = -most_charge_w
        high = voltage_v > _HIGH_PU * self._inverter.nominal_v
        self._overload_s = self._overload_s + dt_s if overloaded else 0.0
        self._high_s = self._high_s + dt_s if high else 0.0
        self.voltage_v = voltage_v
        if self._overload_s > p.overload_s or self._high_s > _HIGH_S:
            self.trip()
        return power_w if self.active else 0.0

    def trip(self) -> None:
        """Stop, and stay so until it is told to follow."""
        if self.active:
            self.trips += 1
            self.tripped = True
        self._stop()

    def _take_over(self, orders: Orders | None, may: bool, inlet_v: float) -> None:
        p = self.parameters
        told = orders is not None and orders.forming
        able = p.forms and p.willing and not self.tripped and not self.sudden_stop
        if told and able and may and inlet_v < _DEAD_V:
            assert orders is not None
            self.active = True
            self.frequency_hz = orders.frequency_hz

    def _follow(self, now_us: int) -> None:
        if self._follow_at_us < 0:
            self._follow_at_us = now_us + round(self.parameters.follow_ms * 1000.0)
        if now_us >= self._follow_at_us:
            self._stop()

    def _stop(self) -> None:
        self.active = False
        self.voltage_v = self._ramped_v = self.frequency_hz = 0.0
        self._overload_s = self._high_s = 0.0
        self._follow_at_us = -1
