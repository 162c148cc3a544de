"""A whole connector with all its ports, on a wall with a vehicle, that is spoken to in bytes.

Time passes in ticks and, between them, with the bytes as they would come on their wires. What a
port says is taken at once. Whatever a port does against its contract is a BoardError.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.unit.linked_wall import SITE, settings_with
from tests.unit.wall import Wall
from wattback.backup.backup import Backup
from wattback.codec.crc_modbus import crc16_modbus
from wattback.commands import ACCEPTED, COMMAND_RESET_FAULTS, COMMAND_SET_TARGET, judge
from wattback.connector import TICK_MS
from wattback.gateway_link.port import GatewayPort
from wattback.identity import Identity
from wattback.modbus.tcp import TcpPort
from wattback.pilot import STATE_C
from wattback.ports import make_service
from wattback.service import CHANNEL_RTU, CHANNEL_TCP, CHANNELS, NEVER, TIME_MASK_US
from wattback.targets import OWNER_SITE

SERIAL = "00000001"
_TICK_US = TICK_MS * 1000
_MOST_BYTES = 64  # handed to a port at once
_MOST_RTU_BYTES = 3  # they take less time than the silence that ends a frame
_RTU_BYTE_US = 573  # eleven bits at 19200 bit/s
_BYTE_US = 87
_COMMAND_WORDS = 7
_QUEUE_PLACES = 7
_MOST_TICKS = 400  # that a port may need to have room again
_UNTIL_SENSED = 60  # ticks
_BACK_MS = 20_000  # at most, after whatever has happened

# What may happen around the connector meanwhile, so that its ports have something to tell.
Happening = Callable[[Wall], object]
HAPPENINGS: tuple[Happening, ...] = (
    lambda wall: setattr(wall, "vehicle", "A"),
    lambda wall: setattr(wall, "vehicle", "C"),
    lambda wall: setattr(wall, "vehicle", "E"),
    lambda wall: wall.hold.update(voltage_l1_mv=0, voltage_l2_mv=0),
    lambda wall: wall.hold.update(ground_fault_latched=1),
    lambda wall: wall.hold.clear(),
    lambda wall: _ask_for(wall, 5_000),
    lambda wall: _ask_for(wall, -5_000),
)
SUPPLY_FAILS = 3  # which of them


def _ask_for(wall: Wall, w: int) -> None:
    wall.connector.queue.put(COMMAND_SET_TARGET, OWNER_SITE, 1, w, 0, 0, 0)


class BoardError(AssertionError):
    """A port has broken its contract."""


class Board:
    """watch: entered around every call into the ports."""

    def __init__(self, watch: AbstractContextManager[object]) -> None:
        settings = settings_with(**SITE, gateway_fitted=1, backup_enabled=1)
        self._wall = Wall(settings, new_backup=Backup)
        self._connector = self._wall.connector
        with watch:
            self._service = make_service(
                self._connector, Identity(SERIAL), crc16_modbus, GatewayPort, TcpPort
            )
        self._watch = watch
        self._us = 0
        self._due_us = NEVER
        self._open = [channel < CHANNEL_TCP for channel in range(CHANNELS)]
        self._said: dict[int, bytearray] = {channel: bytearray() for channel in range(CHANNELS)}
        self.pass_ticks(_UNTIL_SENSED)
        self._wall.vehicle = "B"
        self._wall.until_state("offered")
        self._wall.vehicle = "C"
        self.pass_ticks(_UNTIL_SENSED)

    @property
    def ticks(self) -> int:
        """That have passed since the start."""
        return self._us // _TICK_US

    @property
    def settings_version(self) -> int:
        """What a vehicle must acknowledge."""
        return int(self._connector.vehicle.settings_version)

    def happen(self, number: int) -> None:
        """One of HAPPENINGS, whatever the number."""
        HAPPENINGS[number % len(HAPPENINGS)](self._wall)

    def put_back(self) -> None:
        """Nothing is wrong any more, and a vehicle is plugged in. For the ports, which have no
        turn meanwhile, it is one moment.
        """
        wall = self._wall
        wall.hold.clear()
        wall.vehicle = "A"
        wall.run(_UNTIL_SENSED * TICK_MS)
        self._connector.queue.put(COMMAND_RESET_FAULTS, 0, 0, 0, 0)
        wall.run(_UNTIL_SENSED * TICK_MS)
        wall.vehicle = "C"
        pilot = self._connector.pilot
        wall.run_until(lambda: bool(pilot.connected and pilot.state == STATE_C), _BACK_MS)

    def listen(self, channel: int) -> bytes:
        """What a channel has said since the last call."""
        said = bytes(self._said[channel])
        self._said[channel].clear()
        return said

    def said(self, channel: int) -> bytes:
        """What `listen` would tell."""
        return bytes(self._said[channel])

    def hear(self, channel: int, data: bytes) -> None:
        """Bytes come. A port without room has the ticks that it needs; what comes after it has
        hung up is lost.
        """
        if not self._open[channel]:
            self._open[channel] = True
            self._call(lambda: self._service.open(channel, self._now()))
        byte_us, most = _BYTE_US, _MOST_BYTES
        if channel == CHANNEL_RTU:
            byte_us, most = _RTU_BYTE_US, _MOST_RTU_BYTES
        waited = 0
        while data:
            piece = bytearray(data[:most])
            self._pass_us(len(piece) * byte_us)
            taken = self._receive(channel, piece)
            data = data[taken:]
            if not taken:
                waited += 1
                if waited > _MOST_TICKS:
                    raise BoardError("it takes no more bytes, for ever")
                self.pass_ticks(1)

    def hang_up(self, channel: int) -> None:
        """The peer ends a connection."""
        if channel >= CHANNEL_TCP and self._open[channel]:
            self._open[channel] = False
            self._call(lambda: self._service.close(channel, self._now()))

    def pass_ticks(self, count: int) -> None:
        """Ticks pass."""
        for _ in range(count):
            self._pass_us(_TICK_US - self._us % _TICK_US)

    def rest(self) -> None:
        """Until no port has anything to do, and the core has taken what was for it."""
        for _ in range(_MOST_TICKS):
            self.pass_ticks(1)
            taken = not (self._connector.vehicle.inbox_full or self._gateway_waits())
            if taken and self._service.idle and self._due_us == NEVER:
                return
        raise BoardError("the ports never rest")

    def _gateway_waits(self) -> bool:
        backup = self._connector.backup
        return backup is not None and bool(backup.gateway.inbox_full)

    def _receive(self, channel: int, piece: bytearray) -> int:
        taken = 0

        def receive() -> None:
            nonlocal taken
            taken = self._service.receive(channel, piece, len(piece), 0, self._now())

        self._call(receive)
        if not 0 <= taken <= len(piece):
            raise BoardError(f"it has taken {taken} of {len(piece)} bytes")
        return taken

    def _now(self) -> int:
        return self._us & TIME_MASK_US

    def _pass_us(self, us: int) -> None:
        until_us = self._us + us
        while self._us < until_us:
            tick_us = (self._us // _TICK_US + 1) * _TICK_US
            due_us = tick_us if self._due_us == NEVER else max(self._us, self._due_us)
            self._us = min(until_us, tick_us, due_us)
            if self._us == tick_us:
                self._judge_queue()
                self._wall.tick()
                self._call(lambda: self._service.after_tick(self._now()))
            elif self._us == due_us:
                self._call(lambda: self._service.run_due(self._now()))

    def _call(self, act: Callable[[], None]) -> None:
        service = self._service
        with self._watch:
            act()
            while service.outputs:
                self._take()
        due_in_us = service.due_in_us
        self._due_us = NEVER if due_in_us == NEVER else self._us + due_in_us

    def _take(self) -> None:
        service = self._service
        for channel in range(CHANNELS):
            if service.outputs >> channel & 1:
                port = service.ports[channel]
                if not 0 <= port.out_count <= len(port.out):
                    raise BoardError(f"channel {channel} says {port.out_count} bytes")
                self._said[channel] += bytes(port.out[: port.out_count])
                service.take(channel, self._now())
                if port.closing and not port.out_count:
                    self._open[channel] = False
                    service.close(channel, self._now())

    def _judge_queue(self) -> None:
        """Every command that waits is one that was judged good."""
        queue = self._connector.queue
        at = queue.first()
        for _ in range(_QUEUE_PLACES - queue.room()):
            command = queue.words[at : at + _COMMAND_WORDS]
            if judge(*command) != ACCEPTED:
                raise BoardError(f"a bad command waits: {list(command)}")
            at = (at + _COMMAND_WORDS) % len(queue.words)
