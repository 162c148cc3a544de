"""Evidence: what can be counted about this project, counted anew by `make evidence`.

Each module that has `measure` is one section and returns figures that say what they were counted
from. A failed limit fails the command; an aim is only reported; nothing is written by hand.
"""

import wattback_sim  # noqa: F401  (makes the firmware importable, here and in worker processes)
