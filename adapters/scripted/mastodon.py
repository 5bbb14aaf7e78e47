"""A Mastodon server that is strict where the real one is, with a log of what it accepted that is the judge.

Behaviour from the Mastodon documentation of 2 Jul 2026 (read on 24 Nov 2026).
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from adapters.scripted.mastodon_pictures import Shelf
from adapters.scripted.mastodon_statuses import Accepted, Status, account_shown, below, shown
from adapters.scripted.mastodon_switches import Refused, Switches, described, length
from adapters.scripted.server import Reply, Request, ScriptedServer, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from adapters.scripted.mastodon_pictures import Picture

KEY_REMEMBERED = timedelta(hours=1)
PAGE_MAX = 40


class MastodonServer(ScriptedServer):
    """The server; `tokens` maps each access token to the account that it opens.

    `clock` dates the statuses and forgets the keys, so that a rehearsal may run on its own time.
    """

    def __init__(self, clock: Callable[[], datetime], tokens: dict[str, str], switches: Switches | None = None):
        super().__init__()
        self.switches = switches or Switches()
        self._clock = clock
        self._tokens = tokens
        self._log: list[Accepted] = []
        self._statuses: dict[str, Status] = {}
        self._shelf = Shelf(self.switches)
        self._keys: dict[tuple[str, str], tuple[datetime, str]] = {}
        self._made = 0

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every status ever taken, in order: the judge of whether something went out, and how often."""
        return tuple(self._log)

    @property
    def public(self) -> int:
        """How many statuses are there now."""
        return len(self._statuses)

    @property
    def uploads(self) -> int:
        """How many pictures were ever taken."""
        return len(self._shelf)

    @property
    def media(self) -> tuple[Picture, ...]:
        """Every picture and film that is there, in their order."""
        return self._shelf.taken

    def react(self, remote_id: str, **counts: int) -> None:
        """The status has these counts: `favourites_count`, `replies_count`, `reblogs_count`."""
        self._statuses[remote_id].counts.update(counts)

    def forget_pictures(self) -> None:
        """Pictures that no status shows are gone, as after a day."""
        self._shelf.forget()

    def write(self, account: str, text: str, pictures: int = 0, reply_to: str = "") -> str:
        """The account has written a status elsewhere, by hand; its id."""
        own = {"key": "", "language": "", "visibility": "public", "reply_to": reply_to}
        return self._keep(account, text, pictures=("",) * pictures, **own)

    def carry_out(self, request: Request) -> Reply:
        """The answer of a strict Mastodon."""
        try:
            return self._answer(request)
        except Refused as refused:
            return refused.reply(self.switches)

    def _answer(self, request: Request) -> Reply:
        method, path = request.method, request.path.removeprefix("/api/")
        for wanted, pattern, serve in self._routes():
            if method == wanted and (found := re.fullmatch(pattern, path)):
                return serve(request, *(unquote(one) for one in found.groups()))
        raise Refused(404, "Record not found")

    def _routes(self) -> Sequence[tuple[str, str, Callable[..., Reply]]]:
        return (
            ("GET", "(v[12])/instance", self._instance),
            ("GET", "v1/accounts/verify_credentials", self._whoami),
            ("POST", "v2/media", self._take_picture),
            ("GET", "v1/media/([^/]+)", self._look_at_picture),
            ("POST", "v1/statuses", self._take_status),
            ("GET", "v1/statuses", self._several),
            ("GET", "v1/statuses/([^/]+)", self._one),
            ("GET", "v1/statuses/([^/]+)/source", self._source),
            ("GET", "v1/statuses/([^/]+)/context", self._context),
            ("DELETE", "v1/statuses/([^/]+)", self._delete),
            ("POST", "v1/statuses/([^/]+)/favourite", self._favourite),
            ("GET", "v1/accounts/([^/]+)/statuses", self._of_account),
        )

    def _account(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self._tokens:
            raise Refused(401, "The access token is invalid")
        return self._tokens[token]

    def _next_id(self) -> str:
        self._made += 1
        return str(110_000_000_000_000_000 + self._made) if self.switches.numeric_ids else f"01K{self._made:020}Z+x"

    def _instance(self, _: Request, version: str) -> Reply:
        if version == "v2" and not self.switches.instance_v2:
            raise Refused(404, "Record not found")
        return reply_json(described(self.switches, version))

    def _whoami(self, request: Request) -> Reply:
        return reply_json(account_shown(self._account(request), self.url))

    def _take_picture(self, request: Request) -> Reply:
        return self._shelf.take(request, self._account(request), self._next_id(), self.url)

    def _look_at_picture(self, request: Request, remote_id: str) -> Reply:
        return self._shelf.look(self._account(request), remote_id, self.url)

    # -- statuses --------------------------------------------------------------------------------------------------

    def _take_status(self, request: Request) -> Reply:
        account, asked = self._account(request), request.json()
        key = request.headers.get("idempotency-key", "")
        if before := self._remembered(account, key):
            return reply_json(self._shown(self._statuses[before]))
        pictures = self._checked(account, asked)
        for one in pictures:
            one.attached = True
        made = self._keep(
            account,
            str(asked.get("status") or ""),
            key=key,
            language=str(asked.get("language") or ""),
            visibility=str(asked.get("visibility") or "public"),
            pictures=tuple(one.description for one in pictures),
            warning=str(asked.get("spoiler_text") or ""),
            sensitive=asked.get("sensitive") is True,
            reply_to=str(asked.get("in_reply_to_id") or ""),
        )
        self._keys[(account, key)] = (self._clock(), made)
        return reply_json(self._shown(self._statuses[made]))

    def _checked(self, account: str, asked: dict[str, Any]) -> list[Picture]:
        """The status's pictures. Refuses what the real server refuses."""
        text, ids = str(asked.get("status") or ""), list(asked.get("media_ids") or [])
        if not text.strip() and not ids:
            raise Refused(422, "Validation failed: Text can't be blank")
        if length(self.switches, text, str(asked.get("spoiler_text") or "")) > self.switches.characters_max:
            raise Refused(422, f"Validation failed: Text character limit of {self.switches.characters_max} exceeded")
        if asked.get("visibility", "public") not in {"public", "unlisted", "private", "direct"}:
            raise Refused(422, "Validation failed: Visibility is not included in the list")
        if asked.get("language") and not re.fullmatch("[a-z]{2}", str(asked["language"])):
            raise Refused(422, "Validation failed: Language is not included in the list")
        if parent := str(asked.get("in_reply_to_id") or ""):
            self._known(parent)
        return self._shelf.several(account, ids)

    def _remembered(self, account: str, key: str) -> str | None:
        made_at, remote_id = self._keys.get((account, key), (None, ""))
        fresh = made_at is not None and self._clock() - made_at < KEY_REMEMBERED
        return remote_id if key and fresh and self.switches.remembers_keys and remote_id in self._statuses else None

    def _keep(self, account: str, text: str, **rest: Any) -> str:
        accepted = Accepted(remote_id=self._next_id(), account=account, text=text, **rest)
        self._log.append(accepted)
        self._statuses[accepted.remote_id] = Status(accepted=accepted, made_at=self._clock(), parent=accepted.reply_to)
        return accepted.remote_id

    def _known(self, remote_id: str) -> Status:
        if remote_id not in self._statuses:
            raise Refused(404, "Record not found")
        return self._statuses[remote_id]

    def _one(self, request: Request, remote_id: str) -> Reply:
        self._account(request)
        return reply_json(self._shown(self._known(remote_id)))

    def _several(self, request: Request) -> Reply:
        self._account(request)
        if not self.switches.batches:
            raise Refused(404, "Record not found")
        asked = request.query.get("id[]", [])
        if len(asked) > PAGE_MAX:
            raise Refused(422, "Too many ids")
        return reply_json([self._shown(self._statuses[one]) for one in asked if one in self._statuses])

    def _context(self, request: Request, remote_id: str) -> Reply:
        self._account(request)
        self._known(remote_id)
        replies = [self._shown(one) for one in below(self._statuses.values(), remote_id)]
        return reply_json({"ancestors": [], "descendants": replies})

    def _source(self, request: Request, remote_id: str) -> Reply:
        self._account(request)
        if not self.switches.sources:
            raise Refused(404, "Record not found")
        return reply_json({"id": remote_id, "text": self._known(remote_id).accepted.text, "spoiler_text": ""})

    def _favourite(self, request: Request, remote_id: str) -> Reply:
        self._account(request)
        status = self._known(remote_id)
        status.counts["favourites_count"] += 1
        return reply_json(self._shown(status))

    def _delete(self, request: Request, remote_id: str) -> Reply:
        if self._known(remote_id).accepted.account != self._account(request):
            raise Refused(403, "This action is not allowed")
        for one in self._statuses.values():
            one.parent = "" if one.parent == remote_id else one.parent
        return reply_json(self._shown(self._statuses.pop(remote_id)))

    def _of_account(self, request: Request, account_id: str) -> Reply:
        self._account(request)
        shown = {name: one for name, one in self._statuses.items() if self._clock() - one.made_at >= self.switches.lag}
        own = [name for name, one in shown.items() if f"id-{one.accepted.account}" == account_id][::-1]
        before = request.query.get("max_id", [""])[0]
        if before in own:
            own = own[own.index(before) + 1 :]
        most = min(int(request.query.get("limit", ["20"])[0]), PAGE_MAX)
        return reply_json([self._shown(self._statuses[name]) for name in own[:most]])

    def _shown(self, status: Status) -> dict[str, Any]:
        return shown(status, self.url, bare=self.switches.bare_html)
