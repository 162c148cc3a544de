"""The zone that the connector's own supervision is blind in, scanned over mismatches.

A source of constant power and no reactive power is cut off with a load that takes so much more or
less of both; the must-trips and the passive supervision of a connector look on, as often as a
connector lets them. A phasor model, as the island is.
"""

from dataclasses import dataclass

from wattback.grid.islanding import Islanding
from wattback.grid.trips import Trips
from wattback.settings import Settings
from wattback_sim.island import Island, IslandParameters

TICK_MS = 10
ROUND_MS = 80  # of turns, while exporting
LIMIT_MS = 2_000  # evse.md 6.6
CONTACTS_MS = 50  # from the command until they have parted
SOURCE_W = 8_000.0
_BEFORE_MS = 1_000


@dataclass(frozen=True)
class Supervision:
    """What a site lets its connector look with. passive: the supervision of the frequency."""

    category: int
    passive: bool = True

    def settings(self) -> Settings:
        settings = Settings()
        settings.abnormal_category = self.category
        settings.island_supervision = int(self.passive)
        if self.category < 3:
            settings.trip_uv1_bp, settings.trip_uv1_ms = 7_000, 2_000
            settings.trip_uv2_bp, settings.trip_uv2_ms = 4_500, 160
        return settings


def parted_ms(
    supervision: Supervision, more_w: float, more_var: float, within_ms: int = LIMIT_MS
) -> int | None:
    """From the switch's opening until the contacts have parted, or None if not within a time.

    more_w, more_var: what the load takes beyond what is fed, in shares of the source's power.
    """
    settings = supervision.settings()
    trips = Trips()
    trips.load(settings)
    islanding = Islanding()
    section = Island(
        IslandParameters(load_w=SOURCE_W * (1.0 + more_w), load_var=SOURCE_W * more_var)
    )
    section.hold(240.0, 60.0)
    for t_ms in range(-_BEFORE_MS, within_ms - CONTACTS_MS + 1, TICK_MS):
        if t_ms > 0:
            section.step(SOURCE_W, 0.0, TICK_MS / 1_000)
        line_bp = round(section.voltage_v / 240.0 * 10_000)
        millihertz = round(section.frequency_hz * 1_000)
        trips.sense(line_bp, millihertz, TICK_MS)
        if t_ms % ROUND_MS == 0:
            islanding.sense(line_bp, millihertz, 1, settings, ROUND_MS)
        if trips.tripped or islanding.detected:
            return t_ms + CONTACTS_MS
    return None
