"""Measurements: limits with units, all of them judged, none of them guessed."""

import math
from typing import Any

import pytest

from wattback_hil.errors import MisuseError
from wattback_hil.measurements import Measurement, MeasurementLog


def measured(value: float, low: float | None = None, high: float | None = None) -> Measurement:
    return Measurement("line current", value, "A", low, high, 12.5)


@pytest.mark.parametrize("value", [15.2, 15.6, 16.0])
def test_limits_are_inclusive(value: float) -> None:
    assert measured(value, 15.2, 16.0).passed


@pytest.mark.parametrize("value", [15.19, 16.01, -15.6, math.inf, math.nan])
def test_a_value_outside_and_a_value_that_is_no_number_fail(value: float) -> None:
    assert not measured(value, 15.2, 16.0).passed


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (15.2, 16.0, "line current: 3 A, expected 15.2 … 16 A"),
        (15.2, None, "line current: 3 A, expected at least 15.2 A"),
        (None, 2.0, "line current: 3 A, expected at most 2 A"),
    ],
)
def test_a_measurement_says_value_and_limits_with_their_unit(
    low: float | None, high: float | None, words: str
) -> None:
    assert measured(3.0, low, high).sentence() == words


def test_every_value_outside_its_limits_is_kept_in_order() -> None:
    log = MeasurementLog()
    log.add("first", 1.0, "A", 2.0, None, 0.0)
    log.add("second", 1.0, "A", 0.0, None, 0.0)
    log.add("third", 1.0, "A", None, 0.5, 0.0)
    assert [item.name for item in log.taken] == ["first", "second", "third"]
    assert [item.name for item in log.failed] == ["first", "third"]


@pytest.mark.parametrize(
    ("value", "low", "high", "complaint"),
    [
        (1.0, None, None, "needs low, high or both"),
        (1.0, 3.0, 2.0, "low 3 is above high 2"),
        ("1.0", 0.0, 2.0, "value is a number, not '1.0'"),
        (True, 0.0, 2.0, "value is a number, not True"),
        (None, 0.0, 2.0, "value is a number, not None"),
        (1.0, "0", 2.0, "low is a number, not '0'"),
    ],
)
def test_a_check_that_cannot_be_judged_is_the_tests_mistake(
    value: Any, low: Any, high: Any, complaint: str
) -> None:
    with pytest.raises(MisuseError, match=f"check 'line current'.*{complaint}"):
        MeasurementLog().add("line current", value, "A", low, high, 0.0)


def test_a_record_is_plain_json_and_a_value_that_is_no_number_is_null() -> None:
    assert measured(15.6, 15.2, 16.0).as_record() == {
        "name": "line current",
        "value": 15.6,
        "unit": "A",
        "low": 15.2,
        "high": 16.0,
        "t_s": 12.5,
        "passed": True,
    }
    assert measured(math.nan, 15.2).as_record()["value"] is None
