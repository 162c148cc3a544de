"""What each pin of the firmware's pin table is soldered to, and what a broken wire does.

Numbers and names are the firmware's (`wattback.boards.pico.pins`); the words are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import wattback_sim  # noqa: F401  (its import makes `wattback` importable)
from wattback.boards.pico import pins

# GPIOs in the order in which they lie on the board's edge, from pin 1 on (Raspberry Pi Pico data
# sheet, pinout); None: ground, supply, reset or reference.
_EDGE = (
    *(0, 1, None, 2, 3, 4, 5, None, 6, 7, 8, 9, None, 10, 11, 12, 13, None, 14, 15),
    *(16, 17, None, 18, 19, 20, 21, None, 22, None, 26, 27, None, 28),
)
PULL_DOWN = "4.7 kΩ to ground at the far end"
PULL_UP = "the chip's pull-up"
CONTACT_PULL_UP = "1 kΩ to 3.3 V at the Pico"  # 3 mA: what a dry contact needs to stay clean


@dataclass(frozen=True, slots=True)
class PinRow:
    """A pin. direction: seen from the Pico. safe: the level that harms nobody, or where none does.

    wired_to: at the far end. pull: what holds the wire when nobody drives it. broken: what follows
    from a wire that is lost.
    """

    name: str
    direction: str
    safe: str
    wired_to: str
    pull: str
    broken: str

    @property
    def gpio(self) -> int:
        """Number of the GPIO."""
        return int(getattr(pins, self.name))

    @property
    def board_pin(self) -> int:
        """Number on the edge of the board."""
        return _EDGE.index(self.gpio) + 1


PINS = (
    PinRow(
        "CONSOLE_TX",
        "out",
        "–",
        "receiver of the console plug (UART, 3.3 V)",
        "–",
        "no answer on the console",
    ),
    PinRow(
        "CONSOLE_RX",
        "in",
        "–",
        "transmitter of the console plug",
        "10 kΩ to 3.3 V",
        "nothing is heard on the console",
    ),
    PinRow(
        "VEHICLE_BUSY",
        "out",
        "low",
        "nothing, or the modem's request to send",
        PULL_DOWN,
        "none without such a modem",
    ),
    PinRow(
        "RS485_DE",
        "out",
        "low",
        "DE and RE of the transceiver, tied together",
        PULL_DOWN,
        "the board listens and never answers",
    ),
    PinRow(
        "RS485_TX",
        "out",
        "–",
        "DI of the transceiver",
        "10 kΩ to 3.3 V",
        "answers of noise or none",
    ),
    PinRow(
        "RS485_RX",
        "in",
        "–",
        "RO of the transceiver, which lets go of it while DE is high",
        "10 kΩ to 3.3 V",
        "nothing is heard on the bus",
    ),
    PinRow(
        "VEHICLE_TX",
        "out",
        "–",
        "receiver of the modem",
        "10 kΩ to 3.3 V",
        "the vehicle link lapses",
    ),
    PinRow(
        "VEHICLE_RX",
        "in",
        "–",
        "transmitter of the modem",
        PULL_UP,
        "the vehicle link lapses: no energy out of the vehicle",
    ),
    PinRow(
        "FRAM_SDA",
        "both",
        "–",
        "SDA of the FRAM and of the ADS7828",
        "1.5 kΩ to 3.3 V",
        "starts unavailable (settings_invalid), for no latch could be kept; sensors read open",
    ),
    PinRow(
        "FRAM_SCL",
        "out",
        "–",
        "SCL of the FRAM and of the ADS7828",
        "1.5 kΩ to 3.3 V",
        "as FRAM_SDA",
    ),
    PinRow(
        "CONTACTOR",
        "out",
        "low",
        "gate of the coil driver's permission",
        PULL_DOWN,
        "the contactor opens, or stays open",
    ),
    PinRow(
        "COIL_PUMP",
        "out",
        "any level that stands",
        "coupling capacitor of the charge pump",
        PULL_DOWN,
        "the contactor opens within 50 ms",
    ),
    PinRow(
        "FAULT_TEST",
        "out",
        "low",
        "transistor that feeds the sensor's test winding",
        PULL_DOWN,
        "self-test fails: the contactor does not close",
    ),
    PinRow(
        "FAULT_RESET",
        "out",
        "low",
        "reset of the latch, through a capacitor: an edge resets, a level does not",
        PULL_DOWN,
        "the latch stays tripped after the first self-test: no closing",
    ),
    PinRow(
        "FAULT_LATCHED",
        "in",
        "high: tripped",
        "output of the latch",
        PULL_UP,
        "reads tripped: permission withdrawn",
    ),
    PinRow(
        "CONTACTOR_AUX",
        "in",
        "high: closed",
        "mirror contact (normally closed) to ground",
        PULL_UP,
        "reads closed: a welded contactor, so a fault",
    ),
    PinRow(
        "COIL_DRIVEN",
        "in",
        "low: voltage at the coil",
        "optocoupler across the coil",
        PULL_UP,
        "reads no voltage: a fault with the next closing, not before",
    ),
    PinRow(
        "STOP_BUTTON",
        "in",
        "high: pressed",
        "emergency stop, a normally closed contact to ground",
        CONTACT_PULL_UP,
        "reads pressed: no closing",
    ),
    PinRow(
        "DISCONNECT",
        "in",
        "high: open",
        "auxiliary contact of the lockable disconnect, to ground while that is closed",
        CONTACT_PULL_UP,
        "reads open: no closing",
    ),
    PinRow(
        "EARTH_MISSING",
        "in",
        "high: no earth",
        "ground monitor's optocoupler, to ground while there is an earth",
        PULL_UP,
        "reads no earth: no closing",
    ),
    PinRow(
        "METER_MISO",
        "in",
        "–",
        "MISO of the ADE9000, through the isolator",
        "the chip's pull-down",
        "supply reads 0 V: no energy",
    ),
    PinRow(
        "METER_CS",
        "out",
        "high",
        "SS of the ADE9000, through the isolator",
        "10 kΩ to 3.3 V",
        "supply reads 0 V: no energy",
    ),
    PinRow(
        "METER_SCK",
        "out",
        "–",
        "SCLK of the ADE9000, through the isolator",
        "–",
        "supply reads 0 V: no energy",
    ),
    PinRow(
        "METER_MOSI",
        "out",
        "–",
        "MOSI of the ADE9000, through the isolator",
        "–",
        "supply reads 0 V: no energy",
    ),
    PinRow(
        "PILOT_PWM",
        "out",
        "low: −12 V",
        "input of the pilot's ±12 V driver",
        PULL_DOWN,
        "steady −12 V: a pilot that does not follow, so a fault",
    ),
    PinRow(
        "PILOT_ADC",
        "in",
        "–",
        "output of the pilot's buffer (ADC0)",
        "100 kΩ to ground at the Pico",
        "reads −13.6 V: a pilot that does not follow, so a fault",
    ),
)


def pin_named(name: str) -> PinRow:
    """Its row."""
    return next(row for row in PINS if row.name == name)


def firmware_pins() -> dict[str, int]:
    """Every pin that the firmware's table names."""
    return {
        name: value
        for name, value in vars(pins).items()
        if name.isupper() and isinstance(value, int)
    }
