"""Plays recorded Modbus traffic against a connector, on any interpreter, and weighs reads.

Lines: "rtu BYTES", "tcp BYTES" (hex), "tick N". What the ports answer comes back as hex.
"""

import gc
import sys
from array import array

import micropython

from wattback.codec.crc_modbus import crc16_modbus
from wattback.connector import Connector
from wattback.identity import Identity
from wattback.modbus.bank import Bank
from wattback.modbus.rtu import RtuPort
from wattback.modbus.tcp import TcpPort
from wattback.retained import WORDS
from wattback.settings import SETTINGS

UNIT = 7
PASSES = 8


class Board:
    """Measures nothing and drives nothing."""

    def sample(self, inputs) -> None:  # type: ignore[no-untyped-def]
        inputs.voltage_l1_mv = inputs.voltage_l2_mv = 120000
        inputs.frequency_millihertz = 60000
        inputs.pilot_high_mv = 12000
        inputs.power_w = 7000
        inputs.reactive_var = -900

    def drive(self, outputs) -> None:  # type: ignore[no-untyped-def]
        pass


class Player:
    """A connector with one port of each kind."""

    def __init__(self) -> None:
        self.connector = Connector(Board(), array("i", [0] * WORDS))
        self.connector.load_settings([row[1] for row in SETTINGS])
        self.bank = Bank(self.connector, Identity("WB-0001"))
        self.rtu = RtuPort(self.bank, UNIT, 19200, crc16_modbus)
        self.tcp = TcpPort(self.bank, UNIT)
        self.rtu.opened()
        self.tcp.opened()
        self.now_us = 0

    def play(self, line: str) -> str:
        kind, rest = line.split()
        if kind == "tick":
            return self.tick(int(rest))
        octets = bytes.fromhex(rest)
        if kind == "tcp":
            return self.stream(octets)
        for at in range(0, len(octets), 64):
            part = octets[at : at + 64]
            self.now_us += 600 * len(part)
            self.rtu.receive(part, len(part), self.now_us)
        self.now_us += 2006
        while self.rtu.step(self.now_us):
            pass
        return taken(self.rtu)

    def tick(self, count: int) -> str:
        answers = ""
        for _ in range(count):
            self.now_us += 10000
            self.connector.tick(self.now_us // 1000)
            self.bank.step()
            while self.tcp.step(self.now_us):
                pass
            answers += taken(self.tcp)
        return answers

    def stream(self, octets: bytes) -> str:
        answers = ""
        waiting = octets
        for _ in range(60):
            count = min(self.tcp.room(), len(waiting))
            self.tcp.receive(waiting[:count], count, self.now_us)
            waiting = waiting[count:]
            while self.tcp.step(self.now_us):
                pass
            answers += taken(self.tcp)
        if self.tcp.closing:
            self.tcp.closed()
            self.tcp.opened()
            answers += " closed"
        return answers


def taken(port) -> str:  # type: ignore[no-untyped-def]
    octets = bytes(port.out[: port.out_count])
    port.sent()
    return octets.hex()


def growth(turn) -> int:  # type: ignore[no-untyped-def]
    """Bytes that `turn` leaves on the heap; under the lock it must not need any."""
    turn()
    gc.collect()
    before = gc.mem_alloc()  # type: ignore[attr-defined]
    for _ in range(PASSES):
        turn()
    grown: int = gc.mem_alloc() - before  # type: ignore[attr-defined]
    micropython.heap_lock()
    turn()
    micropython.heap_unlock()
    return grown


def weigh() -> None:
    """Print what reads over both ports, and a renewal of everything, leave on the heap."""
    player = Player()
    player.tick(40)
    body = bytes([UNIT, 3, 0x9C, 0x86, 0, 60])
    crc = crc16_modbus(body, 0, len(body))
    frame = body + bytes([crc & 0xFF, crc >> 8])
    request = bytes([0, 1, 0, 0, 0, 6]) + body
    write = bytes([0, 1, 0, 0, 0, 6, UNIT, 6, 0x9D, 0x40, 0, 9])

    def read_rtu() -> None:
        rtu = player.rtu
        rtu.receive(frame, len(frame), 100000)
        rtu.step(102006)
        assert rtu.out_count == 125
        rtu.sent()

    def read_tcp() -> None:
        tcp = player.tcp
        tcp.receive(request, len(request), 0)
        tcp.step(0)
        assert tcp.out_count == 129
        tcp.sent()

    def refuse() -> None:
        tcp = player.tcp
        tcp.receive(write, len(write), 0)
        tcp.step(0)
        assert tcp.out_count == 9
        tcp.sent()

    def renew() -> None:
        for _ in range(20):
            player.bank.step()

    print("rtu", growth(read_rtu))
    print("tcp", growth(read_tcp))
    print("refusal", growth(refuse))
    print("renewal", growth(renew))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        weigh()
    else:
        player = Player()
        for line in sys.stdin:
            print(player.play(line))
