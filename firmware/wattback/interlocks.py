"""Interlocks: emergency stop, lockable disconnect, ground monitor, and the button that resets.

The first two are contacts that are closed while all is well, so that a broken wire stops too. They
stop charging, export and backup alike, and what they have stopped starts again only by the button
on the unit, once they are released. Nothing here knows the contactor.
"""

from micropython import const

from wattback.fault_table import DISCONNECT_OPEN, EARTH_MISSING, EMERGENCY_STOP
from wattback.signals import Inputs

_SAMPLES_MS = const(20)  # two samples: a spike is no person
# A good sample makes up for a fifth of its time: a broken wire may come and go with the mains.
_FORGIVES = const(5)
_PRESSED_MS = const(1000)  # a press of the button that is meant (this design's)
_EARTH_MS = const(2000)  # without earth (this design's; evse.md 3.4, C: 5 s for its loss)


class Interlocks:
    """fault_bits: present now. pressed: 1 in the one call in which the button has been held for
    long enough; one that is down from the start is stuck, and says nothing.
    """

    def __init__(self) -> None:
        self.fault_bits = 0
        self.pressed = 0
        self.busy = 1  # 1 while `sense` must be called though no input asks for it
        self._stopped_ms = 0
        self._open_ms = 0
        self._held_ms = 0
        self._released = 0
        self._earth_ms = 0

    def sense(self, inputs: Inputs, dt_ms: int) -> None:
        """One sample of the three contacts; every tick while one of them is not at rest."""
        bits = self.fault_bits & EARTH_MISSING
        if inputs.emergency_stopped or self._stopped_ms:
            self._stopped_ms = _summed(self._stopped_ms, inputs.emergency_stopped, dt_ms)
            if self._stopped_ms >= _SAMPLES_MS:
                bits |= EMERGENCY_STOP
        if inputs.disconnect_open or self._open_ms:
            self._open_ms = _summed(self._open_ms, inputs.disconnect_open, dt_ms)
            if self._open_ms >= _SAMPLES_MS:
                bits |= DISCONNECT_OPEN
        self.pressed = 0
        if not inputs.reset_pressed:
            self._held_ms = 0
            self._released = 1
        elif self._released and self._held_ms < _PRESSED_MS:
            self._held_ms += dt_ms
            self.pressed = 1 if self._held_ms >= _PRESSED_MS else 0
        self.fault_bits = bits
        busy = self._stopped_ms or self._open_ms or self._held_ms or not self._released
        self.busy = 1 if busy else 0

    def sense_earth(self, earth_ohm: int, limit_ohm: int, dt_ms: int) -> None:
        """What the ground monitor finds, now and then; more than `limit_ohm` is no earth."""
        if earth_ohm <= limit_ohm:
            self._earth_ms = max(self._earth_ms - dt_ms, 0)
            self.fault_bits &= ~EARTH_MISSING
        elif self._earth_ms < _EARTH_MS:
            self._earth_ms += dt_ms
        else:
            self.fault_bits |= EARTH_MISSING


def _summed(ms: int, present: int, dt_ms: int) -> int:
    return min(ms + dt_ms, _SAMPLES_MS) if present else max(ms - dt_ms // _FORGIVES, 0)
