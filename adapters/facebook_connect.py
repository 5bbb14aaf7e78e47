"""Signing in to Facebook: a person's token becomes one of 60 days, and that gives the tokens of their Pages.

As read in Meta's documents on 24 Nov 2026. PKCE is documented for OpenID Connect alone, and as being tried out there:
the state and the app's secret guard this one. A Page's token that comes of a lasting one does not end by itself.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adapters.contract import AuthExpired, Choice
from adapters.graph import FACEBOOK, VERSION, Graph, id_in
from adapters.http import Http
from adapters.signing_in import Flow, Held, begun, exchanged, granted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.contract import App, Begun
    from posts.model import Account

PAGE_SCOPES = ("pages_show_list", "pages_read_engagement", "pages_manage_posts")
SCOPES = {
    "facebook": (*PAGE_SCOPES, "pages_manage_engagement", "read_insights"),
    "instagram": (
        *("pages_show_list", "pages_read_engagement", "instagram_basic"),
        *("instagram_content_publish", "instagram_manage_insights"),
    ),
}
MAY_POST = "CREATE_CONTENT"


class FacebookSignIn:
    """The Pages of whoever signs in, or the Instagram accounts that are linked to them."""

    app = "facebook"

    def __init__(self, account: Account):
        self._account = account
        self._version = account.options.get("version", VERSION)
        self._flow = Flow(
            authorize=f"https://www.facebook.com/{self._version}/dialog/oauth",
            token=f"{FACEBOOK}/{self._version}/oauth/access_token",
            scopes=SCOPES[account.platform],
            separator=",",
        )

    def begin(self, app: App) -> Begun:
        """The person can go and sign in."""
        return begun(self._flow, app, self._account)

    def finish(self, app: App, begun: Begun, came_back: str) -> Sequence[Choice]:
        """The Pages that they may post to, or the Instagram accounts of their Pages. Raises AuthExpired for none."""
        short = granted(self._flow, app, begun, came_back, self._account)
        lasting = exchanged(
            self._flow.token,
            self._account,
            "fb_exchange_token",
            client_id=app.client_id,
            client_secret=app.client_secret,
            fb_exchange_token=short.tokens["access_token"],
        )
        secret = lasting.text(app_secret=app.client_secret)
        graph = Graph(self._account, Held(secret), Http(self._account.base_url or FACEBOOK))
        choices = list(self._choices(graph, app))
        if choices:
            return choices
        what = (
            "Page that may be posted to" if self._account.platform == "facebook" else "Page with an Instagram account"
        )
        raise AuthExpired(f"signing in: there is no {what}; begin again, and allow the Page, as one of its editors")

    def _choices(self, graph: Graph, app: App) -> Iterator[Choice]:
        linked = self._account.platform == "instagram"
        more = "instagram_business_account{id,username}" if linked else "username,link,tasks"
        for page in graph.listed("asking for the Pages", "/me/accounts", f"id,name,access_token,{more}"):
            token, found, tasks = page.get("access_token"), _linked(page) if linked else page, page.get("tasks")
            if isinstance(token, str) and id_in(found) and (not isinstance(tasks, list) or MAY_POST in tasks):
                handle = str(found.get("username") or page.get("name") or id_in(found))
                yield Choice(
                    remote_id=id_in(found),
                    name=handle if linked else str(page.get("name") or handle),
                    handle=handle,
                    url="" if linked else str(page.get("link") or ""),
                    secret=json.dumps({"access_token": token, "app_secret": app.client_secret}),
                )


def _linked(page: dict[str, Any]) -> dict[str, Any]:
    found = page.get("instagram_business_account")
    return found if isinstance(found, dict) else {}
