"""The steps of an outage and of the return, each with its time limit and its refusal; as a table.

An outage goes down the table until the vehicle feeds the home; the return goes on from there. A
step that is not done within its limit is refused for the reason in its row (where several are
possible the step itself finds which), and the home waits for the grid. None of these times has a
public source: they are this design's, but for those that name a setting.
"""

from micropython import const

GRID = const(0)  # the home hangs on the grid
CONTACTOR_OPEN = const(1)  # the visit ends
SWITCH_OPEN = const(2)  # the grid switch opens, and both of its contacts say so
HOME_DEAD = const(3)
VEHICLE_READY = const(4)  # awake, and it takes grid forming over at 0 V
CONTACTOR_CLOSED = const(5)  # between two dead sides
VOLTAGE_RAMP = const(6)
LEGS_IN_WINDOW = const(7)
LOAD_STEPS = const(8)  # loads come back one group after another
ISLAND = const(9)
SYNCHRONISE = const(10)
SWITCH_CLOSE = const(11)
GRID_FOLLOWING = const(12)  # the vehicle says that it follows the grid
STOP_FORMING = const(13)  # the voltage goes, the contactor opens
HOME_DEAD_AGAIN = const(14)
RECONNECT = const(15)  # the switch closes on a dead home
DARK = const(16)  # the home waits for the grid, or for the next attempt
LATCHED = const(17)  # after a backfeed: nothing forms before a reset on site

REFUSED_NONE = const(0)
REFUSED_CONTACTOR_NOT_OPEN = const(1)
REFUSED_SWITCH_NOT_OPEN = const(2)
REFUSED_HOME_LIVE = const(3)
REFUSED_VEHICLE_ABSENT = const(4)
REFUSED_VEHICLE_SILENT = const(5)
REFUSED_VEHICLE_CANNOT_FORM = const(6)
REFUSED_VEHICLE_UNWILLING = const(7)
REFUSED_RESERVE = const(8)
REFUSED_CONTACTOR_NOT_CLOSED = const(9)
REFUSED_NO_VOLTAGE = const(10)
REFUSED_LEG_OUT_OF_WINDOW = const(11)
REFUSED_NEUTRAL_LOST = const(12)
REFUSED_OVERLOAD = const(13)
REFUSED_GATEWAY_SILENT = const(14)
REFUSED_SWITCH_CONTACTS = const(15)
REFUSED_BACKFEED = const(16)
REFUSED_NO_SYNCHRONISM = const(17)
REFUSED_SWITCH_NOT_CLOSED = const(18)
REFUSED_NOT_FOLLOWING = const(19)
REFUSED_VISIT_ENDED = const(20)  # an unplug or a fault has opened the contactor
REFUSED_DISABLED = const(21)  # somebody has switched backup off
REFUSED_LIMIT = const(22)  # nothing may flow out of the vehicle
REFUSAL_NAMES = (
    "none",
    "contactor_not_open",
    "switch_not_open",
    "home_live",
    "vehicle_absent",
    "vehicle_silent",
    "vehicle_cannot_form",
    "vehicle_unwilling",
    "reserve",
    "contactor_not_closed",
    "no_voltage",
    "leg_out_of_window",
    "neutral_lost",
    "overload",
    "gateway_silent",
    "switch_contacts",
    "backfeed",
    "no_synchronism",
    "switch_not_closed",
    "not_following",
    "visit_ended",
    "disabled",
    "limit",
)

NO_LIMIT_MS = const(0)

# (name, time limit in ms, refusal when it has run out). A limit of NO_LIMIT_MS: the step waits
# for something outside; that of `synchronise` and of `grid_following` is a setting's.
STEPS = (
    ("grid", NO_LIMIT_MS, REFUSED_NONE),
    ("contactor_open", 10000, REFUSED_CONTACTOR_NOT_OPEN),
    ("switch_open", 2000, REFUSED_SWITCH_NOT_OPEN),
    ("home_dead", 10000, REFUSED_HOME_LIVE),
    ("vehicle_ready", 120000, REFUSED_VEHICLE_SILENT),
    ("contactor_closed", 20000, REFUSED_CONTACTOR_NOT_CLOSED),
    ("voltage_ramp", 5000, REFUSED_NO_VOLTAGE),
    ("legs_in_window", 5000, REFUSED_LEG_OUT_OF_WINDOW),
    ("load_steps", NO_LIMIT_MS, REFUSED_NONE),
    ("island", NO_LIMIT_MS, REFUSED_NONE),
    ("synchronise", NO_LIMIT_MS, REFUSED_NO_SYNCHRONISM),
    ("switch_close", 1000, REFUSED_SWITCH_NOT_CLOSED),
    ("grid_following", NO_LIMIT_MS, REFUSED_NOT_FOLLOWING),
    ("stop_forming", 5000, REFUSED_CONTACTOR_NOT_OPEN),
    ("home_dead_again", 10000, REFUSED_HOME_LIVE),
    ("reconnect", 2000, REFUSED_SWITCH_NOT_CLOSED),
    ("dark", NO_LIMIT_MS, REFUSED_NONE),
    ("latched", NO_LIMIT_MS, REFUSED_NONE),
)
STATE_NAMES = tuple(row[0] for row in STEPS)
