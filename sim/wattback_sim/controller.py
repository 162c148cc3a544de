"""The site's controller in the world: a Modbus master on the RS-485 wire, a client on TCP.

It writes what a scenario tells it to, one request after the other, and can beat: a controller that
the connector is to miss when it falls silent. Its requests take the wire's time and move nothing
but bytes.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from wattback_sim.clock import Clock, Timetable, to_us
from wattback_sim.modbus_master import ModbusMaster
from wattback_sim.register_map import Value
from wattback_sim.uart import byte_times_us
from wattback_sim.wires import Wire
from wattback_sim.wires_tcp import Connection
from wattback_sim.wiring import Wiring

RTU = "rtu"
TCP = "tcp"
WAYS = (RTU, TCP)
NO_ANSWER = "no answer"

_TIMEOUT_US = 1_000_000
# Between an answer and the next request: more than 3.5 characters of eleven bits, and never less
# than what ends a frame above 19200 baud.
_GAP_BYTES = 4
_LEAST_GAP_US = 2000
_HEARTBEAT = "heartbeat"
_COUNTER_MASK = 0xFFFF

Done = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Request:
    """values: of points that lie side by side. done: called with why it was refused, or ""."""

    values: Mapping[str, Value]
    done: Done


class _Way(Protocol):
    """How a desk reaches the connector."""

    def wire(self) -> Wire:
        """The wire to send on. Raises ConnectionRefusedError."""

    def gap_us(self) -> int:
        """How long to be silent after an answer."""


class _Desk:
    """Requests that wait for one wire: one at a time is out. A Peer of that wire."""

    def __init__(
        self, clock: Clock, timetable: Timetable, master: ModbusMaster, way: _Way
    ) -> None:
        self._clock = clock
        self._timetable = timetable
        self._master = master
        self._way = way
        self._waiting: deque[_Request] = deque()
        self._out: _Request | None = None
        self._number = 0  # of requests, so that a time-out knows its own
        self._free_us = 0

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing is out."""
        return self._out is None and not self._waiting

    def ask(self, request: _Request) -> None:
        """Send a request when its turn comes."""
        self._waiting.append(request)
        if self._out is None:
            self._send_next()

    def deliver(self, now_us: int, data: bytes) -> None:
        """See wires.Peer."""
        answer = self._master.take(data)
        if answer is not None:
            self._finish(answer.refused)

    def gone(self, now_us: int) -> None:
        """See wires.Peer."""
        if self._out is not None:
            self._finish(f"{NO_ANSWER}: the connection was closed")

    def _send_next(self) -> None:
        if not self._waiting:
            return
        now_us = self._clock.now_us
        if now_us < self._free_us:
            self._timetable.at(self._free_us, self._send_if_free)
            return
        self._out = self._waiting.popleft()
        self._number += 1
        number = self._number
        try:
            wire = self._way.wire()
        except ConnectionRefusedError as error:
            self._finish(f"{NO_ANSWER}: {error}")
            return
        wire.send(self._master.write_together(self._out.values))
        self._timetable.at(now_us + _TIMEOUT_US, lambda: self._give_up(number))

    def _send_if_free(self) -> None:
        if self._out is None:
            self._send_next()

    def _give_up(self, number: int) -> None:
        if self._out is not None and number == self._number:
            self._master.give_up()
            self._finish(NO_ANSWER)

    def _finish(self, refused: str) -> None:
        request, self._out = self._out, None
        assert request is not None
        self._free_us = self._clock.now_us + self._way.gap_us()
        request.done(refused)
        self._send_next()


class _Rs485:
    """The serial wire."""

    def __init__(self, wiring: Wiring) -> None:
        self._wire = wiring.rtu

    def wire(self) -> Wire:
        return self._wire

    def gap_us(self) -> int:
        return max(_LEAST_GAP_US, byte_times_us(_GAP_BYTES, self._wire.baud))


class _Network:
    """One TCP connection, made when it is needed and kept."""

    def __init__(self, wiring: Wiring) -> None:
        self.desk: _Desk
        self._wiring = wiring
        self._connection: Connection | None = None

    def wire(self) -> Wire:
        if self._connection is None or not self._connection.open:
            self._connection = self._wiring.connect(self.desk)
        return self._connection

    def gap_us(self) -> int:
        return 0


class Controller:
    """unit_id: of the connector that it speaks to."""

    def __init__(self, clock: Clock, timetable: Timetable, wiring: Wiring, unit_id: int) -> None:
        self._clock = clock
        self._timetable = timetable
        rs485 = _Desk(clock, timetable, ModbusMaster(unit_id), _Rs485(wiring))
        wiring.rtu.attach(rs485)
        network = _Network(wiring)
        network.desk = _Desk(clock, timetable, ModbusMaster(unit_id, over_tcp=True), network)
        self._desks = {RTU: rs485, TCP: network.desk}
        self._counter = 0
        self._beating = 0  # counts heartbeats that were started or stopped
        self._missed = False

    def write(self, values: Mapping[str, Value], over: str, done: Done) -> None:
        """Write points that lie side by side; values must be such as `encode` takes.

        over: one of WAYS. done: called once, with why it was refused, or "".
        """
        self._desks[over].ask(_Request(values, done))

    def start_heartbeat(self, every_s: float, over: str, tell: Done) -> None:
        """Beat from now on. tell: called when a beat was refused, once until one is accepted."""
        self._beating += 1
        self._missed = False
        self._beat(self._beating, to_us(every_s), over, tell)

    def stop_heartbeat(self) -> None:
        """Fall silent."""
        self._beating += 1

    def _beat(self, series: int, every_us: int, over: str, tell: Done) -> None:
        if series != self._beating:
            return
        self._timetable.at(
            self._clock.now_us + every_us, lambda: self._beat(series, every_us, over, tell)
        )
        desk = self._desks[over]
        if desk.idle:  # else the one before has not been answered yet

            def done(refused: str) -> None:
                if refused and not self._missed:
                    tell(refused)
                self._missed = bool(refused)

            self._counter = self._counter + 1 & _COUNTER_MASK
            desk.ask(_Request({_HEARTBEAT: self._counter}, done))
