"""The vehicle link in one process: the firmware's port on a core of stubs, and what talks to it.

The core is a real `Vehicle` with real settings; status and report are filled by the test. `Bench`
moves bytes as a board does: at most `room()` at a time, a step while there is more to do, all of
the output at once.
"""

from dataclasses import dataclass
from typing import Any

from wattback.grid.categories import fitting
from wattback.grid.trips import Trips
from wattback.settings import Settings
from wattback.signals import Report, Status
from wattback.vehicle import INBOX_KIND, Vehicle
from wattback.vehicle_link.port import VehicleLinkPort
from wattback_sim.evcc_messages import Fields, Key, Message, frame, from_line, to_line
from wattback_sim.wires import Peer

TICK_US = 10_000
SETTINGS_VERSION = 4711
MOST_STEPS = 200  # of one request, whatever it is

SETUP: Fields = {Key.Message: 1, Key.EVCCID: "SIM0001"}
DISCOVERY: Fields = {
    Key.Message: 3,
    Key.EVMaximumChargePower: 11500,
    Key.EVMaximumDischargePower: 11400,
    Key.EVNominalVoltage: 240000,
    Key.J3072Certified: True,
    Key.IEEE1547NormalCategory: 1,
    Key.IEEE1547AbnormalCategory: 2,
}
LOOP: Fields = {
    Key.Message: 5,
    Key.EVPresentActivePower: -7000,
    Key.EVPresentReactivePower: 140,
    Key.PresentSOC: 6200,
    Key.EVTargetEnergyRequest: 9000,
    Key.DEROperationalState: 0,
    Key.SettingsVersion: SETTINGS_VERSION,
}
STOP: Fields = {Key.Message: 7}


@dataclass
class StubBackup:
    """What the port sees of a backup."""

    forming: int = 0
    target_mv: int = 0
    target_millihertz: int = 0
    update_ms: int = 0


class StubDispatch:
    """What the port sees of a dispatch."""

    def __init__(self) -> None:
        self.trips = Trips()


class StubConnector:
    """What a port sees of a connector. taken: kinds of the messages that reached the core."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.status = Status()
        self.report = Report()
        self.vehicle = Vehicle()
        self.dispatch = StubDispatch()
        self.vehicle.settings_version = SETTINGS_VERSION
        self.vehicle.fitting = fitting(self.settings)
        self.connected = 1
        self.backup: StubBackup | None = None
        self.taken: list[int] = []

    def tick(self) -> None:
        if self.vehicle.inbox_full:
            self.taken.append(self.vehicle.inbox[INBOX_KIND])
        self.vehicle.sense(self.connected, self.settings, 10)


class Bench:
    """A board with this one port. now_us: its time. answers: all lines that it has sent."""

    def __init__(self, core: Any = None) -> None:
        self.core = StubConnector() if core is None else core
        self.port = VehicleLinkPort(self.core)
        self.port.opened()
        self.now_us = 0
        self.answers: list[bytes] = []
        self._waiting = bytearray()

    def hear(self, data: bytes) -> None:
        """Bytes come in; everything is done that can be done before the next tick."""
        self._waiting += data
        self._work()

    def tick(self) -> None:
        """One tick of the core, and the steps after it."""
        self.now_us += TICK_US
        self.core.tick()
        self._work()

    def pass_ms(self, ms: int) -> None:
        for _ in range(ms // 10):
            self.tick()

    def say(self, line: bytes) -> Fields | None:
        """The answer to a line, None when there is none within two ticks."""
        before = len(self.answers)
        self.hear(line)
        self.tick()
        self.tick()
        fresh = self.answers[before:]
        assert len(fresh) <= 1
        return from_line(fresh[0][:-1]) if fresh else None

    def ask(self, fields: Fields) -> Fields:
        """The answer to a message, which must be answered."""
        answer = self.say(to_line(fields))
        assert answer is not None
        return answer

    def ask_body(self, body: bytes) -> Fields:
        """The answer to CBOR in a right frame, which must be answered."""
        answer = self.say(frame(body))
        assert answer is not None
        return answer

    def begin(self, upto: Message = Message.ChargeLoop) -> int:
        """Set up, discover and loop once, as far as `upto`; returns the session."""
        session = int(self.ask(SETUP)[Key.SessionID])
        if upto > Message.SessionSetup:
            self.ask(DISCOVERY | {Key.SessionID: session})
        if upto > Message.ChargeParameterDiscovery:
            self.ask(LOOP | {Key.SessionID: session})
        return session

    def _work(self) -> None:
        port = self.port
        for _ in range(MOST_STEPS * 4):
            room = min(port.room(), len(self._waiting))
            if room:
                port.receive(self._waiting, room, self.now_us)
                del self._waiting[:room]
            more = port.step(self.now_us)
            if port.out_count:
                self.answers.append(bytes(port.out[: port.out_count]))
                port.sent()
            elif not more and not (self._waiting and port.room()):
                return
        raise AssertionError("the port never rests")


class Cable:
    """The Wire between a simulated vehicle and a bench; what one says the other hears at once."""

    def __init__(self, bench: Bench) -> None:
        self.connected = True
        self.bench = bench
        self.to_board: list[bytes] = []
        self.to_vehicle: list[bytes] = []
        self._peers: list[Peer] = []

    def attach(self, peer: Peer) -> None:
        self._peers.append(peer)

    def detach(self, peer: Peer) -> None:
        self._peers.remove(peer)

    def send(self, data: bytes) -> int:
        self.to_board.append(data)
        self.bench.hear(data)
        return self.bench.now_us

    def tick(self) -> None:
        """The board ticks, and its answers reach the vehicle byte by byte."""
        self.bench.tick()
        for line in self.bench.answers:
            self.to_vehicle.append(line)
            for byte in line:
                for peer in self._peers:
                    peer.deliver(self.bench.now_us, bytes([byte]))
        self.bench.answers.clear()
