"""A supply that is judged for some time, sample by sample."""

from wattback.settings import Settings
from wattback.supply import Supply

GOOD = (120_000, 120_000, 60_000)  # legs and frequency
DEAD = (0, 0, 0)
OPPOSITE = 1_800  # the angle of the legs
TRIP_MS = 2_000


def feed(
    supply: Supply,
    sample: tuple[int, int, int],
    ms: int,
    dt_ms: int = 10,
    angle: int = OPPOSITE,
    exporting: int = 0,
) -> None:
    """Judge one sample again and again, with the default settings."""
    settings = Settings()
    for _ in range(ms // dt_ms):
        supply.sense(*sample, angle, exporting, settings, dt_ms)


def fit_supply() -> Supply:
    """One that has been well since power-up and is fit."""
    supply = Supply()
    feed(supply, GOOD, 1_100)
    assert supply.fit
    return supply
