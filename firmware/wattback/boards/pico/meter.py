"""The energy-metering chip: an ADE9000 on SPI, read by every tick.

Chosen because it is sold, measures both legs at once, and gives RMS values of one cycle, new every
half cycle (xVRMSONE, xIRMSONE): a must-trip of 160 ms leaves no time for the slow filters of
cheaper chips. Register addresses, full-scale codes and the period's formula are those of its
manufacturer's register map; the scale here follows from docs/board_pico.md (divider, transformer).

A chip that is silent, has restarted, or answers nonsense gives a supply of 0 V: no energy.
"""

from array import array

from machine import SPI, Pin
from micropython import const

from wattback.boards.pico import pins
from wattback.boards.pico.fast import big_endian, quotient, scaled

_BAUD = const(10_000_000)  # the chip takes 20 MHz

_READ = const(8)  # a command is the address and this
_PERIOD = const(0x418)  # of phase A
_RUN = const(0x480)
_CONFIG1 = const(0x481)
_BURST_EN = const(1 << 11)  # of CONFIG1
_RMS = const(0x62F)  # AIRMSONE, BIRMSONE, CIRMSONE, AVRMSONE, BVRMSONE, in the range for bursts
_POWER = const(0x60E)  # AWATT, BWATT
_REACTIVE = const(0x614)  # AVAR, BVAR
# Words as they are read.
_I1 = const(0)
_I2 = const(1)
_V1 = const(3)
_V2 = const(4)
_W1 = const(5)
_W2 = const(6)
_Q1 = const(7)
_Q2 = const(8)
_T = const(9)
_ALIVE = const(10)

# Codes to units, as shift, factor, shift (docs/board_pico.md): 52,702,092 is 318.9 V or 176.8 A
# RMS, 20,694,066 is what both make together, 56.4 kW.
_MOST_MV = const(330_000)  # beyond full scale is no measurement
_LEAST_MV = const(20_000)  # below it there is no period to count


class Meter:
    """Both legs of the supply, in the units and signs of `signals.Inputs`.

    voltage_l1_mv … frequency_millihertz: of the last `read`.
    """

    def __init__(self) -> None:
        self.voltage_l1_mv = 0
        self.voltage_l2_mv = 0
        self.current_l1_ma = 0
        self.current_l2_ma = 0
        self.power_w = 0
        self.reactive_var = 0
        self.frequency_millihertz = 0
        self._spi = SPI(
            0,
            baudrate=_BAUD,
            sck=Pin(pins.METER_SCK),
            mosi=Pin(pins.METER_MOSI),
            miso=Pin(pins.METER_MISO),
        )
        self._cs = Pin(pins.METER_CS, Pin.OUT, value=1)
        self._transfer = self._spi.write_readinto
        self._words = array("i", [0] * 11)
        self._rms = _command(_RMS, 5)
        self._power = _command(_POWER, 2)
        self._reactive = _command(_REACTIVE, 2)
        self._period = _command(_PERIOD, 1)
        self._config = _command(_CONFIG1, 1)
        self._octets = bytearray(24)
        self._answers = tuple(memoryview(self._octets)[:count] for count in (22, 10, 6))
        self.start()

    def start(self) -> None:
        """Set the chip up: it computes, and answers bursts. For the service plane."""
        self._write(_CONFIG1, _BURST_EN)
        self._write(_RUN, 1)

    def _write(self, address: int, value: int) -> None:
        self._cs(0)
        self._spi.write(bytes((address >> 4, address << 4 & 0xFF, value >> 8, value & 0xFF)))
        self._cs(1)

    def read(self) -> int:
        """Read the chip; 0 when it does not answer as one that `start` has set up."""
        words = self._words
        octets = self._octets
        answers = self._answers
        self._exchange(self._rms, answers[0])
        big_endian(octets, 2, words, _I1, 5)
        self._exchange(self._power, answers[1])
        big_endian(octets, 2, words, _W1, 2)
        self._exchange(self._reactive, answers[1])
        big_endian(octets, 2, words, _Q1, 2)
        self._exchange(self._period, answers[2])
        big_endian(octets, 2, words, _T, 1)
        self._exchange(self._config, answers[2])
        big_endian(octets, 2, words, _ALIVE, 1)
        # A chip that has restarted has lost its configuration; one that is not there reads alike
        # everywhere.
        good = scaled(words, _ALIVE, 16, 1, 0) == _BURST_EN
        voltage_l1_mv = scaled(words, _V1, 10, 6345, 10)
        voltage_l2_mv = scaled(words, _V2, 10, 6345, 10)
        current_l1_ma = scaled(words, _I1, 10, 3517, 10)
        current_l2_ma = scaled(words, _I2, 10, 3517, 10)
        if not good or not 0 <= voltage_l1_mv < _MOST_MV or not 0 <= voltage_l2_mv < _MOST_MV:
            self._nothing()
            return 0
        power_l1_w = scaled(words, _W1, 8, 5713, 15)
        power_l2_w = scaled(words, _W2, 8, 5713, 15)
        self.voltage_l1_mv = voltage_l1_mv
        self.voltage_l2_mv = voltage_l2_mv
        self.current_l1_ma = -current_l1_ma if power_l1_w < 0 else current_l1_ma
        self.current_l2_ma = -current_l2_ma if power_l2_w < 0 else current_l2_ma
        self.power_w = power_l1_w + power_l2_w
        self.reactive_var = scaled(words, _Q1, 8, 5713, 15) + scaled(words, _Q2, 8, 5713, 15)
        # 8000 Hz · 65536 / (period + 1), in mHz; both divided by 256.
        self.frequency_millihertz = (
            quotient(31250, words, _T, 8) if voltage_l1_mv >= _LEAST_MV else 0
        )
        return 1

    def _nothing(self) -> None:
        self.voltage_l1_mv = 0
        self.voltage_l2_mv = 0
        self.current_l1_ma = 0
        self.current_l2_ma = 0
        self.power_w = 0
        self.reactive_var = 0
        self.frequency_millihertz = 0

    def _exchange(self, command, answer) -> None:  # type: ignore[no-untyped-def]
        self._cs(0)
        self._transfer(command, answer)
        self._cs(1)


def _command(address: int, registers: int) -> bytes:
    """What is sent while so many registers are read from an address on."""
    return bytes((address >> 4, (address << 4 & 0xFF) | _READ)) + bytes(4 * registers)
