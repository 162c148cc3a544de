"""The network between the controller and the utility: OAuth, JSON, and a limit to everything.

The only file that knows httpx. Certificates are checked always, redirects are never followed, the
body of an answer ends at 1 MiB and after half a minute, and the credentials go nowhere but to the
address that was configured. It keeps no thread and never sleeps; time is handed in.
"""

import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from wattback_controller.openadr.address import checked_base, refused_base, trust
from wattback_controller.openadr.errors import (
    ConflictError,
    NotFoundError,
    NotReachableError,
    ProtocolError,
    UnauthorisedError,
)
from wattback_controller.openadr.untrusted import parsed, plain, shown

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_LARGEST_ANSWER = 1 << 20
_LONGEST_ANSWER_S = 30.0
_TIMEOUT_S = 10.0  # of connecting, and of each wait for more
_PAGE = 50  # the largest that OpenADR allows
_LONGEST_TOKEN = 8192
_TOKEN_LIFE_S = 300.0  # where the utility tells none
_LONGEST_TOKEN_LIFE_S = 86_400.0
_BEARER = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 section 2.1


@dataclass(frozen=True, slots=True)
class Access:
    """Where the utility is and who we are. ca_file: authorities in place of the system's."""

    url: str
    client_id: str
    secret: str = field(repr=False)
    ca_file: Path | None = None


def in_process(application: "WSGIApplication") -> httpx.BaseTransport:
    """A way to a simulated utility in this process, without a socket."""
    return httpx.WSGITransport(app=application)


class Client:
    """A connection to one VTN. now_s: seconds since 1970 UTC.

    date_s: the utility's own clock, as its last answer told it; None when that told none. Every
    method that asks raises one of the errors of `errors`, and nothing else.
    """

    def __init__(
        self,
        access: Access,
        now_s: Callable[[], float],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Raises BadInputError for an address or a file that cannot be used."""
        self.date_s: int | None = None
        self._access = access
        self._base = checked_base(access.url)
        try:
            httpx.Request("GET", self._base)
        except (httpx.InvalidURL, ValueError):
            raise refused_base(access.url) from None
        self._now_s = now_s
        self._token = ""
        self._token_from_s = self._token_until_s = 0.0
        self._http = httpx.Client(
            transport=transport,
            verify=trust(access.ca_file),
            timeout=_TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,  # no proxy and no .netrc that nobody configured here
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )

    def close(self) -> None:
        """End the connections that are kept open."""
        self._http.close()

    def get(self, path: str, **query: str | tuple[str, ...]) -> Any:
        """The JSON under a path such as `/events/event-1`."""
        return self._ask("GET", path, query, None)

    def get_all(self, path: str, most: int, **query: str | tuple[str, ...]) -> list[Any]:
        """A whole list, page by page; more than `most` entries are a ProtocolError."""
        found: list[Any] = []
        while True:
            page = self._ask("GET", path, {**query, "skip": str(len(found)), **_LIMIT}, None)
            if not isinstance(page, list):
                raise ProtocolError(
                    f"{path} was expected to be answered with a list, not with {shown(page)}"
                )
            found.extend(page)
            if len(found) > most:
                raise ProtocolError(
                    f"{path} lists more than {most} objects, which no site's programme needs: "
                    "tell the utility"
                )
            if len(page) != _PAGE:
                return found

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Create an object; the JSON that it was answered with."""
        return self._ask("POST", path, {}, body)

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | tuple[str, ...]],
        body: Mapping[str, Any] | None,
    ) -> Any:
        what = f"{method} {path}"
        for attempt in (1, 2):
            headers = {"Authorization": f"Bearer {self._bearer()}"}
            answer = self._send(what, method, path, params=query, json=body, headers=headers)
            if answer.status != 401 or attempt == 2:
                break
            self._token = ""  # it may have been withdrawn before its time
        answer.demand_success()
        return parsed(answer.body, what)

    def _bearer(self) -> str:
        now_s = self._now_s()
        if not (self._token and self._token_from_s <= now_s < self._token_until_s):
            self._token, life_s = self._new_token()
            self._token_from_s, self._token_until_s = now_s, now_s + life_s * 0.9
        return self._token

    def _new_token(self) -> tuple[str, float]:
        what = "POST /auth/token"
        credentials = {
            "grant_type": "client_credentials",
            "client_id": self._access.client_id,
            "client_secret": self._access.secret,
        }
        answer = self._send(what, "POST", "/auth/token", data=credentials)
        if answer.status in (400, 401, 403):
            raise UnauthorisedError(
                f"the utility gives {self._access.client_id!r} no token (status {answer.status}): "
                "check the client id and the secret"
            )
        answer.demand_success()
        told = parsed(answer.body, what)
        token = told.get("access_token") if isinstance(told, dict) else None
        if (
            not isinstance(token, str)
            or len(token) > _LONGEST_TOKEN
            or not _BEARER.fullmatch(token)
            or str(told.get("token_type")).lower() != "bearer"
        ):
            raise ProtocolError(f"{what} was expected to be answered with a bearer token")
        life_s = told.get("expires_in")
        known = isinstance(life_s, int | float) and not isinstance(life_s, bool) and life_s > 0
        return token, min(life_s, _LONGEST_TOKEN_LIFE_S) if known else _TOKEN_LIFE_S

    def _send(self, what: str, method: str, path: str, **given: Any) -> "_Answer":
        try:
            request = self._http.build_request(method, self._base + path, **given)
            response = self._http.send(request, stream=True)
            try:
                self.date_s = _date_s(response.headers.get("Date", ""))
                return _Answer(what, response.status_code, b"".join(self._read(what, response)))
            finally:
                response.close()
        except (httpx.RemoteProtocolError, httpx.DecodingError) as error:
            raise ProtocolError(
                f"{what} was expected to be answered in HTTP, but was not ({error})"
            ) from None
        except (httpx.InvalidURL, ValueError) as error:
            raise ProtocolError(
                f"{what} cannot be asked with what the utility has said before "
                f"({plain(str(error), 200)}): tell the utility"
            ) from None
        except (httpx.HTTPError, OSError) as error:
            raise NotReachableError(
                f"{self._base} was expected to answer {what}, but {_why(error)}"
            ) from None

    def _read(self, what: str, response: httpx.Response) -> Iterator[bytes]:
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise ProtocolError(f"{what} was answered in a compressed form that nobody asked for")
        ends_s = self._now_s() + _LONGEST_ANSWER_S
        size = 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > _LARGEST_ANSWER:
                raise ProtocolError(
                    f"{what} was answered with more than {_LARGEST_ANSWER >> 20} MiB, which no "
                    "page of OpenADR objects needs: tell the utility"
                )
            if self._now_s() > ends_s:
                raise NotReachableError(
                    f"{what} was not answered in full within {_LONGEST_ANSWER_S:g} s"
                )
            yield piece


_LIMIT = {"limit": str(_PAGE)}


@dataclass(frozen=True, slots=True)
class _Answer:
    what: str
    status: int
    body: bytes

    def demand_success(self) -> None:
        """Raises the error that fits any other status."""
        if 200 <= self.status < 300:
            return
        says = f"{self.what} was answered with status {self.status}{self._detail()}"
        if self.status in (401, 403):
            raise UnauthorisedError(f"{says}: ask the utility what this client may do")
        if self.status == 404:
            raise NotFoundError(says)
        if self.status == 409:
            raise ConflictError(says)
        if self.status == 429 or self.status >= 500:
            raise NotReachableError(f"{says}: it is asked again later")
        if 300 <= self.status < 400:
            raise ProtocolError(f"{says}, a redirect, which is not followed: check the address")
        raise ProtocolError(says)

    def _detail(self) -> str:
        """What a problem says of itself."""
        try:
            told = parsed(self.body, self.what)
        except ProtocolError:
            return ""
        texts = [told.get(name) for name in ("title", "detail")] if isinstance(told, dict) else []
        return "".join(f", {plain(text, 200)!r}" for text in texts if isinstance(text, str))


def _date_s(text: str) -> int | None:
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _why(error: BaseException) -> str:
    """What a person can act on: an untrusted certificate says so, however deep it lies."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return (
                f"its certificate is not to be trusted ({seen.verify_message}): check the "
                "address, the CA file and this machine's clock"
            )
        seen = seen.__cause__ or seen.__context__
    if isinstance(error, httpx.TimeoutException):
        return f"it has not within {_TIMEOUT_S:g} s: is the network up?"
    return f"could not be reached ({error}): is the network up?"
