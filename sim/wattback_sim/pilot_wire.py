"""The pilot wire: generator, source resistor, the vehicle's resistors and diode, and what breaks.

Levels follow from the circuit (1 kΩ source, 0.7 V diode; evse.md 1.1), not from a table, so that a
shorted diode or a half-open wire gives the voltages it would give.
"""

from dataclasses import dataclass

from wattback_sim.parameters import parameter

_DIODE_V = 0.7
DUTY_STEADY = 10000
DUTY_F = 0


@dataclass(slots=True)
class PilotParameters:
    """Section `pilot`."""

    generator_v: float = parameter(12.0, "V", 0.0, 15.0, "amplitude of the generator")
    source_ohm: float = parameter(1000.0, "ohm", 500.0, 2000.0, "its series resistor")
    offset_v: float = parameter(0.0, "V", -6.0, 6.0, "shift of the high level, as bad contacts do")
    ripple_v: float = parameter(0.0, "V", 0.0, 6.0, "standard deviation of noise on the wire")


class PilotWire:
    """Levels at the connector's terminal for the present duty and load.

    high_v, low_v: without the noise. shorted: to earth; cut: between connector and vehicle;
    diode: "good", "short" or "open".
    """

    def __init__(self, parameters: PilotParameters) -> None:
        self.parameters = parameters
        self.high_v = 0.0
        self.low_v = 0.0
        self.shorted = False
        self.cut = False
        self.diode = "good"
        self.stuck_positive = False

    def settle(self, duty_bp: int, powered: bool, load_ohm: float | None) -> None:
        """Recompute. load_ohm: the vehicle's resistance behind its diode; None: no vehicle."""
        p = self.parameters
        if not powered or self.shorted:
            self.high_v = self.low_v = 0.0
            return
        if self.stuck_positive:
            duty_bp = DUTY_STEADY
        if self.cut or self.diode == "open":
            load_ohm = None
        high_v = self._high_v(load_ohm)
        low_v = self._low_v(load_ohm)
        self.high_v = low_v if duty_bp == DUTY_F else high_v + p.offset_v
        self.low_v = high_v + p.offset_v if duty_bp == DUTY_STEADY else low_v

    def _high_v(self, load_ohm: float | None) -> float:
        p = self.parameters
        if load_ohm is None:
            return p.generator_v
        diode_v = _DIODE_V if self.diode == "good" else 0.0
        current_a = max(0.0, p.generator_v - diode_v) / (p.source_ohm + load_ohm)
        return p.generator_v - current_a * p.source_ohm

    def _low_v(self, load_ohm: float | None) -> float:
        p = self.parameters
        if load_ohm is None or self.diode == "good":
            return -p.generator_v
        return -p.generator_v * load_ohm / (p.source_ohm + load_ohm)
