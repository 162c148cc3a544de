"""Runs test files as a user of the plugin would; with the test that must pass on every board."""

import json
from pathlib import Path
from typing import Any

import pytest

# Word for word what DESIGN promises.
DESIGN_TEST = """
def test_charges_at_16_amps(connector):
    connector.vehicle.plug_in(max_amps=32)
    connector.modbus.write("site_import_limit", 16)
    connector.wait_state("charging", within="10 s")
    connector.check("line current", connector.meter.amps(), "A", low=15.2, high=16.0)
"""


# Two short tests, for runs on two workers.
TWO_TESTS = """
import pytest

@pytest.mark.parametrize("number", [1, 2])
def test_waits(connector, number):
    connector.wait("1 s")
"""

PLUGIN = ("-p", "wattback_hil.plugin", "-W", "error")
CPYTHON = ("--bench-runtime", "cpython")  # where the interpreter is not the point, the faster one


def run(pytester: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    """Run one test file in this process, every warning an error."""
    pytester.makepyfile(test_user=source)
    return pytester.runpytest_inprocess(*PLUGIN, *options)


def failure_of(result: pytest.RunResult) -> list[str]:
    """The lines that tell of the one failure, its heading left out."""
    lines = result.outlines
    first = next(i for i, line in enumerate(lines) if line.startswith("____"))
    last = next(i for i, line in enumerate(lines) if i > first and line.startswith("===="))
    return lines[first + 1 : last]


def records(path: Path) -> list[dict[str, Any]]:
    """What a run has written to its `--bench-record`."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
