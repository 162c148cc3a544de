"""Grid support: what the curves of IEEE 1547-2018 ask of an inverter now, by our own measurement.

The vehicle's inverter performs them, from the settings that it was sent; here is what they come to
(evse.md 6.5, C), for whoever limits or supervises it. Responses are first-order lags, as
slow as the settings say. Watts and vars are of the vehicle's rating, positive out of it.
"""

from micropython import const

from wattback.settings import Settings

CONSTANT_PF = const(1)
CONSTANT_VAR = const(2)
VOLT_VAR = const(3)
WATT_VAR = const(4)
REACTIVE_NAMES = ("none", "constant_pf", "constant_var", "volt_var", "watt_var")

_PU_BP = const(10000)
# Capability for reactive power begins at 0.20 pu of active power (6.5, C).
_REACTIVE_FROM_BP = const(2000)
# How far apart the vehicle's measurement and ours may be: one and a half times the accuracy of a
# voltage, 1 %, and of active power, 5 % of the rating, of which our own is the better (6.6, C).
_APART_BP = const(150)
_POWER_APART_BP = const(500)
NORMAL_LOW_BP = const(8800)  # continuous operation (6.3, C)
NORMAL_HIGH_BP = const(11000)
# To 90 % of a step a first-order lag takes 2.3 of its time constants.
_LAG_TENTHS = const(23)
# tan(arccos(pf)) at 0.90, 0.91 … 1.00, in basis points.
_TAN_BP = (4843, 4556, 4260, 3952, 3630, 3287, 2917, 2506, 2031, 1425, 0)
_LEAST_PF_BP = const(9000)
_PF_STEP_BP = const(100)


class Support:
    """What is asked for, found anew by each `sense`.

    droop_w: to be added to what is told, either way, without its response. still_w: the highest
    that it may be now, by its response. highest_bp: the most that may flow out, of the rating, by
    volt-watt and the limit. least_var_bp, most_var_bp: between them reactive power may be, of the
    rating, by its response and by what vehicle and meter may measure apart.
    """

    def __init__(self) -> None:
        self.droop_w = 0
        self.highest_bp = _PU_BP
        self._still = _Held()
        self._most_var = _Held()
        self._least_var = _Held()  # with the sign turned round
        self._volt_watt_bp = _PU_BP
        self._limit_bp = _PU_BP

    @property
    def still_w(self) -> int:
        """See above."""
        return self._still.value

    @property
    def most_var_bp(self) -> int:
        """See above."""
        return self._most_var.value

    @property
    def least_var_bp(self) -> int:
        """See above."""
        return -self._least_var.value

    def sense(
        self,
        line_bp: int,
        millihertz: int,
        power_w: int,
        rating_w: int,
        settings: Settings,
        dt_ms: int,
    ) -> None:
        """Find anew what is asked for. line_bp: of nominal. power_w: measured. rating_w: of the
        inverter, 0 when there is none, at most 100 kW.
        """
        self._sense_highest(line_bp, settings, dt_ms)
        if not rating_w:
            self.droop_w = 0
            self._still.value = 0
            self._most_var.value = 0
            self._least_var.value = 0
            return
        self.droop_w = _droop_w(millihertz, rating_w, settings) if settings.droop_enabled else 0
        self._still.ask(self.droop_w, settings.droop_response_ms, dt_ms)
        power_bp = min(max(power_w, 0), rating_w) * 100 // rating_w * 100
        which = settings.reactive_function
        response_ms = settings.reactive_response_ms
        one_bp = other_bp = 0
        if which == VOLT_VAR:
            response_ms = settings.volt_var_response_ms
            if settings.volt_var_reference_follows:
                # Where its reference has got to only the vehicle knows.
                one_bp = max(settings.volt_var_q1_bp, settings.volt_var_q2_bp)
                other_bp = min(settings.volt_var_q3_bp, settings.volt_var_q4_bp)
            else:
                one_bp = _volt_var_bp(line_bp - _APART_BP, settings)
                other_bp = _volt_var_bp(line_bp + _APART_BP, settings)
        elif which == CONSTANT_VAR:
            one_bp = other_bp = settings.constant_var_bp
        elif which:
            curve = _constant_pf_bp if which == CONSTANT_PF else _watt_var_bp
            one_bp = curve(max(power_bp - _POWER_APART_BP, 0), settings)
            other_bp = curve(min(power_bp + _POWER_APART_BP, _PU_BP), settings)
        most_bp = max(one_bp, other_bp)
        least_bp = min(one_bp, other_bp)
        if power_bp < _REACTIVE_FROM_BP or not NORMAL_LOW_BP <= line_bp <= NORMAL_HIGH_BP:
            # It need not be capable of it, or has another task; afterwards it begins anew.
            most_bp = max(most_bp, 0)
            least_bp = min(least_bp, 0)
        self._most_var.ask(most_bp, response_ms, dt_ms)
        self._least_var.ask(-least_bp, response_ms, dt_ms)

    def _sense_highest(self, line_bp: int, settings: Settings, dt_ms: int) -> None:
        if settings.volt_watt_enabled:
            asked_bp = between(
                line_bp,
                settings.volt_watt_v1_bp,
                _PU_BP,
                settings.volt_watt_v2_bp,
                settings.volt_watt_p2_bp,
            )
            self._volt_watt_bp = _lag(
                self._volt_watt_bp, asked_bp, settings.volt_watt_response_ms, dt_ms
            )
        else:
            self._volt_watt_bp = _PU_BP
        if settings.limit_watt_enabled:
            self._limit_bp = _lag(
                self._limit_bp, settings.limit_watt_bp, settings.limit_watt_response_ms, dt_ms
            )
        self.highest_bp = min(self._volt_watt_bp, self._limit_bp)


class _Held:
    """The highest that may still be there of what is asked for: a response takes its time, and
    need not be a first-order lag. So a value stays for that time, and goes with a lag.
    """

    def __init__(self) -> None:
        self.value = 0
        self._kept_ms = 0

    def ask(self, asked: int, response_ms: int, dt_ms: int) -> None:
        """This is asked for now."""
        if asked >= self.value:
            self.value = asked
            self._kept_ms = 0
        elif self._kept_ms < response_ms:
            self._kept_ms += dt_ms
        else:
            self.value = _lag(self.value, asked, response_ms, dt_ms)


def between(x: int, x1: int, y1: int, x2: int, y2: int) -> int:
    """On the line from (x1, y1) to (x2, y2), level before and after; x1 < x2, all below 2^15."""
    if x <= x1:
        return y1
    if x >= x2:
        return y2
    return y1 + (y2 - y1) * (x - x1) // (x2 - x1)


def active_w(apparent_va: int, reactive_var: int) -> int:
    """The active power that is left of an apparent one, 0 when none is; both below 2^17."""
    if reactive_var >= apparent_va:
        return 0
    if not reactive_var:
        return apparent_va
    # Of eights, so that squares stay below 2^30; the root by Newton's steps from above.
    root = apparent_va >> 3
    others = (reactive_var + 7) >> 3
    square = root * root - others * others
    if square <= 0:
        return 0
    while True:
        better = (root + square // root) >> 1
        if better >= root:
            return root << 3
        root = better


def _droop_w(millihertz: int, rating_w: int, settings: Settings) -> int:
    nominal = settings.nominal_millihertz
    over = millihertz - nominal - settings.droop_over_deadband_millihertz
    under = nominal - settings.droop_under_deadband_millihertz - millihertz
    if over > 0:
        whole = settings.droop_over_bp * nominal // _PU_BP
        return -(min(over, whole) * rating_w // whole)
    if under > 0:
        whole = settings.droop_under_bp * nominal // _PU_BP
        return min(under, whole) * rating_w // whole
    return 0


def _volt_var_bp(line_bp: int, settings: Settings) -> int:
    v2_bp = settings.volt_var_v2_bp
    v3_bp = settings.volt_var_v3_bp
    if line_bp < v2_bp:
        return between(
            line_bp,
            settings.volt_var_v1_bp,
            settings.volt_var_q1_bp,
            v2_bp,
            settings.volt_var_q2_bp,
        )
    if line_bp <= v3_bp:
        # Both are the reference at the least.
        if v2_bp == v3_bp:
            return settings.volt_var_q2_bp
        return between(line_bp, v2_bp, settings.volt_var_q2_bp, v3_bp, settings.volt_var_q3_bp)
    return between(
        line_bp, v3_bp, settings.volt_var_q3_bp, settings.volt_var_v4_bp, settings.volt_var_q4_bp
    )


def _watt_var_bp(power_bp: int, settings: Settings) -> int:
    p2_bp = settings.watt_var_p2_bp
    q2_bp = settings.watt_var_q2_bp
    if power_bp <= p2_bp:
        return between(power_bp, settings.watt_var_p1_bp, settings.watt_var_q1_bp, p2_bp, q2_bp)
    return between(power_bp, p2_bp, q2_bp, settings.watt_var_p3_bp, settings.watt_var_q3_bp)


def _constant_pf_bp(power_bp: int, settings: Settings) -> int:
    beyond_bp = settings.constant_pf_bp - _LEAST_PF_BP
    at = beyond_bp // _PF_STEP_BP
    rest_bp = beyond_bp % _PF_STEP_BP
    tan_bp = _TAN_BP[at]
    if rest_bp:
        tan_bp += (_TAN_BP[at + 1] - tan_bp) * rest_bp // _PF_STEP_BP
    reactive_bp = power_bp * tan_bp // _PU_BP
    return -reactive_bp if settings.constant_pf_absorbs else reactive_bp


def _lag(now: int, asked: int, response_ms: int, dt_ms: int) -> int:
    # One step of a first-order lag, at least 1, so that it arrives.
    left = asked - now
    if not left:
        return now
    passed_ms = min(dt_ms * _LAG_TENTHS // 10, response_ms)
    step = left * passed_ms // response_ms
    return now + (max(step, 1) if left > 0 else min(step, -1))
