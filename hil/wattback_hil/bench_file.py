"""Bench files: which boards there are and how to reach them.

TOML in, frozen records out. A key that nobody reads is an error with a suggestion, because a bench
that runs with a default in place of a misspelt address tests the wrong thing.

    [[board]]
    name = "hall 3"
    modbus = "rtu:/dev/ttyUSB0"       # or "tcp:HOST:PORT"; the port is any pyserial URL
    baud = 19200                      # of rtu
    unit_id = 1
    console = "/dev/ttyACM0"          # any pyserial URL

    [[board]]
    name = "served"
    served = "out/served.json"        # what `wattback sim serve --json` printed
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wattback_hil.modbus_place import PlaceReader, RtuLine, TcpAddress
from wattback_sim.toml_reader import TOP, Entry, Place

_KEYS = ("name", "modbus", "baud", "unit_id", "console", "control", "served")
_SERVED_KEYS = ("console", "modbus_tcp", "unit_id", "control")


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """One board of a bench file. place: file and line, for sentences.

    console, control: None where the board has none; only a served board has `control`.
    """

    name: str
    place: str
    modbus: TcpAddress | RtuLine
    unit_id: int
    console: str | None
    control: TcpAddress | None

    @property
    def wires(self) -> list[str]:
        """Everything that one session at a time may hold, as names that are the same for all."""
        modbus = self.modbus
        serial = [modbus.url] if isinstance(modbus, RtuLine) else []
        sockets = [modbus] if isinstance(modbus, TcpAddress) else []
        if self.console is not None:
            serial.append(self.console)
        if self.control is not None:
            sockets.append(self.control)
        return sorted({*map(_one_name, serial), *map(str, sockets)})


def load_bench_file(path: Path) -> tuple[BoardEntry, ...]:
    """Read and check a bench file; at least one board. Raises BadFileError."""
    return _BenchFileReader(path).read()


def _one_name(url: str) -> str:
    """A device has one name, however many links lead to it."""
    return str(Path(url).resolve()) if Path(url).exists() else url


class _BenchFileReader(PlaceReader):
    """Turns one document into boards."""

    def read(self) -> tuple[BoardEntry, ...]:
        self.refuse_unknown(self.document, ("board",), TOP)
        boards: list[BoardEntry] = []
        for entry, place in self.tables("board"):
            board = self._board(entry, place)
            for other in boards:
                if other.name == board.name:
                    self.fail(f"two boards are called {board.name!r}", place, "name")
                shared = set(other.wires) & set(board.wires)
                if shared:
                    wire = shared.pop()
                    self.fail(f"boards {other.name!r} and {board.name!r} share {wire}", place, "")
            boards.append(board)
        if not boards:
            self.fail("this bench has no board: write [[board]] with name and modbus", TOP, "")
        return tuple(boards)

    def _board(self, entry: Entry, place: Place) -> BoardEntry:
        self.refuse_unknown(entry, _KEYS, place)
        name = self.text(entry, "name", place)
        if "served" in entry:
            entry = self._served(entry, place)
        modbus = self.modbus(entry, place)
        control = self.text(entry, "control", place) if "control" in entry else None
        return BoardEntry(
            name=name,
            place=f"{self.path}:{self.line(place, '')}",
            modbus=modbus,
            unit_id=self.unit_id(entry, place),
            console=self.text(entry, "console", place) if "console" in entry else None,
            control=None if control is None else self.address(control, "control", place),
        )

    def _served(self, entry: Entry, place: Place) -> Mapping[str, Any]:
        """The entry that the printed line of a served board stands for."""
        beside = [key for key in entry if key not in ("name", "served")]
        if beside:
            self.fail(f"served says where the board is: leave out {beside[0]}", place, beside[0])
        path = self.path.parent / self.text(entry, "served", place)
        hint = f"start a board with: wattback sim serve --json > {path}"
        try:
            printed = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
        except FileNotFoundError:
            self.fail(f"there is no file {path}; {hint}", place, "served")
        except (OSError, ValueError, IndexError):
            self.fail(f"{path} is not what a served board prints; {hint}", place, "served")
        if not isinstance(printed, dict) or any(key not in printed for key in _SERVED_KEYS):
            self.fail(f"{path} is not what a served board prints; {hint}", place, "served")
        return {
            "modbus": f"tcp:{printed['modbus_tcp']}",
            "unit_id": printed["unit_id"],
            "console": printed["console"],
            "control": printed["control"],
        }
