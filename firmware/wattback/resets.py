"""Why a unit has started: what its board says, in the words that ports tell."""

from micropython import const

RESET_POWER_ON = const(0)
RESET_WATCHDOG = const(1)  # a tick had failed, or the service plane hung
RESET_BROWN_OUT = const(2)  # the board's supply sagged; an RP2040 says power_on instead
RESET_NAMES = ("power_on", "watchdog", "brown_out")
