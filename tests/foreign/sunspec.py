"""SunSpec's own client, `pysunspec2`, over the transports that it brings. It is not changed; only
the folder of our models' files is added to where it looks for models.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sunspec2.device  # type: ignore[import-untyped]
from sunspec2.modbus import client, modbus  # type: ignore[import-untyped]

from tests.foreign.board import Board, wait_until
from wattback_tools.registers.models import VENDOR_FOLDER

RTU_BAUD = 19_200
REFUSALS = (client.SunSpecModbusClientException, modbus.ModbusClientException)
_TIMEOUT_S = 5.0

Device = Any
Model = Any
PointOfTheirs = Any


@contextmanager
def connected(board: Board, over: str) -> Iterator[Device]:
    """A scanned device. over: "tcp" or "rtu"."""
    folder = str(VENDOR_FOLDER)
    before = sunspec2.device.get_model_defs_path()
    if folder not in before:
        sunspec2.device.set_model_defs_path([*before, folder])
    if over == "tcp":
        device = client.SunSpecModbusClientDeviceTCP(
            board.unit_id, board.host, board.port, timeout=_TIMEOUT_S
        )
    else:
        device = client.SunSpecModbusClientDeviceRTU(
            board.unit_id, board.rtu, baudrate=RTU_BAUD, timeout=_TIMEOUT_S
        )
    try:
        device.scan(connect=over == "tcp")
        if over == "tcp":
            device.connect()  # and stay: it connects anew for each request otherwise
        yield device
    finally:
        device.disconnect()
        device.close()


def model(device: Device, number: int) -> Model:
    """The one model of that number that the scan has found, with its present values."""
    (found,) = device.models[number]
    found.read()
    return found


def write(model: Model, values: dict[str, float]) -> None:
    """Write these points, and once more whenever the unit is still busy with what was written
    before: on RTU it says so at once, and this client does not ask again by itself.
    """

    def is_written() -> bool:
        for name, value in values.items():
            model.points[name].cvalue = value
        try:
            model.write()
        except modbus.ModbusClientException as refusal:
            if str(refusal) != "Modbus exception: 6":
                raise
            return False
        return True

    wait_until(is_written, bool, "written")


def points(group: Any, prefix: str = "") -> Iterator[tuple[str, PointOfTheirs]]:
    """Every point of a model by its name, as "PFWInj.PF" or "Crv[2].Pt[1].V"."""
    for name, point in group.points.items():
        yield prefix + name, point
    for name, below in group.groups.items():
        if isinstance(below, list):
            for nth, one in enumerate(below, 1):
                yield from points(one, f"{prefix}{name}[{nth}].")
        else:
            yield from points(below, f"{prefix}{name}.")
