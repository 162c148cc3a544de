"""The owner's page on a TCP port, in threads of its own.

Plain HTTP: it is meant for this machine, or for something on it that adds TLS and passwords.
"""

from __future__ import annotations

from threading import Thread

from cheroot.wsgi import Server

from wattback_controller.owner_page.app import LARGEST_BODY, OwnerPage
from wattback_sim.errors import PortTakenError

_THREADS = 4  # a household's browsers
_GRACE_S = 1  # of the wall clock, for requests that are under way when it stops
_LARGEST_HEAD = 16_384  # bytes of a request's line and headers
# The page itself refuses what is too large for it; beyond this nobody even looks at the body.
_LARGEST_SENT = 8 * LARGEST_BODY


class ServedPage:
    """A page that listens. address: its URL, with the port that it really has."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._thread = Thread(target=server.serve, name="owner's page", daemon=True)
        host, port = server.bind_addr[:2]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port. Harmless when it was never started."""
        self._server.stop()
        if self._thread.ident is not None:
            self._thread.join()


def serve_page(page: OwnerPage, port: int, host: str = "127.0.0.1") -> ServedPage:
    """A page that has its port and waits for `start`.

    port: 0 for any that is free. Raises PortTakenError when it cannot be had.
    """
    server = Server(
        (host, port), page, numthreads=_THREADS, shutdown_timeout=_GRACE_S, server_name="wattback"
    )
    server.max_request_header_size = _LARGEST_HEAD
    server.max_request_body_size = _LARGEST_SENT
    try:
        server.prepare()
    except OSError as error:
        raise PortTakenError(
            f"port {port} of {host} cannot be had for the owner's page ({error}): choose "
            "another, 0 for any"
        ) from None
    return ServedPage(server)
