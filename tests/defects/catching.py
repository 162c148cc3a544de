"""Breaks a copy of the firmware and asks whoever must notice.

A copy is a checkout of its own: what is played or tested in it runs in processes that import it
and nothing of the real one. Scenarios are played by `wattback sim run` on MicroPython.
"""

import compileall
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.defects.seeded import Defect, apply, scenario_file
from tests.lockstep.playing import one_core_a_worker
from wattback_cli.exit_codes import ExitCode

_CHECKOUT = Path(__file__).parents[2]
_HOST_PARTS = ("hil", "sim", "tools")
_PLAY = ["-c", "from wattback_tools.cli import main; main()", "sim", "run"]
_LONGEST_S = 250.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """caught: by whom it must be. said: what the run said of what is wrong, for people."""

    caught: bool
    said: str


class Copy:
    """A checkout in a folder, whose firmware is sound until it is broken."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / "checkout"
        self._sound = folder / "sound"
        self._log = folder / "named_test.log"
        ignore = shutil.ignore_patterns("__pycache__", ".*")
        for part in (*_HOST_PARTS, "tests"):
            shutil.copytree(_CHECKOUT / part, self._root / part, ignore=ignore)
        for part in _HOST_PARTS:  # it is started a hundred times
            compileall.compile_dir(self._root / part, quiet=2)
        (self._root / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        # What is compiled counts while a file has the time that it had: a broken one has not.
        shutil.copytree(_CHECKOUT / "firmware", self._sound, ignore=ignore)
        compileall.compile_dir(self._sound, quiet=2)
        self._server: subprocess.Popen[str] | None = None
        self.heal()

    def heal(self) -> None:
        """Make the firmware sound."""
        firmware = self._root / "firmware"
        shutil.rmtree(firmware, ignore_errors=True)
        shutil.copytree(self._sound, firmware)

    def judge(self, defect: Defect) -> Verdict:
        """Break the firmware, and ask who must notice."""
        self.heal()
        apply(defect.diff, self._root)
        if defect.test:
            return _test_verdict(self.run_tests([defect.test]))
        return _run_verdict(defect, *self.play(defect.scenario))

    def play(self, scenario: str) -> tuple[int, dict[str, Any]]:
        """Exit code and document of a scenario, played on MicroPython."""
        file = str(scenario_file(scenario))
        with one_core_a_worker():
            done = subprocess.run(
                [sys.executable, *_PLAY, file, "--runtime", "micropython", "--json"],
                cwd=self._root,
                env={**self._environment(), "PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                text=True,
                check=False,
                timeout=_LONGEST_S,
            )
        assert done.stdout, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return done.returncode, document

    def run_tests(self, tests: Sequence[str]) -> dict[str, Any]:
        """What `named_test` tells of tests of the copy; of a single one the first failure."""
        if self._server is None:
            self._server = self._serve()
        assert self._server.stdin and self._server.stdout
        self._server.stdin.write(json.dumps(list(tests)) + "\n")
        self._server.stdin.flush()
        line = self._server.stdout.readline()
        assert line, self._log.read_text(encoding="utf-8")
        told: dict[str, Any] = json.loads(line)
        return told

    def close(self) -> None:
        """End what runs for it."""
        if self._server is not None:
            self._server.communicate()
            self._server = None

    def _serve(self) -> subprocess.Popen[str]:
        with self._log.open("w", encoding="utf-8") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.defects.named_test"],
                cwd=self._root,
                env={**self._environment(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def _environment(self) -> dict[str, str]:
        paths = os.pathsep.join(str(self._root / part) for part in (*_HOST_PARTS, ""))
        return {**os.environ, "PYTHONPATH": paths}


def _test_verdict(told: dict[str, Any]) -> Verdict:
    failed = told["failed"]
    said = "; ".join(f"{name}: {what}" for name, what in failed) or json.dumps(told)
    asserted = bool(failed) and all(what.startswith("AssertionError") for _, what in failed)
    return Verdict(told["code"] == 1 and asserted and not told["broken"], said)


def _run_verdict(defect: Defect, code: int, document: dict[str, Any]) -> Verdict:
    stopped = defect.reason.startswith("stopped: ")
    expected = ExitCode.FAILED if stopped else ExitCode.TEST_FAILED
    said = _sayings(document)
    named = any(re.match(defect.reason, each, re.DOTALL) for each in said)
    return Verdict(code == expected and named, "; ".join(said) or json.dumps(document))


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
