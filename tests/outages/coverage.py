"""Whether the whole campaign has come to every step of both sequences, and lost the link there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tests.outages.draw import LINK_STEPS
from tests.outages.play import Played
from wattback.backup.steps import STATE_NAMES


def lost_in(all_played: Iterable[Played]) -> Counter[str]:
    """In which step the link was really lost, how often."""
    return Counter(each.outage.link_step for each in all_played if each.link_lost)


def not_reached(all_played: Iterable[Played]) -> Counter[str]:
    """In which it should have been, and the outage never came there."""
    return Counter(
        each.outage.link_step
        for each in all_played
        if each.outage.link_step and not each.link_lost
    )


def missing(all_played: Sequence[Played]) -> list[str]:
    """What a whole campaign must have shown and has not, a sentence each."""
    reached = {state for each in all_played for state in each.states}
    lost = lost_in(all_played)
    sentences = [
        f"no outage has come to the step {name}" for name in STATE_NAMES if name not in reached
    ]
    sentences += [
        f"no outage has lost its link in the step {name}" for name in LINK_STEPS if not lost[name]
    ]
    return sentences
