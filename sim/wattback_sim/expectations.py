"""What a scenario expects, compared with the columns of the trace at every tick that matters."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattback_sim.board import SimulatedBoard
from wattback_sim.scenario import Expectation
from wattback_sim.trace import COLUMNS, SETS, Cell


@dataclass(frozen=True, slots=True)
class Verdict:
    """met_us: when the expectation was met, or None. seen: the column's last value."""

    expectation: Expectation
    met_us: int | None
    seen: Cell


def fits(comparison: str, seen: Cell, expected: Cell, column: str) -> bool:
    """Whether `seen` compares as the expectation says."""
    if comparison in ("has", "has_not"):
        return (expected in str(seen).split(";")) == (comparison == "has")
    if comparison in ("is", "is_not"):
        if column in SETS:
            same = set(str(seen).split(";")) == set(str(expected).split(";"))
        else:
            same = seen == expected
        return same == (comparison == "is")
    assert isinstance(seen, int) and isinstance(expected, int)
    return seen >= expected if comparison == "at_least" else seen <= expected


class ExpectationJudge:
    """Watches the expectations of one run. verdicts: complete once the run has ended."""

    def __init__(self, expectations: Sequence[Expectation]) -> None:
        self.verdicts: list[Verdict] = []
        self._waiting = list(expectations)

    def judge(self, board: SimulatedBoard) -> None:
        """Look at this tick."""
        if not self._waiting or board.clock.now_us < self._waiting[0].t_us:
            return
        now_us = board.clock.now_us
        for item in [item for item in self._waiting if item.t_us <= now_us]:
            seen = COLUMNS[item.column](board)
            met = fits(item.comparison, seen, item.value, item.column)
            if met or now_us >= item.t_us + item.within_us:
                self.verdicts.append(Verdict(item, now_us if met else None, seen))
                self._waiting.remove(item)

    def end(self) -> None:
        """The run is over: what was never looked at was not met."""
        self.verdicts.extend(Verdict(item, None, "nothing") for item in self._waiting)
        self._waiting.clear()
