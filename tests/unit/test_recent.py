"""Recent: the extremes of the last slices, against a list of everything that was sampled."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattback.recent import Recent

SLICES = 5
SLICE_MS = 500
SAMPLES = st.lists(
    st.tuples(st.integers(-20_000, 20_000), st.sampled_from([1, 10, 10, 10, 50])), max_size=400
)


def within(samples: list[tuple[int, int]], window_ms: int) -> list[int]:
    """Values younger than the window, seen from the last sample."""
    times = list(accumulate(dt_ms for _, dt_ms in samples))
    return [
        value
        for (value, _), at_ms in zip(samples, times, strict=True)
        if times[-1] - at_ms < window_ms
    ]


@given(SAMPLES)
def test_the_extremes_cover_the_shortest_window_and_never_more_than_the_longest(
    samples: list[tuple[int, int]],
) -> None:
    recent = Recent(SLICES, SLICE_MS)
    recent.forget(0)
    for index, (value, dt_ms) in enumerate(samples):
        recent.sense(value, dt_ms)
        shortest = within(samples[: index + 1], (SLICES - 1) * SLICE_MS)
        longest = [*within(samples[: index + 1], SLICES * SLICE_MS + 50), 0]
        assert max(shortest) <= recent.highest <= max(longest)
        assert min(longest) <= recent.lowest <= min(shortest)


def test_a_new_one_has_seen_zero() -> None:
    recent = Recent(SLICES, SLICE_MS)
    assert (recent.highest, recent.lowest) == (0, 0)


@pytest.mark.parametrize("value", [-5, 0, 5])
def test_the_present_sample_always_counts(value: int) -> None:
    recent = Recent(SLICES, SLICE_MS)
    for _ in range(1_000):
        recent.sense(value, 10)
        assert recent.lowest <= value <= recent.highest


@pytest.mark.parametrize("offset_ms", range(0, SLICE_MS, 70))
def test_a_peak_is_remembered_for_4_to_5_slices(offset_ms: int) -> None:
    recent = Recent(SLICES, SLICE_MS)
    for _ in range(offset_ms // 10):
        recent.sense(0, 10)
    recent.sense(1_000, 10)
    remembered_ms = 0
    while recent.highest == 1_000:
        recent.sense(0, 10)
        remembered_ms += 10
    assert (SLICES - 1) * SLICE_MS <= remembered_ms <= SLICES * SLICE_MS


def test_what_is_forgotten_does_not_count_any_more() -> None:
    recent = Recent(SLICES, SLICE_MS)
    for value in (9_000, -9_000):
        recent.sense(value, 10)
    recent.forget(100)
    assert (recent.highest, recent.lowest) == (100, 100)
    for _ in range(1_000):
        recent.sense(100, 10)
        assert (recent.highest, recent.lowest) == (100, 100)
