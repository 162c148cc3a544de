"""The energy-metering chip: an ADE9000 on SPI, read every 10 ms.

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
from wattback.boards.pico.fast import measured
from wattback.signals import Inputs

_BAUD = const(10_000_000)  # the chip takes 20 MHz

_READ = const(8)  # a command is the address and this
_COMMAND_BYTES = const(2)
_PERIOD = const(0x418)  # of phase A
_RUN = const(0x480)
_CONFIG1 = const(0x481)
_BURST_EN = const(1 << 11)  # of CONFIG1
_RMS = const(0x62F)  # AIRMSONE, BIRMSONE, CIRMSONE, AVRMSONE, BVRMSONE, in the range for bursts
_POWER = const(0x60E)  # AWATT, BWATT
_REACTIVE = const(0x614)  # AVAR, BVAR

# Where the answers lie: what was sent as a command comes back as two bytes before each.
_RMS_AT = const(0)
_POWER_AT = const(22)
_PERIOD_AT = const(32)
_REACTIVE_AT = const(38)
_CONFIG_AT = const(48)
_BYTES = const(54)

# Rows of `measured`: where, shift, factor, shift. 52,702,092 is 318.9 V or 176.8 A RMS at full
# scale, 20,694,066 is what both make together, 56.4 kW (docs/board_pico.md).
_VOLTAGE = (10, 6345, 10)
_CURRENT = (10, 3517, 10)
_WATTS = (8, 5713, 13)
_TABLE = (
    ((14,) + _VOLTAGE)
    + ((18,) + _VOLTAGE)
    + ((2,) + _CURRENT)
    + ((6,) + _CURRENT)
    + ((24,) + _WATTS)
    + ((28,) + _WATTS)
    + ((40,) + _WATTS)
    + ((44,) + _WATTS)
    + (34, 8, 1, 0)
)
_ROWS = const(9)

_RETRY_READS = const(50)  # half a second
_MOST_MV = const(330_000)  # beyond full scale is no measurement
_LEAST_MV = const(20_000)  # below it there is no period to count


class Meter:
    """The chip on its bus; `read` fills the supply's fields of `signals.Inputs`."""

    def __init__(self) -> None:
        self._spi = SPI(
            0,
            baudrate=_BAUD,
            sck=Pin(pins.METER_SCK),
            mosi=Pin(pins.METER_MOSI),
            miso=Pin(pins.METER_MISO),
        )
        self._cs = Pin(pins.METER_CS, Pin.OUT, value=1)
        self._transfer = self._spi.write_readinto
        self._table = array("i", _TABLE)
        self._values = array("i", [0] * _ROWS)
        self._octets = bytearray(_BYTES)
        octets = memoryview(self._octets)
        self._rms = (_command(_RMS, 5), octets[_RMS_AT:_POWER_AT])
        self._power = (_command(_POWER, 2), octets[_POWER_AT:_PERIOD_AT])
        self._period = (_command(_PERIOD, 1), octets[_PERIOD_AT:_REACTIVE_AT])
        self._reactive = (_command(_REACTIVE, 2), octets[_REACTIVE_AT:_CONFIG_AT])
        self._config = (_command(_CONFIG1, 1), octets[_CONFIG_AT:])
        # What sets the chip up: it answers bursts, and computes.
        self._set_up = (_order(_CONFIG1, _BURST_EN), _order(_RUN, 1))
        self._odd = 0
        self._bad = _RETRY_READS - 1  # reads without an answer: the first one sets it up

    def read(self, inputs: Inputs) -> None:
        """Take what the chip measures; a supply of 0 V when it does not answer as set up.

        Reactive power and the chip's configuration are looked at every second time.
        """
        self._exchange(self._rms)
        self._exchange(self._power)
        self._exchange(self._period)
        self._odd ^= 1
        self._exchange(self._reactive if self._odd else self._config)
        values = self._values
        octets = self._octets
        measured(octets, self._table, _ROWS, values)
        voltage_l1_mv = values[0]
        voltage_l2_mv = values[1]
        # A chip that has restarted has lost its configuration; one that is not there reads alike
        # everywhere.
        good = octets[_CONFIG_AT + _COMMAND_BYTES] == _BURST_EN >> 8
        good = good and 0 <= voltage_l1_mv < _MOST_MV and 0 <= voltage_l2_mv < _MOST_MV
        if not good:
            for row in range(_ROWS):
                values[row] = 0
            voltage_l1_mv = 0
            voltage_l2_mv = 0
            self._bad += 1
            if self._bad == _RETRY_READS:  # it may have restarted
                self._bad = 0
                for command in self._set_up:
                    self._cs(0)
                    self._spi.write(command)
                    self._cs(1)
        inputs.voltage_l1_mv = voltage_l1_mv
        inputs.voltage_l2_mv = voltage_l2_mv
        power_l1_w = values[4]
        power_l2_w = values[5]
        inputs.current_l1_ma = values[2] if power_l1_w >= 0 else -values[2]
        inputs.current_l2_ma = values[3] if power_l2_w >= 0 else -values[3]
        inputs.power_w = power_l1_w + power_l2_w
        inputs.reactive_var = values[6] + values[7]
        inputs.frequency_millihertz = values[8] if voltage_l1_mv >= _LEAST_MV else 0

    def _exchange(self, pair) -> None:  # type: ignore[no-untyped-def]
        self._cs(0)
        self._transfer(pair[0], pair[1])
        self._cs(1)


def _order(address: int, value: int) -> bytes:
    """What writes a register of 16 bits."""
    return bytes((address >> 4, address << 4 & 0xFF, value >> 8, value & 0xFF))


def _command(address: int, registers: int) -> bytes:
    """What is sent while so many registers are read from an address on."""
    return bytes((address >> 4, (address << 4 & 0xFF) | _READ)) + bytes(4 * registers)
