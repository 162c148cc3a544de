"""Which files are mutated, and which tests must notice.

A file that senses or protects, and by itself decides whether energy may flow, is a safety file.
The tests are those of the file itself, and where its work shows only in the whole connector, some
of that: they must say it loudly, in seconds, not some run of an hour.
"""

from __future__ import annotations

from pathlib import Path

from tests.evidence.provenance import ROOT

_UNIT = "tests/unit"

# From `firmware/wattback/` on, without the ending; the patterns from the checkout's root on.
SAFETY_FILES: dict[str, tuple[str, ...]] = {
    "pilot": (f"{_UNIT}/test_pilot*.py", f"{_UNIT}/test_duty.py"),
    "proximity": (f"{_UNIT}/test_proximity*.py",),
    "supply": (f"{_UNIT}/test_supply*.py",),
    "ground_fault": (f"{_UNIT}/test_ground_fault*.py",),
    "residual": (f"{_UNIT}/test_residual*.py",),
    "overcurrent": (f"{_UNIT}/test_overcurrent*.py",),
    "thermal": (f"{_UNIT}/test_thermal*.py",),
    "contactor": (f"{_UNIT}/test_contactor*.py",),
    "interlocks": (f"{_UNIT}/test_interlocks*.py",),
    "interned": (f"{_UNIT}/test_interned.py",),
    "plausible": (f"{_UNIT}/test_plausible*.py",),
    "permission": (f"{_UNIT}/test_permission*.py",),
    "heartbeat": (f"{_UNIT}/test_heartbeat*.py",),
    "faults": (f"{_UNIT}/test_fault*.py",),
    "limits": (f"{_UNIT}/test_limits.py", f"{_UNIT}/test_limit_owners.py"),
    "session": (f"{_UNIT}/test_session*.py",),
    "restart": (f"{_UNIT}/test_restart*.py",),
    "chance": (f"{_UNIT}/test_restart*.py", f"{_UNIT}/test_enter_service.py"),
    "wake": (f"{_UNIT}/test_wake*.py",),
    "grid/trips": (f"{_UNIT}/test_trips*.py",),
    "grid/islanding": (f"{_UNIT}/test_islanding.py",),
    "grid/enter_service": (f"{_UNIT}/test_enter_service*.py",),
    "grid/categories": (f"{_UNIT}/test_grid_categories.py", f"{_UNIT}/test_trips_settings.py"),
    "grid/support": (f"{_UNIT}/test_grid_support.py",),
    "grid/supervision": (f"{_UNIT}/test_grid_supervision.py",),
}


# The other files of the control plane, and why nothing of them is in the score.
_JOINS = (
    "joins the others: shown by simulated runs, seeded defects and exploration, not by a score"
)
_OUTAGE = (
    "a part of an outage, which is judged as a whole: by outages drawn at random (tests/outages), "
    "seeded defects and exploration, not by a score"
)
_TABLE = "a table, each row of which is raised in the world by a test of its own"
_TABLE_OF_STEPS = "a table, each row of which is refused at its limit by a test of its own"
_WORDS = "words, numbers and memory that others judge by"
NOT_MUTATED: dict[str, str] = {
    "__init__": _WORDS,
    "backup/backup": _JOINS,
    "backup/island": _OUTAGE,
    "backup/outage": _OUTAGE,
    "backup/readiness": _WORDS,
    "backup/returning": _OUTAGE,
    "backup/steps": _TABLE_OF_STEPS,
    "commands": _WORDS,
    "connector": _JOINS,
    "dispatch": _JOINS,
    "export": _JOINS,
    "facts": _JOINS,
    "fault_table": _TABLE,
    "gateway": _OUTAGE,
    "house": _JOINS,
    "identity": _WORDS,
    "meter": _WORDS,
    "ports": _WORDS,
    "protection": _JOINS,
    "publish": _WORDS,
    "recent": _WORDS,
    "resets": _WORDS,
    "retained": _WORDS,
    "service": _WORDS,
    "settings": _WORDS,
    "signals": _WORDS,
    "targets": _JOINS,
    "turns": _JOINS,
    "vehicle": _JOINS,
}


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
