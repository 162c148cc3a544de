"""Seeded defects: each patch breaks the firmware in one way, and the simulator must say which.

A patch begins with what it breaks, the scenario that shows it, and the reason for which the run
must fail; the test's id says who caught what. Everything happens in a copy, played by
`wattback sim run` on MicroPython: every scenario passes there before any patch, and fails for the
named reason after its patch.
"""

import compileall
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lockstep.playing import one_core_a_worker
from wattback_cli.exit_codes import ExitCode

_HERE = Path(__file__).parent
_CHECKOUT = _HERE.parents[1]
_HOST_PARTS = ("hil", "sim", "tools")


@dataclass(frozen=True, slots=True)
class Defect:
    """One patch. reason: a pattern for what the run must say: a truth by its number, the column of
    an expectation where no truth can know, or what stopped the firmware."""

    name: str
    scenario: Path
    reason: str
    diff: str


def _read(file: Path) -> Defect:
    head, mark, diff = file.read_text(encoding="utf-8").partition("diff --git ")
    fields = dict(re.findall(r"^(scenario|caught by): (.+)$", head, re.MULTILINE))
    scenario = _HERE / "scenarios" / f"{fields['scenario']}.toml"
    return Defect(file.stem, scenario, fields["caught by"], mark + diff)


DEFECTS = [_read(file) for file in sorted(_HERE.glob("*.patch"))]
_IDS = [f"{defect.name}, caught by {defect.reason.split(':')[0]}" for defect in DEFECTS]
_SCENARIOS = sorted({defect.scenario for defect in DEFECTS})


@pytest.fixture(scope="session")
def host_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout without firmware, compiled once: it is started a hundred times."""
    copy = tmp_path_factory.mktemp("checkout")
    for part in _HOST_PARTS:
        shutil.copytree(_CHECKOUT / part, copy / part)
        compileall.compile_dir(copy / part, quiet=2)
    return copy


@pytest.fixture
def copy(host_copy: Path) -> Path:
    """A checkout whose firmware is sound, until a test breaks it."""
    firmware = host_copy / "firmware"
    shutil.rmtree(firmware, ignore_errors=True)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(_CHECKOUT / "firmware", firmware, ignore=ignore)
    return host_copy


@pytest.mark.parametrize("scenario", _SCENARIOS, ids=lambda scenario: scenario.stem)
def test_scenario_passes_without_a_defect(scenario: Path, copy: Path) -> None:
    code, sound = _run(copy, scenario)
    assert code == ExitCode.DONE, sound
    assert sound["interpreter"].startswith("MicroPython")


@pytest.mark.parametrize("defect", DEFECTS, ids=_IDS)
def test_defect_is_caught(defect: Defect, copy: Path) -> None:
    apply(defect.diff, copy)
    code, broken = _run(copy, defect.scenario)
    if defect.reason.startswith("stopped: "):
        assert code == ExitCode.FAILED, broken
    else:
        assert code == ExitCode.TEST_FAILED, broken
    assert any(re.match(defect.reason, said, re.DOTALL) for said in _sayings(broken)), broken


def _run(copy: Path, scenario: Path) -> tuple[int, dict[str, Any]]:
    """Play a scenario on the firmware of a copy, by the copy's own command line."""
    command = "from wattback_tools.cli import main; main()"
    arguments = ["sim", "run", str(scenario), "--runtime", "micropython", "--json"]
    paths = os.pathsep.join(str(copy / part) for part in _HOST_PARTS)
    with one_core_a_worker():
        done = subprocess.run(
            [sys.executable, "-c", command, *arguments],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stdout, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, document


def _sayings(document: dict[str, Any]) -> list[str]:
    """What a run says was wrong, in the words of the patches."""
    stopped = document.get("error", "")
    expected = document.get("expectations", ())
    unmet = (item for item in expected if item["met_s"] is None)
    return [
        *(f"truth {item['truth']}: {item['text']}" for item in document.get("violations", ())),
        *(f"expectation: {item['column']} was {item['seen']!r}" for item in unmet),
        re.sub(r"^the firmware stopped with code \d+", "stopped", stopped),
    ]


def apply(diff: str, root: Path) -> None:
    """Apply a git-style unified diff by its text: line numbers may have moved, the lines not.

    Each hunk's old lines must occur exactly once in the file.
    """
    for part in re.split(r"^diff --git .*\n", diff, flags=re.MULTILINE)[1:]:
        named = re.search(r"^\+\+\+ b/(.+)$", part, re.MULTILINE)
        assert named is not None, "a patch names its file in a line +++ b/…"
        file = root / named.group(1)
        text = file.read_text(encoding="utf-8")
        for hunk in re.split(r"^@@ .*\n", part, flags=re.MULTILINE)[1:]:
            lines = hunk.splitlines(keepends=True)
            old = "".join(line[1:] for line in lines if line[0] in " -")
            new = "".join(line[1:] for line in lines if line[0] in " +")
            found = text.count(old)
            assert found == 1, f"{named.group(1)} has {found} places for this hunk:\n{hunk}"
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
