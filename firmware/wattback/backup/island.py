"""The running island: what ends it, which loads it carries, and where solar is held.

A vehicle that forms a grid has no grid code to keep to; it has a home to keep alive and nobody to
hurt. Limits are those of scope `island` alone. What must end it is found here, from the
connector's own sensors first and from the gateway's where there are no others.
"""

from micropython import const

from wattback.backup.steps import (
    REFUSED_BACKFEED,
    REFUSED_GATEWAY_SILENT,
    REFUSED_LEG_OUT_OF_WINDOW,
    REFUSED_NEUTRAL_LOST,
    REFUSED_NONE,
    REFUSED_OVERLOAD,
    REFUSED_RESERVE,
    REFUSED_SWITCH_CONTACTS,
)
from wattback.gateway import (
    DEAD_MV,
    MOST_SHED,
    STATE_ANGLE_DECIDEG,
    STATE_GRID_L1_MV,
    STATE_GRID_L2_MV,
    STATE_GRID_MILLIHERTZ,
    STATE_HOME_L1_MV,
    STATE_HOME_L2_MV,
    STATE_HOME_MILLIHERTZ,
    STATE_TRANSFORMER_OK,
    SWITCH_CLOSED,
    Gateway,
)
from wattback.settings import Settings
from wattback.signals import Inputs
from wattback.vehicle import Vehicle

# A leg's window, the region of continuous operation (evse.md 6.3, C), and when it must be back;
# far outside it is no voltage to live with (UV2 and OV2; 6.1, C).
LEG_LOW_BP = const(8800)
LEG_HIGH_BP = const(11000)
_LEG_MS = const(2000)
_FAR_LOW_BP = const(5000)
_FAR_HIGH_BP = const(12000)
_FAR_MS = const(160)
_APART_MS = const(200)  # legs apart: a neutral is lost (this design's)
_PU_BP = const(10000)
_HIGHEST_MV = const(600000)  # keeps products below 2^30

# Beyond the limit before a group of loads goes, which shows within it (this design's).
_OVERLOAD_MS = const(300)
# All groups gone, and still too much: together sooner than the 2 s of overcurrent, whose row would
# hold the home up for longer.
_LAST_MS = const(800)
_LOAD_STEP_MS = const(2000)  # between groups that come back
_LATER_MS = const(60000)  # after an overload
_LATEST_MS = const(480000)
_ROOM_PARTS = const(60)  # percent of the limit that may flow before one comes back

# What an island does: its voltage rises, it runs by itself, it is brought in step with the grid.
RISING = const(0)
ALONE = const(1)
MEETING = const(2)

_WARN_BP = const(500)  # above the reserve: tell; half of it: shed (this design's)

# Solar is held by frequency: inverters give less from 60.5 Hz on and trip at 62 Hz, as the droop
# and the trips of the grid code have it (evse.md 6.2, C; 6.5, C; 7, W for its use in islands).
_MOST_SHIFT_MILLIHERTZ = const(2200)
_SHIFT_PER_S = const(400)
_BACK_PER_S = const(100)
_FULL_BP = const(9500)  # from here on a battery takes less than its rating
_ROOM_BP = const(9300)
_ROOM_SHARE = const(8)  # tenths of what it may take: beyond all of it the voltage rises
_HIGH_BP = const(10300)  # and that it does already
_LITTLE_W = const(100)  # a sensor's offset out of the vehicle: it is charged for all that

# A leg of the grid's side that goes wherever the island goes is the island: 50 mHz, 3 degrees and
# a tenth of the voltage for a second, while the island has been moved away from nominal, which it
# is again and again beside a live grid (this design's).
_NUDGE_MILLIHERTZ = const(300)
_NUDGE_MS = const(1500)
_NUDGE_AGAIN_MS = const(10000)
_SAME_MILLIHERTZ = const(50)
_SAME_DECIDEG = const(30)
_FOLLOWS_MS = const(1000)
_RISING_MS = const(100)  # while the voltage rises there is no grid that could be mistaken


class Island:
    """shed: groups of loads that are to be disconnected. shift_millihertz: from nominal.
    warned: 1 when the reserve is near, 2 when it is nearer. nudge_millihertz: by which it moves to
    be told from a grid. parting: 1 while solar that is held is to be got rid of.
    """

    def __init__(self) -> None:
        self.shed = 0
        self.shift_millihertz = 0
        self.warned = 0
        self.nudge_millihertz = 0
        self.parting = 0
        self._beside_grid = 0  # 1: the grid's side was live when the island began
        self._is_full = 0
        self._leg_ms = 0
        self._far_ms = 0
        self._apart_ms = 0
        self._over_ms = 0
        self._step_ms = 0
        self._step_after_ms = _LOAD_STEP_MS
        self._silent_ms = 0
        self._live_ms = 0
        self._follows_ms = 0

    def start(self, beside_grid: int) -> None:
        """A new island: it begins with as little load as can be.

        beside_grid: 1 when the grid's side is live, at a voltage that is none to live with.
        """
        self._beside_grid = beside_grid
        self._is_full = 0
        self.shed = MOST_SHED
        self.shift_millihertz = 0
        self.warned = 0
        self.nudge_millihertz = 0
        self.parting = 0
        self._leg_ms = 0
        self._far_ms = 0
        self._apart_ms = 0
        self._over_ms = 0
        self._step_ms = 0
        self._step_after_ms = _LOAD_STEP_MS
        self._silent_ms = 0
        self._live_ms = 0
        self._follows_ms = 0

    def supervise(
        self,
        inputs: Inputs,
        magnitude_ma: int,
        limit_ma: int,
        phase: int,
        gateway: Gateway,
        vehicle: Vehicle,
        settings: Settings,
        dt_ms: int,
    ) -> int:
        """Why the island must end now, a REFUSED value, or REFUSED_NONE.

        limit_ma: what may flow out. phase: RISING before the legs have been in their window, then
        ALONE, and MEETING while the home is brought in step.
        """
        found = self._watch_gateway(gateway, phase, settings, dt_ms)
        if not found:
            found = self._watch_legs(inputs, gateway, phase, settings, dt_ms)
        if not found:
            found = self._watch_load(inputs, magnitude_ma, limit_ma, settings, dt_ms)
        if not found:
            found = self._watch_reserve(vehicle, settings)
        return found

    def hold_solar(
        self, power_w: int, allowed_w: int, line_bp: int, soc_bp: int, dt_ms: int
    ) -> None:
        """Move the frequency up while nearly more flows into the vehicle than it may take.

        power_w: positive out of it. allowed_w: a magnitude. line_bp: the home's voltage.
        """
        if self.parting:
            self.shift_millihertz = _MOST_SHIFT_MILLIHERTZ
            return
        if soc_bp >= _FULL_BP or (self._is_full and soc_bp > _ROOM_BP):
            # What has no room must not even begin: beyond where solar trips, it stays away.
            self._is_full = 1
            self.shift_millihertz = _MOST_SHIFT_MILLIHERTZ
            return
        self._is_full = 0
        if -power_w > allowed_w // 10 * _ROOM_SHARE or power_w < _LITTLE_W and line_bp > _HIGH_BP:
            self.shift_millihertz += _SHIFT_PER_S * dt_ms // 1000
            if self.shift_millihertz > _MOST_SHIFT_MILLIHERTZ:
                self.shift_millihertz = _MOST_SHIFT_MILLIHERTZ
        elif self.shift_millihertz:
            self.shift_millihertz = max(self.shift_millihertz - _BACK_PER_S * dt_ms // 1000, 0)

    def restore_loads(self, magnitude_ma: int, limit_ma: int, dt_ms: int) -> None:
        """Let a group of loads come back now and then, while there is room for it."""
        if not self.shed or self.warned > 1 or self._over_ms:
            self._step_ms = 0
            return
        if magnitude_ma // 10 * 100 > limit_ma // 10 * _ROOM_PARTS:
            self._step_ms = 0
            return
        self._step_ms += dt_ms
        if self._step_ms >= self._step_after_ms:
            self._step_ms = 0
            self.shed -= 1

    def _watch_gateway(self, gateway: Gateway, phase: int, settings: Settings, dt_ms: int) -> int:
        if not gateway.fresh:
            self._silent_ms += dt_ms
            # One that has just begun has nothing yet that would be worth going on blind.
            if phase == RISING or self._silent_ms >= settings.gateway_silence_s * 1000:
                return REFUSED_GATEWAY_SILENT
            return REFUSED_NONE
        self._silent_ms = 0
        if gateway.contacts_differ or gateway.switch == SWITCH_CLOSED:
            return REFUSED_SWITCH_CONTACTS
        if gateway.grid_line_mv <= DEAD_MV or phase == MEETING:
            self._live_ms = 0
            self._follows_ms = 0
            self.nudge_millihertz = 0
            return REFUSED_NONE
        state = gateway.state
        # One pole that is welded is enough.
        same = _is_fed(state[STATE_GRID_L1_MV], state[STATE_HOME_L1_MV])
        same = same or _is_fed(state[STATE_GRID_L2_MV], state[STATE_HOME_L2_MV])
        at_once = phase == RISING and not self._beside_grid
        if not at_once:
            self._live_ms = self._live_ms + dt_ms if self._live_ms < _NUDGE_AGAIN_MS else 0
            self.nudge_millihertz = _NUDGE_MILLIHERTZ if self._live_ms < _NUDGE_MS else 0
            apart = abs(state[STATE_GRID_MILLIHERTZ] - state[STATE_HOME_MILLIHERTZ])
            same = (
                same
                and apart <= _SAME_MILLIHERTZ
                and abs(state[STATE_ANGLE_DECIDEG]) <= _SAME_DECIDEG
                and self.nudge_millihertz > 0
            )
        self._follows_ms = self._follows_ms + dt_ms if same else 0
        if self._follows_ms >= (_RISING_MS if at_once else _FOLLOWS_MS):
            return REFUSED_BACKFEED
        return REFUSED_NONE

    def _watch_legs(
        self, inputs: Inputs, gateway: Gateway, phase: int, settings: Settings, dt_ms: int
    ) -> int:
        l1_mv = inputs.voltage_l1_mv
        l2_mv = inputs.voltage_l2_mv
        neutral = gateway.state[STATE_TRANSFORMER_OK] or not gateway.fresh
        apart = not settings.single_phase and abs(l1_mv - l2_mv) > settings.legs_apart_mv
        if apart or not neutral:
            self._apart_ms += dt_ms
            if self._apart_ms >= _APART_MS:
                return REFUSED_NEUTRAL_LOST
        else:
            self._apart_ms = 0
        # While it rises it may be low, and never high.
        low_bp = LEG_LOW_BP
        if phase != RISING:
            low_bp = leg_bp(l1_mv if settings.single_phase else min(l1_mv, l2_mv), settings)
        high_bp = leg_bp(max(l1_mv, l2_mv), settings)
        if LEG_LOW_BP <= low_bp and high_bp <= LEG_HIGH_BP:
            self._leg_ms = 0
            self._far_ms = 0
            return REFUSED_NONE
        self._leg_ms += dt_ms
        if low_bp < _FAR_LOW_BP or high_bp > _FAR_HIGH_BP:
            self._far_ms += dt_ms
        else:
            self._far_ms = 0
        if self._leg_ms >= _LEG_MS or self._far_ms >= _FAR_MS:
            return REFUSED_LEG_OUT_OF_WINDOW
        return REFUSED_NONE

    def _watch_load(
        self, inputs: Inputs, magnitude_ma: int, limit_ma: int, settings: Settings, dt_ms: int
    ) -> int:
        if inputs.power_w < 0 or magnitude_ma <= limit_ma:
            self._over_ms = 0
            return REFUSED_NONE
        self._over_ms += dt_ms
        if self.shed < MOST_SHED:
            if self._over_ms >= _OVERLOAD_MS:
                self._over_ms = 0
                self.shed += 1
                self._step_after_ms = min(
                    _LATER_MS if self._step_after_ms < _LATER_MS else self._step_after_ms * 2,
                    _LATEST_MS,
                )
            return REFUSED_NONE
        return REFUSED_OVERLOAD if self._over_ms >= _LAST_MS else REFUSED_NONE

    def _watch_reserve(self, vehicle: Vehicle, settings: Settings) -> int:
        soc_bp = vehicle.soc_bp
        if soc_bp < 0:
            return REFUSED_NONE  # its link has lapsed, which ends the island by itself
        reserve_bp = max(settings.backup_reserve_bp, vehicle.minimum_soc_bp)
        if soc_bp <= reserve_bp:
            return REFUSED_RESERVE
        if soc_bp <= reserve_bp + _WARN_BP // 2:
            self.warned = 2
            self.shed = MOST_SHED
        elif soc_bp <= reserve_bp + _WARN_BP:
            self.warned = 1
        else:
            self.warned = 0
        return REFUSED_NONE


def _is_fed(grid_mv: int, home_mv: int) -> bool:
    """Is this leg of the grid's side live, and no more apart than two sensors of one voltage?"""
    return grid_mv > DEAD_MV // 2 and abs(grid_mv - home_mv) <= home_mv // 10 + DEAD_MV // 4


def leg_bp(leg_mv: int, settings: Settings) -> int:
    """A leg's voltage per unit, in basis points; of a single phase the line's."""
    nominal_mv = settings.nominal_line_mv
    return per_unit_bp(leg_mv, nominal_mv if settings.single_phase else nominal_mv // 2)


def per_unit_bp(mv: int, nominal_mv: int) -> int:
    """A voltage per unit, in basis points."""
    return min(max(mv, 0), _HIGHEST_MV) // 10 * _PU_BP // (nominal_mv // 10)
