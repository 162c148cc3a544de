"""The gateway as its link shows it: the grid switch, both of its sides, the house, is it there?

What it says is turned into `inbox` by the port (`gateway_link`); what it is told to do stands in
`order_switch` and `order_shed`, which the port sends. Nothing here decides to move the switch;
`backup` does.
"""

from array import array

from micropython import const

# Words of the inbox, in the order of `docs/gateway_link.cddl`.
STATE_COUNTER = const(0)  # another one with each message: the heartbeat
STATE_CLOSED_CONTACT = const(1)  # made while the switch is closed
STATE_OPEN_CONTACT = const(2)  # made while it is open
STATE_SHED = const(3)
STATE_GRID_L1_MV = const(4)
STATE_GRID_L2_MV = const(5)
STATE_GRID_MILLIHERTZ = const(6)
STATE_HOME_L1_MV = const(7)
STATE_HOME_L2_MV = const(8)
STATE_HOME_MILLIHERTZ = const(9)
STATE_ANGLE_DECIDEG = const(10)  # of the home against the grid
STATE_SERVICE_W = const(11)  # positive into the grid
STATE_SOLAR_W = const(12)
STATE_TRANSFORMER_OK = const(13)  # the neutral is formed
STATE_AUXILIARY_MV = const(14)  # of its auxiliary supply
STATE_WORDS = const(15)

MOST_SHED = const(3)  # groups of loads that it can disconnect, the least needed first

DEAD_MV = const(30000)  # a leg with more is live (a touch voltage, as behind the contacts)
_ANTIVALENT_MS = const(300)  # the contacts may agree while the switch moves (this design's)
_HIGHEST_AGE_MS = const(1 << 28)

NO_ORDER = const(-1)  # before it is known where the switch is

# What the two contacts say together.
SWITCH_UNKNOWN = const(0)
SWITCH_CLOSED = const(1)
SWITCH_OPEN = const(2)


class Gateway:
    """The last state said, and what still counts of it.

    state: words as above. heard: 1 once there was one. fresh: 1 while the heartbeat lives.
    age_ms: since it last changed.
    switch: SWITCH_CLOSED or SWITCH_OPEN only while both contacts say the same and it is fresh.
    contacts_differ: 1 when they have not been antivalent for longer than the switch moves.
    order_switch: 1: closed, 0: open, or NO_ORDER; order_shed: groups to disconnect. inbox,
    inbox_full: the port fills the words and sets the flag; the tick reads them and clears it.
    """

    def __init__(self) -> None:
        self.inbox = array("i", [0] * STATE_WORDS)
        self.inbox_full = 0
        self.state = array("i", [0] * STATE_WORDS)
        self.fresh = 0
        self.heard = 0
        self.age_ms = _HIGHEST_AGE_MS
        self.switch = SWITCH_UNKNOWN
        self.contacts_differ = 0
        self.order_switch = NO_ORDER
        self.order_shed = 0
        self._differ_ms = 0

    def sense(self, timeout_ms: int, dt_ms: int) -> None:
        """Take the message that has come, if any, and let silence grow."""
        if self.age_ms < _HIGHEST_AGE_MS:
            self.age_ms += dt_ms
        if self.inbox_full:
            self._take()
            self.inbox_full = 0
            self.heard = 1
        self.fresh = 1 if self.age_ms < timeout_ms else 0
        closed = self.state[STATE_CLOSED_CONTACT]
        opened = self.state[STATE_OPEN_CONTACT]
        if not self.fresh:
            self.switch = SWITCH_UNKNOWN
        elif closed == opened:
            self.switch = SWITCH_UNKNOWN
            if self._differ_ms < _ANTIVALENT_MS:
                self._differ_ms += dt_ms
            else:
                self.contacts_differ = 1
        else:
            self.switch = SWITCH_CLOSED if closed else SWITCH_OPEN
            self._differ_ms = 0
            self.contacts_differ = 0

    def _take(self) -> None:
        inbox = self.inbox
        state = self.state
        if inbox[STATE_COUNTER] != state[STATE_COUNTER] or not self.heard:
            self.age_ms = 0
        for i in range(STATE_WORDS):
            state[i] = inbox[i]

    @property
    def grid_line_mv(self) -> int:
        """Between the legs on the grid's side."""
        return self.state[STATE_GRID_L1_MV] + self.state[STATE_GRID_L2_MV]

    @property
    def home_line_mv(self) -> int:
        """Between the legs on the home's side."""
        return self.state[STATE_HOME_L1_MV] + self.state[STATE_HOME_L2_MV]
