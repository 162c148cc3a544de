"""Simulated time: whole microseconds since the start, and the board's own counter."""

from wattback.connector import TICK_MS, TIME_MASK_MS

TICK_US = TICK_MS * 1000


def to_us(seconds: float) -> int:
    """Seconds of a scenario in whole microseconds."""
    return round(seconds * 1_000_000)


class Clock:
    """now_us: since the start. board_ms: the board's wrapping millisecond counter at that time."""

    def __init__(self, board_starts_ms: int) -> None:
        self.now_us = 0
        self._board_starts_ms = board_starts_ms

    @property
    def board_ms(self) -> int:
        """What the firmware is told; wraps as on every floor."""
        return (self._board_starts_ms + self.now_us // 1000) & TIME_MASK_MS
