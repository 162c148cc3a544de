"""Runs on MicroPython: one Modbus server that reads the same registers again and again when told.

`modbus_racer.py ours` or `modbus_racer.py theirs REGISTERS`; then lines on stdin, NAME VERB COUNT,
each answered by a line. NAME: rtu or tcp of ours, or theirs.

    reply     the reply to the request, as hexadecimal digits
    time      CPU time of so many reads in µs, from the whole request to the whole reply
    weigh     bytes that one read takes from the heap

"theirs" is the RTU server of PyPI's `micropython-modbus` (GPL), which is imported only here, from
where it was downloaded to, and never shipped. The board under it is a fake that neither waits nor
costs time: what is timed is its own code, from the frame that it has received to the one that it
writes.
"""

import gc
import sys
import time

UNIT = 1
FIRST = 40070  # model 701 of ours, which holds numbers
COUNT = 60
_SETTLING_TICKS = 100
_BAUD = 19200


def crc16(data) -> bytes:  # type: ignore[no-untyped-def]
    """The check sum of Modbus RTU, as it is on the wire."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return bytes([crc & 0xFF, crc >> 8])


_BODY = bytes([UNIT, 3, FIRST >> 8, FIRST & 0xFF, 0, COUNT])
RTU_REQUEST = _BODY + crc16(_BODY)
TCP_REQUEST = bytes([0, 1, 0, 0, 0, len(_BODY)]) + _BODY


class Ours:
    """The firmware's own ports on a whole connector."""

    def __init__(self) -> None:
        from array import array

        from wattback.codec.crc_modbus import crc16_modbus
        from wattback.connector import Connector
        from wattback.identity import Identity
        from wattback.modbus.bank import Bank
        from wattback.modbus.rtu import RtuPort
        from wattback.modbus.tcp import TcpPort
        from wattback.retained import WORDS
        from wattback.settings import SETTINGS

        connector = Connector(_Board(), array("i", [0] * WORDS))
        connector.load_settings([row[1] for row in SETTINGS])
        bank = Bank(connector, Identity("00000001"))
        for tick in range(_SETTLING_TICKS):
            connector.tick(10 * tick)
            bank.step()
        self.rtu = RtuPort(bank, UNIT, _BAUD, crc16_modbus)
        self.tcp = TcpPort(bank, UNIT)
        self.rtu.opened()
        self.tcp.opened()
        self._now_us = 1000000

    def read_rtu(self) -> None:
        """One read on the wire; its reply is in `rtu.out`."""
        port = self.rtu
        now_us = self._now_us
        port.receive(RTU_REQUEST, 8, now_us)
        port.step(port.due_us)
        port.sent()

    def read_tcp(self) -> None:
        """One read on the network; its reply is in `tcp.out`."""
        port = self.tcp
        port.receive(TCP_REQUEST, 12, 0)
        port.step(0)
        port.sent()


class _Board:
    """A connector's board that measures steady values."""

    def sample(self, inputs) -> None:  # type: ignore[no-untyped-def]
        inputs.voltage_l1_mv = inputs.voltage_l2_mv = 120000
        inputs.frequency_millihertz = 60000
        inputs.pilot_high_mv = 12000
        inputs.power_w = -7000
        inputs.reactive_var = -900

    def drive(self, outputs) -> None:  # type: ignore[no-untyped-def]
        pass


class Theirs:
    """`ModbusRTU` of `umodbus`. written: the last frame that it has sent."""

    def __init__(self, words) -> None:  # type: ignore[no-untyped-def]
        sys.modules["machine"] = _Machine  # type: ignore[assignment]
        from umodbus import serial  # type: ignore[import-not-found]

        serial.time = _NoTime  # it waits for silence, and for the frame to leave
        self._server = serial.ModbusRTU(UNIT, _BAUD, pins=(0, 1))
        self._wire = self._server._itf
        self._wire._uart_read_frame = self._frame  # what it has received is whole
        for number in range(COUNT):
            self._server.add_hreg(FIRST + number, words[number])
        self._request = bytearray(RTU_REQUEST)

    @property
    def written(self):  # type: ignore[no-untyped-def]
        return self._wire._uart.written

    def read(self) -> None:
        """One read."""
        self._server.process()

    def _frame(self, timeout=None):  # type: ignore[no-untyped-def]
        return self._request


class _Uart:
    """Takes a frame and nothing else."""

    def __init__(self, *_arguments, **_options) -> None:  # type: ignore[no-untyped-def]
        self.written = b""

    def write(self, frame) -> None:  # type: ignore[no-untyped-def]
        self.written = frame

    def flush(self) -> None:
        pass


class _Machine:
    """The part of a board's `machine` that it asks for."""

    UART = _Uart
    Pin = None


class _NoTime:
    """A `time` that never passes."""

    @staticmethod
    def ticks_us() -> int:
        return 0

    @staticmethod
    def sleep_us(_us: int) -> None:
        pass


def cpu_us(read, count: int) -> int:  # type: ignore[no-untyped-def]
    """CPU time of `count` reads."""
    gc.collect()
    began_s = time.clock()  # type: ignore[attr-defined]
    for _ in range(count):
        read()
    passed_s = time.clock() - began_s  # type: ignore[attr-defined]
    return int(passed_s * 1000000 + 0.5)


def taken(read) -> int:  # type: ignore[no-untyped-def]
    """Bytes that one read takes from the heap."""
    read()
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()  # type: ignore[attr-defined]
    read()
    grown: int = gc.mem_alloc() - before  # type: ignore[attr-defined]
    gc.enable()
    return grown


def main(who: str, registers: str) -> None:
    """Obey until stdin ends. registers: what theirs is to hold, as hexadecimal digits."""
    reads = {}
    if who == "ours":
        ours = Ours()
        reads["rtu"] = (ours.read_rtu, lambda: ours.rtu.out[: 5 + 2 * COUNT])
        reads["tcp"] = (ours.read_tcp, lambda: ours.tcp.out[: 9 + 2 * COUNT])
    else:
        theirs = Theirs([int(registers[at : at + 4], 16) for at in range(0, 4 * COUNT, 4)])
        reads["theirs"] = (theirs.read, lambda: theirs.written)
    for line in sys.stdin:
        name, verb, count = line.split()
        read, reply = reads[name]
        if verb == "time":
            print(cpu_us(read, int(count)))
        elif verb == "weigh":
            print(taken(read))
        else:
            read()
            print(bytes(reply()).hex())  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
