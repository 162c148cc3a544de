"""An independent account of the grid: may a source be in service, and must it have left?

From the world's true voltage and frequency, with the settings of IEEE 1547-2018 that the unit was
given (evse.md 6.1, 6.2, 6.4; C), not from what the firmware has made of them. Where a sensor's
noise decides, the doubt is the firmware's.
"""

from collections.abc import Mapping

from wattback_sim.grid_code.site_settings import MustTrip

_PU_SLACK = 0.003
_HZ_SLACK = 0.02
_TIME_SLACK_US = 40_000
_DELAY_SLACK_US = 1_000_000  # enter service is judged every 100 ms, and rounded
# A voltage is that of 10 cycles (evse.md 6.6, C): what is shorter may go unseen.
_UNSEEN_CYCLES = 10.2


def must_trips(settings: Mapping[str, int]) -> tuple[MustTrip, ...]:
    """Those of a unit with these settings; over 1.20 pu nobody may change anything."""

    def of(name: str, above: bool) -> MustTrip:
        volts = f"trip_{name.lower()}_bp"
        if volts in settings:
            bound = settings[volts] / 10_000
        else:
            bound = settings[f"trip_{name.lower()}_millihertz"] / 1_000
        return MustTrip(
            name, volts in settings, above, bound, settings[f"trip_{name.lower()}_ms"] / 1_000
        )

    return (
        MustTrip("OV2", True, True, 1.20, 0.16),
        of("OV1", True),
        of("UV1", False),
        of("UV2", False),
        of("OF2", True),
        of("OF1", True),
        of("UF1", False),
        of("UF2", False),
    )


# What a category allows, in pu or Hz and s (evse.md 6.1, 6.2; C): of OV1, UV1, UV2, OF2, OF1, UF1,
# UF2 the bounds, and the times. Frequencies are those of 60 Hz; at 50 Hz they are 10 Hz less.
_BOUNDS = {
    "OV1": (1.10, 1.20),
    "UV1": (0.0, 0.88),
    "UV2": (0.0, 0.50),
    "OF2": (61.8, 66.0),
    "OF1": (61.0, 66.0),
    "UF1": (50.0, 59.0),
    "UF2": (50.0, 57.0),
}
_TIMES_S = {
    "OV1": (1.0, 13.0),
    "UV1": (2.0, 21.0),
    "UV2": (0.16, 2.0),
    "OF2": (0.16, 1000.0),
    "OF1": (180.0, 1000.0),
    "UF1": (180.0, 1000.0),
    "UF2": (0.16, 1000.0),
}
_TIMES_OF_III_S = {"UV1": (21.0, 50.0), "UV2": (2.0, 21.0)}
# Nobody feeds a line that nobody can measure (8.1.1 by secondary sources; evse.md 6.6, C).
_DEAD = MustTrip("a dead line", True, False, 0.5, 2.0)


def not_allowed(settings: Mapping[str, int]) -> str:
    """The first must-trip whose settings the site's abnormal category does not allow, or ""."""
    times_s = _TIMES_S | (_TIMES_OF_III_S if settings["abnormal_category"] == 3 else {})
    less_hz = {50_000: 10.0, 60_000: 0.0}.get(settings["nominal_millihertz"])
    if less_hz is None:
        return "frequency"  # of no grid
    for row in must_trips(settings):
        low, high = _BOUNDS.get(row.name, (row.bound, row.bound))
        if not row.of_voltage:
            low, high = low - less_hz, high - less_hz
        short_s, long_s = times_s.get(row.name, (row.after_s, row.after_s))
        if not (low <= row.bound <= high and short_s <= row.after_s <= long_s):
            return row.name
    return ""


class ServiceWatch:
    """entered: the grid has been good for the delay, and has not been bad since. overdue: the
    must-trip whose time has passed, or None. not_allowed: one that the site's category does not
    allow, or "".
    """

    def __init__(self, settings: Mapping[str, int]) -> None:
        self.entered = False
        self.overdue: MustTrip | None = None
        self._good_us: int | None = None
        self._bad_us: int | None = None
        self.follow(settings)
        self._beyond_us: list[int | None] = [None] * len(self._must_trips)

    def follow(self, settings: Mapping[str, int]) -> None:
        """From now on the unit has these settings; what has run of its times stays."""
        self.not_allowed = not_allowed(settings)
        self._nominal_v = settings["nominal_line_mv"] / 1000.0
        self._low_pu = settings["enter_service_low_bp"] / 10000.0 - _PU_SLACK
        self._high_pu = settings["enter_service_high_bp"] / 10000.0 + _PU_SLACK
        self._low_hz = settings["enter_service_low_millihertz"] / 1000.0 - _HZ_SLACK
        self._high_hz = settings["enter_service_high_millihertz"] / 1000.0 + _HZ_SLACK
        self._delay_us = settings["enter_service_delay_s"] * 1_000_000 - _DELAY_SLACK_US
        self._unseen_us = _UNSEEN_CYCLES * 1e9 / settings["nominal_millihertz"]
        self._must_trips = (*must_trips(settings), _DEAD)

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
        elif now_us - self._bad_us > self._unseen_us:
            self._good_us = None
        if self._good_us is not None and now_us - self._good_us >= self._delay_us:
            self.entered = True
        self.overdue = None
        if not good:
            self._watch_trips(now_us, line_pu, hz)
        elif any(self._beyond_us):
            self._beyond_us = [None] * len(self._must_trips)

    def _watch_trips(self, now_us: int, line_pu: float, hz: float) -> None:
        for index, row in enumerate(self._must_trips):
            # Where there is no voltage there is no frequency, and only there a line is dead.
            if hz <= 0.0 if not row.of_voltage else row is _DEAD and hz > 0.0:
                self._beyond_us[index] = None
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
