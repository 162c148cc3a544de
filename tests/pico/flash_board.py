"""An emulated Pico as a process of its own, to be flashed over its USB port like a real one:

    python -m tests.pico.flash_board

prints one line of JSON, {"usb": URL, "console": URL}, and runs until it is ended. As long as the
board has no `main.py`, a host is plugged into its emulated USB port. A reset with a `main.py`
pulls that plug and runs the firmware in its circuit, because the emulator's USB would make it four
times as slow; the console is its UART then.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import tempfile
from pathlib import Path

from littlefs import LittleFS, LittleFSError, UserContext
from rp2040py.boards import BOARDS, resolve_firmware
from rp2040py.cli.socket_repl import SocketInteractiveRepl
from rp2040py.device import MicroPythonDevice

from wattback_sim.pico.chip import EmulatedChip
from wattback_sim.pico.circuit import Circuit
from wattback_sim.pico.flash import FS_START
from wattback_sim.pico.image import read_uf2

_FS_BLOCK_BYTES = 4096
_FS_BLOCKS = 212
_SLICE_NS = 1e6
_RS485_BAUD = 19_200


class _FlashedBoard(MicroPythonDevice):
    """started: set by a reset of a board that has a main.py."""

    def __init__(self, image: Path) -> None:
        super().__init__(board=resolve_firmware(BOARDS["pico_w"], "micropython", str(image)))
        self.started = asyncio.Event()

    def _on_watchdog_trigger(self) -> None:
        if _has_main(self.file_system()):
            self.started.set()
            self.stop()
        else:
            super()._on_watchdog_trigger()

    def file_system(self) -> bytes:
        return bytes(self.mcu.flash[FS_START : FS_START + _FS_BLOCKS * _FS_BLOCK_BYTES])


async def _serve_usb(image: Path, console: socket.socket) -> bytes:
    """Until the firmware is started; its file system."""
    board = _FlashedBoard(image)
    await board.astart(timeout=None)
    repl = SocketInteractiveRepl(board.cdc, board.simulator, on_quit=lambda code: board.stop())
    await repl.start()
    urls = {
        "usb": f"socket://127.0.0.1:{repl.port}",
        "console": f"socket://127.0.0.1:{console.getsockname()[1]}",
    }
    print(json.dumps(urls), flush=True)
    await board.started.wait()
    await repl.stop()
    return board.file_system()


def _serve_console(file_system: bytes, console: socket.socket) -> None:
    """The firmware that lies there, from power on, for ever."""
    chip = EmulatedChip({}, pios=1, step=64)
    chip.mcu.flash[FS_START : FS_START + len(file_system)] = file_system
    circuit = Circuit(chip, _RS485_BAUD)
    console.setblocking(False)
    client: socket.socket | None = None
    while True:
        chip.run_until(chip.now_ns + _SLICE_NS)
        try:
            if client is None:
                client, _ = console.accept()
                client.setblocking(False)
            data = client.recv(4096)
            if not data:
                client = None
            circuit.type_on_console(data)
        except BlockingIOError:
            pass
        except OSError:
            client = None
        if client is not None and circuit.console:
            client.send(circuit.console)
            circuit.console.clear()


def _has_main(file_system: bytes) -> bool:
    context = UserContext(buffsize=len(file_system))
    context.buffer[:] = file_system
    try:
        mounted = LittleFS(
            context=context,
            block_size=_FS_BLOCK_BYTES,
            block_count=_FS_BLOCKS,
        )
        return "main.py" in mounted.listdir("/")
    except LittleFSError:
        return False


def main() -> None:
    """See above."""
    logging.disable(logging.WARNING)
    console = socket.create_server(("127.0.0.1", 0))
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "image.uf2"
        image.write_bytes(read_uf2())
        file_system = asyncio.run(_serve_usb(image, console))
    _serve_console(file_system, console)


if __name__ == "__main__":
    main()
