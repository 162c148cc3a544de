"""Serial ports: which there are, how to open one without disturbing what is behind it.

The only file of the console that imports pyserial. Any pyserial URL will do: a device, `socket://`,
`rfc2217://`, `sim://`. Opening asks for the port alone, and leaves DTR and RTS as the operating
system sets them for every open port, both on: nothing is toggled, so no adapter resets a board.
"""

import errno
import os
import socket
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import serial  # type: ignore[import-untyped]
from serial.tools import list_ports  # type: ignore[import-untyped]

from wattback_hil.console.errors import NotPermittedError, NotReachableError

BAUD = 115200
BYTES_PER_S = BAUD / 10

_WRITE_S = 2.0  # more than the longest request takes, so it means that nobody takes it
_MOST_AT_ONCE = 4096
_REASONS = {
    errno.ENOENT: "there is no such port; is the cable plugged in?",
    errno.ENXIO: "there is no such port; is the cable plugged in?",
    errno.ENODEV: "there is no such port; is the cable plugged in?",
    errno.ENOTTY: "that is no serial port",
    errno.EISDIR: "that is a folder; expected a serial port, like /dev/ttyACM0",
    errno.ECONNREFUSED: "nobody listens there; is the program at the other end running?",
    errno.EHOSTUNREACH: "there is no way to that host; check its name and the network",
    errno.ENETUNREACH: "there is no way to that host; check its name and the network",
}
_FORMS = "expected a device like /dev/ttyACM0, socket://HOST:PORT or rfc2217://HOST:PORT"
_OF_HOSTS = ("socket", "rfc2217")


class Port(Protocol):
    """A stream of bytes with a time of its own. Both may raise NotReachableError."""

    def read(self, within_s: float) -> bytes:
        """What has come, waiting at most so long, in the port's time, for the first byte."""

    def write(self, data: bytes) -> None:
        """Send all of it."""


class SerialPort:
    """An open port. url: how people call it."""

    def __init__(self, url: str) -> None:
        self.url = url
        _check_host(url)
        try:
            self._serial = serial.serial_for_url(
                url, baudrate=BAUD, write_timeout=_WRITE_S, exclusive=True
            )
        except (serial.SerialException, ValueError, TypeError, OSError) as error:
            raise _refusal(url, error) from None

    def read(self, within_s: float) -> bytes:
        """See Port."""
        try:
            self._serial.timeout = within_s
            data: bytes = self._serial.read(1)
            if data:
                data += self._serial.read(min(self._serial.in_waiting, _MOST_AT_ONCE))
        except (serial.SerialException, OSError):
            raise _loss(self.url) from None
        return data

    def write(self, data: bytes) -> None:
        """See Port."""
        try:
            self._serial.write(data)
        except serial.SerialTimeoutException:
            raise NotReachableError(
                f"{self.url}: nobody takes what is sent there; is the unit powered?"
            ) from None
        except (serial.SerialException, OSError):
            raise _loss(self.url) from None

    def close(self) -> None:
        """Give the port back. Harmless when called again."""
        self._serial.close()


def port_names() -> list[str]:
    """The serial ports of this machine, by the names that `SerialPort` takes."""
    return sorted(port.device for port in list_ports.comports())


def _check_host(url: str) -> None:
    """Raises NotReachableError for the address of a host that nothing can be made of."""
    scheme = url.partition("://")[0].lower()
    if "://" not in url or scheme not in _OF_HOSTS:
        return
    try:
        parts = urlsplit(url)
        whole = bool(parts.hostname) and parts.port is not None
    except ValueError:  # a port that is no number, or too large
        whole = False
    if not whole:
        raise NotReachableError(
            f"{url}: host or TCP port is missing, or is none; expected {scheme}://HOST:PORT"
        )


def _refusal(url: str, error: Exception) -> NotReachableError | NotPermittedError:
    # pyserial raises anew what the system said of a socket, without its number.
    said = error.__context__ if isinstance(error.__context__, OSError) else error
    number = getattr(error, "errno", None) or getattr(said, "errno", None)
    if number == errno.EACCES:
        return NotPermittedError(
            f"{url}: this user may not open it; on Linux, join the group dialout and log in again"
        )
    if number in (errno.EAGAIN, errno.EBUSY):
        return NotReachableError(f"{url} is in use by {_holder(url)}; close that first")
    if isinstance(said, socket.gaierror):
        return NotReachableError(f"{url}: no host of that name is known; is it spelt right?")
    if isinstance(said, TimeoutError):
        return NotReachableError(f"{url}: that host does not answer; is it there, and powered?")
    return NotReachableError(f"{url}: {_REASONS.get(number or 0) or _other(url, error, number)}")


def _other(url: str, error: Exception, number: int | None) -> str:
    scheme, colon, _ = url.partition("://")
    if isinstance(error, ValueError) and colon:
        return f"no port here begins with {scheme}://; {_FORMS}"
    if scheme == "sim":
        return str(error)  # the simulator's own sentence
    if number:
        return f"it cannot be opened ({os.strerror(number)}); {_FORMS}"
    return f"it cannot be opened as a serial port; {_FORMS}"


def _loss(url: str) -> NotReachableError:
    return NotReachableError(
        f"{url} has gone away in the middle of it; was the cable pulled, is the unit powered? "
        "Plug it in and ask again"
    )


def _holder(url: str) -> str:
    """Who else has a device open, as far as this user may see it (Linux)."""
    device = Path(url)
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            held = link.samefile(device)
            process = link.parents[1]
            name = (process / "comm").read_text().strip() if held else ""
        except OSError:
            continue
        if name and process.name != str(os.getpid()):
            return f"{name} (process {process.name})"
    return "another program"
