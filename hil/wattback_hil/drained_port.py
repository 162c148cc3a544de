"""A serial port that is always being read, so that nothing of what a board says is lost.

The system keeps a few kilobytes of a serial line and then drops the rest, and a bench asks a
console only now and then. One thread reads for as long as the bench has the board; whoever reads
here takes from what it has put aside.
"""

import threading
from collections.abc import Callable

from wattback_hil.console.errors import NotReachableError
from wattback_hil.console.ports import Port

_LOOK_S = 0.2  # how long the thread takes to see that it shall end
_MOST_KEPT = 1 << 20  # bytes; of more the oldest go


class DrainedPort:
    """See console.ports.Port. close_port: ends the port that is read."""

    def __init__(self, port: Port, close_port: Callable[[], None]) -> None:
        self._port = port
        self._close_port = close_port
        self._came = bytearray()
        self._changed = threading.Condition()
        self._lost: NotReachableError | None = None
        self._closing = False
        self._reader = threading.Thread(target=self._drain, name="console", daemon=True)
        self._reader.start()

    def read(self, within_s: float) -> bytes:
        """See Port. Raises NotReachableError when the port went away and all it said is read."""
        with self._changed:
            self._changed.wait_for(lambda: self._came or self._lost, within_s)
            if self._lost is not None and not self._came:
                raise NotReachableError(str(self._lost))
            data = bytes(self._came)
            self._came.clear()
            return data

    def write(self, data: bytes) -> None:
        """See Port."""
        self._port.write(data)

    def close(self) -> None:
        """Stop reading and close the port. Harmless when called again."""
        self._closing = True
        self._reader.join()
        self._close_port()

    def _drain(self) -> None:
        while not self._closing:
            try:
                data = self._port.read(_LOOK_S)
            except NotReachableError as error:
                with self._changed:
                    self._lost = error
                    self._changed.notify_all()
                return
            if data:
                with self._changed:
                    self._came += data
                    del self._came[:-_MOST_KEPT]
                    self._changed.notify_all()
