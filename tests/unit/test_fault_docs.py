"""docs/faults.md: up to date, whole, and with the actions and ends of the firmware."""

import pytest

from tests.unit.source_tree import ROOT
from wattback.fault_table import ACTION_WARN, FAULTS
from wattback.settings import SETTINGS
from wattback_sim.fault_texts import FAULT_TABLE
from wattback_tools.faults import __main__ as generator
from wattback_tools.faults.page import page, settings_named

PAGE = page()
each_row = pytest.mark.parametrize("row", FAULTS, ids=lambda row: row[0])


def section(name: str) -> str:
    _, _, after = PAGE.partition(f"\n### {name}\n")
    return after.partition("\n### ")[0]


def test_the_page_of_the_faults_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert generator.main(["--check"]) == 0, capsys.readouterr().out


def test_the_page_says_that_it_is_generated_and_every_mark_is_filled() -> None:
    assert "do not edit" in PAGE
    assert "{" not in PAGE


@each_row
def test_every_fault_has_a_row_and_a_section_with_all_its_words(row: tuple[str, ...]) -> None:
    words = FAULT_TABLE[row[0]]
    assert PAGE.count(f"| {words.code} | [{row[0]}](#{row[0]}) | {words.text} |") == 1
    told = section(row[0])
    for said in (words.text, words.sensed_by, words.limit, words.source, words.hint):
        assert said in told
    for code in words.mrec or ("no code",):
        assert code in told


@each_row
def test_every_setting_of_a_limit_stands_there_with_its_default(row: tuple[str, ...]) -> None:
    defaults = {setting[0]: setting[1] for setting in SETTINGS}
    for name in settings_named(FAULT_TABLE[row[0]].limit):
        assert f"{name} {defaults[name]:,}" in section(row[0])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ground_fault", "by itself after 15 min 0 s, at most 4 times; when the vehicle is unpl"),
        ("overcurrent", "by itself after 10 s, at most 3 times; "),
        ("supply_out_of_window", "Ends: by itself, 1 min 0 s after its cause has gone.\n"),
        ("settings_invalid", "Ends: by a power cycle.\n"),
        ("emergency_stop", "Ends: by the reset button on the unit, "),
        ("pilot_stuck", "the contactor opens at once. Pilot: −12 V.\n"),
        ("overcurrent", "the contactor opens at once. Pilot: −12 V for 300 ms, then +12 V.\n"),
        ("board_overheated", "the vehicle unloads, then the contactor opens. Pilot: +12 V.\n"),
        ("terminal_loose", "it is told, and nothing else. Pilot: as it was.\n"),
    ],
)
def test_what_is_done_and_how_it_ends_is_told_in_words(name: str, told: str) -> None:
    assert told in section(name)


def test_a_warning_moves_no_pilot() -> None:
    assert all(row[1] == 0 for row in FAULTS if row[5] == ACTION_WARN)


def test_the_readme_leads_to_the_page() -> None:
    assert "(docs/faults.md)" in (ROOT / "README.md").read_text("utf-8")
