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
# AIRMSONE, BIRMSONE, CIRMSONE, AVRMSONE, BVRMSONE, CVRMSONE, NIRMSONE, in the range for bursts:
# C is the vehicle's side, N the transformer around all conductors.
_RMS = const(0x62F)
_POWER = const(0x60E)  # AWATT, BWATT
_REACTIVE = const(0x614)  # AVAR, BVAR
_ANGLE_VA_VB = const(0x482)  # from a zero crossing of A to the next of B, 1.024 MHz, 16 bits
_ANGLE_VA_VC = const(0x484)

# Where the answers lie: what was sent as a command comes back as two bytes before each.
_RMS_AT = const(0)
_POWER_AT = const(30)
_PERIOD_AT = const(40)
_REACTIVE_AT = const(46)
_CONFIG_AT = const(56)
_LEG_ANGLE_AT = const(62)
_LOAD_ANGLE_AT = const(68)
_BYTES = const(74)

# Rows of `measured`: where, shift, factor, shift. 52,702,092 is 318.9 V or 176.8 A RMS at full
# scale, 637.1 V on the vehicle's side, 3.536 A of residual current; 20,694,066 is what a leg's two
# make together, 56.4 kW (docs/board_pico.md).
_VOLTAGE = (10, 6345, 10)
_CURRENT = (10, 3517, 10)
_WATTS = (8, 5713, 13)
_LOAD_VOLTAGE = (10, 12676, 10)
_RESIDUAL = (8, 8793, 9)  # µA
_ROWS = const(11)

_RETRY_READS = const(50)  # half a second
_MOST_MV = const(330_000)  # beyond full scale is no measurement
_MOST_LOAD_MV = const(660_000)
_LEAST_MV = const(20_000)  # below it there is no period to count
# Between these a number of 1.024 MHz is an angle, and every product small.
_LEAST_MILLIHERTZ = const(40_000)
_MOST_MILLIHERTZ = const(80_000)


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
        self._values = array("i", [0] * _ROWS)
        self._table = _table()
        self._octets = bytearray(_BYTES)
        octets = memoryview(self._octets)
        self._rms = (_command(_RMS, 7), octets[_RMS_AT:_POWER_AT])
        self._power = (_command(_POWER, 2), octets[_POWER_AT:_PERIOD_AT])
        self._period = (_command(_PERIOD, 1), octets[_PERIOD_AT:_REACTIVE_AT])
        # One of them a read. The configuration comes last, so that a chip which has been set up
        # anew counts as good only with angles of its own.
        self._rota = (
            (_command(_ANGLE_VA_VB, 1), octets[_LEG_ANGLE_AT:_LOAD_ANGLE_AT]),
            (_command(_ANGLE_VA_VC, 1), octets[_LOAD_ANGLE_AT:]),
            (_command(_REACTIVE, 2), octets[_REACTIVE_AT:_CONFIG_AT]),
            (_command(_CONFIG1, 1), octets[_CONFIG_AT:_LEG_ANGLE_AT]),
        )
        # What sets the chip up: it answers bursts, and computes.
        self._set_up = (_order(_CONFIG1, _BURST_EN), _order(_RUN, 1))
        self._turn = 3
        self._angled = 0  # 1: the angles are of a supply that is there
        self._bad = _RETRY_READS - 1  # reads without an answer: the first one sets it up

    def read(self, inputs: Inputs) -> None:
        """Take what the chip measures; a supply of 0 V when it does not answer as set up.

        Angles, reactive power and the chip's configuration are looked at every fourth time.
        """
        self._exchange(self._rms)
        self._exchange(self._power)
        self._exchange(self._period)
        self._turn = (self._turn + 1) & 3
        self._exchange(self._rota[self._turn])
        values = self._values
        octets = self._octets
        measured(octets, self._table, _ROWS, values)
        voltage_l1_mv = values[0]
        voltage_l2_mv = values[1]
        # A chip that has restarted has lost its configuration; one that is not there reads alike
        # everywhere.
        good = octets[_CONFIG_AT + _COMMAND_BYTES] == _BURST_EN >> 8
        good = good and 0 <= voltage_l1_mv < _MOST_MV and 0 <= voltage_l2_mv < _MOST_MV
        good = good and 0 <= values[8] < _MOST_LOAD_MV
        if not good:
            for row in range(_ROWS):
                values[row] = 0
            voltage_l1_mv = 0
            voltage_l2_mv = 0
            self._bad += 1
            if self._bad == _RETRY_READS:  # it may have restarted
                self._bad = 0
                self._turn = 3
                for command in self._set_up:
                    self._cs(0)
                    self._spi.write(command)
                    self._cs(1)
        inputs.voltage_l1_mv = voltage_l1_mv
        inputs.voltage_l2_mv = voltage_l2_mv
        power_l1_w = values[4]
        power_l2_w = values[5]
        # Leg 2 without a voltage is a single phase's neutral: it carries leg 1's current back.
        sign_l2_w = power_l2_w if voltage_l2_mv >= _LEAST_MV else power_l1_w
        inputs.current_l1_ma = values[2] if power_l1_w >= 0 else -values[2]
        inputs.current_l2_ma = values[3] if sign_l2_w >= 0 else -values[3]
        inputs.power_w = power_l1_w + power_l2_w
        inputs.reactive_var = values[6] + values[7]
        inputs.load_mv = values[8]
        inputs.residual_ua = values[9]
        millihertz = values[10] if voltage_l1_mv >= _LEAST_MV else 0
        inputs.frequency_millihertz = millihertz
        if not _LEAST_MILLIHERTZ <= millihertz <= _MOST_MILLIHERTZ:
            self._angled = 0
            inputs.leg_angle_decideg = 0  # neither a split phase nor the same on both sides
            inputs.load_angle_decideg = -1800
        elif self._turn < 2 or not self._angled:
            self._angled = 1
            inputs.leg_angle_decideg = abs(self._lead(_LEG_ANGLE_AT, millihertz))
            inputs.load_angle_decideg = self._lead(_LOAD_ANGLE_AT, millihertz)

    def _lead(self, at: int, millihertz: int) -> int:
        """An angle against phase A, −1800 … 1799; the chip counts how long after A it crosses."""
        count = self._octets[at + _COMMAND_BYTES] << 8 | self._octets[at + _COMMAND_BYTES + 1]
        if count >= 0x8000:
            count -= 0x10000
        # 3600 · count · mHz / 1.024e9; at 60 Hz a step is 0.021°.
        late_decideg = (count * 27 >> 7) * (millihertz >> 4) // 3750
        return (1800 - late_decideg) % 3600 - 1800

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


def _table():  # type: ignore[no-untyped-def]
    """The rows of `measured`; made once, and nothing else of it stays."""
    return array(
        "i",
        ((14,) + _VOLTAGE)
        + ((18,) + _VOLTAGE)
        + ((2,) + _CURRENT)
        + ((6,) + _CURRENT)
        + ((32,) + _WATTS)
        + ((36,) + _WATTS)
        + ((48,) + _WATTS)
        + ((52,) + _WATTS)
        + ((22,) + _LOAD_VOLTAGE)
        + ((26,) + _RESIDUAL)
        + (_PERIOD_AT + 2, 8, 1, 0),
    )
