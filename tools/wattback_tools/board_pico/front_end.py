"""The pilot's measurement: parts with their tolerances, and how far a level may be read wrong.

Nothing here is fitted to a measurement of ours: nobody has built the circuit yet. Every term has
the source of its limit. Errors are mV at the connector's pilot terminal, both signs, and add up
straight, because a wall connector is not an average of many.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from wattback_sim.pico.pilot_line import COUNTS, PilotFrontEnd
from wattback_tools.board_pico.firmware_source import constant

_PILOT_IO = "wattback.boards.pico.pilot_io"

NOMINAL = PilotFrontEnd()

RESISTOR_PART = 0.001  # 0.1 % parts, as sold
RESISTOR_DRIFT_PART = 25e-6 * 60  # 25 ppm/K, 60 K away from 25 °C
REFERENCE_PART = 0.001  # LM4040, grade A, 25 °C (data sheet SNOS633)
REFERENCE_DRIFT_PART = 100e-6 * 60  # its greatest temperature coefficient at 1 mA
BUFFER_OFFSET_V = 0.0005  # of a low-offset operational amplifier, over temperature

# The RP2040's data sheet gives no limit for the converter's linearity (4.9.3: 8.7 effective bits,
# and erratum E11). Measured in public: steps of 9 to 10 counts at the four codes of E11, 7.9
# counts of integral error (pico-adc.markomo.me); mean error of five boards from +15 counts at the
# bottom to −15 at the top (kitanokitsune/rp2040adc_correction). 20 leaves room for a sixth board.
CONVERTER_COUNTS = 20
ERRATUM_CODES = (512, 1536, 2560, 3584)

SAMPLES_PER_S = int(constant(_PILOT_IO, "_SAMPLES_PER_S"))
SAMPLES = int(constant(_PILOT_IO, "_SAMPLES"))  # between two readings
WINDOW_SAMPLES = int(constant(_PILOT_IO, "_WINDOW"))  # the last of them, which a reading takes
SAMPLE_US = 1e6 / SAMPLES_PER_S
WINDOW_US = WINDOW_SAMPLES * SAMPLE_US
PERIOD_US = 1000.0
SHORTEST_US = 40.0  # the low half at 96 %, 80 A
_DROPPED = 2  # the largest and the smallest of a level, where more than three count
NOISE_RMS_MV = 50.0  # of the wire, white; what the sum allows for
NOISE_SIGMAS = 4.0

GAIN = (NOMINAL.converter_v(1.0) - NOMINAL.converter_v(0.0)) / NOMINAL.reference_v
COUNTS_A_VOLT = GAIN * COUNTS
COUNT_MV = 1000 / COUNTS_A_VOLT
ZERO_PART = NOMINAL.converter_v(0.0) / NOMINAL.reference_v  # of the reference, at 0 V
SOURCE_OHM = 1000.0  # the generator's (evse.md 1.1)


def pilot_v_at(count: float) -> float:
    """The pilot voltage at which an ideal converter shows this count."""
    return (count - ZERO_PART * COUNTS) / COUNTS_A_VOLT


def load_mv(pilot_v: float) -> float:
    """How much the divider itself pulls the generator's open-circuit voltage towards 0 V."""
    return (NOMINAL.converter_v(pilot_v) - pilot_v) / NOMINAL.pilot_ohm * SOURCE_OHM * 1000


def read_v(circuit: PilotFrontEnd, pilot_v: float) -> float:
    """What the firmware takes `pilot_v` for, behind a circuit that is not the nominal one."""
    count = circuit.converter_v(pilot_v) / circuit.reference_v * COUNTS
    return pilot_v_at(count)


def corners(resistor_part: float, reference_part: float, offset_v: float) -> list[PilotFrontEnd]:
    """All circuits whose parts lie at one end of their tolerance or the other."""
    return [
        PilotFrontEnd(
            pilot_ohm=NOMINAL.pilot_ohm * (1 + a * resistor_part),
            up_ohm=NOMINAL.up_ohm * (1 + b * resistor_part),
            down_ohm=NOMINAL.down_ohm * (1 + c * resistor_part),
            reference_v=NOMINAL.reference_v * (1 + d * reference_part),
            buffer_offset_v=e * offset_v,
        )
        for a, b, c, d, e in product((-1, 1), repeat=5)
    ]


def _worst_mv(
    pilot_v: float, resistor_part: float, reference_part: float, offset_v: float
) -> float:
    return 1000 * max(
        abs(read_v(circuit, pilot_v) - pilot_v)
        for circuit in corners(resistor_part, reference_part, offset_v)
    )


def resistors_mv(pilot_v: float) -> float:
    """Three resistors at their tolerance and drift, the worst way round."""
    return _worst_mv(pilot_v, RESISTOR_PART + RESISTOR_DRIFT_PART, 0, 0)


def reference_mv(pilot_v: float) -> float:
    """The reference: nothing at 0 V, because divider and converter share it."""
    return _worst_mv(pilot_v, 0, REFERENCE_PART + REFERENCE_DRIFT_PART, 0)


def buffer_mv(pilot_v: float) -> float:
    """The buffer's offset, seen through the divider."""
    return _worst_mv(pilot_v, 0, 0, BUFFER_OFFSET_V)


def converter_mv(pilot_v: float) -> float:
    """Linearity, offset and gain of the chip's converter."""
    return CONVERTER_COUNTS * COUNT_MV


def step_mv(pilot_v: float) -> float:
    """One count of the converter."""
    return COUNT_MV


def settling_mv(pilot_v: float) -> float:
    """What the wire still lacks at the first sample that counts.

    That one comes a sample after one that was already beyond the middle of a swing of 24 V.
    """
    settled_us = SAMPLE_US + NOMINAL.edge_us * math.log(2)
    return 24_000 * math.exp(-settled_us / NOMINAL.edge_us)


def arithmetic_mv(pilot_v: float) -> float:
    """Rounding in the firmware: a sixteenth of a count, a whole mV, and its factor of 10 bits."""
    return COUNT_MV / 16 + 1 + abs(pilot_v) * 0.05


def noise_mv(pilot_v: float) -> float:
    """Noise of the wire in the mean of a reading's fewest samples."""
    return NOISE_SIGMAS * NOISE_RMS_MV / math.sqrt(fewest_samples(SHORTEST_US))


def fewest_samples(plateau_us: float) -> int:
    """Samples of a reading that count at least, of a level that lasts so long in each period.

    The first and the last of a plateau do not, nor do outliers; one plateau a period is whole.
    """
    counted = max(int(plateau_us / SAMPLE_US) - 2, 1) * int(WINDOW_US / PERIOD_US)
    counted = min(counted, WINDOW_SAMPLES - 2)
    return counted - _DROPPED if counted > 3 else counted


@dataclass(frozen=True, slots=True)
class Term:
    """One cause of error. mv: how much at a pilot voltage, either sign."""

    name: str
    mv: Callable[[float], float]


TERMS = (
    Term("resistors", resistors_mv),
    Term("reference", reference_mv),
    Term("buffer", buffer_mv),
    Term("converter", converter_mv),
    Term("one count", step_mv),
    Term("settling", settling_mv),
    Term("arithmetic", arithmetic_mv),
    Term("noise", noise_mv),
)


def total_mv(pilot_v: float) -> float:
    """All of it, the worst way round."""
    return sum(term.mv(pilot_v) for term in TERMS)
