"""The controller's heartbeat: is whoever set the targets and limits still there?

A controller that wants to be watched changes a counter now and then. From its first beat on,
silence beyond the setting means that what it said does not count; the next beat makes it count
again. There is one counter, for whoever controls the unit: once it has beaten, all targets and the
site's limit hang on it. A unit on which nobody beats is not watched: orders end by their own time.
"""

from micropython import const

UNHEARD = const(0)
PRESENT = const(1)
SILENT = const(2)
STATE_NAMES = ("unheard", "present", "silent")

_NEVER = const(-1)
_BEATEN = const(-1)  # since the last call


class Heartbeat:
    """state: one of the above."""

    def __init__(self) -> None:
        self.state = UNHEARD
        self._counter = _NEVER
        self._silent_ms = 0

    def beat(self, counter: int) -> None:
        """The controller has written its counter, 0 … 65535; only a change counts."""
        if counter != self._counter:
            self._counter = counter
            self.state = PRESENT
            self._silent_ms = _BEATEN

    def age(self, timeout_s: int, dt_ms: int) -> None:
        """Let silence grow by the time since the last call; `timeout_s` of it is too much."""
        if self.state == PRESENT:
            # A beat may be younger than that time: silence is told late rather than early.
            self._silent_ms = self._silent_ms + dt_ms if self._silent_ms != _BEATEN else 0
            if self._silent_ms >= timeout_s * 1000:
                self.state = SILENT
