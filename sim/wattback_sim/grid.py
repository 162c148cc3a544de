"""The supply at the connector: a split or a single phase behind a source impedance, a switch."""

import math
from dataclasses import dataclass

from wattback_sim.island import Island, IslandParameters
from wattback_sim.parameters import parameter

_DEAD_V = 10.0  # a leg with less has no angle to measure


@dataclass(slots=True)
class GridParameters:
    """Section `grid`."""

    leg_v: float = parameter(120.0, "V", 100.0, 250.0, "nominal, of each leg to neutral", True)
    single_phase: bool = parameter(
        False, "", 0, 1, "true: one leg, and the neutral in place of the other", True
    )
    nominal_hz: float = parameter(60.0, "Hz", 50.0, 60.0, "nominal, of the utility", True)
    voltage_pu: float = parameter(1.0, "pu of leg_v", 0.0, 1.6, "both legs, without load")
    leg_unbalance_pu: float = parameter(
        0.0, "pu of leg_v", -0.8, 0.8, "raises L1 and lowers L2, as a lost neutral does"
    )
    leg_angle_deg: float = parameter(
        180.0, "deg", 0.0, 180.0, "of leg 2 against leg 1: 120 two phases of three, 0 one phase"
    )
    frequency_hz: float = parameter(60.0, "Hz", 40.0, 70.0, "of both legs")
    leg_ohm: float = parameter(0.05, "ohm", 0.0, 2.0, "source impedance of each leg")
    utility_connected: bool = parameter(
        True, "", 0, 1, "false: the utility's switch is open, its section is an island"
    )


class Grid:
    """Voltages under load. On a single phase all of it is leg 1's, and leg 2 is the neutral.

    nominal_v: between the legs.
    voltage_l1_v, voltage_l2_v: RMS to neutral. leg_angle_deg: of leg 2 against leg 1; 0 while one
    of them is dead. line_v: between the legs, which is what a vehicle gets: their sum while they
    are opposite; with equal legs the sum times the sine of half their angle.
    """

    def __init__(self, parameters: GridParameters, island: IslandParameters | None = None) -> None:
        self.parameters = parameters
        legs = 1.0 if parameters.single_phase else 2.0
        self.nominal_v = legs * parameters.leg_v
        self._island = Island(island or IslandParameters(), self.nominal_v, parameters.nominal_hz)
        self.voltage_l1_v = 0.0
        self.voltage_l2_v = 0.0
        self.leg_angle_deg = 0.0
        self.line_v = 0.0
        self.frequency_hz = 0.0
        self.load(0.0)

    def load(self, import_a: float) -> None:
        """Recompute with `import_a` amperes drawn through both legs."""
        p = self.parameters
        self._settle(p.voltage_pu, p.leg_unbalance_pu, p.leg_ohm * import_a, p.frequency_hz)
        self._island.hold(self.voltage_l1_v + self.voltage_l2_v, self.frequency_hz)

    def cut_off(self, power_w: float, reactive_var: float, dt_s: float) -> None:
        """`dt_s` behind the utility's open switch, with this fed into the section.

        Its load is at the connector: between the two there is no impedance.
        """
        island = self._island
        island.step(power_w, reactive_var, dt_s)
        voltage_pu = island.voltage_v / self.nominal_v
        apart_pu = self.parameters.leg_unbalance_pu * voltage_pu
        self._settle(voltage_pu, apart_pu, 0.0, island.frequency_hz)

    def _settle(
        self, voltage_pu: float, apart_pu: float, drop_v: float, frequency_hz: float
    ) -> None:
        leg_angle_deg = self.parameters.leg_angle_deg
        leg_v = self.parameters.leg_v
        if self.parameters.single_phase:  # the neutral is a wire like the line
            self.voltage_l1_v = max(0.0, leg_v * (voltage_pu + apart_pu) - 2.0 * drop_v)
            self.voltage_l2_v = 0.0
        else:
            self.voltage_l1_v = max(0.0, leg_v * (voltage_pu + apart_pu) - drop_v)
            self.voltage_l2_v = max(0.0, leg_v * (voltage_pu - apart_pu) - drop_v)
        if voltage_pu <= 0.0:
            self.voltage_l1_v = self.voltage_l2_v = 0.0
        alive = self.voltage_l1_v + self.voltage_l2_v > 20.0
        self.frequency_hz = frequency_hz if alive else 0.0
        both = min(self.voltage_l1_v, self.voltage_l2_v) > _DEAD_V
        self.leg_angle_deg = leg_angle_deg if both else 0.0
        self.line_v = _between_v(self.voltage_l1_v, self.voltage_l2_v, leg_angle_deg)


def _between_v(l1_v: float, l2_v: float, angle_deg: float) -> float:
    if angle_deg == 180.0:
        return l1_v + l2_v
    angle = math.radians(angle_deg)
    return math.hypot(l1_v - l2_v * math.cos(angle), l2_v * math.sin(angle))
