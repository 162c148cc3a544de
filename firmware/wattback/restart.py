"""Restart: after an outage or a reset a visit goes on after a random delay, and then by a ramp.

A street must not come back at once, nor what was held back when it went. A retained word
remembers that a vehicle was there when the power went, or the supply; an unplug ends it all, for a
new visit has nothing to do with the outage.
"""

from array import array

from micropython import const

from wattback.chance import CHANCE_MASK, part_ms, renewed
from wattback.limits import NO_LIMIT_MA
from wattback.pilot import MINIMUM_OFFER_MA
from wattback.retained import INTERRUPTED
from wattback.settings import Settings

# `_outage` counts turns down to 0: the supply was bad in this turn, or in the one before.
_OUT = const(2)


class Restart:
    """waiting: 1 while the delay runs. left_s: of it, rounded up. limit_ma: what the ramp allows.

    limit_ma is the smallest offer until energy flows again, and NO_LIMIT_MA after the ramp.
    chance: 30 random bits, others for each unit and each start.
    """

    def __init__(self, retained: "array[int]", chance: int) -> None:
        self._retained = retained
        self.waiting = 1 if retained[INTERRUPTED] else 0
        self.left_s = 0
        self.limit_ma = MINIMUM_OFFER_MA if self.waiting else NO_LIMIT_MA
        self._chance = chance & CHANCE_MASK or 1  # 0 would stay 0
        self._begun = 0
        self._delay_s = 0
        self._delay_ms = 0
        self._risen_ms = 0
        self._outage = _OUT

    def begin(self, settings: Settings) -> None:
        """The settings are loaded: the delay of an interrupted visit is known."""
        self._begun = 1
        self._delay_s = settings.restart_delay_s
        if self.waiting:
            self._wait()

    def skip(self) -> None:
        """Somebody on site does not want to wait. The ramp stays."""
        if self._begun:
            self.waiting = 0
            self.left_s = 0

    def lost_supply(self) -> None:
        """The supply is unfit, or its fault is latched; called before `sense`, each such turn.

        The delay of a visit that was under way is drawn anew, and runs once that is over.
        """
        if self._retained[INTERRUPTED] and not self._outage and self._begun:
            self.waiting = 1
            self.limit_ma = MINIMUM_OFFER_MA
            self._chance = renewed(self._chance)
            self._wait()
        self._outage = _OUT

    def sense(
        self, closed: int, connected: int, gone: int, settings: Settings, dt_ms: int
    ) -> None:
        """Let a turn pass. closed: the contactor's command. connected: a vehicle is seen. gone: it
        is seen that there is none; a pilot at −12 V hides it, and neither is true.
        """
        if self._outage:
            self._outage -= 1
        if gone and self._begun:
            self.skip()
            self.limit_ma = NO_LIMIT_MA
            self._retained[INTERRUPTED] = 0
        elif connected:
            self._retained[INTERRUPTED] = 1
        if self.limit_ma != NO_LIMIT_MA and self._begun and not self._outage:
            self._resume(closed, settings, dt_ms)

    def _wait(self) -> None:
        self._delay_ms = part_ms(self._chance, self._delay_s)
        self.left_s = (self._delay_ms + 999) // 1000
        self._risen_ms = 0

    def _resume(self, closed: int, settings: Settings, dt_ms: int) -> None:
        if self.waiting:
            self._delay_ms -= dt_ms
            if self._delay_ms > 0:
                self.left_s = (self._delay_ms + 999) // 1000
            else:
                self.skip()
        else:
            self._rise(closed, settings, dt_ms)

    def _rise(self, closed: int, settings: Settings, dt_ms: int) -> None:
        if closed:  # it begins with the energy, however long a vehicle takes to come back
            self._risen_ms += dt_ms
        # In 0.1 s and 10 mA, so that the product stays below 2^30, and up in whole amps: an offer
        # is raised every 5 s at most.
        ramp = settings.restart_ramp_s * 10
        risen = self._risen_ms // 100
        if risen >= ramp:
            self.limit_ma = NO_LIMIT_MA
        else:
            span = (settings.hardware_limit_ma - MINIMUM_OFFER_MA) // 10
            self.limit_ma = MINIMUM_OFFER_MA + span * risen // ramp // 100 * 1000
