"""The VTN's paths: from a request to an answer, and every failure to a problem.

Subscriptions and notifiers are answered with 501: a VEN of this VTN polls.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from wattback_sim.utility.access import Access
from wattback_sim.utility.exchanges import Exchange
from wattback_sim.utility.objects import Body, Objects
from wattback_sim.utility.problems import AuthError, ProblemError
from wattback_sim.utility.replies import json_reply
from wattback_sim.utility.rooms import ROOMS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_LARGEST_BODY = 1 << 20

_ROOM = f"/<any({', '.join(ROOMS)}):room>"
_PATHS = Map(
    [
        Rule("/auth/server", endpoint="server", methods=["GET"]),
        Rule("/auth/token", endpoint="token", methods=["POST"]),
        Rule(_ROOM, endpoint="list", methods=["GET"]),
        Rule(_ROOM, endpoint="create", methods=["POST"]),
        Rule(f"{_ROOM}/<name>", endpoint="read", methods=["GET"]),
        Rule(f"{_ROOM}/<name>", endpoint="change", methods=["PUT"]),
        Rule(f"{_ROOM}/<name>", endpoint="delete", methods=["DELETE"]),
        Rule("/<any(subscriptions, notifiers):room>", endpoint="unserved"),
        Rule("/<any(subscriptions, notifiers):room>/<path:rest>", endpoint="unserved"),
    ],
    strict_slashes=False,
)


class App:
    """now_s: seconds since 1970 UTC; it is also what the `Date` of every answer tells."""

    def __init__(self, objects: Objects, access: Access, now_s: Callable[[], float]) -> None:
        self._objects = objects
        self._access = access
        self._now_s = now_s

    def answer(self, environ: "WSGIEnvironment") -> Response:
        """The answer to a request."""
        request = Request(environ)
        request.max_content_length = _LARGEST_BODY
        reply = self._reply(request)
        reply.headers["Date"] = http_date(self._now_s())
        return reply

    def _reply(self, request: Request) -> Response:
        try:
            endpoint, values = _PATHS.bind_to_environ(request).match()
            return self._serve(request, endpoint, values)
        except (ProblemError, AuthError) as problem:
            return problem.reply()
        except HTTPException as error:
            return ProblemError(error.code or 500, error.description or "").reply()

    def _serve(self, request: Request, endpoint: Any, values: Any) -> Response:
        if endpoint == "server":
            return json_reply({"tokenURL": f"{request.url_root}auth/token"})
        if endpoint == "token":
            return self._token(request)
        account = self._access.account_of(request.headers.get("Authorization", ""))
        if endpoint == "unserved":
            raise ProblemError(501, f"this VTN has no {values['room']}: poll /events")
        room, now_s = values["room"], self._now_s()
        exchange = Exchange(self._objects, account, room, request.args, now_s)
        if endpoint == "list":
            return json_reply(exchange.listing())
        if endpoint == "create":
            return json_reply(exchange.create(_body(request)), 201)
        if endpoint == "change":
            return json_reply(exchange.change(values["name"], _body(request)))
        act = exchange.read if endpoint == "read" else exchange.delete
        return json_reply(act(values["name"]))

    def _token(self, request: Request) -> Response:
        told = [request.form.get(name) for name in ("grant_type", "client_id", "client_secret")]
        grant_type, client_id, secret = told
        if grant_type is None or client_id is None or secret is None:
            raise AuthError(400, "invalid_request")
        return json_reply(
            {
                "access_token": self._access.give_token(grant_type, client_id, secret),
                "token_type": "Bearer",
                "expires_in": self._access.token_life_s,
            }
        )


def _body(request: Request) -> Body:
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ProblemError(400, "the body was expected to be a JSON object")
    return body
