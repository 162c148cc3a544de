"""A wake-up that is fed by hand, and the times that it keeps."""

from wattback.settings import Settings
from wattback.wake import Wake

TURN_MS = 100
WAKE_AFTER_MS = 30_000
PULSE_MS = 4_000
CYCLE_MS = WAKE_AFTER_MS + PULSE_MS + 1_000
PAUSE_MS = 600_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000


def allowing(attempts: int, after_s: int = 30) -> Settings:
    settings = Settings()
    settings.wake_attempts = attempts
    settings.wake_after_s = after_s
    return settings


class Visit:
    """A wake-up that is fed as a session would, which offers nothing during a pulse."""

    def __init__(self, settings: Settings, dt_ms: int = TURN_MS) -> None:
        self.wake = Wake()
        self.settings = settings
        self.dt_ms = dt_ms

    def feed(self, offered: int, requesting: int, ms: int, connected: int = 1) -> int:
        """Turns for so long; returns the pulses that began in them."""
        wake = self.wake
        began = 0
        for _ in range(ms // self.dt_ms):
            before = wake.pulse
            standing = 1 if offered and not wake.pulse else 0
            wake.sense(standing, requesting, connected, self.settings, self.dt_ms)
            began += 1 if wake.pulse and not before else 0
        return began

    def asleep(self, ms: int) -> int:
        return self.feed(1, 0, ms)

    def asleep_until(self, pulse: int) -> int:
        """Time in ms under an offer until a pulse begins (1) or ends (0), up to 1,000 s."""
        for count in range(1, 1_000_000 // self.dt_ms):
            self.asleep(self.dt_ms)
            if self.wake.pulse == pulse:
                return count * self.dt_ms
        raise AssertionError(f"pulse never became {pulse}")

    def charging(self, ms: int = 60_000) -> int:
        return self.feed(0, 1, ms)

    def paused(self, ms: int) -> int:
        return self.feed(0, 0, ms)

    def ended_by_the_vehicle(self) -> int:
        """C to B under a standing offer; the offer comes back when the contactor has rested."""
        self.wake.finish()
        return self.paused(6_000)
