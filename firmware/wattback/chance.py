"""Chance: small random numbers for delays, so that units of a street do not act at once."""

from micropython import const

CHANCE_MASK = const(0x3FFFFFFF)
# Multiply with carry, b = 2^15: all stays below 2^30, and the period is about 2^29, because
# a × 2^15 − 1 and a × 2^14 − 1 are prime.
_HALF = const(0x7FFF)
_MULTIPLIER = const(32760)


def renewed(chance: int) -> int:
    """The next 30 random bits after these, which are not 0."""
    return (chance & _HALF) * _MULTIPLIER + (chance >> 15)


def part_ms(chance: int, delay_s: int) -> int:
    """A fair part of a delay of at most 2^15 s, in steps of its 2^15th: 0 … delay, without the
    delay itself.
    """
    parts = (chance & _HALF) * delay_s
    return (parts >> 15) * 1000 + ((parts & _HALF) * 1000 >> 15)
