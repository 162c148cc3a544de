"""Plausible: do the meter's readings agree with each other, and do both legs carry the same?

Whatever limits, permits and accounts goes by what the metering chip says, so a chip that stands
still or contradicts itself means no energy. A vehicle between the legs uses no neutral: what one
leg carries comes back by the other. On a single phase the other is the neutral, of 0 V: it carries
the same back, and has no power that could contradict it.

No source gives limits for this; they are this design's: 10 % and 300 W are far more than the
chip's and its transformers' errors and than what a ramp of 2 kW/s is ahead of its filter.
"""

from micropython import const

from wattback.fault_table import LEG_UNBALANCE, METER_IMPLAUSIBLE
from wattback.settings import Settings
from wattback.signals import Inputs

_LASTS_MS = const(2000)
# More is no reading of a connector of 80 A on legs of 120 V. Products of them stay below 2^30.
_MOST_MV = const(500000)
_MOST_MA = const(200000)
_MOST_W = const(200000)
_LEAST_MV = const(-1000)  # RMS values have no sign; this much is noise
_ALLOWANCE_10W = const(30)
_SIGNED_MA = const(2000)  # below it a current's sign may be noise
# A meter that sees no voltage may stand still at 0: that is `supply`'s to judge.
_THERE_MV = const(20000)


class Plausible:
    """Watches the meter, in turns. fault_bits: present now, for 2 s and one sample at least."""

    def __init__(self) -> None:
        self.fault_bits = 0
        self._unbalanced_ms = 0
        self._implausible_ms = 0
        self._l1_mv = 0  # what was read last
        self._l2_mv = 0
        self._l1_ma = 0
        self._l2_ma = 0
        self._power_w = 0

    def sense(self, inputs: Inputs, settings: Settings, dt_ms: int) -> None:
        """Judge one sample; `dt_ms` since the last one."""
        bits = 0
        one_ma = abs(inputs.current_l1_ma)
        other_ma = abs(inputs.current_l2_ma)
        allowed_ma = settings.legs_apart_ma + max(one_ma, other_ma) // 10
        if abs(one_ma - other_ma) > allowed_ma:
            if self._unbalanced_ms < _LASTS_MS:
                self._unbalanced_ms += dt_ms
            else:
                bits = LEG_UNBALANCE
        elif self._unbalanced_ms:
            self._unbalanced_ms = max(self._unbalanced_ms - dt_ms, 0)
        if self._stands(inputs) or self._contradicts(inputs):
            if self._implausible_ms < _LASTS_MS:
                self._implausible_ms += dt_ms
            else:
                bits |= METER_IMPLAUSIBLE
        elif self._implausible_ms:
            self._implausible_ms = max(self._implausible_ms - dt_ms, 0)
        self.fault_bits = bits

    def _stands(self, inputs: Inputs) -> bool:
        # The last digits of a chip that measures are never all the same twice for long.
        l1_mv = inputs.voltage_l1_mv
        l2_mv = inputs.voltage_l2_mv
        stands = (
            l1_mv == self._l1_mv
            and l2_mv == self._l2_mv
            and inputs.current_l1_ma == self._l1_ma
            and inputs.current_l2_ma == self._l2_ma
            and inputs.power_w == self._power_w
            and (l1_mv > _THERE_MV or l2_mv > _THERE_MV)
        )
        self._l1_mv = l1_mv
        self._l2_mv = l2_mv
        self._l1_ma = inputs.current_l1_ma
        self._l2_ma = inputs.current_l2_ma
        self._power_w = inputs.power_w
        return stands

    def _contradicts(self, inputs: Inputs) -> bool:
        l1_mv = inputs.voltage_l1_mv
        l2_mv = inputs.voltage_l2_mv
        one_ma = abs(inputs.current_l1_ma)
        other_ma = abs(inputs.current_l2_ma)
        power_w = abs(inputs.power_w)
        reactive_var = abs(inputs.reactive_var)
        if (
            not _LEAST_MV <= l1_mv <= _MOST_MV
            or not _LEAST_MV <= l2_mv <= _MOST_MV
            or max(one_ma, other_ma) > _MOST_MA
            or max(power_w, reactive_var) > _MOST_W
        ):
            return True  # saturated, or no reading at all
        # In units of 10 W, whose squares are small integers: of voltage times current, and of
        # active with reactive power.
        apparent = max(l1_mv, 0) // 100 * (one_ma // 10) + max(l2_mv, 0) // 100 * (other_ma // 10)
        apparent //= 10000
        allowance = apparent // 10 + _ALLOWANCE_10W
        active = power_w // 10
        square = active * active + reactive_var // 10 * (reactive_var // 10)
        highest = apparent + allowance
        lowest = max(apparent - allowance, 0)
        if not lowest * lowest <= square <= highest * highest:
            return True
        # A current's sign is that of its leg's power. It says something while that is active power
        # for the most part; two currents of unlike sign whose power is none are found above.
        if active * 2 <= apparent:
            return False
        out = inputs.power_w > 0
        return (one_ma > _SIGNED_MA and (inputs.current_l1_ma > 0) != out) or (
            other_ma > _SIGNED_MA and (inputs.current_l2_ma > 0) != out
        )
