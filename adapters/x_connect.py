"""Signing in to X: OAuth 2.0 with PKCE, as its documentation says (read on 24 Nov 2026).

The code lives for 30 seconds, the token for two hours; `offline.access` is what gives something to renew it with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Choice
from adapters.signing_in import Flow, Held, begun, granted
from adapters.x import X

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.contract import App, Begun
    from posts.model import Account

FLOW = Flow(
    authorize="https://x.com/i/oauth2/authorize",
    token="https://api.x.com/2/oauth2/token",  # noqa: S106 - an address
    scopes=("tweet.read", "tweet.write", "users.read", "media.write", "offline.access"),
    pkce=True,
    basic=True,
)


class XSignIn:
    """The account of whoever signs in."""

    app = "x"

    def __init__(self, account: Account):
        self._account = account

    def begin(self, app: App) -> Begun:
        """The person can go and sign in."""
        return begun(FLOW, app, self._account)

    def finish(self, app: App, begun: Begun, came_back: str) -> Sequence[Choice]:
        """The account that was opened."""
        found = granted(FLOW, app, begun, came_back, self._account)
        held = Held(found.text(client_id=app.client_id, client_secret=app.client_secret))
        who = X(self._account, held).whoami()
        return [Choice(remote_id=who.remote_id, name=who.handle, url=who.url, secret=held.load())]
