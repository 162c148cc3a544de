"""The supply at the connector: a split-phase service behind a source impedance."""

from dataclasses import dataclass

from wattback_sim.parameters import parameter

LEG_NOMINAL_V = 120.0  # each leg to neutral of the 120/240 V service


@dataclass(slots=True)
class GridParameters:
    """Section `grid`."""

    voltage_pu: float = parameter(1.0, "pu of 120 V", 0.0, 1.6, "both legs, without load")
    leg_unbalance_pu: float = parameter(
        0.0, "pu of 120 V", -0.8, 0.8, "raises L1 and lowers L2, as a lost neutral does"
    )
    frequency_hz: float = parameter(60.0, "Hz", 40.0, 70.0, "of both legs")
    leg_ohm: float = parameter(0.05, "ohm", 0.0, 2.0, "source impedance of each leg")


class Grid:
    """Voltages under load. voltage_l1_v, voltage_l2_v: RMS to neutral."""

    def __init__(self, parameters: GridParameters) -> None:
        self.parameters = parameters
        self.voltage_l1_v = 0.0
        self.voltage_l2_v = 0.0
        self.frequency_hz = 0.0
        self.load(0.0)

    def load(self, import_a: float) -> None:
        """Recompute with `import_a` amperes drawn through both legs."""
        p = self.parameters
        drop_v = p.leg_ohm * import_a
        self.voltage_l1_v = max(0.0, LEG_NOMINAL_V * (p.voltage_pu + p.leg_unbalance_pu) - drop_v)
        self.voltage_l2_v = max(0.0, LEG_NOMINAL_V * (p.voltage_pu - p.leg_unbalance_pu) - drop_v)
        if p.voltage_pu <= 0.0:
            self.voltage_l1_v = self.voltage_l2_v = 0.0
        alive = self.voltage_l1_v + self.voltage_l2_v > 20.0
        self.frequency_hz = p.frequency_hz if alive else 0.0
