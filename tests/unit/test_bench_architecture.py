"""Arrows of the bench, read from its source: one module a third party, pytest at the edge."""

from pathlib import Path

import pytest

from tests.unit.source_tree import ROOT, files, imports_of, name_of, under

HIL = ROOT / "hil" / "wattback_hil"
HIL_FILES = files(HIL, ".py")


def importers(package: str) -> list[str]:
    """Names of the bench's files that import a package."""
    return [
        path.relative_to(HIL).as_posix()
        for path in HIL_FILES
        if any(under(name, package) for name in imports_of(path))
    ]


@pytest.mark.parametrize(
    ("package", "files_of_it"),
    [
        ("pymodbus", ["modbus.py"]),
        ("cbor2", ["console/cbor.py"]),
        ("serial", ["console/ports.py"]),
        ("pytest", ["plugin.py", "reports.py", "tally.py"]),
        ("fcntl", ["board_lock.py"]),
    ],
)
def test_what_comes_from_outside_is_behind_the_files_that_are_for_it(
    package: str, files_of_it: list[str]
) -> None:
    assert importers(package) == files_of_it


def test_the_bench_imports_neither_tools_nor_tests() -> None:
    for package in ("wattback_tools", "wattback_controller", "tests", "hypothesis"):
        assert importers(package) == []


@pytest.mark.parametrize("path", HIL_FILES, ids=name_of)
def test_only_the_boards_clock_sleeps(path: Path) -> None:
    sleeps = "time.sleep" in path.read_text(encoding="utf-8")
    assert not sleeps or path.name == "board_time.py"
