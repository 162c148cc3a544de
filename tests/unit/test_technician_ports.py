"""Serial ports that are not there, not to be had, or have something else behind them."""

import errno
import json
import os
import pty
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import serial  # type: ignore[import-untyped]

from tests.unit.technician_bench import CONSOLE, each_command, simulated_unit, wattback
from wattback_cli.exit_codes import ExitCode
from wattback_sim.site import Site
from wattback_tools import technician_commands


@pytest.fixture
def site() -> Iterator[Site]:
    with simulated_unit() as site:
        yield site


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


# --- sentences are ours, and not those of pyserial or Python ---


@pytest.mark.parametrize(
    ("port", "sentence"),
    [
        ("/tmp", "that is a folder; expected a serial port, like /dev/ttyACM0"),
        ("/dev/null", "it cannot be opened as a serial port; expected a device like /dev/ttyACM0"),
        ("rfc2217://x", "host or TCP port is missing, or is none; expected rfc2217://HOST:PORT"),
        ("socket://x:99999", "host or TCP port is missing, or is none; expected socket://HOST"),
        ("socket://:1", "host or TCP port is missing, or is none; expected socket://HOST:PORT"),
        ("socket://127.0.0.1:1", "nobody listens there; is the program at the other end running?"),
        ("rfc2217://127.0.0.1:1", "nobody listens there; is the program at the other end running"),
        ("nonsense://x", "no port here begins with nonsense://; expected a device like"),
    ],
)
def test_a_name_that_opens_nothing_is_told_once_with_what_was_expected(
    port: str, sentence: str
) -> None:
    result = wattback("status", "--port", port)
    assert result.exit_code == ExitCode.NOT_REACHABLE
    assert result.stderr.startswith(f"wattback: {port}: {sentence}")
    assert "Errno" not in result.stderr
    assert "could not open" not in result.stderr.lower()


def test_a_host_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(*_: object, **__: object) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr("socket.create_connection", wait)
    result = wattback("status", "--port", "socket://192.0.2.1:4000")
    assert result.exit_code == ExitCode.NOT_REACHABLE
    assert "that host does not answer; is it there, and powered?" in result.stderr


@each_command
def test_an_empty_name_is_a_usage_error(command: str) -> None:
    result = wattback(command, "--port", "")
    assert result.exit_code == ExitCode.USAGE
    assert result.stderr.startswith("wattback: the name after --port is empty: name a serial port")


@each_command
@pytest.mark.parametrize("method", ["read", "write"])
def test_a_cable_that_is_pulled_is_told(
    command: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: object) -> bytes:
        raise serial.SerialException("device reports readiness to read but returned no data")

    with terminal(lambda came: b"") as port:
        monkeypatch.setattr(serial.Serial, method, lose)
        result = wattback(command, "--port", port)
        monkeypatch.undo()
    assert result.exit_code == ExitCode.NOT_REACHABLE
    assert result.stderr == (
        f"wattback: {port} has gone away in the middle of it; was the cable pulled, is the unit "
        "powered? Plug it in and ask again\n"
    )
