"""Must-trip timers and an island that somebody else has found: like a row that has run out."""

import pytest

from wattback.grid.trips import Trips

NOMINAL = (10_000, 60_000)
OVER = (11_500, 60_000)  # OV1 runs, for 13 s
FAR_OVER = (12_500, 60_000)  # OV2 trips in 100 ms


def sense(trips: Trips, sample: tuple[int, int], ms: int = 200) -> int:
    """Whether it was tripped in every tick of this time (1), in none (0), or in some (-1)."""
    seen = set()
    for _ in range(ms // 10):
        trips.sense(*sample, 10)
        seen.add(trips.tripped)
    return seen.pop() if len(seen) == 1 else -1


@pytest.mark.covers("6.6 passive supervision")
@pytest.mark.parametrize("sample", [NOMINAL, OVER], ids=["normal", "a row runs"])
def test_an_island_is_a_trip_from_then_on_whether_a_row_runs_or_not(
    sample: tuple[int, int],
) -> None:
    trips = Trips()
    sense(trips, sample)
    trips.heed(1)
    assert sense(trips, sample) == 1
    assert sense(trips, OVER) == 1
    assert sense(trips, NOMINAL) == 1
    trips.heed(0)
    assert sense(trips, sample) == 0


def test_a_normal_grid_that_is_found_an_island_counts_without_another_sample() -> None:
    trips = Trips()
    trips.heed(1)
    assert trips.tripped == 1
    trips.heed(0)
    assert trips.tripped == 0


def test_no_island_ends_no_trip_of_a_row() -> None:
    trips = Trips()
    sense(trips, FAR_OVER)
    assert trips.tripped == 1
    trips.heed(0)
    assert trips.tripped == 1
    assert sense(trips, FAR_OVER) == 1
    assert sense(trips, NOMINAL) == 0
