"""The command line as a script meets it: exit codes, one JSON document, no traceback."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wattback.fault_table import FAULTS
from wattback.settings import SETTINGS
from wattback_cli.exit_codes import EXIT_TEXTS, ExitCode
from wattback_sim.actions import ACTIONS
from wattback_sim.faults import FAULT_KINDS
from wattback_tools.root import wattback as root

SCENARIO = """profile = "us-240-split-phase"
starts_at = "2026-02-10T18:00:00-06:00"
duration_s = 2
[[expect]]
t_s = 1.0
column = "session_state"
is = "{state}"
"""


def wattback(*arguments: str | Path) -> Result:
    return CliRunner().invoke(root, [str(argument) for argument in arguments])


def scenario(folder: Path, state: str = "idle") -> Path:
    path = folder / "short.toml"
    path.write_text(SCENARIO.format(state=state), encoding="utf-8")
    return path


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
def test_a_passing_run_ends_with_0_and_names_its_interpreter(tmp_path: Path, runtime: str) -> None:
    result = wattback("sim", "run", scenario(tmp_path), "--runtime", runtime)
    assert result.exit_code == ExitCode.DONE
    assert runtime in result.output.lower()
    assert "Expectations met: 1 of 1." in result.output


def test_an_expectation_that_is_not_met_ends_with_4_and_names_its_line(tmp_path: Path) -> None:
    path = scenario(tmp_path, "charging")
    result = wattback("sim", "run", path)
    assert result.exit_code == ExitCode.TEST_FAILED
    assert f"{path}:7: expected session_state is 'charging'" in result.output
    assert "saw 'idle'" in result.output


def test_a_bad_file_ends_with_2_as_a_sentence_or_as_json(tmp_path: Path) -> None:
    spoken = wattback("sim", "run", tmp_path / "none.toml")
    assert spoken.exit_code == ExitCode.USAGE
    assert spoken.output.startswith("wattback: ")
    document = wattback("sim", "run", tmp_path / "none.toml", "--json")
    assert document.exit_code == ExitCode.USAGE
    assert json.loads(document.stdout)["exit_code"] == ExitCode.USAGE


def test_rows_that_miss_the_ticks_are_a_usage_error(tmp_path: Path) -> None:
    result = wattback("sim", "run", scenario(tmp_path), "--every", "15")
    assert result.exit_code == ExitCode.USAGE
    assert "no multiple" in result.output


def test_a_named_interpreter_that_is_missing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATTBACK_MICROPYTHON", "no-such-interpreter")
    result = wattback("sim", "run", scenario(tmp_path))
    assert result.exit_code == ExitCode.USAGE
    assert "'no-such-interpreter', which is no program" in result.output


def test_an_interpreter_that_is_none_ends_with_1_and_what_it_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATTBACK_MICROPYTHON", "true")
    result = wattback("sim", "run", scenario(tmp_path))
    assert result.exit_code == ExitCode.FAILED
    assert "the firmware stopped with code 0" in result.output


def test_without_any_interpreter_the_run_says_so_and_uses_cpython(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wattback_tools.runtimes.find_interpreter", lambda: None)
    result = wattback("sim", "run", scenario(tmp_path))
    assert result.exit_code == ExitCode.DONE
    assert "no MicroPython for this machine" in result.output
    assert "Firmware on CPython" in result.output


def test_a_json_run_is_one_document_with_the_story(tmp_path: Path) -> None:
    result = wattback("sim", "run", scenario(tmp_path), "--json")
    document = json.loads(result.stdout)
    assert document["passed"] is True
    assert document["ticks"] == 200
    assert any("ready" in event["text"] for event in document["events"])


def test_trace_and_page_are_written_and_folders_made(tmp_path: Path) -> None:
    trace, page = tmp_path / "other" / "trace.csv", tmp_path / "new" / "page.html"
    result = wattback("sim", "run", scenario(tmp_path), "--trace", trace, "--page", page)
    assert result.exit_code == ExitCode.DONE
    lines = trace.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("t_ms,pilot_state,pilot_high_mv,")
    assert len(lines) == 1 + 20
    assert "<svg" in page.read_text(encoding="utf-8")


def test_parameters_lists_every_row_of_every_table() -> None:
    spoken = wattback("sim", "parameters")
    assert spoken.exit_code == ExitCode.DONE
    document = json.loads(wattback("sim", "parameters", "--json").stdout)
    assert len(document["settings"]) == len(SETTINGS)
    assert [row["action"] for row in document["actions"]] == [action.name for action in ACTIONS]
    assert len(document["faults"]) == len(FAULT_KINDS)
    columns = {row["column"]: row["values"] for row in document["columns"]}
    assert columns["faults"].split() == [row[0] for row in FAULTS]
    for name in columns["faults"].split():
        assert name in spoken.output


def test_every_exit_code_is_explained_in_the_help() -> None:
    output = " ".join(wattback("--help").output.split())
    for code in ExitCode:
        assert f"{int(code)} {EXIT_TEXTS[code]}" in output


# --- files that cannot be written ---


@pytest.mark.parametrize("option", ["--trace", "--page"])
@pytest.mark.parametrize("as_json", [False, True])
def test_an_output_that_cannot_be_written_ends_with_2_before_the_run(
    tmp_path: Path, option: str, as_json: bool
) -> None:
    path = scenario(tmp_path)
    for place, reason in ((tmp_path, "that is a folder"), (path / "x", "a folder above it is a")):
        words = ["--json"] if as_json else []
        result = wattback("sim", "run", path, option, place, *words)
        assert result.exit_code == ExitCode.USAGE
        said = json.loads(result.stdout)["error"] if as_json else result.stderr
        assert f"{option}: {place} cannot be written: " in said
        assert reason in said
        assert "Firmware on" not in result.output


def test_a_file_that_is_there_is_not_touched_by_the_check(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("the last one", encoding="utf-8")
    result = wattback("sim", "run", scenario(tmp_path), "--page", page, "--trace", tmp_path)
    assert result.exit_code == ExitCode.USAGE
    assert page.read_text(encoding="utf-8") == "the last one"


# --- options that are not accepted ---


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["why", "--nonsense"], "No such option"),
        (["nonsense"], "No such command"),
        (["sim", "run"], "Missing argument"),
        (["sim", "run", "x", "--every", "5"], "--every"),
        (["sim", "serve", "--speed", "nan"], "nan is not in the range"),
    ],
)
def test_a_usage_error_is_a_document_where_one_is_asked_for(words: list[str], error: str) -> None:
    spoken = wattback(*words)
    assert spoken.exit_code == ExitCode.USAGE
    assert spoken.stdout == ""
    assert error in spoken.stderr
    result = wattback(*words, "--json")
    assert result.exit_code == ExitCode.USAGE
    document = json.loads(result.stdout)
    assert document["exit_code"] == ExitCode.USAGE
    assert error in document["error"]


@pytest.mark.parametrize("speed", ["nan", "NaN", "inf", "-inf", "0", "1001", "fast"])
def test_a_speed_that_is_none_is_a_usage_error(speed: str) -> None:
    result = wattback("sim", "serve", "--speed", speed)
    assert result.exit_code == ExitCode.USAGE
    assert "Invalid value for '--speed'" in result.stderr


# --- as a process of its own ---

_PROGRAM = "from wattback_tools.cli import main; main()"
# The first import of click is where Ctrl-C comes.
_INTERRUPTED = """
import sys
class Early:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Early())
"""


def process(*words: str, before: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", before + _PROGRAM, *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_ctrl_c_while_it_imports_is_one_word() -> None:
    done = process("why", before=_INTERRUPTED)
    assert done.returncode == ExitCode.INTERRUPTED
    assert (done.stdout, done.stderr) == ("", "wattback: interrupted\n")
    done = process("why", "--json", before=_INTERRUPTED)
    assert done.returncode == ExitCode.INTERRUPTED
    assert json.loads(done.stdout) == {"error": "interrupted", "exit_code": 130}


@pytest.mark.parametrize("words", [["why", "--port", "/dev/ptmx"], ["sim", "parameters"]])
def test_ctrl_c_while_a_command_is_imported_is_one_word(words: list[str]) -> None:
    module = "technician_commands" if words[0] == "why" else "sim_commands"
    done = process(*words, before=_INTERRUPTED.replace("click", f"wattback_tools.{module}"))
    assert done.returncode == ExitCode.INTERRUPTED
    assert (done.stdout, done.stderr) == ("", "wattback: interrupted\n")


def test_a_technicians_command_does_not_wait_for_the_simulator() -> None:
    done = process(
        "status",
        "--port",
        "/dev/no-such-port",
        before="import atexit, sys\natexit.register(lambda: print(*sys.modules))\n",
    )
    assert done.returncode == ExitCode.NOT_REACHABLE
    names = done.stdout.split()
    assert "wattback_hil.console.client" in names
    for heavy in ("wattback_sim.site", "wattback_sim.player", "wattback.connector", "rich"):
        assert heavy not in names


@pytest.mark.parametrize(
    "words", [["--help"], ["sim", "parameters"], ["sim", "parameters", "--json"], ["sim", "serve"]]
)
def test_nobody_reads_the_output_any_more(words: list[str]) -> None:
    ports = ["--modbus-port", "0", "--control-port", "0"] if "serve" in words else []
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, *words, *ports],
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(write)
    assert done.returncode == ExitCode.UNREAD == 128 + signal.SIGPIPE
    assert done.stderr == ""
