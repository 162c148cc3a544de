"""The world around the firmware: one seeded, stepped simulation without a wall clock.

Importing it makes the firmware package `wattback` importable on CPython (see `firmware.py`).
"""

from wattback_sim.firmware import install

install()
