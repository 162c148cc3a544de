"""The owner's page on a TCP port, in threads of its own.

Plain HTTP without a password: it is meant for this machine alone.
"""

from __future__ import annotations

from cheroot.wsgi import Server

from wattback_controller.owner_page.app import LARGEST_BODY, OwnerPage
from wattback_sim.utility.listening import Listening

_THREADS = 4  # a household's browsers
_GRACE_S = 1  # of the wall clock, for requests that are under way when it stops
_LARGEST_HEAD = 16_384  # bytes of a request's line and headers
# The page itself refuses what is too large for it; beyond this nobody even looks at the body.
_LARGEST_SENT = 8 * LARGEST_BODY


def serve_page(page: OwnerPage, port: int, host: str = "127.0.0.1") -> Listening:
    """A page that has its port and waits for `start`.

    port: 0 for any that is free. Raises PortTakenError when it cannot be had.
    """
    server = Server(
        (host, port), page, numthreads=_THREADS, shutdown_timeout=_GRACE_S, server_name="wattback"
    )
    server.max_request_header_size = _LARGEST_HEAD
    server.max_request_body_size = _LARGEST_SENT
    return Listening(server, "http", "the owner's page")
