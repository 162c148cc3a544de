"""The utility over TCP, with or without TLS, for programs outside of this process."""

from pathlib import Path

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from wattback_sim.errors import BadInputError
from wattback_sim.utility.listening import Listening
from wattback_sim.utility.vtn import Utility

_THREADS = 4  # a few clients at once; each request is short, and they take turns anyway
_GRACE_S = 1  # of the wall clock, for requests that are under way when it stops


def serve_utility(
    utility: Utility, host: str, port: int, tls: tuple[Path, Path] | None
) -> Listening:
    """A utility that has its port and waits for `start`.

    port: 0 for any that is free. tls: files of the certificate chain and of its key, in PEM.
    Raises BadInputError when they cannot be used, PortTakenError when the port cannot be had.
    """
    server = Server(
        (host, port), utility, numthreads=_THREADS, shutdown_timeout=_GRACE_S, server_name=host
    )
    if tls is not None:
        try:
            server.ssl_adapter = BuiltinSSLAdapter(str(tls[0]), str(tls[1]))
        except OSError as error:  # ssl.SSLError is one
            raise BadInputError(
                f"{tls[0]} and {tls[1]} were expected to be a certificate and its key in PEM, "
                f"but cannot be used together ({error})"
            ) from None
    return Listening(server, "http" if tls is None else "https", "the utility")
