"""Wake-up: a vehicle that sleeps through an offer is shown an unplug, a few times and no more.

State F for 4 s looks like an unplug to a vehicle; then the offer comes back. The standard allows
it once (IEC 61851-1 A.5.3; evse.md 1.4, C), the setting up to three times. After its attempts a
vehicle is left in peace. They are given anew:

- with a new visit, and whenever the vehicle has been in state C: a visit that was paused under a
  vehicle that asked, by a limit or a fault, finds it with all its attempts;
- with an offer after a pause of 10 min: shorter ones are a limit that comes and goes;
- a vehicle that has ended its charging by itself is full or knows why, and gets none before it has
  been in state C once more, or before an offer that comes after a pause of an hour.

Nothing here knows the pilot or the session.
"""

from micropython import const

from wattback.settings import Settings

_PULSE_MS = const(4000)  # A.5.3 (evse.md 1.4, C); a turn longer than this, never shorter
_PAUSE_MS = const(
    600000
)  # this design's: at most six times an hour for an offer that comes and goes
_AFTER_END_MS = const(3600000)  # WARP shows F only an hour after the last state C (evse.md 1.5, C)


class Wake:
    """pulse: 1 while −12 V is to be driven in place of an offer. attempts: made so far."""

    def __init__(self) -> None:
        self.pulse = 0
        self.attempts = 0
        self._ended = 0
        self._asleep_ms = 0
        self._pause_ms = 0
        self._pulse_ms = 0

    def finish(self) -> None:
        """The vehicle went from C to B under an offer that stood: it has ended by itself."""
        self._ended = 1

    def sense(
        self, offered: int, requesting: int, connected: int, settings: Settings, dt_ms: int
    ) -> None:
        """Judge one turn.

        offered: 1 while PWM offers energy and the contactor is open; 0 during a pulse changes
        nothing. requesting: state C or D, debounced. connected: 1 until the vehicle has left;
        state F must not hide it.
        """
        if not connected:
            self.pulse = 0
            self._renew()
        elif self.pulse:
            if self._pulse_ms < _PULSE_MS:
                self._pulse_ms += dt_ms
            else:
                self.pulse = 0
        elif requesting:
            self._renew()
        elif not offered:
            self._asleep_ms = 0
            if self._pause_ms < _AFTER_END_MS:
                self._pause_ms += dt_ms
        else:
            if self._pause_ms:
                if self._pause_ms >= (_AFTER_END_MS if self._ended else _PAUSE_MS):
                    self._renew()
                self._pause_ms = 0
            if self._ended or self.attempts >= settings.wake_attempts:
                return
            self._asleep_ms += dt_ms
            if self._asleep_ms >= settings.wake_after_s * 1000:
                self._asleep_ms = 0
                self._pulse_ms = 0
                self.pulse = 1
                self.attempts += 1

    def _renew(self) -> None:
        self.attempts = 0
        self._ended = 0
        self._asleep_ms = 0
        self._pause_ms = 0
