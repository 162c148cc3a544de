"""Time as the board counts it: what every wait of the bench is measured in.

A simulated board's time passes only when it is asked to. A board in the world has its own clock,
which may run fast (`wattback sim serve --speed`) or stand still; the bench's clock only guards.
"""

import time
from collections.abc import Callable
from typing import Protocol

from wattback_hil.errors import BenchError, HilError

POLL_S = 0.05  # how often a wait looks, and so how short a thing it may miss
_NAP_S = 0.01  # of the bench's clock, between two looks at the board's
_STANDSTILL_S = 5.0  # of the bench's clock: a board silent for longer than a boot takes


class BoardTime(Protocol):
    """The clock of one board."""

    def now_s(self) -> float:
        """Seconds of board time since the bench took the board. Never falls, over a reboot too."""

    def let_pass(self, for_s: float) -> None:
        """Return when so much more board time has passed."""


def wait_until(clock: BoardTime, ready: Callable[[], bool], within_s: float) -> bool:
    """Look every POLL_S of board time until `ready` or until the time is over: False."""
    until_s = clock.now_s() + within_s
    while not ready():
        left_s = until_s - clock.now_s()
        if left_s <= 0:
            return False
        clock.let_pass(min(POLL_S, left_s))
    return True


class UptimeClock:
    """The time of a board in the world, counted by the board.

    read_uptime_s: asks the board how long it has been running; it starts anew after a reboot.
    """

    def __init__(self, read_uptime_s: Callable[[], float]) -> None:
        self._read_uptime_s = read_uptime_s
        self._uptime_s = read_uptime_s()
        self._now_s = 0.0
        self._silence = ""

    def now_s(self) -> float:
        """See BoardTime. While the board is silent its time stands, as far as anyone can tell."""
        try:
            uptime_s = self._read_uptime_s()
        except HilError as error:
            self._silence = str(error)
            return self._now_s
        self._silence = f"its clock stands at {uptime_s:.2f} s of uptime"
        # After a reboot the time since then counts; how long the board was off nobody has counted.
        self._now_s += uptime_s - self._uptime_s if uptime_s >= self._uptime_s else uptime_s
        self._uptime_s = uptime_s
        return self._now_s

    def let_pass(self, for_s: float) -> None:
        """See BoardTime. Raises BenchError when the board's time stands still."""
        before_s = self.now_s()  # as it is now: the last reading may be older
        until_s = before_s + for_s
        moved = time.monotonic()
        while self._now_s < until_s:
            time.sleep(_NAP_S)
            if self.now_s() > before_s:
                before_s = self._now_s
                moved = time.monotonic()
            elif time.monotonic() - moved > _STANDSTILL_S:
                raise BenchError(
                    f"no board time has passed for {_STANDSTILL_S:g} s of the bench's: "
                    f"{self._silence}"
                )
