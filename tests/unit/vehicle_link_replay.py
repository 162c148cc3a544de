"""Replays bytes and ticks to a vehicle link port, on any interpreter that runs the firmware.

Lines in: `bytes HEX`, or `tick CONNECTED`. Lines out: what the port says in hex, and what the core
knows whenever a tick has changed that. Only the firmware must be importable.
"""

import sys

from wattback.grid.categories import fitting
from wattback.grid.trips import Trips
from wattback.settings import Settings
from wattback.signals import Report, Status
from wattback.vehicle import Vehicle
from wattback.vehicle_link.port import VehicleLinkPort


class StubDispatch:
    """What the port sees of a dispatch."""

    def __init__(self) -> None:
        self.trips = Trips()


class StubBackup:
    """What the port sees of a backup."""

    def __init__(self) -> None:
        self.forming = 0
        self.target_mv = 0
        self.target_millihertz = 0
        self.update_ms = 0


class Core:
    """Status and report count up, so that answers differ from tick to tick."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.status = Status()
        self.report = Report()
        self.vehicle = Vehicle()
        self.vehicle.fitting = fitting(self.settings)
        self.dispatch = StubDispatch()
        self.vehicle.settings_version = 4711
        self.backup = StubBackup()
        self.ticks = 0

    def tick(self, connected: int) -> None:
        """One tick."""
        self.ticks += 1
        self.status.target_w = 7 * self.ticks - 20000
        self.status.export_waits = self.ticks & 0x7FFF
        self.backup.forming = self.ticks >> 3 & 1
        self.backup.target_mv = 100 * self.ticks
        self.backup.target_millihertz = 60000 + self.ticks
        self.backup.update_ms = 10 * (self.ticks & 3)
        self.report.import_power_w = self.ticks
        self.report.export_power_w = 50000 - self.ticks
        self.vehicle.sense(connected, self.settings, 10)


def replay(lines: "list[str]") -> "list[str]":
    """What is said, line by line."""
    core = Core()
    port = VehicleLinkPort(core)
    port.opened()
    waiting = b""
    said: list[str] = []
    before = ""
    for line in lines:
        words = line.split()
        if words[0] == "tick":
            core.tick(int(words[1]))
        else:
            waiting += bytes.fromhex(words[1])
        more = 1
        while more:
            room = min(port.room(), len(waiting))
            if room:
                port.receive(waiting, room, 0)
                waiting = waiting[room:]
            more = port.step(0) or room
            if port.out_count:
                said.append(bytes(port.out[: port.out_count]).hex())
                port.sent()
                more = 1
        if words[0] == "tick":
            vehicle = core.vehicle
            known = [vehicle.link, vehicle.refusal, vehicle.soc_bp, vehicle.need_wh]
            known += [vehicle.departure_s, vehicle.charge_w, vehicle.discharge_w]
            known += [vehicle.forms, vehicle.forming]
            told = " ".join([str(word) for word in known] + [port.name(0), port.name(2)])
            if told != before:
                said.append(told)
            before = told
    return said


if __name__ == "__main__":
    for answer in replay(sys.stdin.read().split("\n")):
        print(answer)
