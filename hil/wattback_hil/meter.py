"""What flows, by the connector's own meter (SunSpec model 701), read when it has settled.

A vehicle follows a changed offer within seconds, and its current ramps; a single reading would
tell where the ramp was. So a reading counts when all of the last seconds lie within a band.
"""

from collections import deque
from collections.abc import Callable

from wattback_hil.board_time import POLL_S, BoardTime
from wattback_hil.durations import Duration, seconds, spoken
from wattback_hil.errors import BoardError

# A vehicle has 5 s to follow a changed offer (IEC 61851-1 sequence 6; evse.md 1.4): a shorter time
# without change could end before the change has begun.
STEADY_FOR = "6 s"
STEADY_WITHIN = "60 s"
BAND_A = 0.3  # from the lowest to the highest reading: noise and resolution, and no ramp
BAND_W = 75.0  # the same at 240 V
_NOTHING_A = 0.5
_NOTHING_W = 125.0


class Meter:
    """The meter of one board.

    read: a point of the register map. flowing: the contactor is closed, so that energy may flow.
    """

    def __init__(
        self,
        clock: BoardTime,
        read: Callable[[str], float],
        flowing: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self._read = read
        self._flowing = flowing

    def amps(self, steady_for: Duration = STEADY_FOR, within: Duration = STEADY_WITHIN) -> float:
        """Line current in A, a magnitude: the mean of readings that stayed within 0.3 A, given to
        0.1 A, because such readings carry no more.

        steady_for: how long they must (board time). within: the longest wait; a current that is
        not steady by then is a BoardError. While the contactor is closed a steady zero counts only
        after `within`, because vehicles take a while to begin.
        """
        return round(abs(self._steady("701.A", "A", BAND_A, _NOTHING_A, steady_for, within)), 1)

    def watts(self, steady_for: Duration = STEADY_FOR, within: Duration = STEADY_WITHIN) -> float:
        """Active power in W, positive out of the vehicle, steady within 75 W, given to 10 W.

        For the rest see `amps`.
        """
        return round(self._steady("701.W", "W", BAND_W, _NOTHING_W, steady_for, within), -1)

    def _steady(
        self,
        point: str,
        unit: str,
        band: float,
        nothing: float,
        steady_for: Duration,
        within: Duration,
    ) -> float:
        clock = self._clock
        for_s = seconds(steady_for)
        until_s = clock.now_s() + max(seconds(within), for_s)
        window: deque[tuple[float, float]] = deque()
        while True:
            now_s = clock.now_s()
            window.append((now_s, self._read(point)))
            while now_s - window[0][0] > for_s + POLL_S:
                window.popleft()
            values = [value for _, value in window]
            mean = sum(values) / len(values)
            over = now_s >= until_s
            if max(values) - min(values) <= band and now_s - window[0][0] >= for_s:
                if over or abs(mean) > nothing or not self._flowing():
                    return mean
            elif over:
                raise BoardError(
                    f"{point} was not steady for {spoken(for_s)} within "
                    f"{spoken(seconds(within))}: at the end it lay between "
                    f"{min(values):.2f} and {max(values):.2f} {unit}"
                )
            clock.let_pass(POLL_S)
