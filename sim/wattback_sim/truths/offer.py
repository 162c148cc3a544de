"""Truth 4: what pilot and link offer stays within every limit, and so does what flows."""

from collections import deque

from wattback.fault_table import ACTION_WARN, FAULTS
from wattback.pilot import DUTY_DIGITAL
from wattback.session import STOPPING
from wattback_sim.board import AT, SimulatedBoard
from wattback_sim.limit_ledger import LimitLedger
from wattback_sim.truths.violations import Fail

# A vehicle has 5 s to follow a lower offer (evse.md 1.4, C); overcurrent's own 2 s, the length of
# its slices and one opening come on top.
_FOLLOW_US = 5_000_000
_EXCESS_US = 3_300_000
_FOLLOW_EXPORT_US = (
    2_500_000  # a vehicle's loop, and the response of its inverter (this project's)
)
_SPACING_US = 4_990_000  # 5 s between raises (Table A.6; evse.md 1.4, C)
_LOADED_A = 1.3  # 1 A, and what a sensor may be wrong
# A target in W is made of a limit in mA with a voltage that is up to a second old, and older in
# a dip.
_VOLTAGE_US = 1_100_000
_VOLTAGE_SLACK = 0.01
_LEAST_V = 160.0  # below it the conversion is of no use; the supply's own window ends there

_FAULTED_US = 20_000  # a tick from the latch to the offer, and one in which it is seen
_ENDS = sum(1 << index for index, row in enumerate(FAULTS) if row[5] != ACTION_WARN)

_SESSION = AT["session_state"]
_FAULTS = AT["faults"]
_TARGET = AT["target_w"]


def offered_a(duty_bp: int) -> float:
    """What a duty offers, in A, read from IEC 61851-1 Table A.8 anew (evse.md 1.2)."""
    if 1000 <= duty_bp <= 8500:
        return duty_bp * 0.006
    if 8500 < duty_bp <= 9600:
        return (duty_bp / 100 - 64) * 2.5
    if 800 <= duty_bp < 1000:
        return 6.0
    return 80.0 if 9600 < duty_bp <= 9700 else 0.0


class OfferTruths:
    """Judges pilot duty, target and current against the limits."""

    def __init__(self, board: SimulatedBoard, ledger: LimitLedger, fail: Fail) -> None:
        self._board = board
        self._ledger = ledger
        self._fail = fail
        self._duty_bp = 0
        self._offer_a = 0.0
        self._offer_changed_us = -_SPACING_US
        self._unfaulted_us = 0  # when the last fault that ends a visit was not there
        self._earlier: deque[tuple[int, float]] = deque()  # offers, and when each ended
        self._export_a = 0.0
        self._earlier_exports: deque[tuple[int, float]] = deque()  # limits, and when each ended
        self._excess_us = 0
        self._exports = False  # what flows beyond 0
        self._high_v = 0.0  # the highest line voltage since `_high_us`
        self._high_before_v = 0.0  # and in the stretch before
        self._high_us = 0

    def restarted(self) -> None:
        """The board has lost its power: its running times are gone."""
        self._duty_bp = 0
        self._offer_a = 0.0

    def judge(self, now_us: int) -> None:
        """Judge this tick."""
        self._offer(now_us)
        self._target(now_us)
        self._flow(now_us)

    def _offer(self, now_us: int) -> None:
        duty_bp = self._board.world.duty_bp
        if not self._board.answer[_FAULTS] & _ENDS:
            self._unfaulted_us = now_us
        elif self._offer_a and now_us - self._unfaulted_us > _FAULTED_US:
            self._fail(now_us, 4, f"{self._offer_a:.2f} A offered with a fault that stops")
        if duty_bp == self._duty_bp:
            if self._offer_a * 1000.0 > self._ledger.import_ma + 0.5:
                self._fail(now_us, 4, self._too_much(self._offer_a))
            return
        offer_a = offered_a(duty_bp)
        was_pwm = 0 < self._duty_bp < 10000
        is_pwm = 0 < duty_bp < 10000
        commanded = self._board.world.path.commanded
        if was_pwm and not is_pwm and commanded and self._board.answer[_SESSION] != STOPPING:
            self._fail(now_us, 5, "the pilot left PWM under a closed contactor")
        if offer_a * 1000.0 > self._ledger.import_ma + 0.5:
            self._fail(now_us, 4, self._too_much(offer_a))
        if offer_a > self._offer_a and now_us - self._offer_changed_us < _SPACING_US:
            self._fail(now_us, 4, "the offer was raised within 5 s of its last change")
        if offer_a != self._offer_a:
            self._earlier.append((now_us, self._offer_a))
            self._offer_changed_us = now_us
        self._duty_bp = duty_bp
        self._offer_a = offer_a

    def _target(self, now_us: int) -> None:
        bus = self._board.world.bus
        line_v = bus.voltage_l1_v + bus.voltage_l2_v
        if line_v < _LEAST_V:
            self._high_us = now_us  # a dip is not looked at: what was before counts on
        elif now_us - self._high_us > _VOLTAGE_US:
            self._high_before_v = self._high_v
            self._high_v = line_v
            self._high_us = now_us
        elif line_v > self._high_v:
            self._high_v = line_v
        high_v = max(self._high_v, self._high_before_v)
        target_w = self._board.answer[_TARGET]
        if not target_w or not high_v or not self._voltage_sound():
            return
        limit_ma = self._ledger.export_ma if target_w > 0 else self._ledger.import_ma
        limit_w = limit_ma / 1000.0 * high_v
        if abs(target_w) > limit_w * (1.0 + _VOLTAGE_SLACK) + 5.0:
            way = "out of" if target_w > 0 else "into"
            text = f"a target of {abs(target_w)} W {way} the vehicle, {limit_w:.0f} W allowed"
            self._fail(now_us, 4, text)

    def _voltage_sound(self) -> bool:
        # Watts are reckoned from what is read: with a sensor that lies, amps are what can be kept.
        sensors = self._board.world.sensors
        return sensors["voltage_l1_mv"].sound and sensors["voltage_l2_mv"].sound

    def _flow(self, now_us: int) -> None:
        world = self._board.world
        draw_a = -world.current_a
        if not world.path.closed or world.path.stuck:
            self._excess_us = now_us
            return
        if draw_a >= 0.0:
            allowed_a = self._allowed_a(now_us)
        else:
            draw_a = -draw_a
            allowed_a = self._allowed_export_a(now_us)
        if (world.current_a > 0.0) != self._exports:
            self._exports = not self._exports
            self._excess_us = now_us  # the other way has its own time
        if draw_a <= allowed_a * 1.1 + _LOADED_A:
            self._excess_us = now_us
        elif now_us - self._excess_us > _EXCESS_US:
            text = f"{draw_a:.1f} A flows for longer than it may, {allowed_a:.1f} A is allowed"
            self._fail(now_us, 4, text)

    def _allowed_a(self, now_us: int) -> float:
        while self._earlier and now_us - self._earlier[0][0] > _FOLLOW_US:
            self._earlier.popleft()
        allowed_a = max([self._offer_a, *(offer_a for _, offer_a in self._earlier)])
        if self._duty_bp == DUTY_DIGITAL:  # the link alone says how much
            allowed_a = max(allowed_a, self._ledger.import_ma / 1000.0)
        return allowed_a

    def _allowed_export_a(self, now_us: int) -> float:
        ledger = self._ledger
        cut_off = self._board.world.cut_off
        export_a = (ledger.island_export_ma if cut_off else ledger.export_ma) / 1000.0
        if export_a != self._export_a:
            self._earlier_exports.append((now_us, self._export_a))
            self._export_a = export_a
        while self._earlier_exports and now_us - self._earlier_exports[0][0] > _FOLLOW_EXPORT_US:
            self._earlier_exports.popleft()
        return max([export_a, *(limit_a for _, limit_a in self._earlier_exports)])

    def _too_much(self, offer_a: float) -> str:
        return f"{offer_a:.2f} A offered, {self._ledger.import_ma / 1000:.2f} A allowed"
