"""Before anything else: every output at its safe level."""

import gc

from machine import Pin

# Importing leaves holes between what stays; without a collection every 8 kB the largest of them
# would soon be too small for the next module.
gc.threshold(8192)  # type: ignore[attr-defined]

from wattback.boards.pico.pins import OUTPUTS  # noqa: E402

for number in OUTPUTS:
    Pin(number, Pin.OUT, value=0)
