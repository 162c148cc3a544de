"""Simulated boards: each test has one of its own, in a world of its own, on virtual time.

Everything goes over the wires of the board as it would outside; only time, the world, and the
truths that judge it are reached directly.
"""

from wattback_hil.connector import Connector, Parts, let_boot
from wattback_hil.console import Console
from wattback_hil.console.ports import SerialPort
from wattback_hil.errors import BenchError
from wattback_hil.explanation import Explanation
from wattback_hil.modbus import simulated_wire
from wattback_hil.registers import ModbusClient
from wattback_hil.surroundings import World
from wattback_sim.clock import to_us
from wattback_sim.control import Control
from wattback_sim.errors import BadInputError
from wattback_sim.link import RUNTIMES
from wattback_sim.link.micropython import find_interpreter
from wattback_sim.serial_urls import registered
from wattback_sim.site import Site
from wattback_sim.virtual_socket import VirtualSocket

_MOST_BYTES = 4096  # of one look at the connection
_MOST_TOLD = 3  # violations of truths


def choose_runtime(asked: str | None) -> str:
    """The interpreter for the firmware: what was asked for, else the first that is there.

    Raises BenchError when there is none of that name.
    """
    if asked is not None and asked not in RUNTIMES:
        known = ", ".join(name for name in RUNTIMES if name != "pico")
        raise BadInputError(f"no runtime is called {asked!r}; known are {known}")
    if asked == "pico":
        raise BadInputError(
            "the bench speaks Modbus TCP to simulated boards, and a Pico has no network; "
            "use --bench-runtime micropython"
        )
    try:
        found = find_interpreter() is not None
    except BadInputError as error:
        raise BenchError(str(error)) from None
    if asked == "micropython" and not found:
        raise BenchError("no MicroPython is installed here; use --bench-runtime cpython")
    return asked or ("micropython" if found else "cpython")


class SiteTime:
    """The time of a site, which passes only here. See BoardTime."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def now_s(self) -> float:
        """See BoardTime."""
        return self._site.clock.now_us / 1e6

    def let_pass(self, for_s: float) -> None:
        """See BoardTime."""
        self._site.run_until(self._site.clock.now_us + to_us(for_s))


class SiteStream:
    """A TCP connection into a site, opened when first needed and anew after a power cut.

    See modbus.ByteStream.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._socket: VirtualSocket | None = None

    def send(self, data: bytes) -> None:
        """See ByteStream."""
        if self._socket is None:
            self._socket = VirtualSocket(self._site)
        try:
            self._socket.send(data)
        except ConnectionError:
            self._socket = None
            raise

    def receive(self, within_s: float) -> bytes:
        """See ByteStream."""
        if self._socket is None:
            return b""
        try:
            data = self._socket.recv(_MOST_BYTES, within_s)
        except TimeoutError:
            return b""
        if not data:
            self._socket = None
        return data

    def close(self) -> None:
        """See ByteStream."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class SimulatedBench:
    """Makes a new site for every test. See bench.Bench."""

    def __init__(self, runtime: str | None, seed: int) -> None:
        self.places: int | None = None
        self._runtime = choose_runtime(runtime)
        self._seed = seed
        self._site: Site | None = None
        self._console: SerialPort | None = None

    def open(self) -> None:
        """See Bench: there is always room for a simulation."""

    def connector(self, test: str) -> Connector:
        """See Bench."""
        site = self._site = Site(self._runtime, self._seed)
        try:
            return self._started(site)
        except BaseException:
            self.finish()
            raise

    def finish(self) -> None:
        """See Bench."""
        if self._console is not None:
            self._console.close()
            self._console = None
        if self._site is not None:
            self._site.close()
            self._site = None

    def close(self) -> None:
        """See Bench."""
        self.finish()

    def _started(self, site: Site) -> Connector:
        site.power_on()
        unit_id = site.board.settings_by_name["modbus_unit_id"]
        modbus = ModbusClient(simulated_wire(SiteStream(site), unit_id))
        name = f"bench-{id(site):x}"
        with registered(name, site):
            self._console = SerialPort(f"sim://{name}?channel=console")
        parts = Parts(
            description=f"simulated, {site.board.interpreter}, seed {self._seed}",
            clock=SiteTime(site),
            modbus=modbus,
            surroundings=World(Control(site)),
            explanation=Explanation("the simulated board", modbus, Console(self._console)),
            violations=lambda: _violations(site),
        )
        let_boot(parts)
        return Connector(parts)


def _violations(site: Site) -> list[str]:
    """The first few, which mostly explain the others."""
    told = [item.sentence() for item in site.truths.violations[:_MOST_TOLD]]
    more = site.truths.broken - len(told)
    return [*told, f"and {more} more"] if more else told
