"""docs/backup.md: up to date, with every step, refusal, condition, mode and setting."""

import pytest

from wattback.backup.readiness import WAIT_NAMES
from wattback.backup.steps import REFUSAL_NAMES, STATE_NAMES, STEPS
from wattback.house import OPERATING_NAMES
from wattback_sim.texts import BACKUP_REFUSAL_TEXTS, BACKUP_TEXTS, READINESS_TEXTS
from wattback_tools.backup_page import __main__ as generator
from wattback_tools.backup_page.page import page

PAGE = page()


def test_the_page_of_the_backup_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert generator.main(["--check"]) == 0, capsys.readouterr().out


def test_every_code_has_its_words_and_no_words_are_left_over() -> None:
    assert set(BACKUP_TEXTS) == set(STATE_NAMES)
    assert set(BACKUP_REFUSAL_TEXTS) == set(REFUSAL_NAMES)
    assert set(READINESS_TEXTS) == set(WAIT_NAMES)


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row[0])
def test_every_step_tells_its_limit_and_its_refusal(row: tuple[str, int, int]) -> None:
    name, limit_ms, refusal = row
    (line,) = [
        line for line in PAGE.splitlines() if line.startswith(f"| `{name}` | {BACKUP_TEXTS[name]}")
    ]
    assert not limit_ms or f"{limit_ms // 1000} s" in line
    assert not refusal or f"`{REFUSAL_NAMES[refusal]}`" in line


@pytest.mark.parametrize("name", [*REFUSAL_NAMES, *WAIT_NAMES, *OPERATING_NAMES])
def test_every_name_is_told(name: str) -> None:
    assert f"| `{name}` |" in PAGE
