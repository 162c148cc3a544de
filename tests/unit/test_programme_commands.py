"""`wattback programme` as owners and scripts meet it: each command, its document, its errors."""

import json
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.unit.programme_bench import (
    END_S,
    START_S,
    ask,
    damage_records,
    site_folder,
    without_programme,
)
from tests.unit.settlement_site import part
from wattback_cli.exit_codes import ExitCode
from wattback_controller import commands
from wattback_controller.choices import CHOICE_ROWS, OPTION_NAMES
from wattback_controller.commands import programme
from wattback_controller.owner import REQUESTS
from wattback_controller.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return site_folder(tmp_path)


def document_of(result: Result, code: ExitCode = ExitCode.DONE) -> dict[str, Any]:
    assert result.exit_code == code, result.output
    assert result.stderr == ""
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def choices_of(folder: Path, connector: str = "garage") -> dict[str, Any]:
    told: dict[str, Any] = document_of(ask(folder, "status", "--json"))["connectors"][connector]
    return told


# --- every command ---


@dataclass(frozen=True)
class Case:
    """says: words of what people are told. document: what programs are."""

    words: list[str]
    says: list[str]
    document: dict[str, object]


CASES = {
    "ask": Case(["garage", "enrol"], ["garage: enrol."], {"connector": "garage", "done": "enrol"}),
    "set": Case(
        ["drive", "reserve", "30%"],
        ["drive: reserve is 30%."],
        {"connector": "drive", "done": "reserve is 30%"},
    ),
    "skip": Case(
        ["garage", "event-1"],
        ["garage: stays out of event event-1."],
        {"connector": "garage", "done": "stays out of event event-1"},
    ),
    "status": Case(
        [],
        [
            "garage: its owner does not take part in the programme; no event; reserve 40 %",
            "10 February 18:15  event event-1 (event-1): DISPATCH_SETPOINT 8000 for 900 s",
        ],
        {"events": [{"event": "event-1", "start_s": START_S, "end_s": END_S}]},
    ),
    "statement": Case(
        ["--month", "2026-02"],
        ["Statement for February 2026, tariff Flat", "18:15–18:30", "$1.61", "reserve untouched"],
        {
            "month": "2026-02",
            "currency": "USD",
            "delivered_wh": 1899,
            "paid_wh": 1899,
            "credit": "1.61",
        },
    ),
    "records": Case(
        ["--month", "2026-02"], ["OCMF|{}|{}\n"], {"month": "2026-02", "records": ["OCMF|{}|{}"]}
    ),
    "audit": Case(
        ["--last", "1"],
        ["2026-02-10 18:15:00  controller: garage takes part in event event-1\n"],
        {
            "lines": [
                {
                    "t_s": START_S,
                    "who": "controller",
                    "what": "garage takes part in event event-1",
                }
            ]
        },
    ),
}
RUNS = {"run"}  # until it is told to stop: see test_programme_run
each_command = pytest.mark.parametrize("command", CASES)


def test_every_command_of_the_group_has_its_case() -> None:
    assert set(programme.commands) == CASES.keys() | RUNS


@each_command
def test_people_are_told_in_words(folder: Path, command: str) -> None:
    case = CASES[command]
    result = ask(folder, command, *case.words)
    assert (result.exit_code, result.stderr) == (ExitCode.DONE, "")
    for words in case.says:
        assert words in result.stdout


@each_command
def test_programs_are_told_in_one_document(folder: Path, command: str) -> None:
    case = CASES[command]
    document = document_of(ask(folder, command, *case.words, "--json"))
    assert {key: document[key] for key in case.document} == case.document


@each_command
@pytest.mark.parametrize("as_json", [True, False])
def test_a_site_that_is_not_there_is_exit_code_2(
    tmp_path: Path, command: str, as_json: bool
) -> None:
    result = ask(tmp_path, command, *CASES[command].words, *(["--json"] if as_json else []))
    assert result.exit_code == ExitCode.USAGE
    said = json.loads(result.stdout)["error"] if as_json else result.stderr
    assert "site.toml: there is no such file" in said
    assert len(said.splitlines()) == 1


@each_command
def test_records_that_are_none_are_exit_code_2(folder: Path, command: str) -> None:
    (folder / "records" / "records.sqlite").write_bytes(b"no database" * 100)
    for rest in ("records.sqlite-wal", "records.sqlite-shm"):
        (folder / "records" / rest).unlink(missing_ok=True)
    result = ask(folder, command, *CASES[command].words)
    assert result.exit_code == ExitCode.USAGE
    assert "is not a site's records" in result.stderr


@each_command
def test_records_that_are_damaged_are_exit_code_2(folder: Path, command: str) -> None:
    damage_records(folder)
    result = ask(folder, command, *CASES[command].words)
    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert "records.sqlite is damaged (database disk image is malformed)" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("clock_good", [True, False])
def test_a_clock_that_nobody_keeps_is_told_by_the_status(
    folder: Path, clock_good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "clock_check", lambda kind: lambda: clock_good)
    assert document_of(ask(folder, "status", "--json"))["clock_good"] is clock_good
    told = "This machine's clock is not known to be right now"
    assert ask(folder, "status").stdout.startswith(told) is not clock_good
    without_programme(folder)
    assert told not in ask(folder, "status").stdout


@pytest.mark.parametrize("command", ["ask", "set", "skip"])
def test_records_that_another_program_holds_are_exit_code_1(
    folder: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wattback_controller.store_file._WAIT_S", 0.1)
    other = sqlite3.connect(folder / "records" / "records.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        result = ask(folder, command, *CASES[command].words)
    finally:
        other.close()
    assert result.exit_code == ExitCode.FAILED
    assert "records.sqlite cannot be used now (database is locked)" in result.stderr
    assert choices_of(folder)["enrolled"] is False


# --- what an owner asks for ---


@pytest.mark.parametrize("request_name", [row.name for row in REQUESTS])
def test_every_request_is_taken_and_stands_in_the_audit_log(
    folder: Path, request_name: str
) -> None:
    document_of(ask(folder, "ask", "garage", request_name, "--json"))
    text = next(row.text for row in REQUESTS if row.name == request_name)
    (line,) = document_of(ask(folder, "audit", "--last", "1", "--json"))["lines"]
    assert line["who"] == "owner (command line)"
    assert line["what"] == f"garage: asks to {text}"
    assert abs(line["t_s"] - time.time()) < 60


def test_enrolling_staying_out_and_coming_back_change_the_choices(folder: Path) -> None:
    assert choices_of(folder)["enrolled"] is False
    ask(folder, "ask", "garage", "enrol")
    assert choices_of(folder)["enrolled"] is True
    assert choices_of(folder, "drive")["enrolled"] is False
    ask(folder, "ask", "garage", "out")
    assert choices_of(folder)["opted_out"] is True
    assert "garage: the owner opted out; no event" in ask(folder, "status").stdout
    ask(folder, "ask", "garage", "in")
    assert choices_of(folder)["opted_out"] is False
    assert "garage: enrolled; no event" in ask(folder, "status").stdout


VALUES = {
    "enrolled": ("yes", True),
    "opted_out": ("yes", True),
    "reserve": ("25%", 2500),
    "departure": ("06:30", "06:30"),
    "ready": ("90", 9000),
    "pause_above": ("0.35", 0.35),
    "export_above": ("never", None),
}


def test_every_option_is_set_by_its_name_and_explained(folder: Path) -> None:
    assert VALUES.keys() == OPTION_NAMES.keys()
    for name, (text, value) in VALUES.items():
        ask(folder, "set", "garage", name, text)
        assert choices_of(folder)[OPTION_NAMES[name].name] == value
    spoken = " ".join(ask(folder, "set", "--help").output.split())
    for name, row in OPTION_NAMES.items():
        assert f"{name}: {row.text}" in spoken
    assert set(choices_of(folder)) == {row.name for row in CHOICE_ROWS} | {"event"}


def test_who_takes_part_now_is_told(folder: Path) -> None:
    store = Store(folder / "records")
    store.put_participation(part("event-1", END_S, END_S + 1, stopped="", connector="drive"))
    store.close()
    assert choices_of(folder, "drive")["event"] == "event-1"
    assert choices_of(folder)["event"] is None
    assert "takes part in event event-1" in ask(folder, "status").stdout


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["ask", "garge", "enrol"], "no connector is called 'garge'; did you mean 'garage'?"),
        (["ask", "garage", "enroll"], "Invalid value for"),
        (["ask", "garage"], "Missing argument"),
        (["set", "garage", "reserv", "1"], "is called 'reserv'; did you mean 'reserve'?"),
        (["set", "garage", "reserve", "101%"], "reserve: '101%' is no share between 0% and 100%"),
        (["set", "garage", "departure", "7"], "departure: '7' is no time of day"),
        (["skip", "garage", "event-2"], "no event is called 'event-2'; did you mean 'event-1'?"),
        (["statement", "--month", "2026-13"], "'2026-13' is no month"),
        (["statement"], "Missing option '--month'"),
        (["records", "--month", "February"], "'February' is no month"),
        (["audit", "--last", "0"], "Invalid value for '--last'"),
    ],
)
def test_what_cannot_be_asked_is_exit_code_2_and_changes_nothing(
    folder: Path, words: list[str], error: str
) -> None:
    before = choices_of(folder)
    spoken = ask(folder, *words)
    assert (spoken.exit_code, spoken.stdout) == (ExitCode.USAGE, "")
    assert error in " ".join(spoken.stderr.split())
    document = document_of(ask(folder, *words, "--json"), ExitCode.USAGE)
    assert document["exit_code"] == ExitCode.USAGE
    assert error in document["error"]
    assert choices_of(folder) == before


# --- the statement ---


def test_a_statement_is_written_as_csv_and_as_a_page(folder: Path) -> None:
    csv, page = folder / "out" / "february.csv", folder / "out" / "february.html"
    words = ["--month", "2026-02", "--csv", str(csv), "--page", str(page)]
    assert ask(folder, "statement", *words).exit_code == ExitCode.DONE
    assert "garage" in csv.read_text(encoding="utf-8")
    assert "<!doctype html>" in page.read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("option", ["--csv", "--page"])
def test_a_statement_that_cannot_be_written_is_exit_code_2(folder: Path, option: str) -> None:
    result = ask(folder, "statement", "--month", "2026-02", option, str(folder))
    assert result.exit_code == ExitCode.USAGE
    assert f"{option}: {folder} cannot be written: that is a folder" in result.stderr


def test_a_month_without_anything_is_a_statement_too(folder: Path) -> None:
    document = document_of(ask(folder, "statement", "--month", "2026-03", "--json"))
    assert (document["delivered_wh"], document["credit"]) == (0, "0.00")


def test_without_a_programme_nobody_pays(folder: Path) -> None:
    without_programme(folder)
    result = ask(folder, "statement", "--month", "2026-02")
    assert result.exit_code == ExitCode.USAGE
    assert "has no [programme], so nobody pays for anything" in result.stderr
