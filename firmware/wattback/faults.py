"""The latches of the fault table.

The parts that sense set bits, `judge` latches them, and only a clear that the row lists takes a
latch away: a power cycle is none unless listed, which is why latches and retry counts lie in
retained memory. Nothing here knows a sensor or an output.
"""

from array import array

from wattback.fault_table import (
    CLEAR_GONE,
    CLEAR_RESET,
    CLEAR_RESTART,
    CLEAR_RETRY,
    CLEAR_UNPLUG,
    FAULT_COUNT,
    FAULTS,
    PILOT_STEADY,
)
from wattback.retained import FAULTS_LATCHED, RETRIES

_RESETTABLE = sum(1 << index for index in range(FAULT_COUNT) if FAULTS[index][2] & CLEAR_RESET)


class Faults:
    """Latches of the table's rows.

    active: bits of the latched faults. pilot: the most severe pilot action among them.
    raised_ms: time since the newest one was latched, in ms, up to one second.
    """

    def __init__(self, retained: "array[int]") -> None:
        self.active = 0
        self.pilot = PILOT_STEADY
        self.raised_ms = 0
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
        if not (present | self.active):
            return 0
        if self.raised_ms < 1000:
            self.raised_ms += dt_ms
        before = self.active
        index = 0
        rows = present | before
        while rows:
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

    def reset(self, present: int) -> None:
        """A technician's reset: clears what lists it and is not `present` any more."""
        rows = _RESETTABLE & ~present
        self.active &= ~rows
        at = RETRIES
        while rows:
            if rows & 1:
                self._retained[at] = 0
            rows >>= 1
            at += 1
        self._grade()

    def _let_go(self, index: int, unplugged: int) -> None:
        row = FAULTS[index]
        clears = row[2]
        waited = self._gone_ms[index] >= row[3] * 1000
        if clears & CLEAR_UNPLUG and unplugged:
            self._retained[RETRIES + index] = 0
        elif clears & CLEAR_RETRY and waited and self._retained[RETRIES + index] < row[4]:
            self._retained[RETRIES + index] += 1
        elif not (clears & CLEAR_GONE and waited):
            if waited:
                self._gone_ms[index] = row[3] * 1000  # a fault may last for weeks: stay small
            return
        self.active &= ~(1 << index)

    def _grade(self) -> None:
        self._retained[FAULTS_LATCHED] = self.active
        self.pilot = PILOT_STEADY
        index = 0
        rows = self.active
        while rows:
            if rows & 1 and FAULTS[index][1] > self.pilot:
                self.pilot = FAULTS[index][1]
            rows >>= 1
            index += 1
