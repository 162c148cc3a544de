"""Wattback: firmware of a bidirectional EV wall connector (MicroPython)."""

__version__ = "0.1.0"
