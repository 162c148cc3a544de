"""Where a connector's Modbus is: how people write it in a file, and the way there.

"tcp:HOST:PORT" is a network, "rtu:PORT" a serial line, where PORT is any pyserial URL.
"""

from dataclasses import dataclass

from wattback_hil.modbus import SerialLines, Wire, tcp_wire
from wattback_sim.toml_reader import Entry, Place, TomlReader

_FORMS = 'write "tcp:HOST:PORT" or "rtu:PORT", where PORT is any pyserial URL'
_BAUD = 19200  # what the Modbus serial line specification asks every unit to start with
_BAUD_SPAN = (1200, 921600, "")
_UNIT_IDS = (1, 247, "")
_LINES = SerialLines()  # of this process: a port can be opened once


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """Host and port of a TCP socket."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"tcp:{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class RtuLine:
    """A serial line that speaks Modbus RTU. url: any pyserial URL."""

    url: str
    baud: int

    def __str__(self) -> str:
        return f"rtu:{self.url}"


ModbusPlace = TcpAddress | RtuLine


def open_wire(place: ModbusPlace, unit_id: int) -> Wire:
    """A connection to a connector; those on one serial line share it.

    Raises BenchError when it cannot be reached.
    """
    if isinstance(place, TcpAddress):
        return tcp_wire(place.host, place.port, unit_id)
    return _LINES.wire(place.url, place.baud, unit_id)


class PlaceReader(TomlReader):
    """A file with entries that have `modbus`, `baud` and `unit_id`."""

    def modbus(self, entry: Entry, place: Place) -> ModbusPlace:
        """Where a connector is. Raises BadFileError."""
        text = entry.get("modbus")
        if not isinstance(text, str) or not text:
            self.fail(f"modbus is missing or no text: {_FORMS}", place, "modbus")
        kind, _, rest = text.partition(":")
        if kind == "rtu" and rest:
            return RtuLine(rest, self.whole(entry, "baud", _BAUD_SPAN, _BAUD, place))
        if kind != "tcp":
            self.fail(f"modbus is never {text!r}: {_FORMS}", place, "modbus")
        if "baud" in entry:
            self.fail("baud belongs to rtu; a tcp board has none", place, "baud")
        return self.address(rest, "modbus", place)

    def address(self, text: str, key: str, place: Place) -> TcpAddress:
        """Host and port out of a text. Raises BadFileError."""
        host, _, port = text.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            self.fail(f"{key} needs HOST:PORT, and {text!r} is none", place, key)
        host = "127.0.0.1" if host == "localhost" else host.strip("[]")  # one name for the lock
        return TcpAddress(host, int(port))

    def unit_id(self, entry: Entry, place: Place) -> int:
        """The connector's unit id, 1 without one. Raises BadFileError."""
        return self.whole(entry, "unit_id", _UNIT_IDS, 1, place)
