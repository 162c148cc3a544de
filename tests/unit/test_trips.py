"""Must-trip: the eight rows of category III, each with its threshold and its own running time."""

import pytest

from tests.property.small_int import SmallInt
from wattback.grid.trips import TRIP_NAMES, Trips

NOMINAL_BP = 10_000
NOMINAL_MILLIHERTZ = 60_000
AHEAD_MS = 60  # the contactor's opening and the age of a sample are within the row's time

# IEEE 1547-2018 defaults of category III, typed in anew from evse.md 6.1 and 6.2:
# quantity, over or under, threshold in pu or Hz, seconds.
ROWS = {
    "OV2": ("voltage", "over", 1.20, 0.16),
    "OV1": ("voltage", "over", 1.10, 13.0),
    "UV1": ("voltage", "under", 0.88, 21.0),
    "UV2": ("voltage", "under", 0.50, 2.0),
    "OF2": ("frequency", "over", 62.0, 0.16),
    "OF1": ("frequency", "over", 61.2, 300.0),
    "UF1": ("frequency", "under", 58.5, 300.0),
    "UF2": ("frequency", "under", 56.5, 0.16),
}
each_row = pytest.mark.parametrize("name", ROWS)


def sample_at(name: str, beyond: int) -> tuple[int, int]:
    """Voltage and frequency, `beyond` the threshold of a row by so many smallest steps."""
    quantity, side, threshold, _ = ROWS[name]
    by = beyond if side == "over" else -beyond
    if quantity == "voltage":
        return round(threshold * 10_000) + by, NOMINAL_MILLIHERTZ
    return NOMINAL_BP, round(threshold * 1_000) + by


def time_ms(name: str) -> int:
    return round(ROWS[name][3] * 1_000)


def run(trips: Trips, sample: tuple[int, int], ms: int, dt_ms: int = 10) -> None:
    for _ in range(ms // dt_ms):
        trips.sense(*sample, dt_ms)


def ms_until_tripped(trips: Trips, sample: tuple[int, int], dt_ms: int = 10) -> int:
    """Time from the first abnormal sample until it trips; half an hour is never."""
    for passed_ms in range(0, 1_800_000, dt_ms):
        trips.sense(*sample, dt_ms)
        if trips.tripped:
            return passed_ms
    raise AssertionError("never tripped")


@pytest.mark.covers("6.2 must-trip")
def test_the_rows_of_the_firmware_are_those_of_the_sources() -> None:
    trips = Trips()
    rows = {
        name: (threshold / (10_000 if "V" in name else 1_000), ms / 1_000)
        for name, threshold, ms in zip(TRIP_NAMES, trips.thresholds, trips.times_ms, strict=True)
    }
    assert rows == {name: row[2:] for name, row in ROWS.items()}


def test_new_timers_are_normal_and_have_tripped_nothing() -> None:
    trips = Trips()
    assert (trips.tripped, trips.normal) == (0, 1)


@pytest.mark.covers("6.2 must-trip")
@each_row
@pytest.mark.parametrize("dt_ms", [10, 50])
def test_beyond_its_threshold_a_row_trips_so_early_that_the_contacts_open_in_its_time(
    name: str, dt_ms: int
) -> None:
    passed_ms = ms_until_tripped(Trips(), sample_at(name, 1), dt_ms)
    assert time_ms(name) - AHEAD_MS - dt_ms <= passed_ms <= time_ms(name) - AHEAD_MS + dt_ms


@each_row
def test_at_its_threshold_a_row_does_not_run(name: str) -> None:
    trips = Trips()
    if name in ("OV1", "UV1", "OF1", "UF1"):
        run(trips, sample_at(name, 0), 600_000, 50)
        assert (trips.tripped, trips.normal) == (0, 1)
    else:  # the row before it is running there
        run(trips, sample_at(name, 0), time_ms(name) + 100)
        assert (trips.tripped, trips.normal) == (0, 0)


@pytest.mark.parametrize(
    ("low_bp", "high_bp", "low_millihertz", "high_millihertz"), [(8_800, 11_000, 58_500, 61_200)]
)
def test_the_continuous_range_lasts_for_ever(
    low_bp: int, high_bp: int, low_millihertz: int, high_millihertz: int
) -> None:
    trips = Trips()
    for line_bp in (low_bp, NOMINAL_BP, high_bp):
        for millihertz in (low_millihertz, NOMINAL_MILLIHERTZ, high_millihertz):
            run(trips, (line_bp, millihertz), 30_000, 50)
            assert (trips.tripped, trips.normal) == (0, 1)


@pytest.mark.covers("6.3 dips")
# What category III must ride through: voltage in pu, frequency in Hz, seconds (evse.md 6.3).
@pytest.mark.parametrize(
    ("pu", "hz", "seconds"),
    [
        (1.19, 60.0, 12.0),
        (0.70, 60.0, 20.0),
        (0.51, 60.0, 20.0),
        (0.49, 60.0, 1.0),
        (0.0, 0.0, 1.0),
        (0.02, 0.003, 1.0),
        (1.0, 61.8, 299.0),
        (1.0, 57.0, 299.0),
    ],
)
def test_nothing_trips_while_a_disturbance_is_to_be_ridden_through(
    pu: float, hz: float, seconds: float
) -> None:
    trips = Trips()
    for _ in range(round(seconds * 100)):
        trips.sense(round(pu * 10_000), round(hz * 1_000), 10)
        assert not trips.tripped
    run(trips, (NOMINAL_BP, NOMINAL_MILLIHERTZ), 10)
    assert (trips.tripped, trips.normal) == (0, 1)


def test_a_dead_supply_has_no_frequency_and_trips_by_its_voltage() -> None:
    passed_ms = ms_until_tripped(Trips(), (0, 0))
    assert time_ms("UV2") - AHEAD_MS - 10 <= passed_ms <= time_ms("UV2") - AHEAD_MS + 10


@each_row
def test_one_normal_sample_starts_a_rows_time_anew(name: str) -> None:
    trips = Trips()
    run(trips, sample_at(name, 1), time_ms(name) - AHEAD_MS, 10)
    trips.sense(NOMINAL_BP, NOMINAL_MILLIHERTZ, 10)
    assert ms_until_tripped(trips, sample_at(name, 1)) >= time_ms(name) - AHEAD_MS - 10


@each_row
def test_a_trip_lasts_as_long_as_its_cause(name: str) -> None:
    trips = Trips()
    ms_until_tripped(trips, sample_at(name, 1), 50)
    run(trips, sample_at(name, 1), 10_000)
    assert trips.tripped
    trips.sense(NOMINAL_BP, NOMINAL_MILLIHERTZ, 10)
    assert (trips.tripped, trips.normal) == (0, 1)


def test_each_row_has_its_own_timer() -> None:
    trips = Trips()
    run(trips, sample_at("UV2", 1), 1_500)  # UV1 runs as well
    run(trips, sample_at("UV1", 1), 10_000)  # UV2 begins anew, UV1 goes on
    run(trips, sample_at("UV2", 1), 1_500)
    assert not trips.tripped
    assert ms_until_tripped(trips, sample_at("UV1", 1)) <= 21_000 - 13_000 - AHEAD_MS + 20


def test_voltage_and_frequency_run_beside_each_other() -> None:
    trips = Trips()
    high_bp, _ = sample_at("OV1", 1)
    _, low_millihertz = sample_at("UF1", 1)
    run(trips, (high_bp, low_millihertz), 12_000)
    run(trips, (NOMINAL_BP, low_millihertz), 287_000, 50)
    assert not trips.tripped
    assert ms_until_tripped(trips, (high_bp, low_millihertz)) <= 1_000


@each_row
def test_a_timer_of_weeks_stays_a_small_integer(name: str) -> None:
    trips = Trips()
    line_bp, millihertz = sample_at(name, 1)
    for _ in range(20_000):
        trips.sense(SmallInt(line_bp), SmallInt(millihertz), SmallInt(50))
    assert all(beyond_ms <= 300_000 for beyond_ms in vars(trips)["_beyond_ms"])


@pytest.mark.parametrize("millihertz", [-60_000, 0, 999])
def test_no_frequency_at_a_good_voltage_is_far_too_low_a_frequency(millihertz: int) -> None:
    assert ms_until_tripped(Trips(), (NOMINAL_BP, millihertz)) <= time_ms("UF2")


@pytest.mark.parametrize("line_bp", [0, 4_999])
def test_without_a_voltage_there_is_no_frequency_to_judge(line_bp: int) -> None:
    trips = Trips()
    run(trips, (line_bp, 0), 1_500)
    assert not trips.tripped
