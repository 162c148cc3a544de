"""Must-trip to the millisecond: a row's time, what starts it anew, and when a frequency counts."""

import pytest

from wattback.grid.trips import Trips

TICK_MS = 10
AHEAD_MS = 60  # the contactor's opening and the age of a sample are within the row's time
NORMAL = (10_000, 60_000)  # basis points of nominal, millihertz

# The rows of category III that end soon (evse.md 6.1, 6.2): a sample just beyond the threshold,
# one on which only the slower row beside it runs, the time.
SOON = {
    "OV2": ((12_001, 60_000), (11_500, 60_000), 160),
    "UV2": ((4_999, 60_000), (7_000, 60_000), 2_000),
    "OF2": ((10_000, 62_001), (10_000, 61_500), 160),
    "UF2": ((10_000, 56_499), (10_000, 57_000), 160),
}
each_soon = pytest.mark.parametrize(
    ("beyond", "slower", "time_ms"), SOON.values(), ids=SOON.keys()
)


def ms_until_tripped(trips: Trips, sample: tuple[int, int], dt_ms: int = TICK_MS) -> int:
    """Time from the first of these samples until it trips."""
    for passed_ms in range(0, 30_000, dt_ms):
        trips.sense(*sample, dt_ms)
        if trips.tripped:
            return passed_ms
    raise AssertionError("never tripped")


@each_soon
@pytest.mark.parametrize("dt_ms", [1, 5, 10])
def test_a_row_leaves_the_contacts_60_ms_of_its_time_and_takes_the_rest_itself(
    beyond: tuple[int, int], slower: tuple[int, int], time_ms: int, dt_ms: int
) -> None:
    assert ms_until_tripped(Trips(), beyond, dt_ms) == time_ms - AHEAD_MS


@each_soon
def test_after_a_normal_sample_a_row_has_its_whole_time_again(
    beyond: tuple[int, int], slower: tuple[int, int], time_ms: int
) -> None:
    trips = Trips()
    for _ in range(3):
        assert ms_until_tripped(trips, beyond) == time_ms - AHEAD_MS
        trips.sense(*NORMAL, TICK_MS)
        assert (trips.tripped, trips.normal) == (0, 1)


@each_soon
def test_a_sample_on_which_only_the_slower_row_runs_gives_a_row_its_whole_time_again(
    beyond: tuple[int, int], slower: tuple[int, int], time_ms: int
) -> None:
    trips = Trips()
    for _ in range(3):
        assert ms_until_tripped(trips, beyond) == time_ms - AHEAD_MS
        trips.sense(*slower, TICK_MS)
        assert (trips.tripped, trips.normal) == (0, 0)


@pytest.mark.parametrize(
    ("line_bp", "millihertz", "counted"),
    [
        (4_999, 999, 0),
        (5_000, 999, 1),
        (4_999, 1_000, 1),
        (5_000, 0, 1),
        (0, 1_000, 1),
        (0, 999, 0),
    ],
)
def test_a_frequency_counts_from_1_hz_or_half_the_voltage_on(
    line_bp: int, millihertz: int, counted: int
) -> None:
    trips = Trips()
    for _ in range(200 // TICK_MS):
        trips.sense(line_bp, millihertz, TICK_MS)
    assert trips.tripped == counted  # as UF2, in 160 ms; the voltage alone has 2 s
