"""A program's TCP connection to a simulated board, in the same process, on simulated time.

Waiting here lets simulated time pass, so a client that waits costs no wall time, and two runs of
it are the same.
"""

from wattback_sim.clock import to_us
from wattback_sim.site import Site


class VirtualSocket:
    """Open from its construction on. Raises ConnectionRefusedError when the board takes none."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._came = bytearray()
        self._gone = False
        self._connection = site.wiring.connect(self)

    def send(self, data: bytes) -> int:
        """Send everything; returns how much that is. Raises ConnectionResetError when closed."""
        if self._gone or not self._connection.open:
            raise ConnectionResetError("the connection is closed")
        self._connection.send(bytes(data))
        return len(data)

    def recv(self, size: int, timeout_s: float) -> bytes:
        """Up to `size` bytes, as soon as there are some.

        b"" when the connector has closed. Raises TimeoutError when nothing has come after
        `timeout_s` simulated seconds.
        """
        until_us = self._site.clock.now_us + to_us(timeout_s)
        if not self._site.wait(lambda: bool(self._came) or self._gone, until_us):
            raise TimeoutError(f"the connector has said nothing for {timeout_s:g} s")
        data = bytes(self._came[:size])
        del self._came[:size]
        return data

    def close(self) -> None:
        """Close. Harmless when it is closed."""
        self._connection.close()
        self._connection.detach(self)

    def deliver(self, now_us: int, data: bytes) -> None:
        """See wires.Peer."""
        self._came += data

    def gone(self, now_us: int) -> None:
        """See wires.Peer."""
        self._gone = True
