"""What the pilot reads as when one part of its front end fails: which failures could mislead.

The firmware's states by the borders of `wattback.pilot`, without hysteresis and debounce. Levels
are nominal. A reading at the very end of the converter's range is no −12 V.
"""

from __future__ import annotations

from dataclasses import dataclass

import wattback_sim  # noqa: F401  (its import makes `wattback` importable)
from wattback import pilot
from wattback_sim.pico.pilot_line import COUNTS
from wattback_tools.board_pico.front_end import NOMINAL, pilot_v_at, total_mv

LEVELS_V = {"A": 12.0, "B": 9.0, "C": 6.0, "D": 3.0}
LOW_V = -12.0
_PICO_SUPPLY_V = 3.3
_HUGE_OHM = 1e12
# The lowest reading of a sound lower half, −12.60 V (evse.md 1.1, C), at its worst error.
LOWEST_READ_V = -12.60 - total_mv(-12.60) / 1000


@dataclass(frozen=True, slots=True)
class Failure:
    """Ohms as in PilotFrontEnd; divider_v: what feeds the divider, converter_v: full scale."""

    what: str
    pilot_ohm: float = NOMINAL.pilot_ohm
    up_ohm: float = NOMINAL.up_ohm
    down_ohm: float = NOMINAL.down_ohm
    divider_v: float = NOMINAL.reference_v
    converter_v: float = NOMINAL.reference_v

    def read_v(self, pilot_v: float) -> float:
        """What the firmware takes a level for."""
        siemens = 1 / self.pilot_ohm + 1 / self.up_ohm + 1 / self.down_ohm
        node_v = (pilot_v / self.pilot_ohm + self.divider_v / self.up_ohm) / siemens
        count = node_v / self.converter_v * COUNTS
        return pilot_v_at(min(max(count, 0), COUNTS - 1))

    def read_as(self, pilot_v: float) -> str:
        """The state's letter."""
        read_mv = 1000 * self.read_v(pilot_v)
        return "ABCDEF"[sum(read_mv < border_mv for border_mv in pilot._BORDERS_MV)]

    @property
    def low_half(self) -> str:
        """How −12 V reads: "missing", as no diode does; "out of range"; or "sound"."""
        low_v = self.read_v(LOW_V)
        if 1000 * low_v > pilot._DIODE_MV:
            return "missing"
        return "out of range" if low_v < LOWEST_READ_V else "sound"

    @property
    def invents_energy(self) -> bool:
        """A vehicle that asks for none, or none at all, reads as one that asks."""
        return any(self.read_as(LEVELS_V[state]) in "CD" for state in "AB")


FAILURES = (
    Failure("100 kΩ open", pilot_ohm=_HUGE_OHM),
    Failure("22 kΩ to the reference open", up_ohm=_HUGE_OHM),
    Failure("22 kΩ to the reference shorted", up_ohm=1.0),
    Failure("22 kΩ to ground open", down_ohm=_HUGE_OHM),
    Failure("22 kΩ to ground shorted", down_ohm=1.0),
    Failure("LM4040 open: 3V3 in its place", divider_v=_PICO_SUPPLY_V, converter_v=_PICO_SUPPLY_V),
    Failure("wire of ADC_VREF lost", up_ohm=_HUGE_OHM, converter_v=_PICO_SUPPLY_V),
    Failure("wire of PILOT_ADC lost", pilot_ohm=_HUGE_OHM, up_ohm=_HUGE_OHM),
)
