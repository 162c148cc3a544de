"""Truth 8, of a board that does not tick: its outputs are safe for as long as that lasts.

A firmware that has failed, or boots, says nothing; the world alone is judged. Nobody commands the
coil, and the contacts part in the time of any other opening.
"""

from __future__ import annotations

from wattback_sim.board import SimulatedBoard
from wattback_sim.truths.violations import Fail

_CONTACTS_US = 90_000  # as after a command (contactor.py)
_FRAMES = 2


class SuspensionTruth:
    """Judges the time between two ticks that are further apart than they should be."""

    def __init__(self, board: SimulatedBoard, fail: Fail) -> None:
        self._board = board
        self._fail = fail
        self._frames = 0  # without a tick
        self._since_us = 0

    def lasts(self, now_us: int) -> bool:
        """Judge a frame without a tick; True when it shows that ticks have ceased.

        A single one is a tick that was late, which the tests of the board's own timing judge.
        """
        self._frames += 1
        if self._frames < _FRAMES:
            return False
        if self._frames == _FRAMES:
            self._since_us = now_us
        path = self._board.world.path
        if path.commanded:
            self._fail(now_us, 8, "no tick has come, and the coil is commanded all the same")
        if path.closed and now_us - self._since_us > _CONTACTS_US:
            self._fail(now_us, 8, "ticks have ceased, and the contacts are still closed")
        return self._frames == _FRAMES

    def ended(self) -> None:
        """A tick has come."""
        self._frames = 0
