"""What a VTN answers instead of an object: problem JSON, and the errors of a token endpoint."""

from http import HTTPStatus

from werkzeug.wrappers import Response

from wattback_sim.errors import SimulationError
from wattback_sim.utility.replies import json_reply


class ProblemError(SimulationError):
    """An answer with an error status. The message is a sentence for whoever wrote the request."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status

    def reply(self) -> Response:
        """As `application/problem+json`."""
        body = {
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": str(self),
        }
        return json_reply(body, self.status, "application/problem+json")


class AuthError(SimulationError):
    """A token that is not given. The message is a code of RFC 6749 section 5.2."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status

    def reply(self) -> Response:
        """As OAuth clients expect it."""
        return json_reply({"error": str(self)}, self.status)
