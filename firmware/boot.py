"""Before anything else: room at the heap's low end, and every output at its safe level."""

# The interpreter looks for free memory from the low end on, and a function of many variables takes
# and gives back some in every call. Room kept free there, below all that stays, spares it the way
# through a nearly full heap: half of the time of an answer on Modbus. main.py lets go of it.
room = bytearray(6144)

import gc  # noqa: E402

from machine import Pin  # noqa: E402

# Importing leaves holes between what stays; without a collection every 8 kB the largest of them
# would soon be too small for the next module.
gc.threshold(8192)  # type: ignore[attr-defined]

from wattback.boards.pico.pins import OUTPUTS  # noqa: E402

for number in OUTPUTS:
    Pin(number, Pin.OUT, value=0)
