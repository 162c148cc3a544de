"""Who may ask the page for anything.

The page has no password: whoever can open a port of this machine may see it. What must not get in
is somebody else's web page in the owner's browser. It could have its own name resolve to this
machine (so only this machine's own names are served), or post a form here (so a form carries a
token that only our page knows, and a browser says which page has sent it).
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from wattback_sim.allow_list import is_this_machine
from wattback_sim.errors import SimulationError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


class RefusedError(SimulationError):
    """A request that is not served. status: of HTTP; the message is a full sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Guard:
    """Of one process.

    token: a form that changes something carries it; drawn anew by every process.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe()

    def check_host(self, environ: WSGIEnvironment) -> None:
        """Was the page asked for under a name of this machine? Raises RefusedError."""
        host = _host(environ)
        if not _is_this_machine(host, environ):
            raise RefusedError(
                421,
                f"this page is not served under the name {host!r}: open it on its own machine, "
                "under the address that the controller said when it started",
            )

    def check_sender(self, environ: WSGIEnvironment) -> None:
        """Does the form come from this page, as the browser says? Raises RefusedError."""
        origin = environ.get("HTTP_ORIGIN")
        site = environ.get("HTTP_SEC_FETCH_SITE")
        host = _host(environ)
        ours = {f"{scheme}://{host}" for scheme in _DEFAULT_PORTS}
        told = origin is not None or site is not None
        if not told or (origin is not None and origin.lower() not in ours):
            raise RefusedError(403, _NOT_OURS)
        if site not in (None, "same-origin"):
            raise RefusedError(403, _NOT_OURS)

    def check_token(self, token: str) -> None:
        """Has this process written the form? Raises RefusedError."""
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            raise RefusedError(
                403, "the form was written before the controller started: open the page again"
            )


_NOT_OURS = "the form was not sent by this page, so nothing was changed: open the page and use it"


def _host(environ: WSGIEnvironment) -> str:
    return str(environ.get("HTTP_HOST", "")).lower()


def _is_this_machine(host: str, environ: WSGIEnvironment) -> bool:
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name, port = found.groups()
    port = port or _DEFAULT_PORTS.get(environ["wsgi.url_scheme"], "")
    return port == environ["SERVER_PORT"] and is_this_machine(name.strip("[]"))
