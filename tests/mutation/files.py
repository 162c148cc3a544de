"""Which files are mutated, and which tests must notice.

A file that decides whether energy flows, or how much, is a safety file. The tests are those of the
file itself, and where its work shows only in the whole connector, some of that: they must say it
loudly, in seconds, not some run of an hour.
"""

from __future__ import annotations

from pathlib import Path

from tests.evidence.provenance import ROOT

_UNIT = "tests/unit"

# From `firmware/wattback/` on, without the ending; the patterns from the checkout's root on.
SAFETY_FILES: dict[str, tuple[str, ...]] = {
    "pilot": (f"{_UNIT}/test_pilot*.py",),
    "proximity": (f"{_UNIT}/test_proximity*.py",),
    "supply": (f"{_UNIT}/test_supply*.py",),
    "ground_fault": (f"{_UNIT}/test_ground_fault*.py",),
    "residual": (f"{_UNIT}/test_residual*.py",),
    "overcurrent": (f"{_UNIT}/test_overcurrent*.py",),
    "thermal": (f"{_UNIT}/test_thermal*.py",),
    "contactor": (f"{_UNIT}/test_contactor*.py",),
    "interlocks": (f"{_UNIT}/test_interlocks*.py",),
    "plausible": (f"{_UNIT}/test_plausible*.py",),
    "permission": (f"{_UNIT}/test_permission*.py",),
    "heartbeat": (f"{_UNIT}/test_heartbeat*.py",),
    "faults": (f"{_UNIT}/test_fault*.py",),
    "limits": (f"{_UNIT}/test_limits.py", f"{_UNIT}/test_limit_owners.py"),
    "session": (f"{_UNIT}/test_session*.py",),
    "restart": (f"{_UNIT}/test_restart*.py",),
    "wake": (f"{_UNIT}/test_wake*.py",),
    "grid/trips": (f"{_UNIT}/test_trips*.py",),
    "grid/enter_service": (f"{_UNIT}/test_enter_service*.py",),
}


# Files of the control plane that decide nothing about energy by themselves: words and memory, or
# what joins the others, whose work the simulator judges (its seeded defects, its exploration).
NO_SAFETY_FILES = (
    "__init__",
    "commands",
    "connector",
    "dispatch",
    "export",
    "facts",
    "fault_table",
    "identity",
    "meter",
    "ports",
    "protection",
    "publish",
    "recent",
    "resets",
    "retained",
    "service",
    "settings",
    "signals",
    "targets",
    "turns",
    "vehicle",
)


def path_of(module: str) -> Path:
    """Of a safety file."""
    return ROOT / "firmware" / "wattback" / f"{module}.py"


def tests_of(module: str) -> list[str]:
    """The test files of a safety file, from the root on; at least one for each pattern."""
    found = []
    for pattern in SAFETY_FILES[module]:
        files = sorted(file.relative_to(ROOT).as_posix() for file in ROOT.glob(pattern))
        assert files, f"{module}: no test is called {pattern}"
        found += files
    return found
