"""`wattback status | why | vitals | monitor` as a technician and a script meet them."""

import errno
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import serial  # type: ignore[import-untyped]
from click.testing import CliRunner, Result

from wattback.console import group
from wattback.signals import REPORT_NAMES, STATUS_NAMES
from wattback_hil.console.log import parse
from wattback_sim.serial_urls import registered
from wattback_sim.site import Site
from wattback_tools import technician_commands
from wattback_tools.cli import main
from wattback_tools.exit_codes import EXIT_TEXTS, ExitCode

COMMANDS = ("status", "why", "vitals", "monitor")
CONSOLE = "sim://unit?channel=console"
each_command = pytest.mark.parametrize("command", COMMANDS)


def wattback(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def site() -> Iterator[Site]:
    """A simulated board whose console is CONSOLE, on simulated time."""
    site = Site("cpython")
    site.power_on()
    site.run_until(1_000_000)
    with registered("unit", site):
        yield site
    site.close()


@contextmanager
def terminal(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """A serial port behind which something answers what comes in its own way."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)

    def run() -> None:
        while True:
            try:
                came = os.read(ours, 1000)
            except OSError:
                return
            if came == b"end":
                return
            os.write(ours, answer(came))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield os.ttyname(theirs)
    finally:
        os.write(theirs, b"end")
        thread.join(5)
        os.close(theirs)
        os.close(ours)


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
    assert names == ["tick", *STATUS_NAMES[1:], *REPORT_NAMES]


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


# --- a port that is not there, or not to be had ---


@each_command
def test_a_port_that_does_not_exist_ends_with_3_and_a_sentence(command: str) -> None:
    result = wattback(command, "--port", "/dev/no-such-port")
    assert result.exit_code == ExitCode.NOT_REACHABLE
    assert result.stderr == (
        "wattback: /dev/no-such-port: there is no such port; is the cable plugged in?\n"
    )


@each_command
def test_errors_are_a_document_too(command: str) -> None:
    result = wattback(command, "--port", "/dev/no-such-port", "--json")
    assert result.exit_code == ExitCode.NOT_REACHABLE
    document = json.loads(result.stdout)
    assert document["exit_code"] == 3
    assert "there is no such port" in document["error"]


@each_command
@pytest.mark.parametrize("port", ["nonsense://x", "sim://nobody?channel=console", "/dev/null"])
def test_a_name_that_is_no_port_ends_with_3(command: str, port: str) -> None:
    result = wattback(command, "--port", port)
    assert result.exit_code == ExitCode.NOT_REACHABLE
    assert result.stderr.startswith(f"wattback: {port}: ")
    assert "Traceback" not in result.output


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="who has a port is told on Linux")
@each_command
def test_a_busy_port_says_who_has_it(command: str) -> None:
    with terminal(lambda came: b"") as port:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, port], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            assert holder.stdout is not None
            holder.stdout.readline()
            result = wattback(command, "--port", port)
        finally:
            holder.communicate()
    assert result.exit_code == ExitCode.NOT_REACHABLE
    assert f"{port} is in use by python" in result.stderr
    assert f"(process {holder.pid}); close that first" in result.stderr


HOLDER = """
import serial, sys
port = serial.Serial(sys.argv[1], exclusive=True)
print("held", flush=True)
sys.stdin.read()
"""


@each_command
def test_a_port_that_this_user_may_not_open_ends_with_6(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise serial.SerialException(errno.EACCES, "could not open port")

    monkeypatch.setattr(serial.Serial, "open", refuse)
    result = wattback(command, "--port", "/dev/ttyACM0")
    assert result.exit_code == ExitCode.NOT_PERMITTED
    assert "dialout" in result.stderr


def test_without_a_port_the_only_one_is_taken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(technician_commands, "port_names", lambda: [CONSOLE])
    assert wattback("status").exit_code == ExitCode.DONE


def test_without_a_port_none_and_several_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(technician_commands, "port_names", list)
    none = wattback("why")
    assert none.exit_code == ExitCode.NOT_REACHABLE
    assert "plug the cable in, or name a port with --port" in none.stderr
    monkeypatch.setattr(technician_commands, "port_names", lambda: ["/dev/a", "/dev/b"])
    several = wattback("why")
    assert several.exit_code == ExitCode.USAGE
    assert "there are 2 serial ports, name one with --port: /dev/a, /dev/b" in several.stderr


# --- something else behind the port ---


@each_command
def test_garbage_ends_with_3(command: str) -> None:
    with terminal(lambda came: b"\x80\xff\x13\n" * 20) as port:
        result = wattback(command, "--port", port)
    assert result.exit_code == ExitCode.NOT_REACHABLE
    assert result.stderr.startswith(f"wattback: {port}: no answer in 3 attempts")
    assert "what came is damaged" in result.stderr


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        (b"", "not a byte; is the unit powered"),
        (b">>> \r\n", "a MicroPython prompt is there, and no firmware"),
        (b"login: \r\n", "only text; is a connector behind this port?"),
    ],
    ids=["silence", "a prompt", "text"],
)
def test_what_is_there_instead_of_a_connector_is_told(says: bytes, sentence: str) -> None:
    with terminal(lambda came: says) as port:
        result = wattback("status", "--port", port)
    assert result.exit_code == ExitCode.NOT_REACHABLE
    assert sentence in result.stderr


def test_a_cable_that_gives_back_what_is_sent_is_told() -> None:
    result = wattback("status", "--port", "loop://")
    assert result.exit_code == ExitCode.NOT_REACHABLE
    assert "what is sent comes back" in result.stderr


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
            monitor.wait(2)
        monitor.send_signal(signal.SIGINT)
        _, said = monitor.communicate(timeout=20)
        assert monitor.returncode == ExitCode.INTERRUPTED
        assert said == b"wattback: interrupted\n"
    finally:
        serve.send_signal(signal.SIGINT)
        serve.communicate(timeout=20)
