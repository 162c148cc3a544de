"""A serial wire's far end behind a PTY, for programs that open serial ports.

As on a real wire, what the board says while nobody has the port open is lost, and so is what a
program has not read before it closes; what it leaves unread too long overflows.
"""

import os
import select
import termios
import tty
from contextlib import suppress

from wattback_sim.clock import Clock
from wattback_sim.uart import SerialWire

_PIECE = 1024
_MOST_AHEAD_US = 500_000  # bytes that wait for the wire; more stay with the program


class PtyPort:
    """A Peer of one wire. path: what programs open. fd: to wait on while `present`."""

    def __init__(self, wire: SerialWire, clock: Clock) -> None:
        self.fd, terminal = os.openpty()
        self.path = os.ttyname(terminal)
        self.present = False
        tty.setraw(terminal)  # it stays so while this end is open
        os.close(terminal)
        os.set_blocking(self.fd, False)
        self._look = select.poll()
        self._look.register(self.fd, 0)
        self._wire = wire
        self._clock = clock
        wire.attach(self)

    def look(self) -> None:
        """See whether a program has the port open."""
        present = not any(event & select.POLLHUP for _, event in self._look.poll(0))
        if self.present and not present:
            self._sweep()
        self.present = present

    @property
    def ready(self) -> bool:
        """More bytes from the program are welcome."""
        return self.present and self._wire.send(b"") - self._clock.now_us < _MOST_AHEAD_US

    def read(self) -> None:
        """Put what the program has written on the wire."""
        try:
            self._wire.send(os.read(self.fd, _PIECE))
        except BlockingIOError:
            pass
        except OSError:  # it has closed in the meantime
            self.present = False

    def deliver(self, now_us: int, data: bytes) -> None:
        """See wires.Peer."""
        if self.present:
            with suppress(OSError):  # full, or closed in the meantime
                os.write(self.fd, data)

    def gone(self, now_us: int) -> None:
        """See wires.Peer."""

    def close(self) -> None:
        """The port exists no more."""
        self._wire.detach(self)
        os.close(self.fd)

    def _sweep(self) -> None:
        """Throw away what the last program has not read."""
        terminal = os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        termios.tcflush(terminal, termios.TCIFLUSH)
        os.close(terminal)
