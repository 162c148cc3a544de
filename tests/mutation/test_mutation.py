"""The table of safety files, and that a trial tells a mutant from the real file."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.evidence.provenance import ROOT
from tests.mutation import files
from tests.mutation.files import NOT_MUTATED, SAFETY_FILES, path_of
from tests.mutation.judgements import judgements
from tests.mutation.score import Score

_TRIAL = """
import sys
from tests.mutation.files import path_of
from tests.mutation.trial import survives
was, became, *tests = sys.argv[1:]
source = path_of("heartbeat").read_text(encoding="utf-8")
assert was in source
print(survives("heartbeat", source.replace(was, became), tests))
"""


def test_every_file_of_the_control_plane_is_mutated_or_said_not_to_be() -> None:
    firmware = ROOT / "firmware" / "wattback"
    there = {file.stem for file in firmware.glob("*.py")}
    for room in ("backup", "grid"):
        there |= {f"{room}/{file.stem}" for file in (firmware / room).glob("[a-z]*.py")}
    assert there == {*SAFETY_FILES, *NOT_MUTATED}


@pytest.mark.parametrize("module", SAFETY_FILES)
def test_every_safety_file_is_there_and_has_tests(module: str) -> None:
    assert path_of(module).is_file()
    assert files.tests_of(module)


def test_every_file_of_judgements_belongs_to_a_safety_file() -> None:
    there = {file.stem for file in (ROOT / "tests" / "mutation" / "judged").iterdir()}
    assert there <= {module.replace("/", "_") for module in SAFETY_FILES}


def test_every_judgement_is_about_a_line_that_is_there() -> None:
    for judgement in judgements():
        assert judgement.module in SAFETY_FILES
        words = path_of(judgement.module).read_text(encoding="utf-8").split()
        assert set(judgement.was.split()) <= set(words), judgement


@pytest.mark.parametrize(
    ("was", "became", "outcome"),
    [
        ("_NEVER = const(-1)", "_NEVER = const(-1)", "True"),
        ("self.state = SILENT", "self.state = PRESENT", "False"),
        ("from micropython import const", "from micropython import nothing", "False"),
    ],
)
def test_a_trial_tells_a_mutant_from_the_real_file(was: str, became: str, outcome: str) -> None:
    # In a process of its own: here the firmware has been imported.
    done = subprocess.run(
        [sys.executable, "-c", _TRIAL, was, became, *files.tests_of("heartbeat")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == outcome, done.stderr


def test_a_score_counts_what_changes_anything() -> None:
    score = Score("pilot", 100, 20, ("one", "two"), ())
    assert (score.killed, round(score.percent, 1)) == (78, 97.5)
    assert "78 of 100 mutants killed, 20 judged equivalent, score 97.5 %" in str(score)
