"""What changes slowly: temperatures, the proximity pin, two buttons, by a converter on I2C.

An ADS7828 (12 bits, eight channels; TI SBAS181C) stands beside the FRAM. Its reference feeds the
dividers, so a code is a ratio of resistors (docs/board_pico.md). The loop asks for one channel
after each tick and puts it where the next tick finds it. What has gone unanswered for SILENT_STEPS
reads as open sensors and a loose handle, never as the last that was good.
"""

from micropython import const

from wattback.signals import Inputs

SILENT_STEPS = const(50)  # half a second, or a whole one while a master of Modbus RTU waits

_ADDRESS = const(0x48)  # A0 and A1 to ground
# Channels 0 to 5: command (single-ended, converter on, internal reference off), where it goes, and
# what it is in silence.
_OPEN_OHM = const(1 << 20)
_COMMANDS = b"\x84\xc4\x94\xd4\xa4\xe4"
_NAMES = (
    "board_decic",
    "terminal_decic",
    "handle_decic",
    "proximity_ohm",
    "handle_loose",
    "reset_pressed",
)
_SILENT = (-1000, -1000, -1000, _OPEN_OHM, 1, 0)
_PROXIMITY = const(3)
_LOOSE = const(4)
_PROXIMITY_OHM = const(3300)  # from the reference to the pin

# 0.1 °C + 1000, two bytes each, at every 64th code: a 10 kΩ NTC with a beta of 3950 K above 10 kΩ.
# The ends are no temperatures: −100 °C is an open sensor, 300 °C a shorted one. Straight lines
# between the points are within 0.8 K from −40 to 110 °C, and too warm where it is warm.
_DECIC = (
    b"\x00\x00\x02\x1c\x02\x7c\x02\xba\x02\xe8\x03\x0e\x03\x2e\x03\x4b\x03\x64\x03\x7c"
    b"\x03\x91\x03\xa6\x03\xb9\x03\xcb\x03\xdd\x03\xed\x03\xfe\x04\x0d\x04\x1d\x04\x2c"
    b"\x04\x3b\x04\x49\x04\x57\x04\x65\x04\x73\x04\x81\x04\x8f\x04\x9d\x04\xaa\x04\xb8"
    b"\x04\xc6\x04\xd4\x04\xe2\x04\xf0\x04\xfe\x05\x0d\x05\x1c\x05\x2b\x05\x3a\x05\x4a"
    b"\x05\x5a\x05\x6a\x05\x7b\x05\x8d\x05\x9f\x05\xb2\x05\xc5\x05\xda\x05\xf0\x06\x07"
    b"\x06\x1f\x06\x39\x06\x55\x06\x74\x06\x95\x06\xba\x06\xe3\x07\x13\x07\x4a\x07\x8d"
    b"\x07\xe0\x08\x4f\x08\xf5\x0a\x2f\x0f\xa0"
)


class SlowInputs:
    """i2c: the bus, at no more than 400 kHz. inputs: the tick's, filled from the start."""

    def __init__(self, i2c, inputs: Inputs) -> None:  # type: ignore[no-untyped-def]
        self._i2c = i2c
        self._inputs = inputs
        self._octets = bytearray(2)
        self._channel = 0
        self._silent = 0
        self._lose()
        for _ in _NAMES:
            self.step()

    def step(self) -> None:
        """Once after every tick: one channel, 0.12 ms of the bus."""
        channel = self._channel
        octets = self._octets
        self._channel = (channel + 1) % len(_NAMES)
        try:
            self._i2c.readfrom_mem_into(_ADDRESS, _COMMANDS[channel], octets)
        except OSError:
            octets[0] = 0xFF
        code = octets[0] << 8 | octets[1]
        if code > 4095:  # no answer, or none of this chip: its upper four bits are 0
            self._silent += 1
            if self._silent >= SILENT_STEPS:
                self._lose()
            return
        self._silent = 0
        if channel < _PROXIMITY:
            code = decic(code)
        elif channel == _PROXIMITY:
            code = min(_PROXIMITY_OHM * code // (4096 - code), _OPEN_OHM)
        else:  # contacts to ground: the handle's is closed in its place, the reset's when pressed
            code = int((code >= 2048) == (channel == _LOOSE))
        setattr(self._inputs, _NAMES[channel], code)

    def _lose(self) -> None:
        self._silent = 0
        for i in range(len(_NAMES)):
            setattr(self._inputs, _NAMES[i], _SILENT[i])


def decic(code: int) -> int:
    """The temperature of a sensor, 0.1 °C, from a code of 12 bits."""
    at = code >> 6 << 1
    low = _DECIC[at] << 8 | _DECIC[at + 1]
    high = _DECIC[at + 2] << 8 | _DECIC[at + 3]
    return low + ((high - low) * (code & 63) >> 6) - 1000
