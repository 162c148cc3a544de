"""An independent account of the grid: may a source be in service, and must it have left?

From the world's true voltage and frequency, with the figures of IEEE 1547-2018 as the facts give
them (evse.md 6.1, 6.2, 6.4; C), not from the firmware's tables. Where a sensor's noise decides,
the doubt is the firmware's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_PU_SLACK = 0.003
_HZ_SLACK = 0.02
_TIME_SLACK_US = 40_000
_DELAY_SLACK_US = 1_000_000  # enter service is judged every 100 ms, and rounded
# A voltage is that of 10 cycles (evse.md 6.6, C): what is shorter may go unseen.
_UNSEEN_US = 170_000


@dataclass(frozen=True, slots=True)
class MustTrip:
    """One default setting of abnormal category III: beyond `bound` for `after_s`, in pu or Hz."""

    name: str
    of_voltage: bool
    above: bool
    bound: float
    after_s: float


MUST_TRIPS = (
    MustTrip("OV2", True, True, 1.20, 0.16),
    MustTrip("OV1", True, True, 1.10, 13.0),
    MustTrip("UV1", True, False, 0.88, 21.0),
    MustTrip("UV2", True, False, 0.50, 2.0),
    MustTrip("OF2", False, True, 62.0, 0.16),
    MustTrip("OF1", False, True, 61.2, 300.0),
    MustTrip("UF1", False, False, 58.5, 300.0),
    MustTrip("UF2", False, False, 56.5, 0.16),
)


class ServiceWatch:
    """entered: the grid has been good for the delay, and has not been bad since. overdue: the
    must-trip whose time has passed, or None."""

    def __init__(self, settings: Mapping[str, int]) -> None:
        self.entered = False
        self.overdue: MustTrip | None = None
        self._nominal_v = settings["nominal_line_mv"] / 1000.0
        self._low_pu = settings["enter_service_low_bp"] / 10000.0 - _PU_SLACK
        self._high_pu = settings["enter_service_high_bp"] / 10000.0 + _PU_SLACK
        self._low_hz = settings["enter_service_low_millihertz"] / 1000.0 - _HZ_SLACK
        self._high_hz = settings["enter_service_high_millihertz"] / 1000.0 + _HZ_SLACK
        self._delay_us = settings["enter_service_delay_s"] * 1_000_000 - _DELAY_SLACK_US
        self._good_us: int | None = None
        self._bad_us: int | None = None
        self._beyond_us: list[int | None] = [None] * len(MUST_TRIPS)

    def restarted(self) -> None:
        """The board has booted: its delay begins anew."""
        self.entered = False
        self._good_us = None

    def look(self, now_us: int, line_v: float, hz: float) -> None:
        """Take the grid as it is now."""
        line_pu = line_v / self._nominal_v
        good = self._low_pu <= line_pu <= self._high_pu and self._low_hz <= hz <= self._high_hz
        if good:
            self._bad_us = None
            if self._good_us is None:
                self._good_us = now_us
        elif self._bad_us is None:
            self._bad_us = now_us
        elif now_us - self._bad_us > _UNSEEN_US:
            self._good_us = None
        if self._good_us is not None and now_us - self._good_us >= self._delay_us:
            self.entered = True
        self.overdue = None
        if not good:
            self._watch_trips(now_us, line_pu, hz)
        elif any(self._beyond_us):
            self._beyond_us = [None] * len(MUST_TRIPS)

    def _watch_trips(self, now_us: int, line_pu: float, hz: float) -> None:
        for index, row in enumerate(MUST_TRIPS):
            if not row.of_voltage and hz <= 0.0:
                self._beyond_us[index] = None  # no voltage to count it from
                continue
            value = line_pu if row.of_voltage else hz
            slack = _PU_SLACK if row.of_voltage else _HZ_SLACK
            beyond = value > row.bound + slack if row.above else value < row.bound - slack
            since_us = self._beyond_us[index]
            if not beyond:
                self._beyond_us[index] = None
            elif since_us is None:
                self._beyond_us[index] = now_us
            elif now_us - since_us > row.after_s * 1e6 + _TIME_SLACK_US:
                self.overdue = row
                self.entered = False
