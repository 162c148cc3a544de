"""Truths 6 and 7: latches leave only by a clear of their row, published energy never decreases."""

from wattback.fault_table import (
    CLEAR_GONE,
    CLEAR_ON_SITE,
    CLEAR_RESET,
    CLEAR_RETRY,
    CLEAR_UNPLUG,
    FAULTS,
)
from wattback_sim.board import AT, SimulatedBoard
from wattback_sim.truths.violations import Fail

_FAULTS = AT["faults"]
_IMPORT = AT["import_wh"]
_ISLAND = AT["island_wh"]
_ISLAND_IMPORT = AT["island_import_wh"]
_EXPORT = AT["export_wh"]
# A register counts whole watt-hours from samples with noise; the rest is the sensor's error.
_SLACK_WH = 3.0
_SLACK = 0.02


class RecordTruths:
    """Judges what the board records."""

    def __init__(self, board: SimulatedBoard, fail: Fail) -> None:
        self._board = board
        self._fail = fail
        self._faults = 0
        self._gone_us = [0] * len(FAULTS)
        self._reset_us = -1
        self._button_us = -1  # when the button on the unit was held last
        self._energies = (0, 0, 0, 0)

    def technician_reset(self) -> None:
        """Faults were reset on site at this time."""
        self._reset_us = self._board.clock.now_us

    def judge(self, now_us: int) -> None:
        """Judge latches and energy registers after this tick."""
        answer = self._board.answer
        if self._board.world.installation.reset_button:
            self._button_us = now_us
        if answer[_FAULTS] != self._faults:
            self._latches(now_us, answer[_FAULTS])
        energies = (
            answer[_IMPORT],
            answer[_EXPORT],
            answer[_ISLAND],
            answer[_ISLAND_IMPORT],
        )
        if energies != self._energies:
            before, self._energies = self._energies, energies
            if any(now < then for now, then in zip(energies, before, strict=True)):
                self._fail(now_us, 7, f"an energy register fell from {before} to {energies}")
        world = self._board.world
        if world.sensors["power_w"].sound:
            self._register(now_us, "import", energies[0], world.import_wh)
            self._register(now_us, "export", energies[1], world.export_wh)
            self._register(now_us, "island", energies[2], world.island_wh)
            self._register(now_us, "island import", energies[3], world.island_import_wh)

    def _register(self, now_us: int, name: str, told_wh: int, true_wh: float) -> None:
        off_wh = abs(told_wh - true_wh)
        if off_wh > _SLACK_WH + _SLACK * true_wh:
            self._fail(now_us, 7, f"the {name} register is {off_wh:.0f} Wh away from the truth")

    def _latches(self, now_us: int, latched: int) -> None:
        left = self._faults & ~latched
        raised = latched & ~self._faults
        for index, row in enumerate(FAULTS):
            if raised & (1 << index):
                self._gone_us[index] = now_us
            if left & (1 << index) and not self._may_leave(now_us, row[2], row[3], index):
                self._fail(now_us, 6, f"fault {row[0]} left by no clear of its row")
        self._faults = latched

    def _may_leave(self, now_us: int, clears: int, after_s: int, index: int) -> bool:
        waited = now_us - self._gone_us[index] >= after_s * 1_000_000 - 10_000
        unplugged = not self._board.world.vehicle.plugged or self._board.world.wire.high_v > 10.0
        return bool(
            (clears & (CLEAR_GONE | CLEAR_RETRY) and waited)
            or (clears & CLEAR_UNPLUG and unplugged)
            or (clears & CLEAR_RESET and now_us - self._reset_us <= 20_000)
            or (clears & (CLEAR_RESET | CLEAR_ON_SITE) and now_us - self._button_us <= 20_000)
        )
