"""A WSGI application on a TCP port, in threads of its own: the utility's, and the owner's page."""

from threading import Thread

from cheroot.wsgi import Server

from wattback_sim.errors import PortTakenError


class Listening:
    """An application that has its port and waits for `start`. address: its URL, with that port.

    what: it is, for sentences. Raises PortTakenError when the port cannot be had.
    """

    def __init__(self, server: Server, scheme: str, what: str) -> None:
        host, port = server.bind_addr[:2]
        try:
            server.prepare()
        except OSError as error:
            raise PortTakenError(
                f"port {port} of {host} cannot be had for {what} ({error}): choose another, "
                "0 for any"
            ) from None
        self._server = server
        self._thread = Thread(target=server.serve, name=what, daemon=True)
        host, port = server.bind_addr[:2]
        self.address = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port. Harmless when it was never started."""
        self._server.stop()
        if self._thread.ident is not None:
            self._thread.join()
