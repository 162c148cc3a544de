"""What came of the mutants of one file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """mutants: all that were tried. equivalent: survivors that were judged so. survivors: those
    that nobody has judged. stale: judgements without a survivor.
    """

    module: str
    mutants: int
    equivalent: int
    survivors: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def killed(self) -> int:
        """How many a test has noticed."""
        return self.mutants - self.equivalent - len(self.survivors)

    @property
    def percent(self) -> float:
        """Killed, of those that change anything; 100 where there is none."""
        changing = self.mutants - self.equivalent
        return 100 * self.killed / changing if changing else 100.0

    def __str__(self) -> str:
        lines = [
            f"{self.module}: {self.killed} of {self.mutants} mutants killed, "
            f"{self.equivalent} judged equivalent, score {self.percent:.1f} %",
            *(f"  survived: {survivor}" for survivor in self.survivors),
            *(f"  judged, and no survivor: {judgement}" for judgement in self.stale),
        ]
        return "\n".join(lines)
