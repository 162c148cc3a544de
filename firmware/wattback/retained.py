"""Retained memory: the words that outlive a power cut, and where each lies.

A board keeps them (FRAM on a real one) and hands them over at the start, all 0 when new; it stores
them again after every tick. Each word belongs to one part, which alone writes it.
"""

from micropython import const

from wattback.fault_table import RETRY_ROWS

FAULTS_LATCHED = const(0)
IMPORT_WH = const(1)
IMPORT_REST = const(2)  # watt-milliseconds not yet counted
EXPORT_WH = const(3)
EXPORT_REST = const(4)
EXPORT_DAY_WH = const(5)  # exported in the present day
EXPORT_DAY_LEFT_S = const(6)  # until that day ends; 0: nothing was exported in it
# The civil day that is counted, in days since 1970-01-01; 0 until it is known.
EXPORT_DAY = const(7)
INTERRUPTED = const(8)  # 1 while a vehicle is there: a visit that would go on after an outage
WORN = const(9)  # thousandths of an opening at full load, all openings together
WATCHDOG_RESETS = const(10)  # restarts by the watchdog
BROWN_OUTS = const(11)  # restarts because the board's own supply sagged, where it can tell
# Openings of the contactor, ever: cold, hot for each cause from contactor.CAUSE_PLANNED on.
OPENINGS = const(12)
ISLAND_WH = const(28)  # out of the vehicle and into it while it fed the home alone
ISLAND_REST = const(29)
ISLAND_IMPORT_WH = const(30)
ISLAND_IMPORT_REST = const(31)
BACKFED = const(32)  # 1: an island has reached the grid, and nobody on site has cleared it
RETRIES = const(33)  # one word for each of fault_table.RETRY_ROWS
WORDS = RETRIES + len(RETRY_ROWS)
