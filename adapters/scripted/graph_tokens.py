"""The token of an Instagram or Threads account as the scripted servers judge it: sixty days, renewed by itself.

Behaviour from Meta's documents on long-lived tokens (read on 24 Nov 2026): one that is not a day old, or that has
ended, is not renewed. Whether a renewed one still opens the account they do not say; here it does not.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.scripted.graph import GraphServer, error
from adapters.scripted.server import reply_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from adapters.scripted.server import Reply, Request

LIVES = timedelta(days=60)
TOO_YOUNG = timedelta(days=1)
PATH = "/refresh_access_token"


class LongLivedServer(GraphServer):
    """A server whose token ends, and is two days old at first. `grant`: what a renewal is called, empty for none.

    `minted` makes the next token of its plain name.
    """

    def __init__(self, clock: Callable[[], datetime], token: str, grant: str, *, app_secret: str = ""):
        super().__init__(token, app_secret=app_secret)
        self._clock = clock
        self._grant = grant
        self.renewals = 0
        self.minted: Callable[[str], str] = str
        self.dies(clock() - timedelta(days=2) + LIVES)

    def dies(self, at: datetime) -> None:
        """The token ends then, sixty days after it was made."""
        self.token_made_at, self.token_ends_at = at - LIVES, at

    def carry_out(self, request: Request) -> Reply:
        """The answer of a strict server; a token is renewed outside of any version, with itself in the address."""
        if self._grant and self.token_ends_at <= self._clock():
            return error(190, "Error validating access token: Session has expired", subcode=463)
        if self._grant and (request.method, request.path) == ("GET", PATH):
            return self._renewed(request)
        return super().carry_out(request)

    def _renewed(self, request: Request) -> Reply:
        asked = {name: values[-1] for name, values in request.query.items()}
        if asked != {"grant_type": self._grant, "access_token": self.token}:
            return error(190, "Error validating access token")
        if self._clock() - self.token_made_at < TOO_YOUNG:
            return error(100, "The access token is too young to be refreshed")
        self.renewals += 1
        self.token = self.minted(f"{self.token[:4]}{self.renewals:04}renewed")
        self.dies(self._clock() + LIVES)
        lives_s = int(LIVES.total_seconds())
        return reply_json({"access_token": self.token, "token_type": "bearer", "expires_in": lives_s})
