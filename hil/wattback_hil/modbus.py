"""Modbus connections: raw registers over TCP, over serial lines, and into simulations.

The only file that imports pymodbus; `registers.py` gives the registers their names. A request is
never repeated: on a bench, silence and refusals are findings.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol, cast

from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.client.base import ModbusBaseSyncClient
from pymodbus.exceptions import ConnectionException, ModbusException
from pymodbus.pdu import ModbusPDU

from wattback_hil.errors import BenchError, Blame, BoardError, HilError

_MOST_STALE = 100  # pieces that are thrown away before a request, so that noise ends
# How long a reply may take. On a bench other programs have a share in it: it is no limit of the
# connector's, which answers in milliseconds.
_REPLY_BOARD_S = 1.0
_REPLY_BENCH_S = 3.0
LONGEST_READ = 125  # registers, by the Modbus specification
LONGEST_WRITE = 123

_REFUSALS = {
    1: ("illegal function", "this firmware serves functions 3, 6 and 16"),
    2: ("illegal data address", "no such register, or not one to write"),
    3: ("illegal data value", "outside the point's range, or refused as things stand"),
    4: ("server device failure", "read the faults and the log"),
    6: ("server device busy", "write again in a moment"),
}


class ModbusRefusedError(BoardError):
    """The board answered with an exception. code: its number; refusal: its name."""

    def __init__(self, what: str, code: int) -> None:
        self.code = code
        self.refusal, hint = _REFUSALS.get(code, (f"exception {code}", "not one of this firmware"))
        super().__init__(f"{what}: refused, {self.refusal}; {hint}")


class ModbusSilentError(HilError):
    """No answer in its time, or none that can be read.

    On a bench the wire is the likely reason; a simulated one is always sound, so there it is the
    board.
    """

    def __init__(self, message: str, blame: Blame) -> None:
        super().__init__(message)
        self.blame = blame


class ByteStream(Protocol):
    """One TCP connection to a simulated board, on its time."""

    def send(self, data: bytes) -> None:
        """Send; raises ConnectionError when the board has closed."""

    def receive(self, within_s: float) -> bytes:
        """What arrives first within a time of the board, b"" when nothing does."""

    def close(self) -> None:
        """End the connection. Harmless when called again."""


class Wire:
    """Requests and answers of raw registers over one connection.

    where: how people call the connection. requests: how many were sent. turn: held during each
    request and its answer. hang_up: ends the connection; by default the client's own.
    """

    def __init__(
        self,
        client: ModbusBaseSyncClient,
        unit_id: int,
        where: str,
        silence: Blame = "bench",
        reply_s: float = _REPLY_BENCH_S,
        turn: AbstractContextManager[object] | None = None,
        hang_up: Callable[[], None] | None = None,
    ) -> None:
        self.where = where
        self.requests = 0
        self._silence = silence
        self._reply_s = reply_s
        self._client = client
        self._unit_id = unit_id
        self._turn = nullcontext() if turn is None else turn
        self._hang_up = client.close if hang_up is None else hang_up
        client.set_max_no_responses(1 << 30)  # a silent board is no reason to hang up
        # What pymodbus logs, our exceptions say; under a failed test it would be said twice.
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)

    def read(self, address: int, count: int, what: str) -> list[int]:
        """Read `count` registers from `address` on; `what` names them in a complaint."""
        client, unit_id = self._client, self._unit_id
        answer = self._exchange(
            lambda: client.read_holding_registers(address, count=count, device_id=unit_id), what
        )
        registers = cast("list[int]", answer.registers)
        if len(registers) != count:
            raise BoardError(f"{what}: {count} registers asked, {len(registers)} came")
        return registers

    def write(self, address: int, words: Sequence[int], what: str) -> None:
        """Write registers: function 6 for one, 16 for more."""
        client, unit_id = self._client, self._unit_id
        if len(words) == 1:
            self._exchange(
                lambda: client.write_register(address, words[0], device_id=unit_id), what
            )
        else:
            self._exchange(
                lambda: client.write_registers(address, list(words), device_id=unit_id), what
            )

    def close(self) -> None:
        """End the connection. Harmless when called again."""
        self._hang_up()

    def _exchange(self, request: Callable[[], ModbusPDU], what: str) -> ModbusPDU:
        self.requests += 1
        try:
            with self._turn:
                answer = request()
        except ConnectionException:
            raise self._silent(what, f"no connection to {self.where}") from None
        except ModbusException:
            raise self._silent(
                what, f"no answer from {self.where} in {self._reply_s:g} s"
            ) from None
        except OSError as error:
            raise self._silent(what, f"no connection to {self.where} ({error})") from None
        if answer.isError():
            raise ModbusRefusedError(what, answer.exception_code)
        return answer

    def _silent(self, what: str, reason: str) -> ModbusSilentError:
        return ModbusSilentError(
            f"{what}: {reason}; is the board powered and connected?", self._silence
        )


def tcp_wire(host: str, port: int, unit_id: int) -> Wire:
    """A connection over a network. Raises BenchError when nobody listens."""
    client = ModbusTcpClient(host, port=port, timeout=_REPLY_BENCH_S, retries=0)
    return _connected(client, unit_id, f"{host}:{port}")


def rtu_wire(url: str, baud: int, unit_id: int) -> Wire:
    """A serial line, held exclusively. Raises BenchError when it cannot be opened."""
    return _connected(_rtu_client(url, baud), unit_id, url)


class SerialLines:
    """Serial lines that several units hang on, as RS-485 is made for.

    A line is opened once, exclusively, for all of its wires; they take turns on it, and the last
    one that is closed closes it. May be used from several threads.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[tuple[str, int], _Line] = {}

    def wire(self, url: str, baud: int, unit_id: int) -> Wire:
        """The way to one unit. Raises BenchError when its line cannot be opened."""
        place = (url, baud)
        with self._lock:
            line = self._open.get(place) or _Line(_rtu_client(url, baud))
            wire = Wire(
                line.client,
                unit_id,
                url,
                turn=line.turn,
                hang_up=lambda: self._let_go(place, wire),
            )
            _connect(line.client, url)
            line.wires.append(wire)
            self._open[place] = line
        return wire

    def _let_go(self, place: tuple[str, int], wire: Wire) -> None:
        with self._lock:
            line = self._open.get(place)
            if line is None or wire not in line.wires:
                return  # it was closed before
            line.wires.remove(wire)
            if not line.wires:
                del self._open[place]
                line.client.close()  # type: ignore[no-untyped-call]


@dataclass(slots=True)
class _Line:
    client: ModbusSerialClient
    turn: AbstractContextManager[object] = field(default_factory=Lock)
    wires: list[Wire] = field(default_factory=list)


def simulated_wire(stream: ByteStream, unit_id: int) -> Wire:
    """A TCP connection inside a simulation: waiting for an answer lets its time pass."""
    where = "the simulated board"
    return Wire(_SimulatedClient(stream), unit_id, where, "board", _REPLY_BOARD_S)


def _connected(client: ModbusTcpClient | ModbusSerialClient, unit_id: int, where: str) -> Wire:
    wire = Wire(client, unit_id, where)  # before it connects, so that pymodbus logs nothing
    _connect(client, where)
    return wire


def _connect(client: ModbusTcpClient | ModbusSerialClient, where: str) -> None:
    if not client.connect():
        raise BenchError(f"no board can be reached at {where}: is it powered and connected?")


def _rtu_client(url: str, baud: int) -> ModbusSerialClient:
    return _RtuClient(url, baudrate=baud, timeout=_REPLY_BENCH_S, retries=0)


class _RtuClient(ModbusSerialClient):
    """Waits on the port instead of polling it, and keeps the line's silence between frames.

    Both are done by reading with a time-out, so that a port on virtual time makes it pass.
    """

    def send(self, request: bytes, addr: tuple[object, ...] | None = None) -> int:
        port = self.socket
        assert port is not None
        # 3.5 characters of 11 bits, 1.75 ms above 19200 baud (MODBUS over serial line, 2.5.1.1).
        port.timeout = max(3.5 * 11 / self.comm_params.baudrate, 0.00175)
        for _ in range(_MOST_STALE):
            if not port.read(256):
                break
        port.timeout = _REPLY_BENCH_S
        return int(port.write(request) or 0)

    def recv(self, size: int | None) -> bytes:
        port = self.socket
        assert port is not None
        first = port.read(1)
        return bytes(first + port.read(port.in_waiting)) if first else b""


class _SimulatedClient(ModbusTcpClient):
    """pymodbus's framing and transactions over a stream that has its own time."""

    def __init__(self, stream: ByteStream) -> None:
        # pymodbus compares its own time-out with the machine's clock: out of the way with it.
        super().__init__("simulated", timeout=3600, retries=0)
        self._stream = stream

    def connect(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()

    def send(self, request: bytes, addr: tuple[object, ...] | None = None) -> int:
        self._stream.send(request)
        return len(request)

    def recv(self, size: int | None) -> bytes:
        return self._stream.receive(_REPLY_BOARD_S)
