"""Signing in to Instagram by its own log-in; by Facebook's it is the Pages' sign-in (Meta's documents, 24 Nov 2026)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Choice
from adapters.graph import Graph
from adapters.http import Http
from adapters.instagram_account import whose
from adapters.signing_in import Flow, Held, begun, granted_for_long

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.contract import App, Begun
    from posts.model import Account

FLOW = Flow(
    authorize="https://www.instagram.com/oauth/authorize",
    token="https://api.instagram.com/oauth/access_token",  # noqa: S106 - an address
    scopes=("instagram_business_basic", "instagram_business_content_publish", "instagram_business_manage_insights"),
    separator=",",
)
SERVER = "https://graph.instagram.com"


class InstagramSignIn:
    """The professional account of whoever signs in."""

    app = "instagram"

    def __init__(self, account: Account):
        self._account = account

    def begin(self, app: App) -> Begun:
        """The person can go and sign in."""
        return begun(FLOW, app, self._account)

    def finish(self, app: App, begun: Begun, came_back: str) -> Sequence[Choice]:
        """The account that was opened, with a token of 60 days."""
        lasting = granted_for_long(FLOW, SERVER, "ig_exchange_token", app, begun, came_back, self._account)
        secret = lasting.text()
        graph = Graph(self._account, Held(secret), Http(self._account.base_url or SERVER))
        who = whose(graph, linked=False)
        return [Choice(remote_id=who.remote_id, name=who.handle, url=who.url, secret=secret)]
