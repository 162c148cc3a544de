"""Supervision: does the vehicle's inverter do what the grid code asks of it?

The connector measures; what it finds ends the vehicle's admission for this visit. A must-trip does
not wait for any of this.
"""

from micropython import const

from wattback.grid.support import NORMAL_HIGH_BP, NORMAL_LOW_BP, Support
from wattback.settings import Settings

# What the vehicle did not do; `vehicle.REFUSAL_NAMES` has them in this order.
FAULTLESS = const(0)
NO_CESSATION = const(5)
POWER_UNSUPPORTED = const(6)  # more than the droop of an over-frequency leaves
REACTIVE_UNSUPPORTED = const(7)
NOT_RESTORED = const(8)  # it stays away after a dip in which it had ceased

# Ceased is less than 10 % of the rating (evse.md 6.3, C).
_CEASED_BP = const(1000)
# Momentary cessation is asked for below and above (6.3, C): of category I and III 0.50 pu, of II
# 0.30; of III 1.10 pu, the others trip above 1.20. By one and a half times the accuracy of a
# voltage that moves, 2 % (6.6, C), the doubt is the vehicle's.
_CEASE_LOW_BP = (4700, 2700, 4700)
_CEASE_HIGH_BP = (12300, 12300, 11300)
# It must have ceased within 83 ms (6.3, C); our window of 10 cycles and turns come on top.
_CEASED_MS = const(500)
# One and a half times the accuracy of active and reactive power, 5 % of the rating (6.6, C).
_TOLERANCE_BP = const(750)
# The meter's own errors do not shrink with a small inverter: 1 A at 240 V, as `permission` has it.
_LEAST_TOLERANCE = const(240)
# The largest inverters are four of the smallest connectors; beyond it a rating excuses nothing.
_RATINGS = const(4)
_HERE = const(-1)
# A line that was dead may have been an island, after which a vehicle waits as after a trip.
_EXCUSED = const(-2)
_DEAD_BP = const(1000)  # (this design's)
_RESTORED_TENTHS = const(8)  # of the output before (6.3, U)
# Beyond what its response explains for so much: a transient of the supply is none of its doing.
_SPARE_MS = const(10000)


class Supervision:
    """found: what the vehicle does not do, FAULTLESS while nothing is. What speaks against it is
    counted up, and down again by what does not, or by time without an export.
    """

    def __init__(self) -> None:
        self.found = FAULTLESS
        self._fed = 0
        self._feeding_ms = 0
        self._power_ms = 0
        self._reactive_ms = 0
        self._away_ms = _HERE  # since the end of a dip whose power has not come back
        self._before_w = 0  # that power

    def forget(self) -> None:
        """The vehicle has gone: whatever was counted is over."""
        self._power_ms = 0
        self._reactive_ms = 0
        self.rest(0)

    def rest(self, dt_ms: int) -> None:
        """Nobody exports."""
        self.found = FAULTLESS
        self._fed = 0
        self._feeding_ms = 0
        self._away_ms = _HERE
        self._power_ms = _count(self._power_ms, 0, dt_ms)
        self._reactive_ms = _count(self._reactive_ms, 0, dt_ms)

    def sense(  # type: ignore[no-untyped-def]
        self,
        line_bp: int,
        power_w: int,
        reactive_var: int,
        target_w: int,
        vehicle,
        support: Support,
        settings: Settings,
        dt_ms: int,
    ) -> None:
        """Judge one sample of an export. target_w: what is told. vehicle: its rating is above 0,
        its category at least the site's.
        """
        rating_w = vehicle.discharge_w
        most_w = settings.hardware_limit_ma // 1000 * (settings.nominal_line_mv // 1000)
        accurate_w = min(rating_w, most_w * _RATINGS)
        if _must_have_ceased(line_bp, vehicle.category, settings.abnormal_category):
            ceased = max(accurate_w // 10 * _CEASED_BP // 1000, _LEAST_TOLERANCE)
            feeds = 1 if abs(power_w) > ceased or abs(reactive_var) > ceased else 0
            # The first of its samples may be the dip's first moment.
            self._feeding_ms = _count(self._feeding_ms, feeds and self._fed, dt_ms)
            self._fed = feeds
            if line_bp < _DEAD_BP:
                self._away_ms = _EXCUSED
            elif self._away_ms != _EXCUSED:
                self._away_ms = 0
            if self._feeding_ms >= _CEASED_MS:
                self.found = NO_CESSATION
            return
        self._feeding_ms = 0
        self._fed = 0
        if not NORMAL_LOW_BP <= line_bp <= NORMAL_HIGH_BP:
            return
        tolerance = max(accurate_w // 10 * _TOLERANCE_BP // 1000, _LEAST_TOLERANCE)
        # `support` is as slow as the settings say, so the vehicle's responses are in it.
        still_w = support.still_w
        if self._away_ms == _EXCUSED:
            self._away_ms = _HERE
        if self._away_ms == _HERE:
            self._before_w = power_w
        else:
            self._restore(power_w, target_w, rating_w, support, tolerance, settings, dt_ms)
        beyond = still_w < 0 and power_w > max(target_w + still_w, 0) + tolerance
        self._power_ms = _count(self._power_ms, beyond, dt_ms)
        if self._power_ms > _SPARE_MS:
            self.found = POWER_UNSUPPORTED
        rated = rating_w // 10
        beyond = (
            reactive_var < rated * support.least_var_bp // 1000 - tolerance
            or reactive_var > rated * support.most_var_bp // 1000 + tolerance
        )
        self._reactive_ms = _count(self._reactive_ms, beyond, dt_ms)
        if self._reactive_ms > _SPARE_MS:
            self.found = REACTIVE_UNSUPPORTED

    def _restore(
        self,
        power_w: int,
        target_w: int,
        rating_w: int,
        support: Support,
        tolerance: int,
        settings: Settings,
        dt_ms: int,
    ) -> None:
        # Back is 80 % of what it has fed, as far as it may now.
        wanted_w = min(target_w, self._before_w, rating_w // 10 * support.highest_bp // 1000)
        less_w = min(support.droop_w, support.still_w, 0)
        wanted_w = (wanted_w + less_w) // 10 * _RESTORED_TENTHS
        if power_w >= wanted_w - tolerance:
            self._away_ms = _HERE
            return
        self._away_ms += dt_ms
        if self._away_ms > settings.restore_output_ms:
            self.found = NOT_RESTORED


def _must_have_ceased(line_bp: int, category: int, site_category: int) -> bool:
    # A better vehicle may do as its own category does, or as the site's.
    low_bp = min(_CEASE_LOW_BP[category - 1], _CEASE_LOW_BP[site_category - 1])
    high_bp = max(_CEASE_HIGH_BP[category - 1], _CEASE_HIGH_BP[site_category - 1])
    return line_bp < low_bp or line_bp > high_bp


def _count(counted_ms: int, against, dt_ms: int) -> int:  # type: ignore[no-untyped-def]
    if against:
        return counted_ms + dt_ms
    return max(counted_ms - dt_ms, 0) if counted_ms else 0
