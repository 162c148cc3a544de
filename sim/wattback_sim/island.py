"""A section of the feeder behind the utility's switch: what it does when that switch opens.

The section has one load, R, L and C in parallel, of the test for unintentional islanding: in
resonance at nominal frequency, with a quality factor of 1 (evse.md 6.6, C). While the switch is
closed the utility holds voltage and frequency whatever the load is. When it opens, both are what
active and reactive power balance at: V² / R is what the sources feed, and V² (1 / ωL − ωC) their
reactive power. This is a phasor model: it knows no waveform, and so no phase jump at the opening
or at the switch's return, no harmonics and no transient within a cycle. Both quantities reach
their balance with one lag, the load's own 2 RC and the cycle that an RMS value takes.
"""

import math
from dataclasses import dataclass

from wattback_sim.parameters import parameter

_DEAD_V = 10.0  # with less there is nothing that a frequency could be counted from
_LEAST_VAR = 1.0  # of either branch, or there is no resonance
_LOW_HZ, _HIGH_HZ = 20.0, 150.0  # beyond them the model says nothing


@dataclass(slots=True)
class IslandParameters:
    """Section `island`: the load behind the utility's switch."""

    load_w: float = parameter(5000.0, "W", 100.0, 50000.0, "of its resistance at nominal voltage")
    load_var: float = parameter(
        0.0,
        "var",
        -20000.0,
        20000.0,
        "absorbed at its nominal values, beyond the resonance",
    )
    quality: float = parameter(1.0, "", 0.1, 10.0, "quality factor: var of L or C for each W")


class Island:
    """voltage_v: between the legs, RMS. frequency_hz: 0 while there is no voltage. nominal_v, of
    the same, and nominal_hz: what the load is sized at.
    """

    def __init__(
        self, parameters: IslandParameters, nominal_v: float = 240.0, nominal_hz: float = 60.0
    ) -> None:
        self.parameters = parameters
        self._nominal_v = nominal_v
        self._nominal_hz = nominal_hz
        self.voltage_v = 0.0
        self.frequency_hz = 0.0

    def hold(self, voltage_v: float, frequency_hz: float) -> None:
        """The switch is closed: the utility's voltage and frequency."""
        self.voltage_v = voltage_v
        self.frequency_hz = frequency_hz

    def step(self, power_w: float, reactive_var: float, dt_s: float) -> None:
        """`dt_s` with the switch open, fed with this power; both positive into the section."""
        p = self.parameters
        lag_s = (p.quality / math.pi + 1.0) / self._nominal_hz
        share = -math.expm1(-dt_s / lag_s)
        balance_v = self._nominal_v * math.sqrt(max(0.0, power_w) / p.load_w)
        voltage_v = self.voltage_v + share * (balance_v - self.voltage_v)
        self.voltage_v = voltage_v
        if voltage_v < _DEAD_V:
            self.frequency_hz = 0.0
            return
        # What nobody feeds rings at the load's own resonance.
        fed_var = reactive_var if power_w > 0.0 else 0.0
        goal_hz = self._balance_hz(fed_var * (self._nominal_v / voltage_v) ** 2)
        self.frequency_hz += share * (goal_hz - self.frequency_hz)

    def _balance_hz(self, reactive_var: float) -> float:
        # With x as f / nominal: L absorbs `coil_var` / x, C gives `capacitor_var` x; a quadratic.
        p = self.parameters
        capacitor_var = max(_LEAST_VAR, p.quality * p.load_w)
        coil_var = max(_LEAST_VAR, capacitor_var + p.load_var)
        root_var = math.sqrt(reactive_var**2 + 4.0 * capacitor_var * coil_var)
        hz = self._nominal_hz * (root_var - reactive_var) / (2.0 * capacitor_var)
        return min(_HIGH_HZ, max(_LOW_HZ, hz))
