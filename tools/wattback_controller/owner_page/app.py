"""The owner's page as a WSGI application.

One page to look at; three paths that a form is posted to, each a call of the owner's desk and a
redirect back. Everything else is refused with a sentence. It keeps nothing between requests.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from wattback_controller.config import SiteFile
from wattback_controller.connector_link import Reading, Silence
from wattback_controller.owner import OwnerDesk
from wattback_controller.owner_page.card import ASK, CHOOSE, STAY_OUT, ConnectorView
from wattback_controller.owner_page.document import (
    SiteView,
    place_of,
    render_refusal,
    render_site,
)
from wattback_controller.owner_page.events import coming_event, not_over
from wattback_controller.owner_page.guard import Guard, RefusedError
from wattback_controller.owner_page.markup import TOKEN_FIELD
from wattback_controller.store import Store
from wattback_sim.errors import BadInputError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LARGEST_BODY = 10_000  # bytes; a form of this page has a few hundred
_AUDIT_LINES = 20
_WHO = "owner (page)"
_PAGE = "/"

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # With "no-referrer" a browser would not say that a form comes from this page either.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

# A desk, a connector, the form's own field by name, and the time.
_Act = Callable[[OwnerDesk, str, Callable[[str], str], float], object]
_ACTS: Mapping[str, _Act] = {
    ASK: lambda desk, name, field, now_s: desk.ask(name, field("request"), now_s),
    STAY_OUT: lambda desk, name, field, now_s: desk.stay_out_of(name, field("event"), now_s),
    CHOOSE: lambda desk, name, field, now_s: desk.choose(
        name, field("option"), " ".join(field("value").split()), now_s
    ),
}


class OwnerPage:
    """The page of one site.

    open_store: a store for one request, closed after it. now_s: seconds since 1970 UTC. live: the
    connectors' last answers, by name.
    """

    def __init__(
        self,
        site: SiteFile,
        open_store: Callable[[], Store],
        now_s: Callable[[], float],
        live: Callable[[], Mapping[str, Reading | Silence]],
    ) -> None:
        self._site = site
        self._open_store = open_store
        self._now_s = now_s
        self._live = live
        self._guard = Guard()
        self._names = tuple(entry.name for entry in site.connectors)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        reply = self._reply(Request(environ))
        reply.headers.update(_HEADERS)
        return reply(environ, start_response)

    def _reply(self, request: Request) -> Response:
        try:
            self._guard.check_host(request.environ)
            path = request.path
            if path == _PAGE:
                _check_method(request, "GET", "HEAD")
                return _html(self._page(), 200)
            if path not in _ACTS:
                raise RefusedError(404, f"there is nothing under {path!r}: the page is {_PAGE}")
            _check_method(request, "POST")
            return self._act(request, _ACTS[path])
        except _MethodError as error:
            reply = _refusal(405, str(error))
            reply.headers["Allow"] = error.allowed
            return reply
        except RefusedError as error:
            return _refusal(error.status, str(error))
        except BadInputError as error:
            return _refusal(400, str(error))
        except HTTPException as error:
            return _refusal(error.code or 400, "the request could not be read: send it again")
        except sqlite3.Error as error:
            return _refusal(
                503, f"the site's records cannot be used now ({error}): try again in a moment"
            )

    def _page(self) -> str:
        now_s = self._now_s()
        with self._store() as store:
            view = self._view(store, now_s)
        return render_site(view, self._guard.token, now_s)

    def _view(self, store: Store, now_s: float) -> SiteView:
        events = not_over(store.events(), self._site.name, now_s)
        since_s = min((event.start_s for event in events), default=int(now_s))
        parts = store.participations(since_s, int(now_s) + 1)
        answers = self._live()
        connectors = []
        for name in self._names:
            choices = store.choices(name)
            mine = [part for part in parts if part.connector == name]
            coming = [
                coming_event(event, choices, mine, now_s, self._site.zone) for event in events
            ]
            connectors.append(ConnectorView(name, answers.get(name), choices, coming))
        audit = store.audit_lines(_AUDIT_LINES)
        return SiteView(self._site.name, self._site.zone, connectors, audit)

    def _act(self, request: Request, act: _Act) -> Response:
        self._guard.check_sender(request.environ)
        _check_length(request)

        def field(name: str) -> str:
            return request.form.get(name, "")

        self._guard.check_token(field(TOKEN_FIELD))
        connector = field("connector")
        with self._store() as store:
            desk = OwnerDesk(store, self._names, self._site.zone, _WHO)
            act(desk, connector, field, self._now_s())
        place = place_of(self._names.index(connector))
        return Response(status=303, headers={"Location": f"{_PAGE}#{place}"})

    @contextmanager
    def _store(self) -> Iterator[Store]:
        try:
            store = self._open_store()
        except BadInputError as error:
            raise RefusedError(503, str(error)) from None
        try:
            yield store
        finally:
            store.close()


class _MethodError(Exception):
    """A path that is there, asked for in a way that it does not know."""

    def __init__(self, seen: str, *allowed: str) -> None:
        super().__init__(f"{seen} was not expected here: use {' or '.join(allowed)}")
        self.allowed = ", ".join(allowed)


def _check_method(request: Request, *allowed: str) -> None:
    if request.method not in allowed:
        raise _MethodError(request.method, *allowed)


def _check_length(request: Request) -> None:
    if request.content_length is None:  # as no browser sends a form
        raise RefusedError(411, "the form's length was expected with it: send it in one piece")
    if request.content_length > LARGEST_BODY:
        raise RefusedError(413, f"a form of more than {LARGEST_BODY} bytes is none of this page")


def _refusal(status: int, sentence: str) -> Response:
    return _html(render_refusal(status, sentence), status)


def _html(page: str, status: int) -> Response:
    # Half a character that somebody managed to store must not take the page away.
    return Response(page.encode("utf-8", "replace"), status, mimetype="text/html")
