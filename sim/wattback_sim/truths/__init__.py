"""The truths that always hold, judged on the world after every tick (DESIGN, "Truths").

Contacts, volts and amps of the world decide, not what the firmware says of itself; where its word
is used (why it opened, which faults it has latched) that is what the truth is about. Bounds are
those of the sources, less the one tick between an event and the first sample that can show it.
"""

from collections.abc import Sequence

from wattback_sim.board import SimulatedBoard
from wattback_sim.limit_ledger import LimitLedger
from wattback_sim.truths.backup import BackupTruths
from wattback_sim.truths.contactor import ContactorTruths
from wattback_sim.truths.export import ExportTruths
from wattback_sim.truths.island import IslandTruth
from wattback_sim.truths.offer import OfferTruths
from wattback_sim.truths.records import RecordTruths
from wattback_sim.truths.suspension import SuspensionTruth
from wattback_sim.truths.violations import Violation, Violations

__all__ = ["Truths", "Violation"]


class Truths:
    """Judges one board. violations: the first few, in order; ticks: how many were judged."""

    def __init__(self, board: SimulatedBoard, ledger: LimitLedger) -> None:
        self.ticks = 0
        self._found = Violations()
        self._board = board
        self._ledger = ledger
        fail = self._found.add
        self._contactor = ContactorTruths(board, ledger, fail)
        self._offer = OfferTruths(board, ledger, fail)
        self._export = ExportTruths(board, ledger, fail)
        self._island = IslandTruth(board, fail)
        self._backup = BackupTruths(board, ledger, fail)
        self._records = RecordTruths(board, fail)
        self._suspension = SuspensionTruth(board, fail)

    @property
    def violations(self) -> list[Violation]:
        """What did not hold so far, at most the first few."""
        return self._found.items

    @property
    def broken(self) -> int:
        """How often a truth did not hold so far."""
        return self._found.count

    @property
    def last_broken(self) -> str:
        """The latest violation in a sentence, "" while every truth has held."""
        last = self._found.last
        return "" if last is None else last.sentence()

    def technician_reset(self) -> None:
        """Faults were reset on site at this time."""
        self._records.technician_reset()

    def adopted(self, changed: Sequence[str], version: int) -> None:
        """The settings of these names have changed in this tick, all together."""
        self._export.adopted(self._board.clock.now_us, changed, version)

    def restarted(self) -> None:
        """The board has lost its power: its coil is off, its running times are gone."""
        self._contactor.restarted()
        self._offer.restarted()
        self._export.restarted()

    def judge(self) -> None:
        """Judge the world as it is after this tick."""
        self.ticks += 1
        now_us = self._board.clock.now_us
        self._ledger.advance(now_us)
        if not self._board.ticked:
            if self._suspension.lasts(now_us):  # what comes after it has forgotten what was before
                self._ledger.restarted()
                self.restarted()
            return
        self._suspension.ended()
        self._contactor.judge(now_us)
        self._offer.judge(now_us)
        self._export.judge(now_us)
        self._island.judge(now_us)
        self._backup.judge(now_us)
        self._records.judge(now_us)
