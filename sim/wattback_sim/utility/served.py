"""The utility over TCP, with or without TLS, for programs outside of this process."""

from pathlib import Path
from threading import Thread

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from wattback_sim.errors import BadInputError, PortTakenError
from wattback_sim.utility.vtn import Utility

_THREADS = 4  # a few clients at once; each request is short, and they take turns anyway
_GRACE_S = 1  # of the wall clock, for requests that are under way when it stops


class ServedUtility:
    """A utility that listens. address: its base URL, with the port that it really has."""

    def __init__(self, server: Server, scheme: str) -> None:
        self._server = server
        self._thread = Thread(target=server.serve, name="utility", daemon=True)
        host, port = server.bind_addr[:2]
        self.address = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    def start(self) -> None:
        """Answer from now on, in threads of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port. Harmless when it was never started."""
        self._server.stop()
        if self._thread.ident is not None:
            self._thread.join()


def serve_utility(
    utility: Utility, host: str, port: int, tls: tuple[Path, Path] | None
) -> ServedUtility:
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
    try:
        server.prepare()
    except OSError as error:
        raise PortTakenError(
            f"port {port} of {host} cannot be had for the utility ({error}): choose another, "
            "0 for any"
        ) from None
    return ServedUtility(server, "http" if tls is None else "https")
