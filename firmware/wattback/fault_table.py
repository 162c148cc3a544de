"""The fault table: what can be wrong, what is done, what the pilot then says, what ends it.

One row a fault, at most 30 of them, so that their bits fit a small integer on every floor. The
parts that sense raise these bits, `faults.py` latches them. What a row is sensed by, its limit,
source and words for people are the host's (`wattback_sim/fault_texts.py`); docs, traces, registers
and tests walk both.
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
EMERGENCY_STOP = const(1 << 11)  # its button is pressed, or its wire is broken
DISCONNECT_OPEN = const(1 << 12)  # the lockable disconnect is open, or its wire is broken
GROUND_FAULT_EARLY = const(1 << 13)  # current to earth within 10 s of closing
GROUND_FAULT_LATCH = const(1 << 14)  # current to earth that the latch should have cut
VEHICLE_STILL_ENERGISED = const(1 << 15)  # a voltage of its own behind open contacts
COIL_IMPLAUSIBLE = const(1 << 16)  # the coil's voltage is not what was commanded
CONTACTOR_CHATTER = const(1 << 17)  # the auxiliary contact comes and goes
EARTH_MISSING = const(1 << 18)  # the ground monitor finds no protective earth
OPEN_NEUTRAL = const(1 << 19)  # one leg high, one low, while both together look well
LEG_ANGLE = const(1 << 20)  # the legs are not opposite each other
LEG_UNBALANCE = const(1 << 21)  # the currents of the legs differ
METER_IMPLAUSIBLE = const(1 << 22)  # frozen, or power that voltage and current do not make
BOARD_OVERHEATED = const(1 << 23)
TERMINAL_OVERHEATED = const(1 << 24)  # of the supply's wires
HANDLE_OVERHEATED = const(1 << 25)
TEMPERATURE_SENSOR = const(1 << 26)  # open, shorted or frozen: no cold reading
PROXIMITY_SHORTED = const(1 << 27)  # less resistance than any cable or handle has
TERMINAL_LOOSE = const(1 << 28)  # it warms more than its current explains
CONTACTOR_WORN = const(1 << 29)  # as many openings under load as its data sheet gives it

# What the pilot does while a fault is active, the more severe wins. A vehicle that may be a
# source must be told to stop: F says so at once, where steady +12 V leaves it three seconds.
PILOT_STEADY = const(0)  # +12 V: the cause lies outside, the vehicle stays visible
PILOT_F_BRIEFLY = const(1)  # −12 V for its minimum, then +12 V so that an unplug can be seen
PILOT_F = const(2)  # −12 V: not available until the row's clear

# What is done while a fault is active, the more severe wins.
ACTION_WARN = const(0)  # nothing but telling
ACTION_STOP = const(1)  # the offer is withdrawn, the vehicle unloads, then the contactor opens
ACTION_OPEN = const(2)  # the contactor opens in the tick that sees it
ACTION_NAMES = ("warn", "stop", "open")

# Ways out, combined per row.
CLEAR_GONE = const(1)  # by itself, once the cause has been gone for the row's time
CLEAR_RETRY = const(2)  # by itself after the row's time, a counted number of times
CLEAR_UNPLUG = const(4)  # when the vehicle is unplugged
CLEAR_RESET = const(8)  # by a reset over Modbus or on site, the cause being gone
CLEAR_RESTART = const(16)  # by a power cycle
CLEAR_ON_SITE = const(32)  # by the button on the unit, the cause being gone; it resets others too
CLEAR_NAMES = ("gone", "retry", "unplug", "reset", "restart", "on_site")

_RETRYABLE = CLEAR_RETRY | CLEAR_UNPLUG | CLEAR_RESET
_BY_PEOPLE = CLEAR_UNPLUG | CLEAR_ON_SITE  # who are there: a master must not close on a leak

# (name, pilot, clears, seconds until it clears by itself, retries, action). Order is that of the
# bits. Times of vendors' practice (evse.md 3.2, C; 4.2, C): overcurrent 10 s and 3
# retries, supply 60 s, ground fault 15 min and 4 retries, none within 10 s of closing, no earth
# 60 s and 4 retries. The others are the choice of this table.
FAULTS = (
    ("pilot_short", PILOT_STEADY, CLEAR_GONE, 1, 0, ACTION_OPEN),
    ("pilot_stuck", PILOT_F, CLEAR_RESET, 0, 0, ACTION_OPEN),
    ("diode_missing", PILOT_F_BRIEFLY, CLEAR_UNPLUG | CLEAR_RESET, 0, 0, ACTION_OPEN),
    ("contactor_welded", PILOT_F, CLEAR_RESET, 0, 0, ACTION_OPEN),
    ("contactor_stuck_open", PILOT_F_BRIEFLY, CLEAR_UNPLUG | CLEAR_RESET, 0, 0, ACTION_OPEN),
    ("ground_fault", PILOT_F_BRIEFLY, _BY_PEOPLE | CLEAR_RETRY, 900, 4, ACTION_OPEN),
    ("ground_fault_self_test", PILOT_F, CLEAR_RESET, 0, 0, ACTION_OPEN),
    ("overcurrent", PILOT_F_BRIEFLY, _RETRYABLE, 10, 3, ACTION_OPEN),
    ("supply_out_of_window", PILOT_STEADY, CLEAR_GONE, 60, 0, ACTION_OPEN),
    ("settings_invalid", PILOT_F, CLEAR_RESTART, 0, 0, ACTION_OPEN),
    ("power_not_permitted", PILOT_F_BRIEFLY, CLEAR_UNPLUG | CLEAR_RESET, 0, 0, ACTION_OPEN),
    ("emergency_stop", PILOT_F, CLEAR_ON_SITE, 0, 0, ACTION_OPEN),
    ("disconnect_open", PILOT_F, CLEAR_ON_SITE, 0, 0, ACTION_OPEN),
    ("ground_fault_early", PILOT_F_BRIEFLY, _BY_PEOPLE, 0, 0, ACTION_OPEN),
    ("ground_fault_latch", PILOT_F, CLEAR_ON_SITE, 0, 0, ACTION_OPEN),
    ("vehicle_still_energised", PILOT_F, CLEAR_GONE, 5, 0, ACTION_OPEN),
    ("coil_implausible", PILOT_F, CLEAR_RESET, 0, 0, ACTION_OPEN),
    ("contactor_chatter", PILOT_F_BRIEFLY, CLEAR_UNPLUG | CLEAR_RESET, 0, 0, ACTION_OPEN),
    ("earth_missing", PILOT_F_BRIEFLY, _RETRYABLE, 60, 4, ACTION_OPEN),
    ("open_neutral", PILOT_STEADY, CLEAR_GONE, 60, 0, ACTION_OPEN),
    ("leg_angle", PILOT_STEADY, CLEAR_RESET, 0, 0, ACTION_OPEN),
    ("leg_unbalance", PILOT_F_BRIEFLY, CLEAR_UNPLUG | CLEAR_RESET, 0, 0, ACTION_OPEN),
    ("meter_implausible", PILOT_STEADY, CLEAR_GONE, 10, 0, ACTION_OPEN),
    ("board_overheated", PILOT_STEADY, CLEAR_GONE, 60, 0, ACTION_STOP),
    ("terminal_overheated", PILOT_STEADY, CLEAR_GONE | CLEAR_RESET, 60, 0, ACTION_STOP),
    ("handle_overheated", PILOT_STEADY, CLEAR_GONE, 60, 0, ACTION_STOP),
    ("temperature_sensor", PILOT_STEADY, CLEAR_GONE, 10, 0, ACTION_STOP),
    ("proximity_shorted", PILOT_STEADY, CLEAR_GONE, 1, 0, ACTION_STOP),
    ("terminal_loose", PILOT_STEADY, CLEAR_RESET, 0, 0, ACTION_WARN),
    ("contactor_worn", PILOT_STEADY, CLEAR_GONE, 1, 0, ACTION_WARN),
)
FAULT_COUNT = len(FAULTS)
# Rows that count their retries.
RETRY_ROWS = tuple(index for index in range(FAULT_COUNT) if FAULTS[index][2] & CLEAR_RETRY)
