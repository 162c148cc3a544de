"""A small Modbus master without wires: it makes requests as bytes and reads answers out of bytes.

For scenarios, and for whatever else talks to a connector by the names of its points. It never
waits; whoever owns the wire passes on what arrives and decides when to give up. One request at a
time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wattback.codec.crc_modbus import crc16_modbus
from wattback_sim.register_map import Point, Value, decode, encode_together, find_point

EXCEPTION_TEXTS = {
    1: "illegal function",
    2: "illegal address",
    3: "illegal value",
    4: "server failure",
    6: "busy",
    11: "no such unit",
}
_READ = 3
_WRITE_ONE = 6
_WRITE = 16
_EXCEPTION = 0x80
_MBAP = 7


@dataclass(frozen=True, slots=True)
class Answer:
    """value: what was read, None after a write. refused: why it was refused, or ""."""

    value: Value = None
    refused: str = ""


class ModbusMaster:
    """One master of one unit.

    over_tcp: frames as on TCP, else as on RS-485. waits: a request is out and not yet answered.
    """

    def __init__(self, unit_id: int = 1, over_tcp: bool = False) -> None:
        self.waits = False
        self._unit_id = unit_id
        self._over_tcp = over_tcp
        self._transaction = 0
        self._function = 0
        self._point: Point | None = None
        self._received = bytearray()

    def read(self, name: str) -> bytes:
        """The request that reads a point."""
        point = find_point(name)
        self._point = point
        return self._framed(_READ, _two(point.address) + _two(point.registers))

    def write(self, name: str, value: Value) -> bytes:
        """The request that writes a point, by function 6 when it is one register."""
        return self.write_together({name: value})

    def write_together(self, values: Mapping[str, Value]) -> bytes:
        """One request for several points, which must lie side by side in this order."""
        first, words = encode_together(values)
        octets = b"".join(map(_two, words))
        self._point = None
        address = _two(first)
        if len(octets) == 2:
            return self._framed(_WRITE_ONE, address + octets)
        counts = _two(len(octets) // 2) + bytes([len(octets)])
        return self._framed(_WRITE, address + counts + octets)

    def take(self, octets: bytes) -> Answer | None:
        """Bytes have arrived; the answer to the last request once it is whole.

        What is no answer to it is dropped.
        """
        if not self.waits:
            return None
        self._received += octets
        pdu = self._unwrapped_tcp() if self._over_tcp else self._unwrapped_rtu()
        if pdu is None:
            return None
        self.waits = False
        return self._judged(pdu)

    def give_up(self) -> None:
        """Wait no longer for an answer."""
        self.waits = False
        self._received.clear()

    def _framed(self, function: int, rest: bytes) -> bytes:
        self._function = function
        self._received.clear()
        self.waits = self._over_tcp or self._unit_id != 0  # nobody answers a broadcast
        body = bytes([self._unit_id, function]) + rest
        if self._over_tcp:
            self._transaction = (self._transaction + 1) & 0xFFFF
            return _two(self._transaction) + _two(0) + _two(len(body)) + body
        return body + _check_sum(body)

    def _unwrapped_tcp(self) -> bytes | None:
        received = self._received
        while len(received) >= _MBAP + 2:
            end = _MBAP - 1 + int.from_bytes(received[4:6], "big")
            if len(received) < end:
                return None
            frame = bytes(received[:end])
            del received[:end]
            if frame[:2] == _two(self._transaction):
                return frame[_MBAP:]
        return None

    def _unwrapped_rtu(self) -> bytes | None:
        received = self._received
        while len(received) >= 5:
            end = self._rtu_end()
            if end > len(received):
                return None
            frame = bytes(received[:end])
            if end and frame[-2:] == _check_sum(frame[:-2]):
                received.clear()
                return frame[1:-2]
            del received[0]  # noise before the answer
        return None

    def _rtu_end(self) -> int:
        """Where the answer at the beginning of what was received ends; 0 if it is none."""
        unit_id, function, third = self._received[:3]
        if unit_id != self._unit_id:
            return 0
        if function == self._function | _EXCEPTION:
            return 5
        if function != self._function:
            return 0
        return 5 + third if function == _READ else 8

    def _judged(self, pdu: bytes) -> Answer:
        if pdu[0] & _EXCEPTION:
            code = pdu[1]
            return Answer(refused=f"exception {code}: {EXCEPTION_TEXTS.get(code, 'unknown')}")
        if self._point is None:
            return Answer()
        octets = pdu[2:]
        if len(octets) != 2 * self._point.registers or pdu[1] != len(octets):
            return Answer(refused="an answer of the wrong length")
        words = [octets[n] << 8 | octets[n + 1] for n in range(0, len(octets), 2)]
        return Answer(decode(self._point, words))


def _two(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _check_sum(octets: bytes) -> bytes:
    return crc16_modbus(octets, 0, len(octets)).to_bytes(2, "little")
