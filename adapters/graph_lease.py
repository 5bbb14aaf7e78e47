"""A token of Instagram or Threads lives for sixty days, and can be renewed only while it does and is a day old.

So it is renewed in good time, by what the platform's own answers say of the time. A token that is kept as plain text
is left alone: a new one can be kept only where the secret is a JSON object. A renewal that fails harms nothing as long
as the token works.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from adapters.contract import AuthExpired, Failure, Horizon
from adapters.http import Call
from adapters.http_calls import instant
from adapters.oauth import Renewals, Tokens, granted, read_tokens

if TYPE_CHECKING:
    from adapters.contract import Secrets
    from adapters.http import Http
    from posts.model import Account

DUE_BEFORE = timedelta(days=30)
LIVES_S = 5_184_000
UNKNOWN = datetime.min.replace(tzinfo=UTC)
EXPIRES = "expires_on"
PATH = "/refresh_access_token"


class Lease:
    """How long one account's token is good for. `grant`: what the platform calls its renewal."""

    def __init__(self, account: Account, secrets: Secrets, http: Http, grant: str):
        self._grant = grant
        self._account = account
        self._secrets = secrets
        self._http = http
        self._renewals = Renewals(secrets, read=self._kept, ask=self._asked)
        self._now: datetime | None = None

    def heard(self, now: datetime) -> None:
        """It is that late by the platform's clock."""
        self._now = now

    def horizon(self) -> Horizon:
        """When the token ends, where that is kept beside it, and from when on it is renewed by `renew`."""
        ends_at = _end(self._kept())
        return Horizon() if ends_at == UNKNOWN else Horizon(ends_at=ends_at, renews_from=ends_at - DUE_BEFORE)

    def renew(self) -> None:
        """The token is good for another sixty days, and durable. Raises AuthExpired where it cannot be renewed."""
        self._renewals.renewed(self._kept())

    def renew_if_due(self) -> None:
        """The token is good for another month at least, where that can be had."""
        with suppress(Failure):
            tokens = self._kept()
            if self._now is not None and tokens.value("access_token") and _end(tokens) - self._now < DUE_BEFORE:
                self._renewals.renewed(tokens)

    def _kept(self) -> Tokens:
        return read_tokens(self._secrets.load())

    def _asked(self, old: Tokens) -> Tokens:
        query = [("grant_type", self._grant), ("access_token", old.value("access_token"))]
        call = Call(what="renewing the token", method="GET", path=PATH, query=query, hidden=old.hidden())
        answer = self._http.prepare(call)
        fresh = granted(answer, old, self._account)
        lives_s, now = answer.fields().get("expires_in"), instant(answer.headers.get("date", ""))
        if now is None:
            raise AuthExpired("renewing the token: the platform does not say until when it is good")
        good_for = timedelta(seconds=lives_s if type(lives_s) is int and 0 < lives_s <= LIVES_S else LIVES_S)
        return Tokens(written={**fresh.written, EXPIRES: (now + good_for).astimezone(UTC).isoformat()})


def _end(tokens: Tokens) -> datetime:
    """When it ends; long ago where nobody knows, so that it is renewed."""
    try:
        found = datetime.fromisoformat(tokens.value(EXPIRES))
    except ValueError:
        return UNKNOWN
    return found if found.tzinfo else found.replace(tzinfo=UTC)
