"""Started by MicroPython after boot.py: the connector, until the power goes."""

import gc

from wattback.boards.pico.unit import Unit

unit = Unit()  # a name, so that no collection takes it while somebody maintains the board
globals().pop("room", None)  # boot.py's
# The frame of every larger call lies on the heap, so a collection every 8 kB would come all the
# time: from now on the loop knows better when.
gc.threshold(-1)  # type: ignore[attr-defined]
unit.run()
