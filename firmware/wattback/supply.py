"""The supply: are both legs, the line voltage, their angle and the frequency fit to charge from?

Windows of the connector itself, for charging, on both legs and on the line: the worst of them
governs. While exporting the grid code's timers count. Half-way between opposite legs is neutral,
so the line voltage is their sum, and a lost neutral shows as one leg high and one low while the
sum looks well.

A single-phase service has a line and a neutral, where leg 2 would be. There the line alone is
judged, and that leg 2 is the neutral: it reads 0 V, and the voltage when somebody has swapped the
two.
"""

from micropython import const

from wattback.fault_table import LEG_ANGLE, OPEN_NEUTRAL, SUPPLY_OUT_OF_WINDOW
from wattback.grid.support import NORMAL_HIGH_BP, NORMAL_LOW_BP
from wattback.settings import Settings

_STEADY_MS = const(1000)  # in the window this long before the first use after power-up
_OPPOSITE_DECIDEG = const(1800)
# With less of one leg, or beyond these frequencies, no board can tell an angle (this design's).
_LIVE_MV = const(80000)
_LIVE_LOW_MILLIHERTZ = const(40000)
_LIVE_HIGH_MILLIHERTZ = const(80000)
_ANGLE_MS = const(1000)  # this design's: longer than a dip's return takes, for a reset ends it
# In which every category operates without an end (6.3, C): 58.8 to 61.2 Hz, so far from nominal.
_CONTINUOUS_MILLIHERTZ = const(1200)
_RIDE_MS = const(1100)  # 1 s at 0 V (category III; evse.md 6.3, C) and the age of its samples
# A neutral that is swapped with the line has its voltage (evse.md 4.1, C); this much is none yet
# (this design's).
_NEUTRAL_MV = const(30000)
_ANY = const(0x1FFFFFFF)  # a bound that nothing reaches


class Supply:
    """Judges the supply against its windows.

    inside: 1 when the last sample was, with its legs alike and opposite. fit: 1 when it has been
    inside for a second and not outside for `supply_trip_ms` since; a good sample makes up for no
    more than its own time.
    fault_bits: SUPPLY_OUT_OF_WINDOW while outside its windows, when it has been unwell for longer
    than that, once it was fit. OPEN_NEUTRAL and LEG_ANGLE, which only an installer's mistake or a
    broken wire makes, after their time even before.
    """

    def __init__(self) -> None:
        self.inside = 0
        self.fit = 0
        self.fault_bits = 0
        self._was_fit = 0
        self._inside_ms = 0
        self._outside_ms = 0  # with anything wrong
        self._apart_ms = 0
        self._angle_ms = 0
        self._troubled = 0  # some of the three is left
        self._l1_low_mv = 0
        self._l1_high_mv = 0
        self._l2_low_mv = 0
        self._l2_high_mv = 0
        self._legs_apart_mv = 0
        self.load(Settings())

    def load(self, settings: Settings) -> None:
        """Take over what is judged of the legs, before the first sample."""
        if settings.single_phase:
            self._l1_low_mv = self._l2_low_mv = -_ANY
            self._l1_high_mv = _ANY
            self._l2_high_mv = _NEUTRAL_MV
            self._legs_apart_mv = _ANY
        else:
            self._l1_low_mv = self._l2_low_mv = settings.leg_low_mv
            self._l1_high_mv = self._l2_high_mv = settings.leg_high_mv
            self._legs_apart_mv = settings.legs_apart_mv

    def sense(
        self,
        l1_mv: int,
        l2_mv: int,
        millihertz: int,
        angle_decideg: int,
        exporting: int,
        settings: Settings,
        dt_ms: int,
    ) -> None:
        """Judge one sample: legs to neutral in mV RMS, frequency, angle of leg 2 against leg 1.

        exporting: 1 while a source is connected, which must ride through what a charger need not:
        the grid code's own timers then judge line and frequency (`grid/trips.py`). Legs apart
        count whatever their sum is, for nobody else judges a lost leg in less than
        the time of a must-trip.
        """
        wrong = 0
        apart = abs(l1_mv - l2_mv) > self._legs_apart_mv
        if not exporting:
            if not settings.line_low_mv <= l1_mv + l2_mv <= settings.line_high_mv:
                wrong = SUPPLY_OUT_OF_WINDOW
                apart = False  # a neutral is lost when the line is well
            elif not (
                self._l1_low_mv <= l1_mv <= self._l1_high_mv
                and self._l2_low_mv <= l2_mv <= self._l2_high_mv
                and settings.frequency_low_millihertz <= millihertz
                and millihertz <= settings.frequency_high_millihertz
            ):
                wrong = SUPPLY_OUT_OF_WINDOW
        if apart:
            wrong |= OPEN_NEUTRAL
        angled = abs(angle_decideg - _OPPOSITE_DECIDEG) > settings.leg_angle_tolerance_decideg
        if angled or wrong or self._troubled:  # else a tick has no time for it
            live = (
                l1_mv > _LIVE_MV
                and l2_mv > _LIVE_MV
                and _LIVE_LOW_MILLIHERTZ < millihertz < _LIVE_HIGH_MILLIHERTZ
            )
            if live and angled:
                wrong |= LEG_ANGLE
            if wrong or self._troubled:
                self._count(wrong, live, settings.supply_trip_ms, dt_ms)
        self.inside = 0 if wrong else 1
        if self.fit or wrong:
            return
        if self._inside_ms < _STEADY_MS:
            self._inside_ms += dt_ms
        else:
            self.fit = 1
            self._was_fit = 1

    def _count(self, wrong: int, live: bool, trip_ms: int, dt_ms: int) -> None:
        # `fit` counts all that is wrong together, so that nothing hides by taking turns; the rows
        # for installers count their own, and stand still while they cannot be judged.
        bits = 0
        if wrong:
            self._inside_ms = 0
            if self._outside_ms < trip_ms:
                self._outside_ms += dt_ms
            else:
                self.fit = 0
                if self._was_fit:
                    bits = wrong & SUPPLY_OUT_OF_WINDOW
        elif self._outside_ms:
            self._outside_ms = max(self._outside_ms - dt_ms, 0)
        if wrong & OPEN_NEUTRAL:
            if self._apart_ms < trip_ms:
                self._apart_ms += dt_ms
            else:
                bits |= OPEN_NEUTRAL
        elif self._apart_ms and not wrong & SUPPLY_OUT_OF_WINDOW:
            self._apart_ms = max(self._apart_ms - dt_ms, 0)
        if wrong & LEG_ANGLE:
            if self._angle_ms < _ANGLE_MS:
                self._angle_ms += dt_ms
            else:
                bits |= LEG_ANGLE
        elif self._angle_ms and live:
            self._angle_ms = max(self._angle_ms - dt_ms, 0)
        self.fault_bits = bits
        self._troubled = 1 if self._outside_ms or self._apart_ms or self._angle_ms else 0


def windows_allow_export(settings: Settings) -> str:
    """The first setting that stands against a permitted export, or ""; asked once, at the load.

    While a source is connected the windows do not count, so they never cut short what a row of
    the grid code rides through. Left to check is what counts before, between and during exports:
    no window is narrower than the region of continuous operation, since an export begins and ends
    in charging; the trip time outlasts 1 s at 0 V, in which an export may end; and the legs may
    differ as much as when each is anywhere in that region. On a single phase no legs are judged.
    """
    if not settings.export_permitted:
        return ""
    low_mv = settings.nominal_line_mv // 10 * NORMAL_LOW_BP // 1000
    high_mv = settings.nominal_line_mv // 10 * NORMAL_HIGH_BP // 1000
    nominal = settings.nominal_millihertz
    low_millihertz = nominal - _CONTINUOUS_MILLIHERTZ
    high_millihertz = nominal + _CONTINUOUS_MILLIHERTZ
    legs = not settings.single_phase
    for name, narrow in (
        ("line_low_mv", settings.line_low_mv > low_mv),
        ("line_high_mv", settings.line_high_mv < high_mv),
        ("leg_low_mv", legs and settings.leg_low_mv > low_mv // 2),
        ("leg_high_mv", legs and settings.leg_high_mv < high_mv // 2),
        ("frequency_low_millihertz", settings.frequency_low_millihertz > low_millihertz),
        ("frequency_high_millihertz", settings.frequency_high_millihertz < high_millihertz),
        ("supply_trip_ms", settings.supply_trip_ms < _RIDE_MS),
        ("legs_apart_mv", legs and settings.legs_apart_mv < (high_mv - low_mv) // 2),
    ):
        if narrow:
            return name
    return ""
