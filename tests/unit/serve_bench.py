"""A board served by a process of its own, and the clients that come to it."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

COMMAND = (sys.executable, "-c", "from wattback_tools.cli import main; main()", "sim", "serve")
ANY_PORTS = ("--json", "--modbus-port", "0", "--control-port", "0")
PATIENCE_S = 20.0

READ_FOUR = bytes.fromhex("01 03 9c40 0004")
FOUR = bytes.fromhex("01 03 08 53756e53 0001 0042")


def with_header(pdu: bytes) -> bytes:
    return bytes.fromhex("0001 0000 00") + bytes([len(pdu)]) + pdu


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A board in a process of its own, and what it said on its first line."""
    process = subprocess.Popen(
        [*COMMAND, *ANY_PORTS, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def connect(address: str) -> socket.socket:
    host, _, port = address.partition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_S)


class Controller:
    """One client of the control port."""

    def __init__(self, address: str) -> None:
        self._file = connect(address).makefile("rwb")

    def line(self, line: bytes) -> dict[str, Any]:
        self._file.write(line + b"\n")
        self._file.flush()
        answer: dict[str, Any] = json.loads(self._file.readline())
        return answer

    def say(self, **order: object) -> dict[str, Any]:
        return self.line(json.dumps(order).encode())

    def get(self, name: str) -> Any:
        return self.say(get=name)["values"][name]
