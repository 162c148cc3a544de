"""A served board, met as outside programs meet it: through PTYs, TCP ports and signals."""

import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.unit.serve_bench import (
    COMMAND,
    FOUR,
    PATIENCE_S,
    READ_FOUR,
    Controller,
    connect,
    serving,
    with_header,
)
from tests.unit.source_tree import ROOT, files, imports_of, under
from wattback.codec.crc_modbus import crc16_modbus


def with_sum(frame: bytes) -> bytes:
    return frame + crc16_modbus(frame, 0, len(frame)).to_bytes(2, "little")


@pytest.fixture(scope="module")
def board() -> Iterator[dict[str, Any]]:
    with serving() as (_, addresses):
        controller = Controller(addresses["control"])
        while controller.get("world.time_s") < 1.5:  # what there is to say about a boot is said
            time.sleep(0.05)
        yield addresses


@contextmanager
def terminal(path: str) -> Iterator[int]:
    """A PTY as a program has it open that sets nothing: it must be raw already."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        yield fd
    finally:
        os.close(fd)


def read_until(fd: int, words: bytes) -> bytes:
    """What comes from a terminal, until it holds these words."""
    said = b""
    ends_s = time.monotonic() + PATIENCE_S
    while words not in said:
        assert time.monotonic() < ends_s, said
        if select.select([fd], [], [], 0.1)[0]:
            said += os.read(fd, 4096)
    return said


def test_the_line_says_where_everything_is(board: dict[str, Any]) -> None:
    assert list(board) == ["console", "modbus_rtu", "unit_id", "modbus_tcp", "control"]
    assert board["unit_id"] == 1
    assert board["modbus_tcp"].startswith("127.0.0.1:")


def test_a_word_on_the_console_is_answered(board: dict[str, Any]) -> None:
    with terminal(board["console"]) as fd:
        os.write(fd, b"status\n")
        assert b"pilot" in read_until(fd, b"faults=")


def test_the_console_starts_anew_for_whoever_opens_it(board: dict[str, Any]) -> None:
    with terminal(board["console"]) as fd:
        os.write(fd, b"status\n")
        read_until(fd, b"pilot")
    time.sleep(0.3)
    with terminal(board["console"]) as fd:
        assert not select.select([fd], [], [], 0.2)[0], os.read(fd, 4096)


def test_modbus_rtu_is_served_byte_for_byte(board: dict[str, Any]) -> None:
    with terminal(board["modbus_rtu"]) as fd:
        for _ in range(3):
            os.write(fd, with_sum(READ_FOUR))
            answer = with_sum(FOUR)
            assert read_until(fd, answer[-2:]) == answer


def test_four_clients_are_served_at_once_and_a_fifth_is_let_go(board: dict[str, Any]) -> None:
    clients = [connect(board["modbus_tcp"]) for _ in range(4)]
    for client in clients:
        client.sendall(with_header(READ_FOUR))
    for client in clients:
        assert client.recv(100) == with_header(FOUR)
    with connect(board["modbus_tcp"]) as fifth:
        assert fifth.recv(100) == b""
    clients.pop().close()
    wait_for_a_place(board)
    for client in clients:
        client.close()
    wait_for_a_place(board)


def wait_for_a_place(board: dict[str, Any]) -> None:
    """Until a client that comes is answered: the board may not have noticed yet that one left."""
    ends_s = time.monotonic() + PATIENCE_S
    answer = b""
    while not answer and time.monotonic() < ends_s:
        with connect(board["modbus_tcp"]) as again:
            try:
                again.sendall(with_header(READ_FOUR))
                answer = again.recv(100)
            except ConnectionError:
                answer = b""
    assert answer == with_header(FOUR)


def test_a_client_that_stops_sending_still_gets_its_answer(board: dict[str, Any]) -> None:
    wait_for_a_place(board)
    with connect(board["modbus_tcp"]) as client:
        client.sendall(with_header(READ_FOUR))
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == with_header(FOUR)
        assert client.recv(100) == b""


def test_a_client_that_speaks_something_else_is_let_go(board: dict[str, Any]) -> None:
    with connect(board["modbus_tcp"]) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: wattback\r\n\r\n")
        assert client.recv(100) == b""


def test_two_controllers_order_and_read_one_world(board: dict[str, Any]) -> None:
    one, other = Controller(board["control"]), Controller(board["control"])
    assert one.say(do="vehicle.plug_in")["ok"] is True
    assert other.get("world.plugged") == 1
    assert other.say(do="vehicle.unplug")["ok"] is True
    assert one.get("world.plugged") == 0


@pytest.mark.parametrize("line", [b"garbage", b"\xff\x00", b"[]", b'{"do": "fly"}'])
def test_a_controller_that_talks_rubbish_is_told_so_and_stays(
    board: dict[str, Any], line: bytes
) -> None:
    controller = Controller(board["control"])
    assert "error" in controller.line(line)
    assert controller.say(get="t_ms")["ok"] is True


def test_a_line_without_end_is_answered_and_ends_the_connection(board: dict[str, Any]) -> None:
    with connect(board["control"]) as client:
        client.sendall(b"x" * 100_000)
        assert b"error" in client.makefile("rb").readline()


def test_simulated_time_follows_the_clock_and_is_never_ahead_of_it(board: dict[str, Any]) -> None:
    controller = Controller(board["control"])
    began_s, began = time.monotonic(), controller.get("world.time_s")
    time.sleep(1.0)
    passed = controller.get("world.time_s") - began
    assert 0.0 < passed <= time.monotonic() - began_s + 0.05


def test_a_faster_world_on_cpython() -> None:
    with serving("--speed", "20", "--runtime", "cpython") as (_, addresses):
        controller = Controller(addresses["control"])
        began = controller.get("world.time_s")
        time.sleep(0.5)
        assert controller.get("world.time_s") - began > 0.6


def test_a_speed_that_no_machine_keeps_lags_and_says_so_once() -> None:
    with serving("--speed", "1000", "--runtime", "cpython") as (process, addresses):
        controller = Controller(addresses["control"])
        time.sleep(3.5)
        seconds = controller.get("world.time_s")
        process.terminate()
        _, err = process.communicate(timeout=PATIENCE_S)
    assert 0.0 < seconds < 3000.0
    assert len(err.splitlines()) == 1
    assert "does not keep up with 1000 times real time" in err


def test_a_scenario_gives_world_settings_and_events(tmp_path: Path) -> None:
    file = tmp_path / "late.toml"
    file.write_text(
        'profile = "us-240-split-phase"\nstarts_at = "2026-02-10T18:00:00-06:00"\n'
        "duration_s = 10\n[connector]\nmodbus_unit_id = 7\n"
        '[[at]]\nt_s = 0.5\ndo = "vehicle.plug_in"\n',
        encoding="utf-8",
    )
    with serving("--scenario", str(file), "--runtime", "cpython") as (_, addresses):
        assert addresses["unit_id"] == 7
        controller = Controller(addresses["control"])
        ends_s = time.monotonic() + PATIENCE_S
        while not controller.get("world.plugged"):
            assert time.monotonic() < ends_s
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["SIGINT", "SIGTERM"]
)
@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
def test_a_signal_ends_it_cleanly(number: int, code: int, runtime: str) -> None:
    with serving("--runtime", runtime) as (process, addresses):
        with connect(addresses["modbus_tcp"]), terminal(addresses["console"]):
            time.sleep(0.2)
            process.send_signal(number)
            out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == code
        assert (out, err) == ("", "")
        assert not Path(addresses["console"]).exists()


@pytest.mark.parametrize("option", ["--modbus-port", "--control-port"])
@pytest.mark.parametrize("as_json", [True, False])
def test_a_port_that_is_taken_is_one_sentence_and_exit_code_3(option: str, as_json: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ports = {"--modbus-port": "0", "--control-port": "0", option: port}
        flat = [word for pair in ports.items() for word in pair]
        done = subprocess.run(
            [*COMMAND, *flat, *(["--json"] if as_json else [])],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    assert done.returncode == 3
    said = json.loads(done.stdout)["error"] if as_json else done.stderr
    assert f"port {port} of 127.0.0.1 cannot be had" in said
    assert option in said
    assert len(said.splitlines()) == 1


def test_a_bad_scenario_is_exit_code_2(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--scenario", str(tmp_path / "none.toml")],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert "none.toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_else_in_the_simulator_reads_a_clock() -> None:
    def importers(*modules: str) -> list[str]:
        return [
            path.name
            for path in files(ROOT / "sim", ".py")
            if any(under(name, *modules) for name in imports_of(path))
        ]

    assert importers("time", "asyncio") == ["serve.py"]
    # A server of HTTP answers in threads of its own, with the time that it is handed.
    assert importers("threading", "concurrent") == ["listening.py", "vtn.py"]
