"""Signing in to a Mastodon server: july30 registers itself there, and asks for what it needs (docs of 2 Jul 2026)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.contract import App, Choice, Retryable
from adapters.http import Call, Http, failure_for
from adapters.mastodon_session import Session
from adapters.signing_in import Flow, Held, begun, granted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.contract import Begun
    from posts.model import Account

FLOW = Flow(
    authorize="/oauth/authorize",
    token="/oauth/token",  # noqa: S106 - a path: the server is the account's
    scopes=("read:accounts", "read:statuses", "write:statuses", "write:media"),
    pkce=True,
)


class MastodonSignIn:
    """The account of whoever signs in at the account's server."""

    app = ""

    def __init__(self, account: Account):
        self._account = account
        self._http = Http(account.base_url)

    def begin(self, app: App) -> Begun:
        """The server knows july30, and the person can go and sign in."""
        form = {
            "client_name": "july30",
            "redirect_uris": app.redirect,
            "scopes": " ".join(FLOW.wanted(app)),
        }
        answer = self._http.prepare(Call(what="registering", method="POST", path="/api/v1/apps", form=form))
        if not answer.ok:
            raise failure_for(answer, posting=False)
        found = answer.fields()
        name, secret = found.get("client_id"), found.get("client_secret")
        if not isinstance(name, str) or not isinstance(secret, str):
            raise Retryable(f"registering: {self._http.host} answered without an app")
        known = replace(app, client_id=name, client_secret=secret)
        return begun(FLOW, known, self._account, client_id=name, client_secret=secret)

    def finish(self, app: App, begun: Begun, came_back: str) -> Sequence[Choice]:
        """The account that was opened; its token does not end by itself, so it is the whole secret."""
        known = replace(app, client_id=begun.kept["client_id"], client_secret=begun.kept["client_secret"])
        token = granted(FLOW, known, begun, came_back, self._account).tokens["access_token"]
        who = Session(self._account, Held(token), self._http).whoami()
        return [Choice(remote_id=who.remote_id, name=who.handle, url=who.url, secret=token)]
