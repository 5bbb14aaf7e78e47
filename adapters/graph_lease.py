"""A token of Instagram or Threads lives for sixty days, and can be renewed only while it does and is a day old.

So it is renewed in good time, by what the platform's own answers say of the time. A token that is kept as plain text
is left alone: a new one can be kept only where the secret is a JSON object. A renewal that fails harms nothing as long
as the token works.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.contract import AuthExpired, Failure, Horizon
from adapters.http import Call
from adapters.oauth import Renewals, Tokens, granted, read_tokens

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.contract import Secrets
    from adapters.http import Http
    from posts.model import Account

DUE_BEFORE = timedelta(days=10)  # a day's look then has nine more tries (Meta's documents, read on 24 Nov 2026)
TRIED_AGAIN_AFTER = timedelta(hours=1)
PATH = "/refresh_access_token"


class Lease:
    """How long one account's token is good for. `grant`: what the platform calls its renewal.

    The token is what renews itself: its end is both that of the access and that of renewing it.
    """

    def __init__(self, account: Account, secrets: Secrets, http: Http, grant: str):
        self._grant = grant
        self._account = account
        self._secrets = secrets
        self._http = http
        self._renewals = Renewals(secrets, read=self._kept, ask=self._asked)
        self._now: datetime | None = None
        self._not_before: datetime | None = None

    def heard(self, now: datetime) -> None:
        """It is that late by the platform's clock."""
        self._now = now

    def horizon(self) -> Horizon:
        """When the token ends, where that is kept beside it, and from when on it is renewed by `renew`."""
        ends_at = self._renewals.look().end()
        return Horizon(ends_at=ends_at, renews_from=ends_at - DUE_BEFORE) if ends_at else Horizon()

    def renew(self) -> None:
        """The token is good for another sixty days, and durable. Raises AuthExpired where it cannot be renewed."""
        self._renewals.ahead()

    def renew_if_due(self) -> None:
        """The token is good for more than ten days, where that can be had; one whose end nobody knows is renewed."""
        now = self._now
        if now is None or (self._not_before and now < self._not_before):
            return
        with suppress(Failure):
            tokens = self._kept()
            ends_at = tokens.end()
            if tokens.value("access_token") and (ends_at is None or ends_at - now < DUE_BEFORE):
                self._not_before = now + TRIED_AGAIN_AFTER
                self._renewals.renewed(tokens)

    def _kept(self) -> Tokens:
        return read_tokens(self._secrets.load())

    def _asked(self, old: Tokens) -> Tokens:
        if not old.value("access_token"):
            raise AuthExpired(
                f"account '{self._account.id}': a token that is kept as plain text cannot be renewed; store it as"
                ' {"access_token": "…"} in a place that july30 can write'
            )
        query = [("grant_type", self._grant), ("access_token", old.value("access_token"))]
        call = Call(what="renewing the token", method="GET", path=PATH, query=query, hidden=old.hidden())
        return granted(self._http.prepare(call), old, self._account)
