"""The judge's three platforms: a Mastodon, one that is looked through by text, one that cannot be looked at."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.scripted.mastodon import MastodonServer
from adapters.scripted.mastodon_statuses import Accepted
from adapters.scripted.server import Reply, Request, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

LAG = timedelta(seconds=45)  # later than the first look, before the second
TOKEN = "rig-token-of-"
OWN_SERVER = re.compile(r"/(?:bluesky|telegram)/(?P<account>[^/]+)/")


class MastodonFace(MastodonServer):
    """The strict Mastodon, with a read-back that may lag and every account of the rig."""

    def __init__(self, clock: Callable[[], datetime], note: Callable[[Accepted], None]):
        super().__init__(clock, {})
        self._server.server_close()  # the judge listens for all of its faces
        self._note = note
        self._hidden_until: dict[str, datetime] = {}
        self.address = ""

    @property
    def url(self) -> str:
        return self.address

    def hide(self, remote_id: str) -> None:
        """The status is not shown in any list for a while."""
        self._hidden_until[remote_id] = self._clock() + LAG

    def _account(self, request: Request) -> str:
        return account_of(request) or super()._account(request)

    def _keep(self, account: str, text: str, **rest: Any) -> str:
        made = super()._keep(account, text, **rest)
        self._note(self._log[-1])
        return made

    def _of_account(self, request: Request, account_id: str) -> Reply:
        reply, now = super()._of_account(request, account_id), self._clock()
        hidden = {one for one, until in self._hidden_until.items() if until > now}
        if not hidden:
            return reply
        shown: list[Any] = [one for one in _list(reply) if one["id"] not in hidden]
        return reply_json(shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    remote_id: str
    account: str
    text: str
    at: float


class PlainFace:
    """A platform without keys: every call it takes is one more post. `listed`: whether an account's posts can be read.

    POST /posts {"text"} → {"id", "url"} · GET /posts?since= → newest first · GET /posts/ID · POST /posts/ID/like ·
    DELETE /posts/ID · POST /media · GET /me
    """

    def __init__(
        self, name: str, clock: Callable[[], datetime], note: Callable[[Accepted], None], *, listed: bool
    ) -> None:
        self.name = name
        self.address = ""
        self._clock = clock
        self._note = note
        self._listed = listed
        self._entries: dict[str, _Entry] = {}
        self._likes: dict[str, int] = {}
        self._hidden_until: dict[str, datetime] = {}
        self._made = 0

    @property
    def live(self) -> list[str]:
        """The ids of what is public now."""
        return list(self._entries)

    def hide(self, remote_id: str) -> None:
        self._hidden_until[remote_id] = self._clock() + LAG

    def carry_out(self, request: Request) -> Reply:
        account = account_of(request)
        if not account:
            return reply_json({"error": "who are you?"}, 401)
        path = request.path.removeprefix(f"/{self.name}")
        if request.method == "GET" and path == "/me":
            return reply_json({"id": f"id-{account}", "name": account})
        if request.method == "POST" and path == "/media":
            self._made += 1
            return reply_json({"id": f"media-{self._made}"})
        if request.method == "POST" and path == "/posts":
            return reply_json(self._take(account, request))
        if request.method == "GET" and path == "/posts" and self._listed:
            return reply_json(self._list(account, float(request.query["since"][0])))
        if found := re.fullmatch(r"/posts/([^/]+)(/like)?", path):
            return self._one(request.method, found[1])
        return reply_json({"error": "no such call"}, 404)

    def _take(self, account: str, request: Request) -> dict[str, object]:
        self._made += 1
        asked = request.json()
        made = _Entry(
            remote_id=f"{self.name}-{self._made}",
            account=account,
            text=str(asked["text"]),
            at=self._clock().timestamp(),
        )
        self._entries[made.remote_id] = made
        pictures = tuple(str(one) for one in asked.get("media", []))
        self._note(
            Accepted(
                remote_id=made.remote_id,
                account=account,
                key="",
                text=made.text,
                language="",
                visibility="public",
                pictures=pictures,
            )
        )
        return self._shown(made)

    def _list(self, account: str, since: float) -> list[dict[str, object]]:
        now = self._clock()
        return [
            self._shown(one)
            for one in reversed(self._entries.values())
            if one.account == account and one.at >= since and self._hidden_until.get(one.remote_id, now) <= now
        ]

    def _one(self, method: str, remote_id: str) -> Reply:
        entry = self._entries.get(remote_id)
        if entry is None:
            return reply_json({"error": "no such post"}, 404)
        if method == "DELETE":
            del self._entries[remote_id]
        if method == "POST":
            self._likes[remote_id] = self._likes.get(remote_id, 0) + 1
        return reply_json(self._shown(entry))

    def _shown(self, one: _Entry) -> dict[str, object]:
        address = f"{self.address}/{self.name}/posts/{one.remote_id}"
        return {"id": one.remote_id, "url": address, "text": one.text, "likes": self._likes.get(one.remote_id, 0)}


def account_of(request: Request) -> str:
    """Whose own server is asked, or whose token the request carries; empty for one that is not ours."""
    if own := OWN_SERVER.match(request.path):
        return own["account"]
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    return token.removeprefix(TOKEN) if token.startswith(TOKEN) else ""


def _list(reply: Reply) -> list[Any]:
    found = json.loads(reply.body)
    return found if isinstance(found, list) else []
