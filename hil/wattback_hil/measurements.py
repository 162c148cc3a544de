"""Measurements: a value with its unit and limits, recorded when taken and judged together.

A test that has three bad values says so three times; it does not stop at the first. Limits may be
computed while the test runs. Nothing here knows pytest or boards.
"""

import math
from dataclasses import dataclass
from typing import Any

from wattback_hil.errors import MisuseError


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value. low, high: inclusive limits in `unit`, None where there is none.

    t_s: board time at which it was recorded.
    """

    name: str
    value: float
    unit: str
    low: float | None
    high: float | None
    t_s: float

    @property
    def passed(self) -> bool:
        """The value is a number within its limits."""
        if math.isnan(self.value):
            return False
        return (self.low is None or self.value >= self.low) and (
            self.high is None or self.value <= self.high
        )

    @property
    def limits(self) -> str:
        """The limits for people, with the unit."""
        if self.low is None:
            return f"at most {self.high:g} {self.unit}".rstrip()
        if self.high is None:
            return f"at least {self.low:g} {self.unit}".rstrip()
        return f"{self.low:g} … {self.high:g} {self.unit}".rstrip()

    def sentence(self) -> str:
        """Name, value and limits on one line."""
        value = f"{self.value:.6g} {self.unit}".rstrip()
        return f"{self.name}: {value}, expected {self.limits}"

    def as_record(self) -> dict[str, Any]:
        """The measurement for a JSON document; a value that is no number becomes null."""
        return {
            "name": self.name,
            "value": self.value if math.isfinite(self.value) else None,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "t_s": round(self.t_s, 6),
            "passed": self.passed,
        }


class MeasurementLog:
    """The measurements of one test, in order. taken: all of them."""

    def __init__(self) -> None:
        self.taken: list[Measurement] = []

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        low: float | None,
        high: float | None,
        t_s: float,
    ) -> Measurement:
        """Record one. Raises MisuseError when it cannot be judged."""
        for what, number in (("value", value), ("low", low), ("high", high)):
            if not _is_number(number) and (number is not None or what == "value"):
                raise MisuseError(f"check {name!r}: {what} is a number, not {number!r}")
        if low is None and high is None:
            raise MisuseError(f"check {name!r} needs low, high or both as its limits")
        if low is not None and high is not None and low > high:
            raise MisuseError(f"check {name!r}: low {low:g} is above high {high:g}")
        measurement = Measurement(name, float(value), unit, low, high, t_s)
        self.taken.append(measurement)
        return measurement

    @property
    def failed(self) -> list[Measurement]:
        """Those outside their limits."""
        return [item for item in self.taken if not item.passed]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
