"""Started by MicroPython after boot.py: the connector, until the power goes."""

from wattback.boards.pico.unit import Unit

Unit().run()
