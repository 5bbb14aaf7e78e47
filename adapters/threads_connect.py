"""Signing in to Threads: a token of an hour becomes one of 60 days (Meta's documents, read on 24 Nov 2026)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Choice, Retryable
from adapters.graph import Graph, id_in
from adapters.http import Http
from adapters.signing_in import Flow, Held, begun, exchanged, granted
from adapters.threads_answers import refusal
from adapters.threads_profile import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.contract import App, Begun
    from posts.model import Account

SERVER = "https://graph.threads.net"
FLOW = Flow(
    authorize="https://www.threads.net/oauth/authorize",
    token=f"{SERVER}/oauth/access_token",
    scopes=(
        *("threads_basic", "threads_content_publish", "threads_manage_insights"),
        *("threads_manage_replies", "threads_read_replies", "threads_delete"),
    ),
    separator=",",
)


class ThreadsSignIn:
    """The profile of whoever signs in."""

    app = "threads"

    def __init__(self, account: Account):
        self._account = account

    def begin(self, app: App) -> Begun:
        """The person can go and sign in."""
        return begun(FLOW, app, self._account)

    def finish(self, app: App, begun: Begun, came_back: str) -> Sequence[Choice]:
        """The profile that was opened, with a token of 60 days."""
        short = granted(FLOW, app, begun, came_back, self._account).tokens["access_token"]
        lasting = exchanged(
            f"{SERVER}/access_token",
            self._account,
            "th_exchange_token",
            client_secret=app.client_secret,
            access_token=short,
        )
        return [self._choice(lasting.text())]

    def _choice(self, secret: str) -> Choice:
        http = Http(self._account.base_url or SERVER)
        what = "asking whose account it is"
        graph = Graph(self._account, Held(secret), http, refusal, version=VERSION)
        found = graph.get(what, "/me", {"fields": "id,username"})
        user, name = id_in(found), found.get("username")
        if not user or not isinstance(name, str):
            raise Retryable(f"{what}: {http.host} answered without an account")
        return Choice(remote_id=user, name=name, url=f"https://www.threads.com/@{name}", secret=secret)
