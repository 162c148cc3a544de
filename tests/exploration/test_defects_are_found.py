"""The judges bite: a defect in a copy of the firmware is found by an exploration."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.defects.seeded import apply, defects

_CHECKOUT = Path(__file__).parents[2]
_PATCHES = {defect.name: defect.diff for defect in defects()}


@pytest.mark.parametrize(
    ("defect", "alphabet", "states", "sentence"),
    [
        ("deaf_to_the_emergency_stop", "an emergency stop", 10, "truth 1 .* emergency stop"),
        ("raises_without_spacing", "limits", 20, "truth 4 .* raised within 5 s"),
        ("opens_not_for_the_permission", "a silent vehicle that feeds on", 300, "truth 2 .* W"),
        ("power_cycle_clears_latches", "fault: emergency_stop", 30, "truth 6 .* emergency_stop"),
        ("islands_without_permission", "the permission of an island", 20, "truth 2 .* enabled"),
        ("ignores_a_backfeed", "a switch that lies", 10, "truth 2 .* W exported"),
        ("unplug_clears_every_latch", "an outage", 40, "truth 6 .* supply_out_of_window"),
    ],
)
def test_seeded_defect_is_found(
    defect: str, alphabet: str, states: int, sentence: str, tmp_path: Path
) -> None:
    sources = shutil.ignore_patterns("__pycache__")
    shutil.copytree(_CHECKOUT / "firmware", tmp_path / "firmware", ignore=sources)
    apply(_PATCHES[defect], tmp_path)
    command = [sys.executable, "-B", "-m", "tests.exploration.on_copy"]
    done = subprocess.run(
        [*command, str(tmp_path), alphabet, str(states)],
        cwd=_CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    assert told["firmware"].startswith(str(tmp_path)), "another firmware was explored"
    texts = [found["text"] for found in told["found"]]
    assert any(re.search(sentence.replace(" .* ", " .*"), text) for text in texts), told
