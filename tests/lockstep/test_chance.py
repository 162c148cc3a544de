"""Random scenarios, every truth judged: what no one thought of.

A violation prints the whole file and its seed; to see it again, save the file and run
`wattback sim run FILE --seed N --story`. The first seeds run on MicroPython too, bytes compared.
"""

import re
from pathlib import Path

import pytest

from tests.lockstep.chance import random_scenario
from tests.lockstep.playing import CPYTHON, Run, play, play_both
from wattback_sim.truths import Violation

_SHORTEST_S = 20
_LONGEST_S = 70
_ON_BOTH = 40
_ALL = 200
_CHUNK = 10  # seeds a test

_PILOT = (
    r"(commanded|contacts) closed \d+ ms after|closed without a steady pilot"
    "|the plug's pins parted"
)

# What no firmware with these sensors could avoid: (truth, its text, what the scenario holds, why),
# patterns. Each row is narrow, and leaves with its cause.
EXPLAINED = (
    (1, _PILOT, r'part = "pilot_high_mv"', "truth: no one sees past a broken sensor"),
    (1, "commanded closed without the", r'part = "pilot_low_mv"', "the same"),
    (1, "commanded closed on a supply", r'part = "(voltage|frequency)_', "the same"),
    (6, ".* left by no clear", r'part = "pilot_high_mv"', "it reads as an unplug"),
    (
        2,
        r"export.* (grid was good|must have tripped)",
        r'part = "(voltage|frequency)_',
        "the same",
    ),
    (2, r"\d+ W exported", r'part = "power_w"', "the same"),
    (
        4,
        "a target of",
        r'part = "meter", kind = "frozen"',
        "watts are made of the voltage that is measured",
    ),
    (4, r"[\d.]+ A flows", r'part = "current_', "as with the pilot's sensors"),
)


def _unexplained(run: Run) -> list[Violation]:
    return [
        broken
        for broken in run.result.violations
        if not any(
            broken.truth == truth and re.match(text, broken.text) and re.search(body, run.body)
            for truth, text, body, _why in EXPLAINED
        )
    ]


@pytest.mark.parametrize("first", range(0, _ON_BOTH, _CHUNK))
def test_truths_hold_on_micropython_and_cpython_agrees(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + _CHUNK):
        run = play_both(tmp_path, random_scenario(seed, _SHORTEST_S, _LONGEST_S), seed)
        assert not _unexplained(run), run.report()


@pytest.mark.parametrize("first", range(_ON_BOTH, _ALL, _CHUNK))
def test_truths_hold(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + _CHUNK):
        run = play(tmp_path, random_scenario(seed, _SHORTEST_S, _LONGEST_S), CPYTHON, seed)
        assert not _unexplained(run), run.report()
