"""Duty and current as the standard's two tables give them, in exact fractions.

IEC 61851-1 Tables A.7 and A.8 in the words of evse.md 1.2 and 1.3, typed in anew: nothing here
comes from the firmware, so that it can judge the firmware. Amps, and duty in percent.
"""

from fractions import Fraction

_SLOPE_LOW = Fraction(6, 10)  # I = 0.6 · d
_SLOPE_HIGH = Fraction(25, 10)  # I = 2.5 · (d − 64)


def amps_read(percent: Fraction) -> Fraction:
    """Table A.8: what a vehicle with basic signalling may draw at this duty."""
    if percent < 8:  # no PWM, digital communication (3–7 %), and not permitted (7–8 %)
        return Fraction(0)
    if percent < 10:
        return Fraction(6)
    if percent <= 85:
        return _SLOPE_LOW * percent
    if percent <= 96:
        return _SLOPE_HIGH * (percent - 64)
    if percent <= 97:
        return Fraction(80)
    return Fraction(0)


def ideal_percent(amps: Fraction) -> Fraction:
    """Table A.7: the duty for this current, 6 A to 80 A; 85 % in the gap from 51 A to 52.5 A."""
    if amps <= 51:
        return amps / _SLOPE_LOW
    if amps < Fraction(525, 10):
        return Fraction(85)
    return amps / _SLOPE_HIGH + 64


def amps_of_bp(duty_bp: int) -> Fraction:
    """What a vehicle reads from a duty in basis points; the two steady ends offer nothing."""
    return amps_read(Fraction(duty_bp, 100))
