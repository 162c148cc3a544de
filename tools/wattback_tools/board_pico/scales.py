"""The metering chip's codes: what the circuit makes of them, and what the firmware's factors do.

The factors are read out of the firmware's source, because the module itself runs on a board only.
"""

from __future__ import annotations

from dataclasses import dataclass

from wattback_tools.board_pico.firmware_source import constant

_MODULE = "wattback.boards.pico.meter"

DIVIDER_OHM = (3 * 150_000.0, 1_000.0)  # of each leg: before the chip's input, and across it
LOAD_DIVIDER_OHM = (3 * 300_000.0, 1_000.0)  # of each leg on the vehicle's side
TURNS = 2500.0
BURDEN_OHM = 10.0
RESIDUAL_TURNS = 1000.0
RESIDUAL_BURDEN_OHM = 200.0
# The ADE9000's codes at full scale, 1 V peak at an input with a gain of 1 (its data sheet).
FULL_INPUT_V = 0.5**0.5
FULL_RMS = 52_702_092
FULL_POWER = 20_694_066
_SAMPLES_PER_S = 8000
_PERIOD_UNIT = 65536

VOLTS_A_VOLT = sum(DIVIDER_OHM) / DIVIDER_OHM[1]
AMPS_A_VOLT = TURNS / BURDEN_OHM
LOAD_VOLTS_A_VOLT = sum(LOAD_DIVIDER_OHM) / LOAD_DIVIDER_OHM[1]
RESIDUAL_AMPS_A_VOLT = RESIDUAL_TURNS / RESIDUAL_BURDEN_OHM
FULL_LOAD_V = FULL_INPUT_V * LOAD_VOLTS_A_VOLT
FULL_RESIDUAL_A = FULL_INPUT_V * RESIDUAL_AMPS_A_VOLT
FULL_V = FULL_INPUT_V * VOLTS_A_VOLT
FULL_A = FULL_INPUT_V * AMPS_A_VOLT


@dataclass(frozen=True, slots=True)
class Conversion:
    """As the firmware does it: code >> shift, times factor, >> more."""

    shift: int
    factor: int
    more: int

    @property
    def units_a_code(self) -> float:
        """What one code counts for."""
        return self.factor / float(1 << (self.shift + self.more))

    @property
    def step(self) -> float:
        """The coarsest it can do: codes that are shifted away, and a whole unit."""
        return self.factor / float(1 << self.more) + 1


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """A quantity. full: at full scale, in `unit`; code: what the chip shows then."""

    name: str
    unit: str
    full: float
    code: int
    conversion: Conversion

    @property
    def wrong_ppm(self) -> float:
        """The firmware's factor against the circuit's."""
        return (self.conversion.units_a_code * self.code / self.full - 1) * 1e6


def scale_rows() -> list[ScaleRow]:
    """Voltage, current and power of one leg; voltage of the vehicle's side, residual current."""
    volts = Conversion(*constant(_MODULE, "_VOLTAGE"))
    amps = Conversion(*constant(_MODULE, "_CURRENT"))
    watts = Conversion(*constant(_MODULE, "_WATTS"))
    load_volts = Conversion(*constant(_MODULE, "_LOAD_VOLTAGE"))
    residual = Conversion(*constant(_MODULE, "_RESIDUAL"))
    return [
        ScaleRow("voltage of a leg", "mV", FULL_V * 1000, FULL_RMS, volts),
        ScaleRow("current of a leg", "mA", FULL_A * 1000, FULL_RMS, amps),
        ScaleRow("power of a leg, W and var", "W", FULL_V * FULL_A, FULL_POWER, watts),
        ScaleRow("vehicle's side", "mV", FULL_LOAD_V * 1000, FULL_RMS, load_volts),
        ScaleRow("residual current", "µA", FULL_RESIDUAL_A * 1e6, FULL_RMS, residual),
    ]


def frequency_step_millihertz(frequency_hz: float) -> float:
    """Between two readings, because the firmware drops the period's last 8 bits."""
    period = _SAMPLES_PER_S * _PERIOD_UNIT / frequency_hz
    return frequency_hz * 1000 * 256 / period
