"""docs/security.md claims nothing that is not there: limits, files, tests, settings."""

import re
from dataclasses import asdict

import pytest

from tests.unit.source_tree import ROOT, files
from wattback.settings import AT_START, SETTINGS
from wattback_controller.openadr.plausibility import Limits

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
QUOTED = set(re.findall(r"`([^`\n]+)`", PAGE))
_ROOTS = (ROOT, ROOT / "tools" / "wattback_controller")


def test_the_limits_of_an_event_are_those_that_are_checked() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE, re.MULTILINE)
    assert {name: int(value) for name, value in rows} == asdict(Limits())


def test_every_file_that_it_names_is_there() -> None:
    named = {name for name in QUOTED if re.fullmatch(r"[\w/]+\.(py|md)", name)}
    assert len(named) > 20
    missing = {name for name in named if not any((root / name).is_file() for root in _ROOTS)}
    assert missing == set()


def test_every_test_that_it_names_is_there() -> None:
    named = {name for name in QUOTED if re.fullmatch(r"test_\w+", name)}
    assert len(named) > 10
    written = "\n".join(path.read_text(encoding="utf-8") for path in files(ROOT / "tests", ".py"))
    assert {name for name in named if f"def {name}(" not in written} == set()


@pytest.mark.parametrize("name", ["export_permitted", "hardware_limit_ma", "breaker_ma"])
def test_what_it_calls_the_installers_is_loaded_at_the_start(name: str) -> None:
    assert name in QUOTED
    assert {row[0]: row[4] for row in SETTINGS}[name] == AT_START


def test_there_is_no_way_to_turn_the_check_of_certificates_off() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in files(ROOT / "tools", ".py", ".toml")
    )
    for way in ("CERT_NONE", "check_hostname", "verify=False", "_create_unverified"):
        assert way not in text
