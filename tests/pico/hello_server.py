"""A unit's console behind a TCP port: the real console port, of a connector that stands still."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.unit.console_bench import ConsoleBench
from wattback.console.port import ConsolePort
from wattback.identity import Identity


@contextmanager
def hello_server(serial: str, version: str | None = None) -> Iterator[str]:
    """The URL of a console that says this serial number, and this version of the firmware."""
    identity = Identity(serial)
    if version is not None:
        identity.version = version
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(server, identity), daemon=True).start()
    try:
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()


def _serve(server: socket.socket, identity: Identity) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return  # it was closed
        bench = ConsoleBench()
        bench.port = ConsolePort(bench.core, identity)
        bench.port.opened()
        with client:
            client.sendall(bench.run())
            while data := client.recv(4096):
                client.sendall(bench.send(data))
