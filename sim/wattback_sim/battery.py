"""The traction battery as the vehicle's power electronics meet it: state of charge and taper."""

from dataclasses import dataclass

from wattback_sim.parameters import parameter


@dataclass(slots=True)
class BatteryParameters:
    """Section `battery`."""

    capacity_kwh: float = parameter(123.0, "kWh", 5.0, 300.0, "usable energy between 0 and 1")
    taper_from: float = parameter(0.85, "", 0.1, 1.0, "state of charge where it tapers")
    taper_to_kw: float = parameter(2.0, "kW", 0.5, 20.0, "charge power left at full")
    charge_kw: float = parameter(18.0, "kW", 1.0, 50.0, "charge power below the taper")
    efficiency: float = parameter(0.92, "", 0.5, 1.0, "of charger and inverter, each way")


class Battery:
    """State of charge, moved by power on the AC side."""

    def __init__(self, parameters: BatteryParameters, soc: float) -> None:
        self.parameters = parameters
        self.soc = soc

    def acceptable_w(self) -> float:
        """AC power that it takes now, in W: flat, then linear down to `taper_to_kw` at full."""
        p = self.parameters
        if self.soc >= 1.0:
            return 0.0
        if self.soc <= p.taper_from:
            return p.charge_kw * 1000.0
        rest = (1.0 - self.soc) / (1.0 - p.taper_from)
        return (p.taper_to_kw + (p.charge_kw - p.taper_to_kw) * rest) * 1000.0

    def room_wh(self, up_to_soc: float) -> float:
        """AC energy that brings it to this state of charge; 0 when it is there."""
        p = self.parameters
        return max(0.0, up_to_soc - self.soc) * p.capacity_kwh * 1000.0 / p.efficiency

    def charge(self, ac_w: float, dt_s: float) -> None:
        """Take up `ac_w` watts for `dt_s` seconds."""
        p = self.parameters
        energy_kwh = ac_w * p.efficiency * dt_s / 3.6e6
        self.soc = min(1.0, self.soc + energy_kwh / p.capacity_kwh)

    def discharge(self, ac_w: float, dt_s: float) -> None:
        """Give `ac_w` watts for `dt_s` seconds."""
        p = self.parameters
        energy_kwh = ac_w / p.efficiency * dt_s / 3.6e6
        self.soc = max(0.0, self.soc - energy_kwh / p.capacity_kwh)
