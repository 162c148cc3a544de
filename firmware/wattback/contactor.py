"""The contactor: commanded and confirmed kept apart, why it opened, how long it must rest.

The auxiliary contact confirms. A disagreement that outlasts the coil is a weld or a contactor that
does not close. Nothing here decides whether to close; the session does, and asks `rested` first.
"""

from micropython import const

from wattback.fault_table import CONTACTOR_STUCK_OPEN, CONTACTOR_WELDED

# Why the contactor was opened: the closed list. A planned opening has unloaded first.
CAUSE_NONE = const(0)
CAUSE_PLANNED = const(1)  # the offer was withdrawn and the vehicle stopped drawing
CAUSE_S2_OPENED = const(2)  # the vehicle went back to state B
CAUSE_UNPLUG = const(3)  # the pilot showed state A
CAUSE_FORCED = const(4)  # the vehicle kept drawing for the standard's wait
CAUSE_FAULT = const(5)  # a row of the fault table
CAUSE_MUST_TRIP = const(6)  # abnormal voltage or frequency while exporting
CAUSE_PERMISSION = const(7)  # the permission to export was withdrawn, and it went on for too long
CAUSE_NAMES = (
    "none",
    "planned",
    "s2_opened",
    "unplug",
    "forced",
    "fault",
    "must_trip",
    "permission",
)

REST_MS = const(5000)  # open at least this long before closing again (WARP; evse.md 4.1, C)
_CONFIRM_MS = const(250)  # the auxiliary contact follows within it (WARP debounce; 4.1, C)


class Contactor:
    """Command, confirmation and bookkeeping of the main contacts.

    commanded, confirmed: 1 closed, 0 open. rested: 1 when it may close again.
    open_cause: of the last opening, a CAUSE value. closings, hot_openings: since power-up; hot is
    an opening with at least 1 A flowing. fault_bits: present now.
    """

    def __init__(self) -> None:
        self.commanded = 0
        self.confirmed = 0
        self.rested = 0
        self.open_cause = CAUSE_NONE
        self.closings = 0
        self.hot_openings = 0
        self.fault_bits = 0
        self._open_ms = 0
        self._differs_ms = 0

    def sense(self, aux_closed: int, dt_ms: int) -> None:
        """Compare the auxiliary contact with the command; let the rest time pass."""
        self.confirmed = aux_closed
        if aux_closed == self.commanded:
            if self._differs_ms:
                self._differs_ms = max(self._differs_ms - dt_ms, 0)  # contacts that chatter add up
            self.fault_bits = 0
        elif self._differs_ms < _CONFIRM_MS:
            self._differs_ms += dt_ms
        else:
            self.fault_bits = CONTACTOR_WELDED if aux_closed else CONTACTOR_STUCK_OPEN
        if self.commanded or aux_closed:
            self._open_ms = 0
            self.rested = 0
        elif self._open_ms < REST_MS:
            self._open_ms += dt_ms
        else:
            self.rested = 1

    def close(self) -> None:
        """Command the coil on. The caller has checked every condition."""
        self.commanded = 1
        self._differs_ms = 0
        self.rested = 0
        self.closings += 1

    def open(self, cause: int, loaded: int) -> None:
        """Command the coil off. cause: a CAUSE value; loaded: 1 when current flows."""
        self.commanded = 0
        self._differs_ms = 0
        self.open_cause = cause
        self.hot_openings += loaded
