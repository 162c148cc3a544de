"""Replays bytes and ticks to a console port, on any interpreter that runs the firmware.

Lines in: `bytes HEX`, or `tick FIELD=VALUE …`. Lines out: what the port says, in hex, after each.
Only the firmware must be importable.
"""

import sys

from wattback.console.port import ConsolePort
from wattback.identity import Identity
from wattback.settings import Settings
from wattback.signals import REPORT_NAMES, STATUS_NAMES, Report, Status


class Core:
    """What a console port reads of a connector."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.status = Status()
        self.report = Report()

    def tick(self, changes: "list[str]") -> None:
        """One tick, in which fields change."""
        self.status.sequence += 1
        for change in changes:
            name, value = change.split("=")
            assert name in STATUS_NAMES or name in REPORT_NAMES
            setattr(self.status if name in STATUS_NAMES else self.report, name, int(value))


def replay(lines: "list[str]") -> "list[str]":
    """What is said after each line."""
    core = Core()
    port = ConsolePort(core, Identity("00000007"))
    port.opened()
    told = []
    for line in lines:
        words = line.split()
        waiting = b""
        if words[0] == "tick":
            core.tick(words[1:])
        else:
            waiting = bytes.fromhex(words[1])
        said = b""
        more = 1
        while more:
            room = min(port.room(), len(waiting))
            if room:
                port.receive(waiting, room, 0)
                waiting = waiting[room:]
            more = port.step(0) or room
            if port.out_count:
                said += bytes(port.out[: port.out_count])
                port.sent()
                more = 1
        told.append(said.hex())
    return told


if __name__ == "__main__":
    for answer in replay(sys.stdin.read().split("\n")):
        print(answer)
