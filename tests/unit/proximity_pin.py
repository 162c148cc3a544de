"""A proximity that is fed by hand, turn by turn, and pairs of a better and a worse reading."""

from wattback.proximity import IEC_CABLE, NACS_ADAPTER, WIRED_HANDLE, Proximity
from wattback.settings import Settings

TURN_MS = 50
SETTLED_MS = 2_000
NOTHING_OHM = 1_000_000
LATCHED_OHM = 150
PRESSED_OHM = 480

# (profile, what allows more, what allows less, as ohm and the button's contact)
WORSE = (
    (IEC_CABLE, (100, 0), (220, 0)),
    (IEC_CABLE, (220, 0), (NOTHING_OHM, 0)),
    (IEC_CABLE, (1_500, 0), (0, 0)),
    (WIRED_HANDLE, (LATCHED_OHM, 0), (PRESSED_OHM, 0)),
    (WIRED_HANDLE, (LATCHED_OHM, 0), (LATCHED_OHM, 1)),
    (WIRED_HANDLE, (LATCHED_OHM, 0), (0, 0)),
    (WIRED_HANDLE, (LATCHED_OHM, 0), (NOTHING_OHM, 0)),
    (NACS_ADAPTER, (0, 0), (0, 1)),
)


class Pin:
    """A proximity with one profile, fed turn by turn."""

    def __init__(self, profile: int, dt_ms: int = TURN_MS) -> None:
        self.settings = Settings()
        self.settings.proximity_profile = profile
        self.proximity = Proximity()
        self.dt_ms = dt_ms

    def feed(self, ohm: int, ms: int = SETTLED_MS, handle_loose: int = 0) -> None:
        for _ in range(ms // self.dt_ms):
            self.proximity.sense(ohm, handle_loose, self.settings, self.dt_ms)

    @property
    def picture(self) -> tuple[int, int, int]:
        """What it says: limit, loose, fault bits."""
        return self.proximity.limit_ma, self.proximity.loose, self.proximity.fault_bits


def settled(profile: int, at: tuple[int, int], dt_ms: int = TURN_MS) -> Pin:
    pin = Pin(profile, dt_ms)
    pin.feed(at[0], 10_000, at[1])
    return pin
