"""The control socket of a served board, from the bench: JSON objects, a line each, answered."""

import socket

from wattback_hil.errors import BenchError

_ANSWER_S = 5.0  # of the bench's clock: it is the simulator that answers, never the firmware


class ControlSocket:
    """A connection to `wattback sim serve`. See surroundings.Orders.

    Raises BenchError when nobody listens.
    """

    def __init__(self, host: str, port: int) -> None:
        self._where = f"{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), timeout=_ANSWER_S)
        except OSError as error:
            raise BenchError(
                f"nothing controls a board at {self._where} ({error}); "
                "is `wattback sim serve` still running?"
            ) from None
        self._lines = self._socket.makefile("rb")

    def answer(self, line: bytes) -> bytes:
        """See Orders."""
        try:
            self._socket.sendall(line + b"\n")
            said = self._lines.readline()
        except TimeoutError:
            raise BenchError(
                f"control at {self._where} has not answered for {_ANSWER_S:g} s"
            ) from None
        except OSError:
            said = b""
        if not said:
            raise BenchError(f"control at {self._where} is closed: the served board is gone")
        return said

    def close(self) -> None:
        """End the connection. Harmless when called again."""
        self._lines.close()
        self._socket.close()
