"""Started by MicroPython after boot.py: the connector, until the power goes."""

from wattback.boards.pico.unit import Unit

unit = Unit()  # a name, so that no collection takes it while somebody maintains the board
globals().pop("room", None)  # boot.py's
unit.run()
