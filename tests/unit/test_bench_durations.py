"""Durations as people write them, and as sentences say them."""

import pytest

from wattback_hil.durations import seconds, spoken
from wattback_hil.errors import MisuseError


@pytest.mark.parametrize(
    ("written", "expected_s"),
    [
        ("10 s", 10.0),
        ("500 ms", 0.5),
        ("2 min", 120.0),
        ("1.5h", 5400.0),
        (" 0 s ", 0.0),
        (3, 3.0),
        (0.25, 0.25),
    ],
)
def test_a_duration_is_a_number_of_seconds_or_has_its_unit(
    written: str | float, expected_s: float
) -> None:
    assert seconds(written) == pytest.approx(expected_s)


@pytest.mark.parametrize("written", ["10", "10 sec", "-1 s", "", -1, float("nan"), True])
def test_what_is_no_duration_is_the_tests_mistake_and_told_with_examples(
    written: str | float,
) -> None:
    with pytest.raises(MisuseError, match=r'is no duration: write seconds .* "10 s"'):
        seconds(written)


@pytest.mark.parametrize(
    ("duration_s", "words"),
    [(0.05, "50 ms"), (10.0, "10 s"), (2.5, "2.5 s"), (119.0, "119 s"), (150.0, "2.5 min")],
)
def test_a_duration_is_said_in_its_natural_unit(duration_s: float, words: str) -> None:
    assert spoken(duration_s) == words
