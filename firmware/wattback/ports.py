"""The ports of a board: console, Modbus RTU, vehicle link; gateway and network where there are."""

from wattback.console.port import ConsolePort
from wattback.modbus.bank import Bank
from wattback.modbus.rtu import RtuPort
from wattback.service import TCP_CONNECTIONS, Service
from wattback.vehicle_link.port import VehicleLinkPort


def make_service(  # type: ignore[no-untyped-def]
    connector, identity, crc16, gateway_port=None, tcp_port=None, at_once: int = 1
) -> Service:
    """The service plane of a connector whose settings are loaded; channels as in `service`.

    crc16(buffer, start, end): the check sum of Modbus RTU, as fast as the board can make it.
    gateway_port, tcp_port: the classes of these; a board without a wire to a gateway, or without a
    network, does not even import them. One that has a network has that wire.
    at_once: see Service.
    """
    settings = connector.settings
    unit_id = settings.modbus_unit_id
    bank = Bank(connector, identity)
    ports = [
        ConsolePort(connector, identity),
        RtuPort(bank, unit_id, settings.modbus_baud, crc16),
        VehicleLinkPort(connector),
    ]
    if gateway_port is not None:
        ports.append(gateway_port(connector))
    if tcp_port is not None:
        for _ in range(TCP_CONNECTIONS):
            ports.append(tcp_port(bank, unit_id))
    return Service(tuple(ports), bank, at_once)
