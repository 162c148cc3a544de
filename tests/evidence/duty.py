"""The duty table, all of it: what the pilot offers, and what a vehicle reads from every duty.

The reading that judges is `wattback_sim.truths.offered_a`, made from the table anew and not from
the firmware.
"""

from __future__ import annotations

from fractions import Fraction

from tests.evidence.figures import Figure, Section, at_most, none_of
from wattback.pilot import (
    MAXIMUM_OFFER_MA,
    MINIMUM_OFFER_MA,
    duty_bp_for_ma,
    ma_for_duty_bp,
)
from wattback_sim.truths.offer import offered_a

_STEP_MA = 100
_GAP_LIMIT = 0.02  # percentage points below the ideal duty: two steps of the firmware's unit
_ALL_DUTIES = range(10001)


def measure() -> Section:
    """Enumerate the table in both directions."""
    return Section(
        "duty",
        "Duty cycle of the pilot",
        "The ideal duty of a current is the largest one that tells a vehicle to draw at most that "
        "current (IEC 61851-1 Table A.8); between 51 and 52.5 A, where the table has no duty, it "
        "is that of 51 A.",
        "CPython, functions of the firmware",
        None,
        (*_offers(), *_readings()),
    )


def _offers() -> tuple[Figure, ...]:
    steps = range(MINIMUM_OFFER_MA, MAXIMUM_OFFER_MA + 1, _STEP_MA)
    duties = [duty_bp_for_ma(ma) for ma in steps]
    gaps = [
        _ideal_percent(ma) - Fraction(duty, 100) for ma, duty in zip(steps, duties, strict=True)
    ]
    gap = round(float(max(gaps)), 4)
    every_ma = range(MINIMUM_OFFER_MA, MAXIMUM_OFFER_MA + 1)
    too_much = sum(_read_ma(duty_bp_for_ma(ma)) > ma for ma in every_ma)
    falls = sum(duty_bp_for_ma(ma) < duty_bp_for_ma(ma - 1) for ma in every_ma[1:])
    table = f"{len(steps)} currents, 6 to 80 A by 0.1 A"
    whole = f"{len(every_ma):,} currents, 6 to 80 A by 1 mA"
    below = range(MINIMUM_OFFER_MA)
    return (
        at_most("largest gap below the ideal duty", gap, "% points", _GAP_LIMIT, table),
        none_of("duties above the ideal one", sum(each < 0 for each in gaps), table),
        none_of("currents that read as more than was meant", too_much, whole),
        none_of("places where more current gives less duty", falls, whole),
        none_of(
            "currents below 6 A that are offered at all",
            sum(duty_bp_for_ma(ma) != 10000 for ma in below),
            f"{len(below):,} currents, 0 to 5.999 A by 1 mA",
        ),
    )


def _readings() -> tuple[Figure, ...]:
    forbidden = [duty for duty in _ALL_DUTIES if duty < 800 or duty > 9700]
    every = f"all {len(_ALL_DUTIES):,} duties, 0 to 100 % by 0.01"
    return (
        none_of(
            "forbidden duties that read as a current",
            sum(ma_for_duty_bp(duty) != 0 for duty in forbidden),
            f"{len(forbidden):,} of {every}: below 8 %, and above 97 %",
        ),
        none_of(
            "duties that the firmware reads unlike the table",
            sum(ma_for_duty_bp(duty) != _read_ma(duty) for duty in _ALL_DUTIES),
            every,
        ),
    )


def _ideal_percent(ma: int) -> Fraction:
    amps = Fraction(ma, 1000)
    if amps <= 51:
        return amps / Fraction(6, 10)
    return max(Fraction(85), amps / Fraction(25, 10) + 64)


def _read_ma(duty_bp: int) -> int:
    return round(offered_a(duty_bp) * 1000)
