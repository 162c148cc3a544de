"""Enter service: a source waits until the grid has been good for long enough, then rises slowly.

IEEE 1547-2018 (evse.md 6.4, C): both voltage and frequency in their windows, without a break,
for the whole delay; then the output may rise to the rating within the ramp time, or, where the
settings have a random delay in place of the ramp, at once after a part of that. The timer runs
whether anyone wants to export or not, so a vehicle that charges is in service when it is asked.
"""

from micropython import const

from wattback.chance import part_ms, renewed
from wattback.settings import Settings

PERIOD_MS = const(100)  # the pace of this room: its shortest time is a second
_PU_BP = const(10000)


class EnterService:
    """in_service: 1 when export may begin or go on. left_s: of the delay, rounded up.

    risen_bp: how much of the rating may flow by now, 0 … 10000. chance: 30 random bits, others for
    each unit and each start; drawn anew for each entry.
    """

    def __init__(self) -> None:
        self.in_service = 0
        self.left_s = 0
        self.risen_bp = 0
        self._good_ms = 0
        self._risen_ms = 0
        self.chance = 1

    def sense(self, line_bp: int, millihertz: int, settings: Settings) -> None:
        """Judge the supply, once every PERIOD_MS: line voltage in basis points of nominal."""
        if self.in_service:
            if self.risen_bp == _PU_BP:
                return  # and no other ramp begins it anew
            ramp_ms = settings.enter_service_ramp_s * 1000
            if settings.enter_service_random_s:
                self._risen_ms = ramp_ms
            elif self._risen_ms < ramp_ms:
                self._risen_ms += PERIOD_MS
            self.risen_bp = min(_PU_BP, self._risen_ms // 100 * _PU_BP // (ramp_ms // 100))
            return
        good = (
            settings.enter_service_low_bp <= line_bp
            and line_bp <= settings.enter_service_high_bp
            and settings.enter_service_low_millihertz <= millihertz
            and millihertz <= settings.enter_service_high_millihertz
        )
        delay_ms = settings.enter_service_delay_s * 1000
        if settings.enter_service_random_s:
            delay_ms += part_ms(self.chance, settings.enter_service_random_s)
        if not good:
            self._good_ms = 0
        elif self._good_ms < delay_ms:
            self._good_ms += PERIOD_MS
        else:
            self.in_service = 1
            self.chance = renewed(self.chance)
        self.left_s = (delay_ms - self._good_ms + 999) // 1000

    def leave(self) -> None:
        """Tripped or without a supply: everything begins anew."""
        self.in_service = 0
        self.risen_bp = 0
        self._good_ms = 0
        self._risen_ms = 0
