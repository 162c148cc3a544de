"""Boards of a bench file: one is taken for the whole session, and each test finds it fresh.

A board with a control (`wattback sim serve`) is put back and power-cycled before every test. One
without is as the test before has left it: nobody on this bench can plug or unplug anything there.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from wattback_hil.bench_file import BoardEntry
from wattback_hil.board_lock import BoardInUseError, BoardLock
from wattback_hil.board_time import UptimeClock
from wattback_hil.connector import Connector, Parts, let_boot
from wattback_hil.console import Console
from wattback_hil.console.ports import SerialPort
from wattback_hil.control_socket import ControlSocket
from wattback_hil.drained_port import DrainedPort
from wattback_hil.errors import BenchError, BoardError, HilError
from wattback_hil.explanation import Explanation
from wattback_hil.modbus_place import open_wire
from wattback_hil.registers import ModbusClient
from wattback_hil.surroundings import NoWorld, World

_TICK_S = 0.01  # of the firmware
_UNPLUG_SEEN_S = 1.5  # half a second of state A, and two rounds of the firmware's slow turns


class HeldBoard:
    """One board that this session holds: locked, connected, and known to be a connector.

    Raises BenchError when it is in use, cannot be reached, or is of another version.
    """

    def __init__(self, entry: BoardEntry) -> None:
        self._name = f"board {entry.name!r} ({entry.place})"
        self._truths_before = 0
        with ExitStack() as held:
            self._lock = BoardLock(entry.name, entry.wires)
            held.callback(self._lock.free)
            try:
                self._modbus = self._connect(entry, held)
                self._world = self._find_world(entry, held)
                self._modbus.scan()
                self._console = self._find_console(entry, held)
                read = self._modbus.read
                self._description = (
                    f"{entry.name}: {read('1.Mn')} {read('1.Md')}, firmware {read('1.Vr')}, "
                    f"serial {read('1.SN')}"
                )
                self._clock = UptimeClock(self._uptime())
            except HilError as error:
                raise BenchError(f"{self._name}: {error}") from None
            self._held = held.pop_all()

    def connector(self, test: str) -> Connector:
        """The board, fresh where that can be, for one test."""
        self._lock.tell(test)
        parts = Parts(
            description=self._description,
            clock=self._clock,
            modbus=self._modbus,
            surroundings=NoWorld(self._name) if self._world is None else self._world,
            explanation=Explanation(self._name, self._modbus, self._console),
            violations=self._violations,
        )
        if self._world is not None:
            self._world.put_back()
            # The unplug must be seen before the power goes, or the next visit is one that an
            # outage has interrupted, with its delay.
            parts.clock.let_pass(_UNPLUG_SEEN_S)
            self._world.power_cycle()
            let_boot(parts)
            self._truths_before = self._world.read("world.broken_truths")
        return Connector(parts)

    def put_back(self) -> None:
        """Leave the world as it was, where there is one."""
        if self._world is not None:
            self._world.put_back()

    def free(self) -> None:
        """Let others have the board."""
        self._held.close()

    def _connect(self, entry: BoardEntry, held: ExitStack) -> ModbusClient:
        wire = open_wire(entry.modbus, entry.unit_id)
        held.callback(wire.close)
        return ModbusClient(wire)

    def _find_world(self, entry: BoardEntry, held: ExitStack) -> World | None:
        if entry.control is None:
            return None
        control = ControlSocket(entry.control.host, entry.control.port)
        held.callback(control.close)
        return World(control)

    def _find_console(self, entry: BoardEntry, held: ExitStack) -> Console | None:
        if entry.console is None:
            return None
        serial = SerialPort(entry.console)
        port = DrainedPort(serial, serial.close)
        held.callback(port.close)
        console = Console(port)
        console.hello()
        return console

    def _uptime(self) -> Callable[[], float]:
        """Where the board's time is read: the finest that this bench has.

        The clock of its world, which runs on while the board has no power; its console, which
        counts ticks; a register, which counts whole seconds.
        """
        world, console, modbus = self._world, self._console, self._modbus
        if world is not None:
            return lambda: float(world.read("world.time_s"))
        if console is not None:
            return lambda: _tick(console) * _TICK_S
        return lambda: modbus.read_number("uptime")

    def _violations(self) -> Sequence[str]:
        if self._world is None:
            return ()
        broken = self._world.read("world.broken_truths") - self._truths_before
        if not broken:
            return ()
        latest = self._world.read("world.last_broken_truth")
        return [f"truths did not hold {broken} times in this board's world, at last: {latest}"]


def _tick(console: Console) -> int:
    """The number of the board's present tick, out of its shortest answer."""
    tick = console.fetch("faults").get("tick")
    if not isinstance(tick, int):
        raise BoardError(f"the console's answer about faults has no tick: it has {tick!r}")
    return tick


class ServedBench:
    """The boards of one bench file. See bench.Bench."""

    def __init__(self, entries: tuple[BoardEntry, ...]) -> None:
        self.places: int | None = len(entries)
        self._entries = entries
        self._board: HeldBoard | None = None
        self._refusal: str | None = None

    def open(self) -> None:
        """See Bench: the first board that is free. One that is free and not there is an error."""
        if self._refusal is not None:
            raise BenchError(self._refusal)  # at once, for every test of a run without a board
        if self._board is None:
            try:
                self._board = self._take()
            except BenchError as error:
                self._refusal = str(error)
                raise

    def connector(self, test: str) -> Connector:
        """See Bench."""
        self.open()
        assert self._board is not None
        return self._board.connector(test)

    def finish(self) -> None:
        """See Bench."""
        if self._board is not None:
            self._board.put_back()

    def close(self) -> None:
        """See Bench."""
        if self._board is not None:
            self._board.free()
            self._board = None

    def _take(self) -> HeldBoard:
        refusals: list[str] = []
        for entry in self._entries:
            try:
                return HeldBoard(entry)
            except BoardInUseError as error:
                refusals.append(str(error))
        raise BenchError("; ".join(refusals))
