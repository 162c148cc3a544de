"""Answers in JSON."""

import json

from werkzeug.wrappers import Response


def json_reply(
    body: object, status: int = 200, content_type: str = "application/json"
) -> Response:
    """A body in JSON, never to be cached."""
    reply = Response(json.dumps(body), status, content_type=content_type)
    reply.headers["Cache-Control"] = "no-store"
    return reply
