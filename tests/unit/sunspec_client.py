"""SunSpec's own client, `pysunspec2`, on a port in this process instead of a socket.

The one module of the tests that imports it, besides `tests.foreign.sunspec` with its own sockets.
"""

from typing import Any

import sunspec2.device  # type: ignore[import-untyped]
from sunspec2.modbus.client import (  # type: ignore[import-untyped]
    SunSpecModbusClientDevice,
    SunSpecModbusClientError,
)

from tests.unit.modbus_bench import LONGEST_ADOPTION, StillBench, two, write_request
from tests.unit.modbus_ports import TcpClient, tcp
from wattback_tools.registers.models import VENDOR_FOLDER

RefusedError = SunSpecModbusClientError


class SunSpecClient(SunSpecModbusClientDevice):  # type: ignore[misc]
    """Reads and writes in pieces as pysunspec2's own transports do."""

    def __init__(self, bench: StillBench) -> None:
        super().__init__()
        self._client = TcpClient(bench)
        paths = sunspec2.device.get_model_defs_path()
        if str(VENDOR_FOLDER) not in paths:
            sunspec2.device.set_model_defs_path([*paths, str(VENDOR_FOLDER)])

    def read(self, addr: float, count: float) -> bytes:
        octets = b""
        addr, count = (
            int(addr),
            int(count),
        )  # of a model with groups it asks for halves of a length
        while count:
            piece = min(count, 125)
            octets += self._asked(b"\x03" + two(addr) + two(piece))[2:]
            addr += piece
            count -= piece
        return octets

    def write(self, addr: int, data: bytes) -> None:
        words = [data[n] << 8 | data[n + 1] for n in range(0, len(data), 2)]
        self._asked(write_request(addr, words))

    def model(self, number: int) -> Any:
        """The model of that number as the scan found it."""
        return self.models[number][0]

    def point(self, number: int, name: str) -> Any:
        """A point by our name of it: "WSet", "PFWInj.PF", "Crv[2].MustTrip.Pt[1].V"."""
        *groups, name = name.split(".")
        found = self.model(number)
        for group in groups:
            of, _, nth = group.partition("[")
            found = found.groups[of][int(nth[:-1]) - 1] if nth else found.groups[of]
        return found.points[name]

    def _asked(self, pdu: bytes) -> bytes:
        answer = self._client.send(tcp(pdu))[7:]
        for _ in range(LONGEST_ADOPTION):
            if not answer:
                self._client.bench.turn()
                answer = self._client.tick()[7:]
        if answer[0] & 0x80:
            raise RefusedError(f"exception {answer[1]}")
        return answer
