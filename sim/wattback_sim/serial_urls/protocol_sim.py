"""What pyserial opens for a sim:// URL: a port whose time is the site's.

A read waits on simulated time. A program that polls instead (`in_waiting`, or reads with a timeout
of 0) lets a few characters' time pass with every look, as if it had slept in between. One thread
alone may use the ports of a site.
"""

from urllib.parse import parse_qs, urlsplit

from serial import (  # type: ignore[import-untyped]
    PortNotOpenError,
    SerialBase,
    SerialException,
    to_bytes,
)

from wattback_sim.clock import to_us
from wattback_sim.serial_urls import find_site
from wattback_sim.site import Site
from wattback_sim.uart import SerialWire, byte_times_us

_FORM = "sim://NAME?channel=console|rtu|vehicle"
_POLL_BYTES = 4
_LEAST_POLL_US = 1000
_PATIENCE_S = 3600.0  # of a read without a timeout


class Serial(SerialBase):  # type: ignore[misc]  # pyserial has no types
    """One end of a serial wire. The settings must be those of the wire, which is 8N1."""

    is_open: bool
    _site: Site
    _wire: SerialWire
    _came: bytearray

    def open(self) -> None:
        """Attach to the wire. Raises SerialException."""
        if self.is_open:
            raise SerialException("Port is already open.")
        name, channel = _parse(self._port)
        self._site = find_site(name)
        self._wire = self._site.wiring.serial[channel]
        self._came = bytearray()
        self._reconfigure_port()
        self._wire.attach(self)
        self.is_open = True

    def close(self) -> None:
        """Detach. Harmless when it is closed."""
        if self.is_open:
            self.is_open = False
            self._wire.detach(self)

    @property
    def in_waiting(self) -> int:
        """How many bytes can be read, after a moment."""
        self._must_be_open()
        self._poll()
        return len(self._came)

    def read(self, size: int = 1) -> bytes:
        """`size` bytes, or what has come when the timeout is over."""
        self._must_be_open()
        if self._timeout == 0:
            self._poll()
        else:
            timeout_s = _PATIENCE_S if self._timeout is None else self._timeout
            until_us = self._site.clock.now_us + to_us(timeout_s)
            came = self._site.wait(lambda: len(self._came) >= size, until_us)
            if not came and self._timeout is None:
                raise SerialException(
                    f"a read without a timeout has waited for {_PATIENCE_S:g} simulated seconds"
                )
        data = bytes(self._came[:size])
        del self._came[:size]
        return data

    def write(self, data: bytes) -> int:
        """Put bytes on the wire; returns how many. They take their time behind the caller."""
        self._must_be_open()
        octets = bytes(to_bytes(data))
        self._wire.send(octets)
        return len(octets)

    def flush(self) -> None:
        """Wait until everything that was written has passed."""
        self._must_be_open()
        self._site.run_until(self._wire.send(b""))

    def reset_input_buffer(self) -> None:
        """Forget what has come."""
        self._must_be_open()
        self._came.clear()

    def reset_output_buffer(self) -> None:
        """What was written is on the wire already."""
        self._must_be_open()

    def deliver(self, now_us: int, data: bytes) -> None:
        """See wires.Peer."""
        self._came += data

    def gone(self, now_us: int) -> None:
        """See wires.Peer."""

    def _reconfigure_port(self) -> None:
        baud = self._wire.baud
        seen = f"{self._baudrate} bit/s {self._bytesize}{self._parity}{self._stopbits}"
        if seen != f"{baud} bit/s 8N1":
            raise SerialException(f"{self._port} runs at {baud} bit/s 8N1, and not at {seen}")

    def _poll(self) -> None:
        moment_us = max(_LEAST_POLL_US, byte_times_us(_POLL_BYTES, self._wire.baud))
        self._site.run_until(self._site.clock.now_us + moment_us)

    def _must_be_open(self) -> None:
        if not self.is_open:
            raise PortNotOpenError()

    def _update_rts_state(self) -> None:
        """There is no such line."""

    def _update_dtr_state(self) -> None:
        """There is no such line."""

    def _update_break_state(self) -> None:
        """There is no such state."""


def _parse(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True)
    channels = query.pop("channel", [])
    known = ("console", "rtu", "vehicle")
    if query or len(channels) != 1 or channels[0] not in known or not parts.netloc:
        raise SerialException(f"expected {_FORM}, not {url!r}")
    return parts.netloc, channels[0]
