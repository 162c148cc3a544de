"""All wires of one board, joined to its service plane: who may speak when, what is taken when.

Bytes go in at the microsecond at which they have arrived; output is taken as soon as its wire is
free, and a port that asked for a time is called then. A board whose ports are silent costs nothing
beyond its ticks.
"""

from collections.abc import Sequence
from functools import partial

from wattback.boards.sim import (
    DUE_AT,
    EVENT_CLOSE,
    EVENT_DATA,
    EVENT_NONE,
    EVENT_OPEN,
    MOST_OUT,
    OUTPUTS_AT,
)
from wattback.service import (
    CHANNEL_CONSOLE,
    CHANNEL_GATEWAY,
    CHANNEL_RTU,
    CHANNEL_TCP,
    CHANNEL_VEHICLE,
    NEVER,
)
from wattback_sim.board import Served, SimulatedBoard
from wattback_sim.clock import TICK_US, Timetable
from wattback_sim.uart import SerialWire
from wattback_sim.wires import Peer
from wattback_sim.wires_tcp import Connection

CONSOLE_BAUD = 115_200
VEHICLE_BAUD = 115_200
GATEWAY_BAUD = 115_200


class Wiring:
    """console, rtu, vehicle, gateway: the serial wires; `serial`: the four by name."""

    def __init__(self, board: SimulatedBoard, timetable: Timetable) -> None:
        def wire(channel: int, baud: int) -> SerialWire:
            return SerialWire(board.clock, timetable, self, channel, baud)

        self.console = wire(CHANNEL_CONSOLE, CONSOLE_BAUD)
        self.rtu = wire(CHANNEL_RTU, board.settings_by_name["modbus_baud"])
        self.vehicle = wire(CHANNEL_VEHICLE, VEHICLE_BAUD)
        self.gateway = wire(CHANNEL_GATEWAY, GATEWAY_BAUD)
        self.serial = {
            "console": self.console,
            "rtu": self.rtu,
            "vehicle": self.vehicle,
            "gateway": self.gateway,
        }
        self._board = board
        self._clock = board.clock
        self._timetable = timetable
        self._wires: dict[int, SerialWire | Connection] = {
            CHANNEL_CONSOLE: self.console,
            CHANNEL_RTU: self.rtu,
            CHANNEL_VEHICLE: self.vehicle,
            CHANNEL_GATEWAY: self.gateway,
        }
        self._outputs = 0  # bits of channels that have something to say
        self._due_us = NEVER
        self._heeding = False
        self._held_back = False  # a port could not take all that has come

    def connect(self, peer: Peer) -> Connection:
        """A new TCP connection to the board. Raises ConnectionRefusedError with a sentence."""
        if not self._board.powered:
            raise ConnectionRefusedError("the connector has no power")
        connections = self._board.connections
        if not connections:
            raise ConnectionRefusedError("the connector's board has no network")
        for channel in range(CHANNEL_TCP, CHANNEL_TCP + connections):
            if channel not in self._wires:
                connection = Connection(self._clock, self._timetable, self, channel, peer)
                self._wires[channel] = connection
                self._timetable.at(self._clock.now_us, partial(self._open, connection))
                return connection
        raise ConnectionRefusedError(
            f"the connector serves {connections} connections, and all are taken"
        )

    def power_on(self, outputs: int, due_in_us: int) -> None:
        """The board has booted, and this is what its service plane wants."""
        self._heed(outputs, due_in_us)

    def power_off(self) -> None:
        """The board is dead: connections end, serial wires fall silent."""
        self._outputs = 0
        self._due_us = NEVER
        self._held_back = False
        for channel, wire in tuple(self._wires.items()):
            if isinstance(wire, Connection):
                del self._wires[channel]
                wire.end()
            else:
                wire.power_off()

    def before_tick(self) -> None:
        """The firmware is about to run: Modbus RTU alone asks how long its wire was silent."""
        self.rtu.hand_over()

    def after_tick(self, answer: Sequence[int]) -> None:
        """A tick was answered: what its service plane wants, and what waited for it."""
        outputs, due_in_us = answer[OUTPUTS_AT], answer[DUE_AT]
        if outputs or due_in_us != NEVER:
            self._heed(outputs, due_in_us)
        if self._held_back:
            self._held_back = False
            for wire in tuple(self._wires.values()):
                wire.offer()

    # --- what wires ask of the board (wires.BoardEnd) ---

    @property
    def most_in(self) -> int:
        """See BoardEnd."""
        return self._board.most_in

    def hear(self, channel: int, data: bytes, age_us: int) -> int:
        """See BoardEnd."""
        if not self._board.powered:
            return len(data)
        taken = self._serve(EVENT_DATA, channel, data, age_us).taken
        if taken < len(data):
            self._held_back = True
        return taken

    def hang_up(self, channel: int) -> None:
        """See BoardEnd."""
        wire = self._wires.pop(channel, None)
        if isinstance(wire, Connection):
            self._serve(EVENT_CLOSE, channel)
            wire.end()

    def want(self, channel: int) -> None:
        """See BoardEnd."""
        if self._outputs >> channel & 1:
            self._heed(self._outputs, self._due_in_us())

    # --- and how the board is asked ---

    def _open(self, connection: Connection) -> None:
        if self._wires.get(connection.channel) is connection:
            self._serve(EVENT_OPEN, connection.channel)

    def _serve(self, event: int, channel: int, data: bytes = b"", age_us: int = 0) -> Served:
        wire = self._wires.get(channel)
        take = wire is not None and wire.free
        served = self._board.serve(event, channel, data, age_us, take)
        said, last = served.data, served
        while len(last.data) == MOST_OUT:  # there may be more than one answer takes along
            last = self._board.serve(EVENT_NONE, channel, take=True)
            said += last.data
        if wire is not None and said:
            wire.say(said)
        if isinstance(wire, Connection) and last.closing:
            del self._wires[channel]
            wire.end()
        self._heed(last.outputs, last.due_in_us)
        return served

    def _heed(self, outputs: int, due_in_us: int) -> None:
        """Take what can be taken now, and remember when the service plane wants to be called."""
        self._outputs = outputs
        self._await_due(due_in_us)
        if self._heeding:
            return  # the loop below goes on with the newest wishes
        self._heeding = True
        channel = self._next_to_take()
        while channel is not None:
            self._serve(EVENT_NONE, channel)
            wire = self._wires.get(channel)
            if wire is not None and wire.waiting:
                wire.offer()
            channel = self._next_to_take()
        self._heeding = False

    def _next_to_take(self) -> int | None:
        for channel, wire in self._wires.items():
            if self._outputs >> channel & 1 and wire.free:
                return channel
        return None

    def _await_due(self, due_in_us: int) -> None:
        now_us = self._clock.now_us
        due_us = now_us + due_in_us
        # From the next tick on it is the tick that calls every port.
        if due_in_us == NEVER or due_us >= (now_us // TICK_US + 1) * TICK_US:
            self._due_us = NEVER
        elif due_us != self._due_us:
            self._due_us = due_us
            self._timetable.at(due_us, self._call_due)

    def _due_in_us(self) -> int:
        return NEVER if self._due_us == NEVER else self._due_us - self._clock.now_us

    def _call_due(self) -> None:
        if self._due_us == self._clock.now_us:
            self._due_us = NEVER
            self.rtu.hand_over()
            self._serve(EVENT_NONE, CHANNEL_CONSOLE)
