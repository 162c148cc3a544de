"""Who may come to the Modbus TCP of a served board, met as outside programs meet it."""

import json
import socket
import subprocess

import pytest

from tests.unit.serve_bench import (
    ANY_PORTS,
    COMMAND,
    FOUR,
    PATIENCE_S,
    READ_FOUR,
    Controller,
    connect,
    serving,
    with_header,
)


def refused(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *ANY_PORTS, *options],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_a_client_that_is_not_on_the_list_is_let_go_and_named_once() -> None:
    options = ("--runtime", "cpython", "--modbus-bind", "127.0.0.1", "--allow", "127.0.0.2")
    with serving(*options) as (process, addresses):
        host, _, port = addresses["modbus_tcp"].partition(":")
        for _ in range(3):
            with connect(addresses["modbus_tcp"]) as client:
                assert client.recv(100) == b""
        listed = ("127.0.0.2", 0)
        with socket.create_connection((host, int(port)), PATIENCE_S, listed) as client:
            client.sendall(with_header(READ_FOUR))
            assert client.recv(100) == with_header(FOUR)
        assert Controller(addresses["control"]).say(do="vehicle.plug_in")["ok"] is True
        process.terminate()
        _, err = process.communicate(timeout=PATIENCE_S)
    assert err == "wattback: 127.0.0.1 may not come to Modbus: it is not on the list of --allow\n"


def test_an_address_that_others_reach_is_served_to_the_list() -> None:
    options = ("--runtime", "cpython", "--modbus-bind", "0.0.0.0", "--allow", "127.0.0.0/8")
    with serving(*options) as (_, addresses):
        assert addresses["modbus_tcp"].startswith("0.0.0.0:")
        assert addresses["control"].startswith("127.0.0.1:")
        with connect(addresses["modbus_tcp"]) as client:
            client.sendall(with_header(READ_FOUR))
            assert client.recv(100) == with_header(FOUR)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--modbus-bind", "0.0.0.0"), "name who may come with --allow"),
        (("--modbus-bind", "garage.local"), "is no address to listen at"),
        (("--allow", "10.0.0.1/8"), "is neither an address nor a network"),
    ],
)
def test_a_list_that_is_missing_or_none_is_exit_code_2(
    options: tuple[str, ...], error: str
) -> None:
    done = refused(*options)
    assert done.returncode == 2
    assert error in json.loads(done.stdout)["error"]
    assert done.stderr == ""


def test_an_address_of_another_machine_is_exit_code_3() -> None:
    done = refused("--modbus-bind", "192.0.2.1", "--allow", "192.0.2.2")
    assert done.returncode == 3
    assert "of 192.0.2.1 cannot be had for Modbus" in json.loads(done.stdout)["error"]
