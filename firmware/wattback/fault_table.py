"""The fault table: what can be wrong, what the pilot then says, what ends it.

One row a fault; every row opens the contactor in the tick that sees it. The parts that sense raise
these bits, `faults.py` latches them. Docs, traces and tests walk this table.
"""

from micropython import const

PILOT_SHORT = const(1 << 0)  # 0 V on the high side while the pilot is driven positive
PILOT_STUCK = const(1 << 1)  # the pilot does not follow its generator
DIODE_MISSING = const(1 << 2)  # no −12 V in the low half of the PWM with a vehicle connected
CONTACTOR_WELDED = const(1 << 3)  # commanded open, confirmed closed
CONTACTOR_STUCK_OPEN = const(1 << 4)  # commanded closed, confirmed open
GROUND_FAULT = const(1 << 5)  # the hardware latch tripped outside a self-test
GROUND_FAULT_SELF_TEST = const(1 << 6)  # the latch did not trip or not release when tested
OVERCURRENT = const(1 << 7)  # more current than offered, for longer than a vehicle may take
SUPPLY_OUT_OF_WINDOW = const(1 << 8)  # voltage of a leg, of both, or frequency
SETTINGS_INVALID = const(1 << 9)  # a stored setting is outside its range
POWER_NOT_PERMITTED = const(1 << 10)  # power against the target, or out of the vehicle without one

# What the pilot does while a fault is active, the more severe wins. A vehicle that may be a
# source must be told to stop: F says so at once, where steady +12 V leaves it three seconds.
PILOT_STEADY = const(0)  # +12 V: the cause lies outside, the vehicle stays visible
PILOT_F_BRIEFLY = const(1)  # −12 V for its minimum, then +12 V so that an unplug can be seen
PILOT_F = const(2)  # −12 V: not available until the row's clear

# Ways out, combined per row.
CLEAR_GONE = const(1)  # by itself, once the cause has been gone for the row's time
CLEAR_RETRY = const(2)  # by itself after the row's time, a counted number of times
CLEAR_UNPLUG = const(4)  # when the vehicle is unplugged
CLEAR_RESET = const(8)  # by a technician's reset, the cause being gone
CLEAR_RESTART = const(16)  # by a power cycle
CLEAR_NAMES = ("gone", "retry", "unplug", "reset", "restart")

_RETRYABLE = CLEAR_RETRY | CLEAR_UNPLUG | CLEAR_RESET

# (name, pilot, clears, seconds until it clears by itself, retries). Order is that of the bits.
# Times: overcurrent 10 s and 3 retries, supply 60 s, ground fault 15 min and 4 retries are vendor
# practice (evse.md 3.2, 4.2, marked C); the 1 s of pilot_short is the choice of this table.
FAULTS = (
    ("pilot_short", PILOT_STEADY, CLEAR_GONE, 1, 0),
    ("pilot_stuck", PILOT_F, CLEAR_RESET, 0, 0),
    ("diode_missing", PILOT_F_BRIEFLY, CLEAR_UNPLUG | CLEAR_RESET, 0, 0),
    ("contactor_welded", PILOT_F, CLEAR_RESET, 0, 0),
    ("contactor_stuck_open", PILOT_F_BRIEFLY, CLEAR_UNPLUG | CLEAR_RESET, 0, 0),
    ("ground_fault", PILOT_F_BRIEFLY, _RETRYABLE, 900, 4),
    ("ground_fault_self_test", PILOT_F, CLEAR_RESET, 0, 0),
    ("overcurrent", PILOT_F_BRIEFLY, _RETRYABLE, 10, 3),
    ("supply_out_of_window", PILOT_STEADY, CLEAR_GONE, 60, 0),
    ("settings_invalid", PILOT_F, CLEAR_RESTART, 0, 0),
    ("power_not_permitted", PILOT_F_BRIEFLY, CLEAR_UNPLUG | CLEAR_RESET, 0, 0),
)
FAULT_COUNT = len(FAULTS)
