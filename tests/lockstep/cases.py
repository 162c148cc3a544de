"""Cases of a table: a scenario, and what the contactor and the fault table made of it.

Times and levels are expectations in the scenario itself. What a file cannot expect is here: how
often the contactor closed, why it opened each time, and every fault that was ever latched.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.lockstep.playing import Run, passes

# A vehicle that has the contactor closed 5.53 s after power-up and draws 48 A at once.
EAGER = """
vehicle.plugged = true
vehicle.start_s = 0.0
vehicle.response_s = 0.0
vehicle.ramp_a_per_s = 1000.0
"""
# It does so after an outage, too, for what is not about the delay and the ramp that follow one.
AT_ONCE = """
connector.restart_delay_s = 0
connector.restart_ramp_s = 0
"""


@dataclass(frozen=True, slots=True)
class Case:
    """closings: commanded in all. causes: of the openings, in order. faults: ever latched."""

    closings: int
    causes: tuple[str, ...]
    faults: frozenset[str]
    body: str


def case(closings: int, causes: str, faults: str, body: str) -> Case:
    """A row of a table; causes and faults as words."""
    return Case(closings, tuple(causes.split()), frozenset(faults.split()), body)


def holds(folder: Path, row: Case) -> Run:
    """Play on both interpreters, bytes compared, truths and expectations judged, and count."""
    run = passes(folder, row.body)
    seen = (len(run.closings()), run.causes(), frozenset(run.ever("faults")))
    assert seen == (row.closings, row.causes, row.faults), run.report()
    return run
