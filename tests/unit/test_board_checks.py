"""`wattback board check`: the table is whole, and no verdict is better than what was measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.pico.hello_server import hello_server
from wattback_cli.exit_codes import ExitCode
from wattback_hil.console import NotReachableError
from wattback_sim.pico.flash import compiled
from wattback_tools import board_command
from wattback_tools.board_checks import code
from wattback_tools.board_checks.checks import YES_NO, Check, Verdict
from wattback_tools.board_checks.people import Keyboard
from wattback_tools.board_checks.running import judged
from wattback_tools.board_command import CHECKS
from wattback_tools.flashing.repl import BoardCodeError
from wattback_tools.root import wattback as root

SERIAL = "e660583883265a2b"
each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def good_value(check: Check) -> float:
    return (check.low + check.high) / 2


class FakeBoard:
    """A prompt that prints, for each row, the middle of its limits.

    printed: other answers, by the row's code. lost: codes during which the board resets.
    Rows with the same code get theirs in the table's order.
    """

    url = "/dev/board"

    def __init__(self, machine: str = "Raspberry Pi Pico with RP2040") -> None:
        self.machine = machine
        self.printed: dict[str, str] = {}
        self.lost: set[str] = {code.WATCHDOG}
        self.ran: list[str] = []
        self.resets = 0
        self.waiting: dict[str, list[str]] = {}
        for check in CHECKS:
            value = "120" if check.reference else f"{good_value(check):g}"
            self.waiting.setdefault(check.after or check.code, []).append(value)

    def run(self, text: str, within_s: float = 30.0) -> str:
        self.ran.append(text)
        if "unique_id" in text:
            return f"{self.machine}\n4870\n1.27.0\n{SERIAL}\n"
        if "VERSION" in text:
            return "0.1.0\n"
        if text in self.lost:
            raise NotReachableError("the board stopped answering")
        waiting = self.waiting.get(text)
        answer = self.printed.get(text, waiting.pop(0) if waiting else "")
        if answer.startswith("raise "):
            raise BoardCodeError(answer.removeprefix("raise "))
        return answer

    def reset(self) -> None:
        self.resets += 1

    def restart(self) -> None: ...
    def clear(self) -> None:
        self.ran.append("clear")

    def await_return(self, within_s: float = 30.0) -> None: ...
    def close(self) -> None: ...


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> FakeBoard:
    fake = FakeBoard()
    monkeypatch.setattr(board_command, "BoardRepl", lambda port: fake)
    return fake


def wattback(*arguments: str | Path) -> Result:
    return CliRunner().invoke(root, ["board", *(str(argument) for argument in arguments)])


def checked(*arguments: str | Path) -> tuple[Result, dict[str, Mapping[str, object]]]:
    result = wattback("check", "/dev/board", "--json", *arguments)
    rows = {row["id"]: row for row in json.loads(result.stdout)["results"]}
    return result, rows


def answers(folder: Path, **other: object) -> Path:
    """Everything measured by a person, and good."""
    given: dict[str, object] = {}
    for check in CHECKS:
        if check.reference:
            given[check.id] = 120
        elif check.is_asked:
            given[check.id] = "yes" if check.unit == YES_NO else good_value(check)
        elif check.needs:
            given[check.id] = "ready"
    path = folder / "answers.json"
    path.write_text(json.dumps(given | other))
    return path


# --- the table ---


@each_check
def test_a_row_says_what_how_in_which_limits_and_why_it_takes_silicon(check: Check) -> None:
    for text in (check.id, check.what, check.method, check.unit, check.source, check.unproved):
        assert text.strip() == text != ""
    assert check.low <= check.high
    assert check.chips
    assert set(check.chips) <= {"RP2040", "RP2350"}
    assert [bool(check.code), check.is_asked, check.over_console].count(True) == 1
    assert not check.hold or check.is_asked
    assert not check.reference or check.code
    assert bool(check.after) >= bool(check.needs_then)


def test_rows_have_names_of_their_own() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)


@each_check
def test_what_the_board_runs_compiles(check: Check) -> None:
    for text in (check.code, check.hold, check.after):
        assert compiled(text, f"{check.id}.py")


def test_the_list_needs_no_board() -> None:
    result = wattback("checks")
    assert result.exit_code == ExitCode.DONE
    told = json.loads(wattback("checks", "--json").stdout)
    assert [row["id"] for row in told["checks"]] == [check.id for check in CHECKS]
    assert all(check.id in result.stdout for check in CHECKS)


# --- verdicts ---


def test_everything_measured_and_good_passes(board: FakeBoard, tmp_path: Path) -> None:
    with hello_server(SERIAL) as console:
        result, rows = checked("--answers", answers(tmp_path), "--console", console)
    assert result.exit_code == ExitCode.DONE, result.output
    # The power cannot be cut by a file, and this is an RP2040.
    assert rows["fram_keeps_bytes"]["verdict"] == "not measured"
    assert {row["verdict"] for name, row in rows.items() if name != "fram_keeps_bytes"} == {
        "passed"
    }
    assert rows.keys() == {check.id for check in CHECKS if "RP2040" in check.chips}
    assert board.resets == 1  # the unit runs again


def test_without_a_person_only_what_the_board_alone_can_measure_passes(board: FakeBoard) -> None:
    result, rows = checked()
    assert result.exit_code == ExitCode.DONE
    for check in CHECKS:
        if "RP2040" in check.chips:
            alone = check.code and not (check.needs or check.needs_then)
            assert rows[check.id]["verdict"] == ("passed" if alone else "not measured"), check.id
            assert (rows[check.id]["value"] is None) == (not alone)


@pytest.mark.parametrize("beyond", [-1, 1])
@each_check
def test_a_value_beyond_its_limits_fails_and_the_limits_themselves_pass(
    check: Check, beyond: int
) -> None:
    limit = check.low if beyond < 0 else check.high
    assert judged(check, limit).verdict is Verdict.PASSED
    assert judged(check, limit + beyond * 0.01).verdict is Verdict.FAILED


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_no_measurement(value: float) -> None:
    assert judged(CHECKS[0], value).verdict is Verdict.NOT_RUN


def test_a_failed_row_ends_with_4_even_where_another_could_not_be_run(
    board: FakeBoard, tmp_path: Path
) -> None:
    board.printed[code.TICK_WORST] = "raise OSError: 5"
    given = answers(tmp_path, pilot_b_v=7.0)
    result, rows = checked("--answers", given)
    assert result.exit_code == ExitCode.TEST_FAILED
    assert rows["pilot_b_v"]["verdict"] == "failed"
    assert rows["tick_worst_us"]["verdict"] == "could not run"
    assert rows["tick_worst_us"]["note"] == "OSError: 5"


@pytest.mark.parametrize("printed", ["", "none\n", "raise ImportError: no module"])
def test_a_row_that_prints_no_number_could_not_be_run_and_ends_with_1(
    board: FakeBoard, printed: str
) -> None:
    board.printed[code.FLASH_STOP] = printed
    result, rows = checked("--only", "flash_stop_ms")
    assert result.exit_code == ExitCode.FAILED
    assert list(rows) == ["flash_stop_ms"]
    assert rows["flash_stop_ms"]["verdict"] == "could not run"


def test_a_watchdog_that_does_not_bite_fails(board: FakeBoard) -> None:
    board.printed[code.WATCHDOG_TOLD] = "0\n"
    result, rows = checked("--only", "watchdog_told")
    assert result.exit_code == ExitCode.TEST_FAILED
    assert rows["watchdog_told"]["verdict"] == "failed"


def test_the_board_is_compared_with_the_reference_meter(board: FakeBoard, tmp_path: Path) -> None:
    given = answers(tmp_path, meter_voltage_l1_percent=122.0)
    _, rows = checked("--answers", given, "--only", "meter_voltage_l1_percent")
    row = rows["meter_voltage_l1_percent"]
    assert row["value"] == pytest.approx(-1.64, abs=0.01)
    assert row["verdict"] == "failed"
    assert row["note"] == "the board reads 120, the reference meter 122"


def test_an_rp2350_has_rows_of_its_own(board: FakeBoard) -> None:
    board.machine = "Raspberry Pi Pico 2 with RP2350"
    _, rows = checked()
    assert rows["rp2350_native"]["verdict"] == "passed"
    assert rows["rp2350_native"]["value"] == 0x4B37


def test_every_row_begins_on_a_board_that_has_forgotten_the_last(
    board: FakeBoard, tmp_path: Path
) -> None:
    checked("--answers", answers(tmp_path))
    for at, text in enumerate(board.ran):
        if any(text in (check.code, check.hold) for check in CHECKS):
            assert board.ran[at - 1] == "clear"


# --- what is recorded, asked and refused ---


def test_the_record_has_date_board_firmware_and_every_row(
    board: FakeBoard, tmp_path: Path
) -> None:
    path = tmp_path / "records" / "board.jsonl"
    _, rows = checked("--record", path)
    head, *lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert head["board"]["serial"] == SERIAL
    assert head["firmware"] == "0.1.0"
    assert head["date"].startswith("20")
    assert lines == list(rows.values())


def test_a_person_is_asked_with_unit_and_limits_and_enter_skips(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_command, "_person", lambda answers: Keyboard())
    only = ["--only", "pilot_b_v", "--only", "pilot_c_v", "--only", "starts_without_usb"]
    result = CliRunner().invoke(
        root, ["board", "check", "/dev/board", "--json", *only], input="a lot\n8.9\n\nno\n"
    )
    assert "8.36 to 9.56 V is good" in result.stderr
    assert "'a lot' is no answer: expected a number" in result.stderr
    rows = {row["id"]: row for row in json.loads(result.stdout)["results"]}
    assert rows["pilot_b_v"]["value"] == 8.9
    assert rows["pilot_c_v"]["verdict"] == "not measured"
    assert rows["starts_without_usb"]["verdict"] == "failed"
    assert result.exit_code == ExitCode.TEST_FAILED


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"pilot_b": 9}, "there is no row 'pilot_b'"),
        ({"pilot_b_v": "high"}, "pilot_b_v is 'high'; expected a number, or null"),
        ({"tick_worst_us": 1}, "expected nothing, because the board measures it alone"),
        ({"starts_without_usb": 1}, "expected yes or no"),
    ],
)
def test_answers_that_do_not_fit_are_refused_before_anything_is_run(
    board: FakeBoard, tmp_path: Path, given: dict[str, object], sentence: str
) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(given))
    result = wattback("check", "/dev/board", "--answers", path)
    assert result.exit_code == ExitCode.USAGE
    assert sentence in result.stderr
    assert board.ran == []


def test_a_row_that_is_not_there_is_refused(board: FakeBoard) -> None:
    result = wattback("check", "/dev/board", "--only", "tick_worst")
    assert result.exit_code == ExitCode.USAGE
    assert "did you mean 'tick_worst_us'?" in result.stderr


def test_people_get_a_table_and_totals(board: FakeBoard) -> None:
    result = wattback("check", "/dev/board", "--only", "tick_worst_us", "--only", "pilot_b_v")
    assert result.exit_code == ExitCode.DONE
    assert "1 passed, 0 failed, 1 not measured, 0 could not run" in result.stdout
