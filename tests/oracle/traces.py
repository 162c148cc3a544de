"""Random supplies for the connector and its oracle: steps of voltage and frequency, with settings.

A trace keeps off what accuracy decides: no voltage and no frequency is near a threshold, and no
disturbance, nor what is good after it, ends near a time that counts. So whoever judges it rightly
says the same.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from wattback_sim.board import default_settings
from wattback_sim.truths.service import must_trips

PU_OFF = 0.01
HZ_OFF = 0.05
TIME_OFF_S = 0.3
FIRST_S = 6.0  # at 1.0 pu, until both are in service
_SEGMENTS = 10
_LONGEST_S = 60.0
_SHORTEST_S = 0.2  # what is over within 10 cycles may go unseen (evse.md 6.6)
# Below this a wall on which nobody exports ends its service by its own windows, after 10 s.
_CHARGED_PU = 0.34
_CHARGED_S = 9.0

# What a category allows (evse.md 6.1, 6.2), its long times left at their shortest: each setting's
# lowest and highest.
_COMMON = {
    "trip_ov1_bp": (11_000, 11_900),
    "trip_ov1_ms": (1_000, 6_000),
    "trip_of2_millihertz": (61_800, 64_000),
    "trip_of2_ms": (160, 3_000),
    "trip_of1_millihertz": (61_000, 61_700),
    "trip_uf1_millihertz": (57_500, 59_000),
    "trip_uf2_millihertz": (55_000, 57_000),
    "trip_uf2_ms": (160, 3_000),
    "enter_service_low_bp": (8_900, 9_500),
    "enter_service_high_bp": (10_500, 10_600),
    "enter_service_low_millihertz": (59_100, 59_900),
    "enter_service_high_millihertz": (60_100, 60_900),
    "enter_service_delay_s": (1, 3),
    "trip_uv1_bp": (5_600, 8_800),
    "trip_uv2_bp": (3_800, 5_000),
}
_FIRST = {"trip_uv1_ms": (2_000, 6_000), "trip_uv2_ms": (160, 2_000)}
_THIRD = {"trip_uv1_ms": (21_000, 22_000), "trip_uv2_ms": (2_000, 6_000)}
_CATEGORIES = {1: _COMMON | _FIRST, 2: _COMMON | _FIRST, 3: _COMMON | _THIRD}
# What the connector's own windows say of a charge is not in question here.
_WIDE = {
    "line_low_mv": 80_000,
    "line_high_mv": 330_000,
    "leg_low_mv": 40_000,
    "leg_high_mv": 165_000,
    "legs_apart_mv": 120_000,
    "frequency_low_millihertz": 45_000,
    "frequency_high_millihertz": 66_000,
    "supply_trip_ms": 10_000,
    "enter_service_ramp_s": 1,
    "export_permitted": 1,
}


@dataclass(frozen=True)
class Segment:
    """A supply that lasts."""

    pu: float
    hz: float
    seconds: float


@dataclass(frozen=True)
class SupplyTrace:
    """settings: of the site, by name. segments: the first is long enough to enter service."""

    settings: Mapping[str, int]
    segments: tuple[Segment, ...]


def draw(category: int, seed: int) -> SupplyTrace:
    """The trace of a seed for a site of this abnormal category (1, 2 or 3)."""
    chance = random.Random(f"{category} {seed}")
    settings = _site(category, chance)
    clocks = _Clocks(settings)
    segments = [Segment(1.0, 60.0, FIRST_S)]
    clocks.fits(segments[0])
    while len(segments) < _SEGMENTS and sum(s.seconds for s in segments) < _LONGEST_S:
        segment = _any(chance, settings)
        if clocks.is_off(segment.pu, segment.hz) and clocks.fits(segment):
            segments.append(segment)
    return SupplyTrace(settings, tuple(segments))


def aimed(category: int, name: str, seed: int, outlasts: bool) -> SupplyTrace:
    """A single disturbance beyond one must-trip and no quicker one, that outlasts its time or not.

    Other settings are drawn until there is room between it and the quicker one on its side.
    """
    chance = random.Random(f"{category} {name} {seed}")
    while True:
        settings = _site(category, chance)
        for slow in ("trip_of1_ms", "trip_uf1_ms"):
            settings[slow] = chance.randrange(180_000, 190_000, 10)
        rows = {row.name: row for row in must_trips(settings)}
        row = rows[name]
        off = PU_OFF if row.of_voltage else HZ_OFF
        sign = 1 if row.above else -1
        end = rows[name[:-1] + "2"].bound if name.endswith("1") else row.bound + sign * 4 * off
        if sign * (end - row.bound) > 2 * off:
            break
    value = row.bound + sign * chance.uniform(off, abs(end - row.bound) - off)
    part = min(TIME_OFF_S, row.after_s * 0.6)
    seconds = round(row.after_s + (part if outlasts else -part), 2)
    pu, hz = (value, 60.0) if row.of_voltage else (1.0, value)
    after_s = settings["enter_service_delay_s"] + 2.0
    return SupplyTrace(
        settings,
        (Segment(1.0, 60.0, FIRST_S), Segment(pu, hz, seconds), Segment(1.0, 60.0, after_s)),
    )


def _site(category: int, chance: random.Random) -> dict[str, int]:
    settings = default_settings() | _WIDE | {"abnormal_category": category}
    for name, (lowest, highest) in _CATEGORIES[category].items():
        step = 10 if name.endswith("ms") else 1
        settings[name] = chance.randrange(lowest, highest + 1, step)
    return settings


def _any(chance: random.Random, settings: Mapping[str, int]) -> Segment:
    kind = chance.choice(("good", "good", "voltage", "voltage", "frequency", "both"))
    pu, hz = chance.uniform(0.96, 1.04), chance.uniform(59.9, 60.1)
    if kind in ("voltage", "both"):
        pu = chance.uniform(0.0, 1.3)
    if kind in ("frequency", "both"):
        hz = chance.uniform(54.0, 65.0)
    if kind == "good":
        seconds = chance.choice((0.4, 1.0, settings["enter_service_delay_s"] + 1.0))
    else:
        times = [row.after_s for row in must_trips(settings) if row.after_s < _LONGEST_S]
        seconds = abs(chance.choice(times) * chance.choice((0.5, 1.5)) + chance.uniform(-0.2, 0.5))
    return Segment(pu, hz, max(_SHORTEST_S, round(seconds, 2)))


class _Clocks:
    """How long each row has been exceeded, how long all has been good, and how long there was less
    than a charge needs (a good supply makes up for its own time), at a trace's end."""

    def __init__(self, settings: Mapping[str, int]) -> None:
        self._rows = must_trips(settings)
        self._pus = [settings[f"enter_service_{end}_bp"] / 1e4 for end in ("low", "high")]
        self._hzs = [settings[f"enter_service_{end}_millihertz"] / 1e3 for end in ("low", "high")]
        self._delay_s = float(settings["enter_service_delay_s"])
        self._beyond_s = [0.0] * len(self._rows)
        self._good_s = 0.0
        self._low_s = 0.0

    def is_off(self, pu: float, hz: float) -> bool:
        """Is nothing that counts near this voltage or this frequency?"""
        pus = [row.bound for row in self._rows if row.of_voltage] + self._pus
        hzs = [row.bound for row in self._rows if not row.of_voltage] + self._hzs
        return all(abs(pu - bound) > PU_OFF for bound in pus) and all(
            abs(hz - bound) > HZ_OFF for bound in hzs
        )

    def fits(self, segment: Segment) -> bool:
        """Take it over, unless something would end too near its time."""
        beyond_s = []
        for row, before_s in zip(self._rows, self._beyond_s, strict=True):
            value = segment.pu if row.of_voltage else segment.hz
            beyond = value > row.bound if row.above else value < row.bound
            after_s = before_s + segment.seconds if beyond else 0.0
            ends_s = after_s or before_s
            if before_s < row.after_s + TIME_OFF_S and abs(ends_s - row.after_s) < min(
                TIME_OFF_S, row.after_s * 0.6
            ):
                return False
            beyond_s.append(after_s)
        (low, high), (slow, fast) = self._pus, self._hzs
        good = low <= segment.pu <= high and slow <= segment.hz <= fast
        good_s = self._good_s + segment.seconds if good else 0.0
        if abs((good_s or self._good_s) - self._delay_s) < 2 * TIME_OFF_S:
            return False
        low_s = self._low_s + segment.seconds * (1 if segment.pu < _CHARGED_PU else -1)
        if low_s > _CHARGED_S:
            return False
        self._low_s = max(0.0, low_s)
        self._beyond_s = beyond_s
        self._good_s = good_s
        return True
