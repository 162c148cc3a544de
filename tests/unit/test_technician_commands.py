"""`wattback status | why | vitals | monitor` as a technician and a script meet them."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest
from click.testing import Result

from tests.unit.technician_bench import CONSOLE, each_command, simulated_unit, wattback
from wattback.console import group
from wattback.signals import REPORT_NAMES, STATUS_NAMES
from wattback_cli.exit_codes import EXIT_TEXTS, ExitCode
from wattback_hil.console.log import parse
from wattback_sim.site import Site
from wattback_tools import technician_commands


@pytest.fixture
def site() -> Iterator[Site]:
    with simulated_unit() as site:
        yield site


# --- ok ---


def test_status_is_one_screen_with_the_verdict_first(site: Site) -> None:
    result = wattback("status", "--port", CONSOLE)
    assert result.exit_code == ExitCode.DONE
    lines = result.stdout.splitlines()
    assert lines[0] == "NO VEHICLE"
    assert len(lines) <= 24
    assert result.stderr == ""


def test_why_tells_conditions_and_the_last_stop(site: Site) -> None:
    result = wattback("why", "--port", CONSOLE)
    assert result.exit_code == ExitCode.DONE
    assert result.stdout.startswith("NOT CHARGING: waiting for a vehicle that is connected")
    assert "NOT EXPORTING: waiting for" in result.stdout
    assert "LAST STOP: it has not opened yet" in result.stdout


def test_vitals_lists_every_field(site: Site) -> None:
    result = wattback("vitals", "--port", CONSOLE)
    assert result.exit_code == ExitCode.DONE
    names = [line.split()[0] for line in result.stdout.splitlines()]
    assert names == ["tick", *STATUS_NAMES[1:], *REPORT_NAMES, "profile"]


@pytest.mark.parametrize("command", ["status", "why", "vitals"])
def test_json_puts_one_document_on_stdout_and_names_the_unit(site: Site, command: str) -> None:
    result = wattback(command, "--port", CONSOLE, "--json")
    assert result.exit_code == ExitCode.DONE
    document = json.loads(result.stdout)
    assert document["command"] == command
    assert document["unit"] == {
        "serial": "00000001",
        "model": "Wall Connector",
        "firmware": "0.1.0",
        "profile": {"name": None, "version": 0, "hash": "0000000"},
    }


def test_asking_changes_nothing_at_the_connector(site: Site) -> None:
    names = ("session_state", "pilot_state", "faults", "open_cause", "import_limit_ma")
    before = [site.board.status(name) for name in names]
    for command in ("status", "why", "vitals"):
        wattback(command, "--port", CONSOLE)
    assert [site.board.status(name) for name in names] == before


# --- monitor ---


def monitored(site: Site, *options: str) -> tuple[Result, list[str]]:
    """The first lines of a monitor that is interrupted while it waits for more."""
    site.power_off()
    site.power_on()  # so that it greets

    def interrupt() -> None:
        if site.clock.now_us > 2_500_000:
            raise KeyboardInterrupt

    site.watchers.append(interrupt)
    result = wattback("monitor", "--port", CONSOLE, *options)
    return result, result.stdout.splitlines()


def test_monitor_follows_the_log_until_it_is_interrupted(site: Site) -> None:
    result, lines = monitored(site)
    assert result.exit_code == ExitCode.INTERRUPTED
    assert re.fullmatch(r" +0\.000 I boot serial=00000001 firmware=\S+ #[0-9a-f]{4}", lines[0])
    assert any("session state=idle prev=boot" in line for line in lines)
    assert not any("damaged" in line for line in lines)


def test_monitor_for_programs_is_one_document_a_line(site: Site) -> None:
    result, lines = monitored(site, "--json")
    documents = [json.loads(line) for line in lines]
    assert documents[0]["tag"] == "boot"
    assert documents[0]["intact"] is True
    assert documents[0]["fields"]["serial"] == "00000001"
    assert documents[1] == {"text": "Wattback Wall Connector 00000001, firmware 0.1.0"}
    assert documents[-1] == {"error": "interrupted", "exit_code": 130}
    assert result.exit_code == ExitCode.INTERRUPTED


def test_a_line_whose_check_sum_is_wrong_is_marked() -> None:
    text = "      0.010 I grid in_service=1 #0000"
    line = parse(text)
    assert line is not None
    assert "damaged" in technician_commands.log_text(text, line)
    assert technician_commands.log_document(text, line)["intact"] is False


# --- something else than this program knows ---


@each_command
@pytest.mark.parametrize("as_json", [False, True])
def test_another_version_of_the_protocol_ends_with_7(
    site: Site, monkeypatch: pytest.MonkeyPatch, command: str, as_json: bool
) -> None:
    monkeypatch.setattr(group, "PROTOCOL", (2, 0))
    result = wattback(command, "--port", CONSOLE, *(["--json"] if as_json else []))
    assert result.exit_code == ExitCode.VERSION_MISMATCH
    said = json.loads(result.stdout)["error"] if as_json else result.stderr
    assert "the unit speaks version 2.0 of the protocol, and this program knows 1.x" in said


def test_an_answer_that_is_not_as_described_ends_with_1(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "STATUS_NAMES", STATUS_NAMES[:-1])
    monkeypatch.setattr(group, "_FIELDS", (group._HELLO_FIELDS, ("sequence",), (), ()))
    result = wattback("vitals", "--port", CONSOLE)
    assert result.exit_code == ExitCode.FAILED
    assert "the answer lacks 'pilot_state'" in result.stderr


def test_every_exit_code_is_in_the_help() -> None:
    shown = " ".join(wattback("--help").output.split())
    for code, text in EXIT_TEXTS.items():
        assert f"{int(code)} {text}" in shown


# --- over a real port ---


def test_a_served_board_answers_and_ctrl_c_ends_a_monitor_with_130() -> None:
    program = [sys.executable, "-c", "from wattback_tools.cli import main; main()"]
    serve = subprocess.Popen(
        [*program, "sim", "serve", "--json", "--modbus-port", "0", "--control-port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert serve.stdout is not None
        port = json.loads(serve.stdout.readline())["console"]
        assert wattback("status", "--port", port).exit_code == ExitCode.DONE
        monitor = subprocess.Popen(
            [*program, "monitor", "--port", port], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        with pytest.raises(subprocess.TimeoutExpired):
            monitor.wait(4)
        for _ in range(3):  # on a busy machine the interpreter is still starting, and may lose one
            monitor.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                _, said = monitor.communicate(timeout=20)
                break
        assert monitor.returncode == ExitCode.INTERRUPTED
        assert said == b"wattback: interrupted\n"
    finally:
        serve.send_signal(signal.SIGINT)
        serve.communicate(timeout=20)
