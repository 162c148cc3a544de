"""Who may talk to the VTN: accounts, and OAuth 2 tokens of the client-credentials grant."""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from wattback_sim.utility.problems import AuthError, ProblemError
from wattback_sim.utility.rooms import Role


@dataclass(frozen=True, slots=True)
class Account:
    """A client of the VTN. role: `bl`, the utility's own programs, or `ven`, a customer's."""

    client_id: str
    secret: str = field(repr=False)
    role: Role


class Access:
    """now_s: seconds since 1970 UTC. token_life_s: how long a token counts."""

    def __init__(
        self, now_s: Callable[[], float], accounts: Iterable[Account], token_life_s: int
    ) -> None:
        self.token_life_s = token_life_s
        self._now_s = now_s
        self._accounts = {account.client_id: account for account in accounts}
        self._tokens: dict[str, tuple[Account, float]] = {}
        self._given = 0

    def give_token(self, grant_type: str, client_id: str, secret: str) -> str:
        """A new token. Raises AuthError, as RFC 6749 section 5.2 has it."""
        if grant_type != "client_credentials":
            raise AuthError(400, "unsupported_grant_type")
        account = self._accounts.get(client_id)
        known = account.secret if account else ""
        if not hmac.compare_digest(known.encode(), secret.encode()) or account is None:
            raise AuthError(401, "invalid_client")
        self._given += 1
        token = hmac.new(secret.encode(), f"{client_id} {self._given}".encode(), sha256)
        self._drop_expired()
        self._tokens[token.hexdigest()] = (account, self._now_s() + self.token_life_s)
        return token.hexdigest()

    def account_of(self, authorization: str) -> Account:
        """Whose token an `Authorization` header carries. Raises ProblemError 401."""
        scheme, _, token = authorization.partition(" ")
        account, expires_s = self._tokens.get(token, (None, 0.0))
        if scheme.lower() != "bearer" or account is None:
            raise ProblemError(401, "a bearer token of this VTN was expected: ask /auth/token")
        if self._now_s() >= expires_s:
            raise ProblemError(401, "the token has expired: ask /auth/token for another")
        return account

    def _drop_expired(self) -> None:
        now_s = self._now_s()
        self._tokens = {t: held for t, held in self._tokens.items() if held[1] > now_s}
