"""Bytes that arrive with a wrong bit."""

from collections.abc import Callable


def disturbed(data: bytes, percent: float, chance: Callable[[], float]) -> bytes:
    """`data` with one wrong bit in so many of 100 bytes; chance: draws from 0 up to 1."""
    if not percent:
        return data
    return bytes(
        byte ^ 1 << int(chance() * 8) if chance() * 100.0 < percent else byte for byte in data
    )
