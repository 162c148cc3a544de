"""A served board: one site in real time, behind PTYs and TCP ports that any program can open.

The site is the one that scenarios play. Its time follows the wall clock, times a speed; when the
machine is too slow, or was stopped, simulated time lags behind and no tick is left out. This is
the only part of the simulator that looks at a clock.
"""

import selectors
import time
from collections.abc import Callable
from functools import partial

from wattback_sim.allow_list import LOCALLY, Listening
from wattback_sim.control import Control
from wattback_sim.serve_pty import PtyPort
from wattback_sim.serve_tcp import Client, ControlClient, Door, ModbusClient
from wattback_sim.site import Site

MODBUS_PORT = 15020
CONTROL_PORT = 15021

_MOST_LAG_S = 1.0  # more than this is given up
_MOST_WAIT_S = 0.01
_SLICE_US = 200_000  # simulated time between two looks at the outside
_MOST_UNSENT = 1 << 20  # a client that never reads is dropped


class Pacing:
    """Simulated time by the wall clock. lags: it has had to give up some."""

    def __init__(self, speed: float, wall_s: Callable[[], float]) -> None:
        self.lags = False
        self._speed = speed
        self._wall_s = wall_s
        self._zero_s = wall_s()  # when simulated time was 0, as it were

    def due_us(self, now_us: int) -> int:
        """How far simulated time, now `now_us`, is to go."""
        due_us = int((self._wall_s() - self._zero_s) * self._speed * 1e6)
        behind_s = (due_us - now_us) / 1e6 / self._speed
        if behind_s > _MOST_LAG_S:
            self.lags = True
            self._zero_s += behind_s
            return now_us
        return due_us

    def wait_s(self, until_us: int) -> float:
        """Wall time from now until a simulated time."""
        return self._zero_s + until_us / 1e6 / self._speed - self._wall_s()


class Server:
    """One site, served from `run` until `stop` or the end of its firmware.

    complain: told once, in a sentence, that the machine is too slow, and once of everybody who may
    not come. modbus: where its Modbus TCP listens, and to whom; the control to this machine alone.
    Raises PortTakenError.
    """

    def __init__(
        self,
        site: Site,
        speed: float,
        modbus_port: int,
        control_port: int,
        complain: Callable[[str], None],
        modbus: Listening = LOCALLY,
    ) -> None:
        self._site = site
        self._speed = speed
        self._complain = complain
        self._stopped = False
        control = Control(site)
        client = partial(ModbusClient, wiring=site.wiring)
        door = Door("Modbus", "--modbus-port", modbus_port, client, modbus, complain)
        self._doors = [door]
        try:
            welcome = partial(ControlClient, control=control)
            door = Door("control", "--control-port", control_port, welcome, LOCALLY, complain)
            self._doors.append(door)
        except Exception:
            self._doors[0].close()
            raise
        self._ports = [
            PtyPort(wire, site.clock) for wire in (site.wiring.console, site.wiring.rtu)
        ]
        self._clients: list[Client] = []
        self._selector = selectors.DefaultSelector()

    def addresses(self) -> dict[str, str | int]:
        """Where everything is, in the form that programs are told."""
        console, rtu = self._ports
        modbus, control = self._doors
        return {
            "console": console.path,
            "modbus_rtu": rtu.path,
            "unit_id": self._site.board.settings_by_name["modbus_unit_id"],
            "modbus_tcp": modbus.address,
            "control": control.address,
        }

    def stop(self) -> None:
        """Let `run` return soon. May be called from a signal handler."""
        self._stopped = True

    def start(self) -> None:
        """Give the board its power. Raises BadInputError without an interpreter."""
        self._site.power_on()

    def run(self) -> None:
        """Serve. Raises FirmwareStoppedError."""
        site = self._site
        for door in self._doors:
            self._selector.register(door.sock, selectors.EVENT_READ, door)
        pacing = Pacing(self._speed, time.monotonic)
        complained = False
        while not self._stopped:
            due_us = pacing.due_us(site.clock.now_us)
            site.run_until(min(due_us, site.clock.now_us + _SLICE_US))
            if pacing.lags and not complained:
                complained = True
                self._complain(
                    f"this machine does not keep up with {self._speed:g} times real time: "
                    "simulated time lags behind"
                )
            self._wait(pacing.wait_s(site.next_us()))

    def close(self) -> None:
        """End the firmware and give everything back."""
        for client in self._clients:
            client.close()
        for door in self._doors:
            door.close()
        for port in self._ports:
            port.close()
        self._selector.close()
        self._site.close()

    def _wait(self, at_most_s: float) -> None:
        """Serve what comes from outside, until something is due in the site."""
        for port in self._ports:
            port.look()
            self._watch(port.fd, port.ready, port)
        for client in tuple(self._clients):
            self._flush(client)
        for client in self._clients:
            self._watch(client.sock.fileno(), client.ready, client)
        for key, _ in self._selector.select(max(0.0, min(_MOST_WAIT_S, at_most_s))):
            if isinstance(key.data, Door):
                self._clients.extend(key.data.accept())
            else:
                key.data.read()

    def _watch(self, fd: int, wanted: bool, owner: PtyPort | Client) -> None:
        watched = fd in self._selector.get_map()
        if wanted and not watched:
            self._selector.register(fd, selectors.EVENT_READ, owner)
        elif watched and not wanted:
            self._selector.unregister(fd)

    def _flush(self, client: Client) -> None:
        try:
            sent = client.sock.send(client.unsent) if client.unsent else 0
        except BlockingIOError:
            sent = 0
        except OSError:
            client.over = True
            sent = len(client.unsent)
        del client.unsent[:sent]
        if len(client.unsent) > _MOST_UNSENT or (client.over and not client.unsent):
            self._watch(client.sock.fileno(), False, client)
            self._clients.remove(client)
            client.close()
