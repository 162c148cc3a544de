"""Truth 2 of an island: a section that is cut off is fed for no longer than 2 s (evse.md 6.6, C).

Both together are judged, vehicle and connector, and only where the vehicle has a detection that
works: a connector alone is known to be blind where load and source match, so that of a vehicle
without one, or of one that feeds whatever happens, only the must-trips are judged.
"""

from wattback_sim.board import SimulatedBoard
from wattback_sim.truths.violations import Fail

_LIMIT_US = 2_000_000
_FED_W = 10.0


class IslandTruth:
    """Judges what flows into a section whose utility's switch is open."""

    def __init__(self, board: SimulatedBoard, fail: Fail) -> None:
        self._board = board
        self._fail = fail
        self._cut_off_us: int | None = None

    def judge(self, now_us: int) -> None:
        """Judge this tick."""
        world = self._board.world
        vehicle = world.vehicle
        if (
            world.grid.parameters.utility_connected
            or not vehicle.active_islanding.parameters.on
            or vehicle.inverter.feeds_on
        ):
            self._cut_off_us = None
        elif self._cut_off_us is None:
            self._cut_off_us = now_us
        elif world.power_w > _FED_W and now_us - self._cut_off_us > _LIMIT_US:
            self._fail(now_us, 2, f"{world.power_w:.0f} W fed into an island for more than 2 s")
