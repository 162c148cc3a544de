"""Started by MicroPython after boot.py: the connector, until the power goes."""

# The interpreter looks for free memory from the low end on, and a function of many variables takes
# and gives back some in every call. Room kept free there, below all that stays, spares it the way
# through a nearly full heap: half of the time of an answer on Modbus.
room = bytearray(4096)

from wattback.boards.pico.unit import Unit  # noqa: E402

unit = Unit()  # a name, so that no collection takes it while somebody maintains the board
del room
unit.run()
