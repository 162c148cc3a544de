"""What the pilot's chain is measured on: states, offers, and what disturbs them.

Levels are those of the simulated pilot's circuit, not of a table. Nothing here runs a chip.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle

from wattback.pilot import DUTY_DIGITAL, DUTY_F, DUTY_STEADY, duty_bp_for_ma
from wattback_sim.pico.pilot_line import PilotFrontEnd
from wattback_sim.pilot_wire import PilotParameters, PilotWire
from wattback_tools.board_pico.front_end import (
    BUFFER_OFFSET_V,
    COUNT_MV,
    NOISE_RMS_MV,
    NOISE_SIGMAS,
    NOMINAL,
    REFERENCE_PART,
    RESISTOR_PART,
    SAMPLE_US,
    WINDOW_US,
    arithmetic_mv,
    corners,
    fewest_samples,
    read_v,
    settling_mv,
    step_mv,
)

OFFERS_A = (6, 10, 16, 20, 24, 30, 32, 40, 48, 51, 65, 80)
_STEADY = ("steady", DUTY_STEADY)
_OFFERS = (
    _STEADY,
    ("5 %", DUTY_DIGITAL),
    *((f"{offer_a} A", duty_bp_for_ma(1000 * offer_a)) for offer_a in OFFERS_A),
)
_SHORTEST = tuple(_OFFERS[place] for place in (1, 13))  # plateaus, of either level
_FEW_OFFERS = tuple(_OFFERS[place] for place in (0, 1, 2, 8, 13))  # and the ends of the range
PHASES = 16  # of the edges between two samples: less than a microsecond apart
SPIKE_SAMPLES = 300  # 320 spikes a second
SPIKES_APART = 5  # samples at least, so that each is alone
# What the converters of five RP2040s showed too much, between the four codes of erratum E11 (means
# of kitanokitsune/rp2040adc_correction, rounded).
EXTRA_COUNTS = (15, 6, 0, -6, -15)
_LOAD_OHM = {  # behind the vehicle's diode (evse.md 1.1, C)
    "A": None,
    "B": 2740.0,
    "C": 1 / (1 / 2740 + 1 / 1300),
    "D": 1 / (1 / 2740 + 1 / 270),
}


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What is not nominal.

    noise_mv: RMS on the wire, white. spikes_v: of lone samples, either sign, about one in
    SPIKE_SAMPLES. bent: a converter as measured in public, with a count of noise. front_end: the
    parts. turns: how often each case is read, one after the other.
    """

    name: str
    noise_mv: float = 0.0
    spikes_v: tuple[float, ...] = ()
    bent: bool = False
    front_end: PilotFrontEnd = NOMINAL
    turns: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """One reading.

    high_v, low_v: the wire's. late_us: by how much its edges come later than those of the PWM pin,
    so that they fall elsewhere between two samples.
    """

    state: str
    offer: str
    duty_bp: int
    high_v: float
    low_v: float
    late_us: float
    disturbance: Disturbance

    @property
    def has_pwm(self) -> bool:
        """The pin is neither steady high nor steady low."""
        return DUTY_F < self.duty_bp < DUTY_STEADY

    @property
    def high_us(self) -> float:
        """How long the upper level lasts; a steady one as long as the window."""
        return self.duty_bp / 10 if self.has_pwm else WINDOW_US

    @property
    def low_us(self) -> float:
        """How long the lower level lasts."""
        return 1000 - self.duty_bp / 10 if self.has_pwm else WINDOW_US

    def bound_mv(self, level_v: float, lasts_us: float) -> float:
        """What a level may be read wrong by, from the terms of the front end's budget."""
        d = self.disturbance
        bound_mv = step_mv(level_v) + settling_mv(level_v) + arithmetic_mv(level_v)
        if d.noise_mv:
            samples = fewest_samples(lasts_us)
            bound_mv += NOISE_SIGMAS * d.noise_mv / math.sqrt(samples)
        if d.bent:
            bound_mv += (max(EXTRA_COUNTS) + 1) * COUNT_MV
        return bound_mv + 1000 * abs(read_v(d.front_end, level_v) - level_v)


@cache
def disturbances() -> tuple[Disturbance, ...]:
    """From none to all that has a bound together."""
    circuits = corners(RESISTOR_PART, REFERENCE_PART, BUFFER_OFFSET_V)
    highest = max(circuits, key=lambda circuit: read_v(circuit, 12.0))
    lowest = min(circuits, key=lambda circuit: read_v(circuit, 12.0))
    return (
        Disturbance("none"),
        Disturbance("edges", turns=PHASES),
        Disturbance("noise", noise_mv=NOISE_RMS_MV),
        Disturbance("spikes", noise_mv=NOISE_RMS_MV, spikes_v=(6.0, 20.0), turns=12),
        Disturbance("converter", bent=True),
        Disturbance("parts read high", front_end=highest),
        Disturbance("parts read low", front_end=lowest),
        Disturbance("all but spikes", NOISE_RMS_MV, bent=True, front_end=lowest),
    )


def cases() -> list[Case]:
    """Every state with every offer undisturbed and with noise, and the ends with all the rest.

    "edges" are the shortest plateaus with all phases between PWM and samples. One crystal clocks
    both, so on a board a phase stays as it is.
    """
    late_us = cycle(SAMPLE_US * step / PHASES for step in range(PHASES))
    found = []
    for disturbance in disturbances():
        offers = _OFFERS if disturbance.name in ("none", "noise") else _FEW_OFFERS
        if disturbance.turns > 1:
            offers = _SHORTEST if disturbance.name == "edges" else (_STEADY, *_SHORTEST)
        for state, offer, duty_bp in _states(offers, disturbance.turns):
            wire = PilotWire(PilotParameters())
            wire.shorted = state == "E"
            wire.settle(duty_bp, True, _LOAD_OHM.get(state))
            found.append(
                Case(state, offer, duty_bp, wire.high_v, wire.low_v, next(late_us), disturbance)
            )
    return found


def _states(offers: tuple[tuple[str, int], ...], turns: int) -> Iterator[tuple[str, str, int]]:
    for state in (*_LOAD_OHM, "E", "F"):
        chosen = offers[:2] if state == "E" else offers
        for offer, duty_bp in [("−12 V", DUTY_F)] if state == "F" else chosen:
            yield from turns * [(state, offer, duty_bp)]
