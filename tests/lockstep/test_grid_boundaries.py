"""Every must-trip and enter-service setting in the world, just inside of it and just outside.

The supply goes to a value beside the setting, a frequency no faster than a grid's may. Inside,
nothing opens; outside, the contacts have parted in the time of the setting, and no earlier than
their own opening and the age of a sample ask for. A vehicle that ceases by nothing itself leaves
it to the connector.
"""

from dataclasses import dataclass, field

import pytest

from tests.lockstep.exporting import Exporting, exporting_site
from tests.lockstep.playing import MICROPYTHON

WANTED_W = 5_000
# Beside a setting by so much: more than the noise of a simulated meter.
PU = 0.004
HZ = 0.03
NOMINAL_HZ = 60.0
ROCOF_HZ_PER_S = 3.0  # which category III rides through (evse.md 6.2)
# An inverter that trips by nothing itself and ceases below 0.5 pu and above 1.10, on a supply that
# no current moves.
INITIAL = {"inverter.ceases": False, "grid.leg_ohm": 0.0}
EARLY_S = 0.09  # the coil's release, the age of a sample, two ticks
LATE_S = 0.02  # two ticks


@dataclass(frozen=True)
class MustTrip:
    """pu or hz: where; sign: beyond is above (1) or below; settings: those that put it there."""

    ms: int
    sign: int
    pu: float = 0.0
    hz: float = 0.0
    settings: dict[str, int] = field(default_factory=dict)

    def approach(self, site: Exporting) -> None:
        """The supply goes just inside."""
        if self.pu:
            site.set("grid.voltage_pu", self.pu - self.sign * PU)
            return
        hz = self.hz - self.sign * HZ
        over_s = abs(hz - NOMINAL_HZ) / ROCOF_HZ_PER_S
        site.set("grid.frequency_hz", hz, over_s)
        site.run(over_s)

    def leave(self, site: Exporting) -> None:
        """The supply steps just outside."""
        if self.pu:
            site.set("grid.voltage_pu", self.pu + self.sign * PU)
        else:
            site.set("grid.frequency_hz", self.hz + self.sign * HZ)


NO_DROOP = {"droop_enabled": 0}  # this inverter has none, which would be found
FIRST = {"abnormal_category": 1, "trip_uv1_ms": 21_000, "trip_uv2_ms": 2_000}
MUST_TRIPS = {
    "OV2": MustTrip(160, 1, 1.20),
    "OV1 at its lowest": MustTrip(1_000, 1, 1.10, settings={"trip_ov1_ms": 1_000}),
    "OV1 at 1.15 pu": MustTrip(
        2_500,
        1,
        1.15,
        settings={"trip_ov1_bp": 11_500, "trip_ov1_ms": 2_500, "legs_apart_mv": 33_000},
    ),
    "UV1 of category III": MustTrip(21_000, -1, 0.88),
    "UV1 of category I": MustTrip(
        2_000,
        -1,
        0.70,
        settings=FIRST | {"trip_uv1_bp": 7_000, "trip_uv1_ms": 2_000, "legs_apart_mv": 48_000},
    ),
    "UV2 of category III": MustTrip(2_000, -1, 0.50),
    "UV2 of category I": MustTrip(
        160, -1, 0.45, settings=FIRST | {"trip_uv2_bp": 4_500, "trip_uv2_ms": 160}
    ),
    "OF2": MustTrip(160, 1, hz=62.0),
    "OF2 at 64 Hz": MustTrip(
        1_000, 1, hz=64.0, settings={"trip_of2_millihertz": 64_000, "trip_of2_ms": 1_000}
    ),
    "OF1 at its shortest": MustTrip(
        180_000, 1, hz=61.2, settings={"trip_of1_ms": 180_000} | NO_DROOP
    ),
    "UF1 at its shortest": MustTrip(180_000, -1, hz=58.5, settings={"trip_uf1_ms": 180_000}),
    "OF1 at its lowest": MustTrip(
        180_000,
        1,
        hz=61.0,
        settings={"trip_of1_millihertz": 61_000, "trip_of1_ms": 180_000} | NO_DROOP,
    ),
    "UF1 at its highest": MustTrip(
        180_000, -1, hz=59.0, settings={"trip_uf1_millihertz": 59_000, "trip_uf1_ms": 180_000}
    ),
    "UF2": MustTrip(160, -1, hz=56.5),
    "UF2 at 55 Hz": MustTrip(
        500, -1, hz=55.0, settings={"trip_uf2_millihertz": 55_000, "trip_uf2_ms": 500}
    ),
}


@pytest.mark.covers("6.2 must-trip", "6.1 trip settings", "6.2 trip settings")
@pytest.mark.parametrize("row", MUST_TRIPS.values(), ids=MUST_TRIPS)
def test_a_must_trip_parts_the_contacts_in_its_time_just_outside_and_never_just_inside(
    row: MustTrip,
) -> None:
    category = row.settings.get("abnormal_category", 3)
    initial = INITIAL | {"link.abnormal_category": category}  # that can have these settings
    with exporting_site(MICROPYTHON, initial, row.settings) as site:
        site.write(WSet=WANTED_W, WSetEna=1)
        site.until_exports(WANTED_W)
        row.approach(site)
        site.run(min(row.ms / 1_000 + 1, 5.0))
        assert site.get("world.contacts_closed") == 1
        row.leave(site)
        seconds = site.until_is("world.contacts_closed", 0, row.ms / 1_000 + 1)
        assert -EARLY_S <= seconds - row.ms / 1_000 <= LATE_S
        assert site.causes() == ("must_trip",)
        assert site.get("in_service") == 0


@dataclass(frozen=True)
class Border:
    """A window's border of enter service. value: of the setting, in pu or Hz."""

    setting: str
    value: float
    sign: int

    @property
    def of_voltage(self) -> bool:
        return self.setting.endswith("_bp")

    def place(self, site: Exporting, side: int) -> None:
        """The supply goes just outside (1) or just inside (−1)."""
        path = "grid.voltage_pu" if self.of_voltage else "grid.frequency_hz"
        beside = PU if self.of_voltage else HZ
        site.set(path, self.value + side * self.sign * beside)


# Lowest and highest of each (evse.md 6.4).
BORDERS = [
    Border(f"enter_service_{name}", value, sign)
    for name, sign, values in (
        ("low_bp", -1, (0.88, 0.917, 0.95)),
        ("high_bp", 1, (1.05, 1.06)),
        ("low_millihertz", -1, (59.0, 59.5, 59.9)),
        ("high_millihertz", 1, (60.1, 61.0)),
    )
    for value in values
]
DELAY_S = 2


@pytest.mark.covers("6.4 enter service")
@pytest.mark.parametrize("row", BORDERS, ids=lambda row: f"{row.setting} {row.value:g}")
def test_a_source_enters_service_after_its_delay_just_inside_and_never_just_outside(
    row: Border,
) -> None:
    scale = 10_000 if row.of_voltage else 1_000
    settings = {row.setting: round(row.value * scale), "enter_service_delay_s": DELAY_S}
    with exporting_site(MICROPYTHON, INITIAL, settings) as site:
        row.place(site, 1)
        site.write(WSet=WANTED_W, WSetEna=1)
        site.run(0.5)
        site.run(3.0 * DELAY_S)
        assert site.get("in_service") == 0
        assert site.get("world.export_wh") == 0
        row.place(site, -1)
        seconds = site.until_is("in_service", 1, DELAY_S + 1)
        assert DELAY_S <= seconds <= DELAY_S + 0.3
        row.place(site, 1)  # in service, only a must-trip ends it
        site.run(1.0)
        assert site.get("in_service") == 1
