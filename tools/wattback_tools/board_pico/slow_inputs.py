"""The panel of docs/board_pico.svg with the converter of the slow inputs and the contacts."""

from __future__ import annotations

from wattback_sim.pico.sensors import LOWER_OHM, NTC_OHM, PROXIMITY_OHM
from wattback_tools.board_pico.symbols import TAG_WIDTH, Sheet

_LEFT = 24.0
_PINS = _LEFT + TAG_WIDTH
_NODE, _RAIL = 640.0, 1000.0


def slow_inputs(sheet: Sheet, top: float) -> None:
    """Draw it, its upper edge at `top`."""
    sheet.write(_LEFT, top + 32, "Temperatures, proximity, buttons, contacts", "head")
    first, second, third, fourth = top + 120, top + 205, top + 265, top + 335
    for place, pin in enumerate(("FRAM_SDA", "FRAM_SCL")):
        y = first + 45 * place
        sheet.tag(_LEFT, y, pin)
        sheet.wire((_PINS, y), (330, y))
    sheet.write(_LEFT, first + 80, "the FRAM's bus, 400 kHz")
    sheet.box(330, top + 65, 150, 290, "ADS7828", "address 0x48", "(A0, A1 to ground)")

    feed = top + 80
    sheet.write(488, feed - 7, "VREF")
    sheet.wire((480, feed), (_RAIL, feed), (_RAIL, fourth))
    sheet.dot(_RAIL, feed)
    sheet.wire((_RAIL, feed), (1012, feed))
    sheet.resistor(1012, feed, "100 Ω")
    sheet.write(1064, feed + 4, "3.3 V")
    sheet.write(700, feed - 7, "1 µF to ground")

    _from_rail(sheet, first, "CH0–CH2", f"NTC {NTC_OHM / 1000:g} kΩ")
    sheet.wire((_NODE, first), (_NODE, first + 8))
    sheet.standing(_NODE, first + 8, f"{LOWER_OHM / 1000:g} kΩ, 1 %")
    sheet.wire((_NODE, first + 54), (_NODE, first + 60))
    sheet.ground(_NODE, first + 60)
    sheet.write(740, first + 28, "of each: board, terminals, handle")
    _from_rail(sheet, second, "CH3", f"{PROXIMITY_OHM / 1000:g} kΩ, 1 %")
    sheet.wire((_NODE, second), (_NODE, second + 28), (700, second + 28))
    sheet.terminal(705, second + 28, "proximity")
    _from_rail(sheet, third, "CH4", "10 kΩ")
    _contact(sheet, third, "handle: opens when loose")
    _from_rail(sheet, fourth, "CH5", "10 kΩ")
    _contact(sheet, fourth, "reset: closes when pressed")

    for place, (pin, what, how) in enumerate(
        (
            ("COIL_DRIVEN", "optocoupler across the coil", "conducts with the coil's voltage"),
            ("STOP_BUTTON", "emergency stop", "normally closed contact"),
            ("DISCONNECT", "auxiliary contact of the disconnect", "closed while that is closed"),
            ("EARTH_MISSING", "ground monitor", "conducts while there is an earth"),
        )
    ):
        y = top + 420 + 55 * place
        sheet.tag(_LEFT, y, pin)
        sheet.wire((_PINS, y), (330, y))
        sheet.box(330, y - 20, 300, 40, what, how)
        sheet.wire((630, y), (660, y), (660, y + 6))
        sheet.ground(660, y + 6)
    monitor = top + 585
    sheet.write(690, monitor - 8, "L1 and L2, before the main contacts: to earth, each through")
    sheet.write(690, monitor + 9, "4 × 56 kΩ, a diode and its LED; 100 ms of hold")


def _contact(sheet: Sheet, y: float, what: str) -> None:
    """From a channel's node to ground."""
    sheet.wire((_NODE, y), (_NODE, y + 28), (680, y + 28))
    sheet.box(680, y + 13, 250, 30, what)
    sheet.wire((930, y + 28), (955, y + 28), (955, y + 34))
    sheet.ground(955, y + 34)


def _from_rail(sheet: Sheet, y: float, channel: str, upper: str) -> None:
    """A channel's wire to its node, and the resistor from there to the reference."""
    sheet.write(488, y - 7, channel)
    sheet.wire((480, y), (800, y))
    sheet.dot(_NODE, y)
    _, end = sheet.resistor(800, y, upper)
    sheet.wire((end, y), (_RAIL, y))
