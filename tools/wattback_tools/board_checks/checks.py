"""The columns of the table, and what a value is worth."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

YES_NO = "yes/no"  # as unit: 1 is yes, 0 is no


class Verdict(StrEnum):
    """What became of a row. NOT_RUN: something was in the way of measuring it."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_MEASURED = "not measured"
    NOT_RUN = "could not run"


@dataclass(frozen=True)
class Check:
    """One measurement.

    what: the thing measured. method: how, in words. unit, low, high: of the value, both included.
    source: where the limits come from. unproved: why the emulated board cannot show it.
    code: run on the board with nothing else in its memory, it prints the value; "" where a person
    reads it. hold: run before a person is asked, it keeps the board as the measurement needs it.
    needs: what a person must have connected or done before; "" for nothing.
    reference: what a person reads elsewhere; the value is then how many percent the board is off.
    after: what prints the value once the board is back: `code` ends in a reset, or `needs_then`
    asks for one.
    over_console: asked over the unit's console, while it runs.
    chips: those that have it.
    """

    id: str
    what: str
    method: str
    unit: str
    low: float
    high: float
    source: str
    unproved: str
    code: str = ""
    hold: str = ""
    needs: str = ""
    reference: str = ""
    after: str = ""
    needs_then: str = ""
    over_console: bool = False
    chips: tuple[str, ...] = ("RP2040", "RP2350")

    @property
    def is_asked(self) -> bool:
        """A person brings the value."""
        return not self.code and not self.over_console

    def judge(self, value: float) -> Verdict:
        """Passed within the limits."""
        return Verdict.PASSED if self.low <= value <= self.high else Verdict.FAILED

    def limits(self) -> str:
        """For people."""
        if self.unit == YES_NO:
            return "yes" if self.low else "no"
        low, high = f"{self.low:,g}", f"{self.high:,g}"
        return f"{low} {self.unit}" if low == high else f"{low} to {high} {self.unit}"


@dataclass(frozen=True)
class Result:
    """What became of a row. value: None where nothing was measured. note: why not, or a remark."""

    check: Check
    verdict: Verdict
    value: float | None = None
    note: str = ""
