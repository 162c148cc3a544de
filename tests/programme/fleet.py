"""A hundred connectors and the program `wattback programme run`, in real time on this machine.

The connectors are register images of a simulated one, served over Modbus TCP by one process; what
is measured is the controller: how often it reaches each of them, and what that costs.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from wattback_hil.modbus import simulated_wire
from wattback_hil.registers import ModbusClient
from wattback_hil.simulated import SiteStream
from wattback_sim.site import Site

_BASE = 40000
_REGISTERS = 448
_HEADER = 7
_CHUNK = 100
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_SITE = """\
name = "fleet"
time_zone = "UTC"
folder = "records"
clock = "trusted"

[[service]]
name = "transformer"
import_a = 1000
connectors = {names}
"""
_CONNECTOR = """
[[connector]]
name = "c{port}"
modbus = "tcp:127.0.0.1:{port}"
failsafe_a = 6
"""


@dataclass(frozen=True)
class FleetFigures:
    """connectors were polled for lasted_s. least_polls, most_polls: of one connector.

    started_s: from the program's start until it controls. rss_bytes: of its memory at the end.
    busy: the share of one core that it used.
    """

    connectors: int
    lasted_s: float
    least_polls: int
    most_polls: int
    started_s: float
    rss_bytes: int
    busy: float


def measure_fleet(connectors: int, lasts_s: float, folder: Path) -> FleetFigures:
    """Start the program, let it settle, and count for a while of the wall clock."""
    near, far = get_context("spawn").Pipe()
    server = get_context("spawn").Process(target=_serve, args=(connectors, _image(), far))
    server.start()
    try:
        ports = near.recv()
        site = folder / "site.toml"
        names = json.dumps([f"c{port}" for port in ports])
        text = _SITE.format(names=names) + "".join(_CONNECTOR.format(port=port) for port in ports)
        site.write_text(text, encoding="utf-8")
        return _watch(site, near, connectors, lasts_s)
    finally:
        server.terminate()
        server.join()


def _watch(site: Path, server: Connection, connectors: int, lasts_s: float) -> FleetFigures:
    command = [str(Path(sys.executable).with_name("wattback")), "programme", "run"]
    began_s = time.monotonic()
    program = subprocess.Popen(
        [*command, "--site", str(site), "--no-page", "--json"], stdout=subprocess.PIPE
    )
    try:
        assert program.stdout is not None
        assert program.stdout.readline()
        started_s = time.monotonic() - began_s
        time.sleep(5.0)  # every connection is made
        polls_before, cpu_before_s = _asked(server), _cpu_s(program.pid)
        from_s = time.monotonic()
        time.sleep(lasts_s)
        polls, cpu_s = _asked(server), _cpu_s(program.pid)
        lasted_s = time.monotonic() - from_s
        each = [after - before for before, after in zip(polls_before, polls, strict=True)]
        return FleetFigures(
            connectors,
            lasted_s,
            min(each),
            max(each),
            started_s,
            _rss_bytes(program.pid),
            (cpu_s - cpu_before_s) / lasted_s,
        )
    finally:
        program.terminate()
        program.wait()


def _asked(server: Connection) -> Sequence[int]:
    server.send("polls")
    counted: Sequence[int] = server.recv()
    return counted


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def _rss_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _image() -> list[int]:
    """The registers of a board that has booted."""
    site = Site("cpython")
    site.power_on()
    with closing(site):
        site.run_until(2_000_000)
        client = ModbusClient(simulated_wire(SiteStream(site), 1))
        words: list[int] = []
        while len(words) < _REGISTERS:
            count = min(_CHUNK, _REGISTERS - len(words))
            words += client.read_raw(_BASE + len(words), count)
        client.close()
        return words


def _serve(connectors: int, image: list[int], outside: Connection) -> None:
    """Answer on as many ports until terminated; tell how often each heartbeat was written."""
    selector = selectors.DefaultSelector()
    boards = [_Board(list(image)) for _ in range(connectors)]
    ports: list[int] = []
    for board in boards:
        door = socket.create_server(("127.0.0.1", 0))
        ports.append(door.getsockname()[1])
        selector.register(door, selectors.EVENT_READ, (board, None))
    outside.send(ports)
    selector.register(outside, selectors.EVENT_READ, None)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                outside.recv()
                outside.send([board.beats for board in boards])
                continue
            board, client = key.data
            if client is None:
                made, _ = key.fileobj.accept()  # type: ignore[union-attr]
                selector.register(made, selectors.EVENT_READ, (board, made))
            elif not board.answer(client):
                selector.unregister(client)
                client.close()


class _Board:
    """A register image behind Modbus TCP. beats: writes of one register, as a heartbeat is."""

    def __init__(self, image: list[int]) -> None:
        self.beats = 0
        self._image = image

    def answer(self, client: socket.socket) -> bool:
        """Answer one request; False when the client has gone."""
        request = client.recv(512)
        if len(request) < _HEADER + 5:
            return False
        function = request[_HEADER]
        at = int.from_bytes(request[_HEADER + 1 : _HEADER + 3], "big") - _BASE
        if function == 3:
            count = int.from_bytes(request[_HEADER + 3 : _HEADER + 5], "big")
            words = b"".join(word.to_bytes(2, "big") for word in self._image[at : at + count])
            body = bytes((3, len(words))) + words
        else:
            self._write(request, function, at)
            body = request[_HEADER : _HEADER + 5]
        length = (len(body) + 1).to_bytes(2, "big")
        client.sendall(request[:4] + length + request[6:7] + body)
        return True

    def _write(self, request: bytes, function: int, at: int) -> None:
        if function == 6:
            self.beats += 1
            self._image[at] = int.from_bytes(request[_HEADER + 3 : _HEADER + 5], "big")
            return
        octets = request[_HEADER + 6 :]
        for index in range(0, len(octets), 2):
            self._image[at + index // 2] = int.from_bytes(octets[index : index + 2], "big")
