"""The house: what the service's meter says, and what the chosen mode makes of it.

The modes that people choose: only charge; export when somebody asks for it; use what the roof
gives and what the battery holds before the grid (self-consumption); keep the service below a peak,
both ways; only back up. What is wished beyond a peak is a bound on everybody's target, because a
service's breaker does not ask who wanted what; self-consumption gives way to every target. The
meter is the gateway's. A meter that says nothing new is none: what depends on it ends.
"""

from micropython import const

from wattback.export import MODE_PEAK_LIMIT, MODE_SELF_CONSUMPTION
from wattback.gateway import STATE_COUNTER, STATE_SERVICE_W, Gateway
from wattback.limits import NO_LIMIT_MA, OWNER_SERVICE, SCOPE_GRID, Limits
from wattback.pilot import MINIMUM_OFFER_MA
from wattback.settings import NO_POWER_LIMIT_W, Settings

OPERATING_NAMES = ("charge", "event", "self_consumption", "peak_limit", "backup_only")

_NOTHING_W = const(100)  # less is no wish, but a meter's error (this design's)
_HIGHEST_W = const(100000)
_HIGHEST_MA = const(80000)
_HIGHEST_MV = const(600000)


def needs_meter(settings: Settings) -> bool:
    """Does the chosen mode go by the house's meter?"""
    mode = settings.operating_mode
    return bool(mode == MODE_SELF_CONSUMPTION or mode == MODE_PEAK_LIMIT)


class House:
    """wishes: 1 while the mode asks for a power, which is wish_w, positive out of the vehicle.
    stale: 1 while the meter is. net_w: what the house draws, less what its roof gives. import_ma,
    export_ma: what the mode leaves for the vehicle, or NO_LIMIT_MA.
    """

    def __init__(self) -> None:
        self.wishes = 0
        self.wish_w = 0
        self.stale = 1
        self.net_w = 0
        self.import_ma = NO_LIMIT_MA
        self.export_ma = NO_LIMIT_MA
        self._before_w = 0  # the vehicle's power a tick ago, and two ticks ago
        self._earlier_w = 0
        self._counter = -1
        self._mode = -1
        self._bounds = 0  # 1: the wish is what a peak needs

    def sense(self, gateway: Gateway, power_w: int, settings: Settings, line_mv: int = 0) -> int:
        """One tick; returns 1 when what is asked for or allowed may be another.

        line_mv: by which watts are amperes. power_w: the vehicle's, which has flowed through
        the meter as well: a state is two ticks old when it is here.
        """
        earlier_w = self._earlier_w
        self._earlier_w = self._before_w
        self._before_w = power_w
        counter = gateway.state[STATE_COUNTER]
        stale = 0 if gateway.heard and gateway.age_ms < settings.house_meter_timeout_ms else 1
        if counter == self._counter and stale == self.stale:
            if settings.operating_mode == self._mode:
                return 0
        elif not stale:
            net_w = earlier_w - gateway.state[STATE_SERVICE_W]
            self.net_w = max(-_HIGHEST_W, min(net_w, _HIGHEST_W))
        self._counter = counter
        self._mode = settings.operating_mode
        self.stale = stale
        self._find(line_mv, settings)
        return 1

    def outweighs(self, asked_w: int, asked: int) -> int:
        """Does the wish, where there is one, count rather than `asked_w`?

        asked_w: positive out of the vehicle. asked: 1 when it is somebody's target, 0 when it is
        all that may be charged.
        """
        if not self._bounds:
            return 0 if asked else 1
        wish_w = self.wish_w
        return 1 if (asked_w < wish_w if wish_w > 0 else asked_w > wish_w) else 0

    def holds_alone(self, limits: Limits) -> int:
        """Is it for the house alone that less is left for a charge than a pilot can offer?

        To be asked on the grid, where the effective limit is that low.
        """
        if limits.import_owner != OWNER_SERVICE:
            return 0
        for slot in limits.slots:
            if slot.counts & SCOPE_GRID and slot.owner != OWNER_SERVICE:
                if 0 <= slot.import_now_ma < MINIMUM_OFFER_MA:
                    return 0
        return 1

    def _find(self, line_mv: int, settings: Settings) -> None:
        self.wishes = 0
        self.wish_w = 0
        self._bounds = 1 if settings.operating_mode == MODE_PEAK_LIMIT else 0
        self.import_ma = NO_LIMIT_MA
        self.export_ma = NO_LIMIT_MA
        if not needs_meter(settings):
            return
        if self.stale:
            # What the house draws and how much the service can bear, nobody knows.
            if settings.operating_mode == MODE_PEAK_LIMIT:
                self.import_ma = 0
            else:
                self._wish(0, 1)
            return
        net_w = self.net_w
        if settings.operating_mode == MODE_SELF_CONSUMPTION:
            self._wish(net_w, 1)
            return
        import_w = settings.service_import_max_w
        export_w = settings.service_export_max_w
        volts = max(settings.nominal_line_mv, min(line_mv, _HIGHEST_MV)) // 1000
        if import_w != NO_POWER_LIMIT_W:
            self.import_ma = _ma(import_w - net_w, volts)
            if net_w > import_w:
                self._wish(net_w - import_w, 0)
        if export_w != NO_POWER_LIMIT_W:
            self.export_ma = _ma(export_w + net_w, volts)
            if net_w < -export_w:
                self._wish(net_w + export_w, 0)

    def _wish(self, w: int, always: int) -> None:
        # always: a wish for nothing is one, too.
        if -_NOTHING_W < w < _NOTHING_W:
            w = 0
        self.wish_w = w
        self.wishes = 1 if w or always else 0


def _ma(w: int, volts: int) -> int:
    return min(max(w, 0) * 1000 // volts, _HIGHEST_MA)
