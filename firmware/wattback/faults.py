"""The latches of the fault table.

The parts that sense set bits, `judge` latches them, and only a clear that the row lists takes a
latch away: a power cycle is none unless listed, which is why latches and retry counts lie in
retained memory. Nothing here knows a sensor or an output.
"""

from array import array

from wattback.fault_table import (
    ACTION_WARN,
    CLEAR_GONE,
    CLEAR_ON_SITE,
    CLEAR_RESET,
    CLEAR_RESTART,
    CLEAR_RETRY,
    CLEAR_UNPLUG,
    FAULT_COUNT,
    FAULTS,
    PILOT_STEADY,
    RETRY_ROWS,
)
from wattback.retained import FAULTS_LATCHED, RETRIES

_BY_THEMSELVES = sum(
    1 << index for index in range(FAULT_COUNT) if FAULTS[index][2] & (CLEAR_GONE | CLEAR_RETRY)
)
_RESETTABLE = sum(1 << index for index in range(FAULT_COUNT) if FAULTS[index][2] & CLEAR_RESET)
_BY_BUTTON = sum(
    1 << index for index in range(FAULT_COUNT) if FAULTS[index][2] & (CLEAR_RESET | CLEAR_ON_SITE)
)


class Faults:
    """Latches of the table's rows.

    active: bits of the latched faults. action, pilot: the most severe among them, ACTION_WARN and
    PILOT_STEADY when there are none. raised_ms: time since the newest one was latched, in ms, up
    to one second.
    """

    def __init__(self, retained: "array[int]") -> None:
        self.active = 0
        self.action = ACTION_WARN
        self.pilot = PILOT_STEADY
        self.raised_ms = 0
        self._unplugged = 0
        self._retained = retained
        self._gone_ms = array("i", [0] * FAULT_COUNT)
        for index in range(FAULT_COUNT):
            outlives = not FAULTS[index][2] & CLEAR_RESTART
            if outlives and retained[FAULTS_LATCHED] & (1 << index):
                self.active |= 1 << index
        self._grade()

    def judge(self, present: int, unplugged: int, dt_ms: int) -> int:
        """Latch the faults whose causes are `present`, and let rows go that may go.

        unplugged: 1 when the pilot has shown state A. Called once a tick. Returns 1 when a row was
        latched now.
        """
        if unplugged != self._unplugged:
            self._unplugged = unplugged
            self._renew_counts()
        if not (present | self.active):
            return 0
        if self.raised_ms < 1000:
            self.raised_ms += dt_ms
        before = self.active
        index = 0
        # What waits for people needs no look before the vehicle leaves.
        rows = present & ~before | before & (before if unplugged else _BY_THEMSELVES)
        while rows:
            if not rows & 15:  # four rows in one step
                rows >>= 4
                index += 4
                continue
            if rows & 1:
                if present & (1 << index):
                    self._gone_ms[index] = 0
                    self.active |= 1 << index
                else:
                    self._gone_ms[index] += dt_ms
                    self._let_go(index, unplugged)
            rows >>= 1
            index += 1
        if self.active == before:
            return 0
        self._grade()
        if not self.active & ~before:
            return 0
        self.raised_ms = 0
        return 1

    def reset(self, present: int, on_site: int) -> None:
        """A reset: clears what lists it and is not `present` any more.

        on_site: 1 by the button on the unit, 0 from afar.
        """
        rows = (_BY_BUTTON if on_site else _RESETTABLE) & ~present
        self.active &= ~rows
        for at in range(len(RETRY_ROWS)):
            if rows & (1 << RETRY_ROWS[at]):
                self._retained[RETRIES + at] = 0
        self._grade()

    def _renew_counts(self) -> None:
        # The next vehicle's faults are its own. (What is still latched sees to its own count.)
        for at in range(len(RETRY_ROWS)):
            row = RETRY_ROWS[at]
            if FAULTS[row][2] & CLEAR_UNPLUG and not self.active >> row & 1:
                self._retained[RETRIES + at] = 0

    def _let_go(self, index: int, unplugged: int) -> None:
        row = FAULTS[index]
        clears = row[2]
        waited = self._gone_ms[index] >= row[3] * 1000
        if clears & CLEAR_UNPLUG and unplugged:
            if clears & CLEAR_RETRY:
                self._retained[_count_at(index)] = 0
        elif clears & CLEAR_RETRY and waited and self._retained[_count_at(index)] < row[4]:
            self._retained[_count_at(index)] += 1
        elif not (clears & CLEAR_GONE and waited):
            if waited:
                self._gone_ms[index] = row[3] * 1000  # a fault may last for weeks: stay small
            return
        self.active &= ~(1 << index)

    def _grade(self) -> None:
        self._retained[FAULTS_LATCHED] = self.active
        self.action = ACTION_WARN
        self.pilot = PILOT_STEADY
        index = 0
        rows = self.active
        while rows:
            if not rows & 15:
                rows >>= 4
                index += 4
                continue
            if rows & 1:
                row = FAULTS[index]
                self.pilot = max(self.pilot, row[1])
                self.action = max(self.action, row[5])
            rows >>= 1
            index += 1


def _count_at(index: int) -> int:
    at = RETRIES
    for row in RETRY_ROWS:
        if row == index:
            return at
        at += 1
    return at
