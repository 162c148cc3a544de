"""The state machine of a visit, as a table.

Everything that decides whether the contactor is closed and whether PWM is offered lives here. Each
tick the connector states its facts as bits; the first row of the present state whose facts fit
fires, at most one row a tick. Nothing here measures, and nothing here drives.
"""

from micropython import const

from wattback.contactor import (
    CAUSE_FAULT,
    CAUSE_FORCED,
    CAUSE_ISLAND,
    CAUSE_MUST_TRIP,
    CAUSE_NONE,
    CAUSE_PERMISSION,
    CAUSE_PLANNED,
    CAUSE_S2_OPENED,
    CAUSE_UNPLUG,
)

BOOT = const(0)  # outputs safe: contactor open, pilot F
IDLE = const(1)  # no vehicle
WAITING = const(2)  # vehicle connected, nothing offered; `waiting_for` says why
OFFERED = const(3)  # PWM on, contactor open: the vehicle's turn
CHARGING = const(4)  # contactor closed: energy may flow into the vehicle
DISCHARGING = const(5)  # contactor closed: energy may flow out of it, or has not ceased yet
BACKUP = const(6)  # contactor closed: the vehicle feeds a home that is cut off from the grid
STOPPING = const(7)  # PWM off, contactor still closed: the vehicle unloads
FAULT = const(8)  # contactor open until the latches allow
STATE_NAMES = (
    "boot",
    "idle",
    "waiting",
    "offered",
    "charging",
    "discharging",
    "backup",
    "stopping",
    "fault",
)

# Facts of a tick.
FAULTY = const(1)  # a row of the fault table is latched whose action is to open
READY = const(2)  # settings loaded, self-tests passed
CONNECTED = const(4)  # pilot B, C or D
REQUESTING = const(8)  # pilot C or D
OFFERABLE = const(16)  # nothing is waited for
CLOSABLE = const(32)  # pilot steady, diode seen in this PWM, contactor confirmed open
UNLOADED = const(64)  # no current worth the name
OVERDUE = const(128)  # STOPPING has lasted for the standard's wait
EXPORTING = const(256)  # the vehicle is told to export
CEASED = const(512)  # no power worth the name flows out of it
TRIPPED = const(1024)  # the grid is abnormal for longer than a source may stay
UNPERMITTED = const(2048)  # a withdrawn export goes on for longer than it may
HALTED = const(4096)  # a row is latched whose action is to open, or to stop
ISLANDED = const(8192)  # the home is an island, becomes one, or has not ceased to be one
FORMABLE = const(16384)  # the contactor may close for it, both of its sides being dead
ISLAND_ENDS = const(32768)  # it must open

# A vehicle has 3 s to stop once the PWM is off; one that still draws after 6 s is cut off
# (IEC 61851-1 sequences 10.1 and 10.2; evse.md 1.4, C).
_FORCED_MS = const(6000)

# What is waited for before energy may flow into the vehicle, as bits; the first that is set is the
# first to tell.
WAIT_SUPPLY = const(1)
WAIT_LIMIT = const(2)  # the effective limit is below the 6 A that a pilot can offer
WAIT_REST = const(4)  # the contactor has just opened
WAIT_SELF_TEST = const(8)
WAIT_VENTILATION = const(16)  # the vehicle asks for ventilation that is not there
WAIT_SPACING = const(32)  # the offer has just been changed
WAIT_TARGET = const(64)  # a target leaves less than 6 A for a vehicle that hears only the pilot
WAIT_PILOT = const(128)  # offered, and it asks, but state C or the diode comes and goes
WAIT_LOAD = const(256)  # the vehicle's side of the open contacts is not known to be dead
WAIT_HANDLE = const(512)  # the handle's button is pressed, or its adapter is loose
WAIT_RESTART = const(1024)  # the random delay after an outage
WAIT_PAUSE = const(2048)  # somebody has paused the visit
WAIT_BACKUP = const(4096)  # an outage is being dealt with, and it is not the vehicle's turn
WAIT_NAMES = (
    "supply",
    "limit",
    "contactor_rest",
    "self_test",
    "ventilation",
    "offer_spacing",
    "target",
    "steady_pilot",
    "dead_load",
    "handle",
    "restart_delay",
    "pause",
    "backup",
)

_NO_FACTS = const(-1)
_ENERGY = REQUESTING | CLOSABLE | OFFERABLE

# (facts that must hold, facts that must not, next state, cause of opening), first fit fires.
TRANSITIONS = (
    (  # BOOT
        (HALTED, 0, FAULT, CAUSE_NONE),
        (READY, 0, IDLE, CAUSE_NONE),
    ),
    (  # IDLE
        (HALTED, 0, FAULT, CAUSE_NONE),
        (CONNECTED, 0, WAITING, CAUSE_NONE),  # sequences 1.1 and 1.2: in B, or in C at once
    ),
    (  # WAITING
        (HALTED, 0, FAULT, CAUSE_NONE),
        (0, CONNECTED, IDLE, CAUSE_NONE),  # sequence 2.1: it is open already
        (OFFERABLE, 0, OFFERED, CAUSE_NONE),
    ),
    (  # OFFERED
        (HALTED, 0, FAULT, CAUSE_NONE),
        (0, CONNECTED, IDLE, CAUSE_NONE),
        (0, OFFERABLE, WAITING, CAUSE_NONE),
        (_ENERGY, ISLANDED, CHARGING, CAUSE_NONE),  # sequence 4: within 3 s
        (_ENERGY | FORMABLE, 0, BACKUP, CAUSE_NONE),
    ),
    (  # CHARGING
        (FAULTY, 0, FAULT, CAUSE_FAULT),
        (0, CONNECTED, IDLE, CAUSE_UNPLUG),  # sequence 2.2: within 100 ms
        (0, REQUESTING, WAITING, CAUSE_S2_OPENED),  # sequence 8.1: within 100 ms
        (HALTED, 0, STOPPING, CAUSE_NONE),
        (0, OFFERABLE, STOPPING, CAUSE_NONE),
        (EXPORTING, 0, DISCHARGING, CAUSE_NONE),
    ),
    (  # DISCHARGING
        (FAULTY, 0, FAULT, CAUSE_FAULT),
        (0, CONNECTED, IDLE, CAUSE_UNPLUG),
        (0, REQUESTING, WAITING, CAUSE_S2_OPENED),
        (TRIPPED, 0, WAITING, CAUSE_MUST_TRIP),
        (UNPERMITTED, 0, WAITING, CAUSE_PERMISSION),
        (CEASED, EXPORTING, CHARGING, CAUSE_NONE),  # from there it charges on, or stops
    ),
    (  # BACKUP
        (FAULTY, 0, FAULT, CAUSE_FAULT),
        (0, CONNECTED, IDLE, CAUSE_UNPLUG),
        (0, REQUESTING, WAITING, CAUSE_S2_OPENED),
        (ISLAND_ENDS | UNLOADED, 0, WAITING, CAUSE_PLANNED),
        (ISLAND_ENDS, 0, WAITING, CAUSE_ISLAND),
        (HALTED, 0, WAITING, CAUSE_ISLAND),
        (0, ISLANDED, CHARGING, CAUSE_NONE),  # the grid is back, and the vehicle follows it
    ),
    (  # STOPPING
        (FAULTY, 0, FAULT, CAUSE_FAULT),
        (0, CONNECTED, IDLE, CAUSE_UNPLUG),
        (UNLOADED, 0, WAITING, CAUSE_PLANNED),
        (0, REQUESTING, WAITING, CAUSE_S2_OPENED),  # sequence 8.2: before it had unloaded
        (OVERDUE, 0, WAITING, CAUSE_FORCED),
    ),
    (  # FAULT
        (0, HALTED, BOOT, CAUSE_NONE),  # prove everything anew
    ),
)


class Session:
    """Where the visit stands.

    state: one of the states above. cause: of the opening that the last `decide` asks for, or
    CAUSE_NONE. closed, offering: what this state wants of the contactor and of the pilot.
    """

    def __init__(self) -> None:
        self.state = BOOT
        self.cause = CAUSE_NONE
        self.closed = 0
        self.offering = 0
        self._state_ms = 0
        self._at_rest = _NO_FACTS  # facts of this state that no row fits

    def decide(self, facts: int, dt_ms: int) -> None:
        """Fire the first row that fits the facts of this tick."""
        self.cause = CAUSE_NONE
        if self.state == STOPPING:
            self._state_ms += dt_ms
            if self._state_ms >= _FORCED_MS:
                facts |= OVERDUE
        if facts == self._at_rest:
            return
        for row in TRANSITIONS[self.state]:
            if facts & row[0] == row[0] and not facts & row[1]:
                self._enter(row[2])
                self.cause = row[3]
                return
        self._at_rest = facts

    def _enter(self, state: int) -> None:
        self.state = state
        self._at_rest = _NO_FACTS
        self._state_ms = 0
        self.closed = 1 if CHARGING <= state <= STOPPING else 0
        self.offering = 1 if OFFERED <= state <= BACKUP else 0
