"""Modbus ports with a master's side: bytes in at given times, answers out."""

from collections.abc import Iterator

from tests.unit.modbus_bench import StillBench, two, write_request
from wattback.codec.crc_modbus import crc16_modbus
from wattback.modbus.rtu import RtuPort
from wattback.modbus.tcp import TcpPort
from wattback.service import NEVER, TIME_MASK_US
from wattback_sim.register_map import find_point

UNIT = 7
BAUD = 19_200
MASK = TIME_MASK_US
MARKER_READ = b"\x03" + two(40_000) + two(2)
MARKER = b"\x03\x04SunS"


def heartbeat(counter: int) -> bytes:
    """The request that writes the heartbeat."""
    return write_request(find_point("heartbeat").address, [counter])


def work(port: RtuPort | TcpPort, now_us: int) -> None:
    """Step until the port waits; a write takes two, one to judge it and one to carry it out."""
    steps = 1
    while port.step(now_us):
        steps += 1
    assert steps <= 2


class RtuWire:
    """A wire to one port. now_us: the time; each byte takes that of its eleven bits."""

    def __init__(self, baud: int = BAUD, starts_us: int = 5_000) -> None:
        self.bench = StillBench()
        self.port = RtuPort(self.bench.bank, UNIT, baud, crc16_modbus)
        self.port.opened()
        self.now_us = starts_us
        self.character_us = -(-11_000_000 // baud)
        self.silence_us = 1_750 if baud > 19_200 else -(-38_500_000 // baud)

    def send(self, octets: bytes, piece: int = 64) -> None:
        """Bytes without a pause, in pieces as the board hands them over."""
        for at in range(0, len(octets), piece):
            part = octets[at : at + piece]
            self.now_us = (self.now_us + len(part) * self.character_us) & MASK
            assert self.port.room() >= len(part)
            self.port.receive(part, len(part), self.now_us)
            work(self.port, self.now_us)

    def pause(self, us: int) -> bytes:
        """Time passes; what the port answers within it, called as it wishes."""
        end_us = self.now_us + us
        answers = self.taken()
        due_us = self.port.due_us
        if due_us != NEVER and (due_us - self.now_us) & MASK <= us:
            self.now_us = due_us
            work(self.port, self.now_us)
            answers += self.taken()
        self.now_us = end_us & MASK
        work(self.port, self.now_us)
        return answers + self.taken()

    def ask(self, octets: bytes) -> bytes:
        """A frame, and the answer after the silence."""
        self.send(octets)
        return self.pause(self.silence_us)

    def taken(self) -> bytes:
        octets = bytes(self.port.out[: self.port.out_count])
        self.port.sent()
        return octets


def rtu(pdu: bytes, unit: int = UNIT) -> bytes:
    """A frame as it is on the wire."""
    body = bytes([unit]) + pdu
    return body + crc16_modbus(body, 0, len(body)).to_bytes(2, "little")


class TcpClient:
    """A connection to one port."""

    def __init__(self, bench: StillBench | None = None) -> None:
        self.bench = bench or StillBench()
        self.port = TcpPort(self.bench.bank, UNIT)
        self.port.opened()
        self.waiting = b""

    def send(self, octets: bytes) -> bytes:
        """Bytes, handed over as the port has room; what it answers."""
        self.waiting += octets
        return b"".join(self._served())

    def tick(self) -> bytes:
        """A tick of the connector passes; what the port answers."""
        self.bench.connector.status.sequence += 1
        return b"".join(self._served())

    def _served(self) -> Iterator[bytes]:
        port = self.port
        while True:
            count = min(port.room(), len(self.waiting), 64)
            if count:
                port.receive(self.waiting[:count], count, 0)
                self.waiting = self.waiting[count:]
            work(port, 0)
            if port.out_count:
                yield bytes(port.out[: port.out_count])
                port.sent()
            elif not count:
                return


def tcp(pdu: bytes, transaction: int = 1, unit: int = UNIT, protocol: int = 0) -> bytes:
    """A frame as it is in the stream."""
    return two(transaction) + two(protocol) + two(len(pdu) + 1) + bytes([unit]) + pdu
