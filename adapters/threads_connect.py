"""Signing in to Threads: a token of an hour becomes one of 60 days (Meta's documents, read on 24 Nov 2026)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Choice
from adapters.graph import Graph
from adapters.http import Http
from adapters.signing_in import Flow, Held, begun, granted_for_long
from adapters.threads_account import whose
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
        lasting = granted_for_long(FLOW, SERVER, "th_exchange_token", app, begun, came_back, self._account)
        secret = lasting.text()
        http = Http(self._account.base_url or SERVER)
        who = whose(Graph(self._account, Held(secret), http, refusal, version=VERSION))
        return [Choice(remote_id=who.remote_id, name=who.handle, url=who.url, secret=secret)]
