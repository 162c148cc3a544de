"""`python -m tests.defects.named_test`: runs tests of this checkout, each set in a process forked.

A line of input is a JSON list of tests; of a single one the first failure of its cases ends it. A
line of output says what became of them: code, of pytest; passed, a count; failed, pairs of a case
and its exception; broken, whatever kept a test from being collected, set up or ended. What all
share is imported once, the firmware anew by each set: it changes between them.
"""

import json
import os
import signal
import sys
from typing import Any

import pytest

import wattback_sim  # noqa: F401  (its import makes `wattback` importable)

_LONGEST_S = 200
_OPTIONS = (
    "-q",
    "-c=pytest.ini",
    "--rootdir=.",
    "--noconftest",  # it loads hypothesis, which takes as long as the test
    "--import-mode=importlib",
    "-pno:cacheprovider",
    "--assert=plain",  # that it fails is enough
    "-oconsider_namespace_packages=true",
    "-omarkers=covers",
    "-opythonpath=.",
)


class _Listener:
    """Notes what became of each test."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed: list[tuple[str, str]] = []
        self.broken: list[str] = []

    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport | None:
        if call.excinfo is None:
            self.passed += call.when == "call"
        elif call.when == "call":
            said = str(call.excinfo.value).partition("\n")[0]
            self.failed.append((item.name, f"{call.excinfo.typename}: {said}"))
        else:
            self.broken.append(item.name)
        return None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken.append(report.longreprtext)


def _run(tests: list[str]) -> dict[str, Any]:
    listener = _Listener()
    stop = ["--maxfail=1"] if len(tests) == 1 else []
    code = pytest.main([*_OPTIONS, *stop, *tests], plugins=[listener])
    return {"code": int(code), **vars(listener)}


def main() -> None:
    """Serve until the input ends."""
    assert "wattback" not in sys.modules
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        for line in sys.stdin:
            child = os.fork()
            if not child:
                signal.alarm(_LONGEST_S)
                print(json.dumps(_run(json.loads(line))), file=answers, flush=True)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            if status:
                told = {"code": -1, "passed": 0, "failed": [], "broken": [f"ended by {status}"]}
                print(json.dumps(told), file=answers, flush=True)


if __name__ == "__main__":
    main()
