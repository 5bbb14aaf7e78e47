"""A Mastodon server that is strict where the real one is, with a log of what it accepted that is the judge.

Behaviour from the Mastodon documentation of 2 Jul 2026 (read on 24 Nov 2026).
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from PIL import Image

from adapters.scripted.counting import graphemes, status_length
from adapters.scripted.server import Reply, Request, ScriptedServer, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KEY_REMEMBERED = timedelta(hours=1)
PICTURE_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
PAGE_MAX = 40
ENTITY = re.compile(
    r"(?P<link>https?://[^\s<>]+)|(?<![\w/])@(?P<user>\w+)@(?P<host>[\w.-]+\w)|(?<![\w/])#(?P<tag>\w*[^\W\d]\w*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """In which ways this server differs from the newest and most obliging one."""

    remembers_keys: bool = True
    numeric_ids: bool = True
    slow_media: bool = False
    batches: bool = True
    instance_v2: bool = True
    characters_max: int = 500
    description_max: int = 1_500
    pictures_max: int = 4
    picture_bytes_max: int = 16_777_216
    lag: timedelta = timedelta()  # how long an account's list does not yet show a status that was taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One status that the server took, by whom and under which key; never changed, never taken back."""

    remote_id: str
    account: str
    key: str
    text: str
    language: str
    visibility: str
    pictures: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Picture:
    owner: str
    description: str
    looks_left: int
    attached: bool = False


@dataclass(slots=True, kw_only=True)
class _Status:
    accepted: Accepted
    made_at: datetime
    counts: dict[str, int] = field(
        default_factory=lambda: {"replies_count": 0, "reblogs_count": 0, "favourites_count": 0}
    )


class _Refused(Exception):
    def __init__(self, status: int, words: str):
        super().__init__(words)
        self.reply = reply_json({"error": words}, status)


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
        self._statuses: dict[str, _Status] = {}
        self._pictures: dict[str, _Picture] = {}
        self._keys: dict[tuple[str, str], tuple[datetime, str]] = {}
        self._made = 0

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every status ever taken, in order: the judge of whether something went out, and how often."""
        return tuple(self._log)

    @property
    def uploads(self) -> int:
        """How many pictures were ever taken."""
        return len(self._pictures)

    def react(self, remote_id: str, **counts: int) -> None:
        """The status has these counts: `favourites_count`, `replies_count`, `reblogs_count`."""
        self._statuses[remote_id].counts.update(counts)

    def forget_pictures(self) -> None:
        """Pictures that no status shows are gone, as after a day."""
        self._pictures = {name: one for name, one in self._pictures.items() if one.attached}

    def write(self, account: str, text: str, pictures: int = 0) -> str:
        """The account has written a status elsewhere, by hand; its id."""
        return self._keep(account, text, key="", language="", visibility="public", pictures=("",) * pictures)

    def carry_out(self, request: Request) -> Reply:
        """The answer of a strict Mastodon."""
        try:
            return self._answer(request)
        except _Refused as refused:
            return refused.reply

    def _answer(self, request: Request) -> Reply:
        method, path = request.method, request.path.removeprefix("/api/")
        for wanted, pattern, serve in self._routes():
            if method == wanted and (found := re.fullmatch(pattern, path)):
                return serve(request, *(unquote(one) for one in found.groups()))
        raise _Refused(404, "Record not found")

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
            ("DELETE", "v1/statuses/([^/]+)", self._delete),
            ("POST", "v1/statuses/([^/]+)/favourite", self._favourite),
            ("GET", "v1/accounts/([^/]+)/statuses", self._of_account),
        )

    def _account(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self._tokens:
            raise _Refused(401, "The access token is invalid")
        return self._tokens[token]

    def _next_id(self) -> str:
        self._made += 1
        return str(110_000_000_000_000_000 + self._made) if self.switches.numeric_ids else f"01K{self._made:020}Z+x"

    def _instance(self, _: Request, version: str) -> Reply:
        if version == "v2" and not self.switches.instance_v2:
            raise _Refused(404, "Record not found")
        return reply_json({"configuration": self._configuration()})

    def _configuration(self) -> dict[str, Any]:
        return {
            "statuses": {
                "max_characters": self.switches.characters_max,
                "max_media_attachments": self.switches.pictures_max,
                "characters_reserved_per_url": 23,
            },
            "media_attachments": {
                "supported_mime_types": [*PICTURE_FORMATS, "video/mp4"],
                "image_size_limit": self.switches.picture_bytes_max,
                "image_matrix_limit": 33_177_600,
                "description_limit": self.switches.description_max,
            },
        }

    def _whoami(self, request: Request) -> Reply:
        name = self._account(request)
        return reply_json({"id": f"id-{name}", "username": name, "acct": name, "url": f"{self.url}/@{name}"})

    # -- pictures --------------------------------------------------------------------------------------------------

    def _take_picture(self, request: Request) -> Reply:
        owner = self._account(request)
        fields, files = request.form()
        picture = files.get("file")
        if picture is None:
            raise _Refused(422, "Validation failed: File can't be blank")
        description = fields.get("description", "")
        if len(picture.content) > self.switches.picture_bytes_max or not _is_picture(picture.content, picture.mime):
            raise _Refused(422, "Validation failed: File content type is invalid")
        if graphemes(description) > self.switches.description_max:
            raise _Refused(422, f"Validation failed: Description is too long ({self.switches.description_max})")
        slow = self.switches.slow_media
        made = self._next_id()
        self._pictures[made] = _Picture(owner=owner, description=description, looks_left=1 if slow else 0)
        return reply_json({"id": made, "type": "image", "url": None if slow else self.url}, 202 if slow else 200)

    def _own_picture(self, request: Request, remote_id: str) -> _Picture:
        picture = self._pictures.get(remote_id)
        if picture is None or picture.owner != self._account(request) or picture.attached:
            raise _Refused(404, "Record not found")
        return picture

    def _look_at_picture(self, request: Request, remote_id: str) -> Reply:
        picture = self._own_picture(request, remote_id)
        if picture.looks_left > 0:
            picture.looks_left -= 1
            return reply_json({"id": remote_id, "type": "image", "url": None}, 206)
        return reply_json({"id": remote_id, "type": "image", "url": self.url})

    # -- statuses --------------------------------------------------------------------------------------------------

    def _take_status(self, request: Request) -> Reply:
        account, asked = self._account(request), request.json()
        key = request.headers.get("idempotency-key", "")
        if before := self._remembered(account, key):
            return reply_json(self._shown(self._statuses[before]))
        text, ids = str(asked.get("status") or ""), list(asked.get("media_ids") or [])
        pictures = self._checked(request, text, ids, asked)
        for one in pictures:
            one.attached = True
        made = self._keep(
            account,
            text,
            key=key,
            language=str(asked.get("language") or ""),
            visibility=str(asked.get("visibility") or "public"),
            pictures=tuple(one.description for one in pictures),
        )
        self._keys[(account, key)] = (self._clock(), made)
        return reply_json(self._shown(self._statuses[made]))

    def _checked(self, request: Request, text: str, ids: Sequence[str], asked: dict[str, Any]) -> list[_Picture]:
        """The status's pictures. Refuses what the real server refuses."""
        if not text.strip() and not ids:
            raise _Refused(422, "Validation failed: Text can't be blank")
        if status_length(text) > self.switches.characters_max:
            raise _Refused(422, f"Validation failed: Text character limit of {self.switches.characters_max} exceeded")
        if asked.get("visibility", "public") not in {"public", "unlisted", "private", "direct"}:
            raise _Refused(422, "Validation failed: Visibility is not included in the list")
        if asked.get("language") and not re.fullmatch("[a-z]{2}", str(asked["language"])):
            raise _Refused(422, "Validation failed: Language is not included in the list")
        if len(ids) > self.switches.pictures_max:
            raise _Refused(422, "Validation failed: Cannot attach more pictures")
        pictures = [self._own_picture(request, str(one)) for one in ids]
        if self.switches.slow_media and any(one.looks_left for one in pictures):
            raise _Refused(422, "Cannot attach files that have not finished processing. Try again in a moment!")
        return pictures

    def _remembered(self, account: str, key: str) -> str | None:
        made_at, remote_id = self._keys.get((account, key), (None, ""))
        fresh = made_at is not None and self._clock() - made_at < KEY_REMEMBERED
        return remote_id if key and fresh and self.switches.remembers_keys and remote_id in self._statuses else None

    def _keep(self, account: str, text: str, **rest: Any) -> str:
        accepted = Accepted(remote_id=self._next_id(), account=account, text=text, **rest)
        self._log.append(accepted)
        self._statuses[accepted.remote_id] = _Status(accepted=accepted, made_at=self._clock())
        return accepted.remote_id

    def _known(self, remote_id: str) -> _Status:
        if remote_id not in self._statuses:
            raise _Refused(404, "Record not found")
        return self._statuses[remote_id]

    def _one(self, request: Request, remote_id: str) -> Reply:
        self._account(request)
        return reply_json(self._shown(self._known(remote_id)))

    def _several(self, request: Request) -> Reply:
        self._account(request)
        if not self.switches.batches:
            raise _Refused(404, "Record not found")
        asked = request.query.get("id[]", [])
        if len(asked) > PAGE_MAX:
            raise _Refused(422, "Too many ids")
        return reply_json([self._shown(self._statuses[one]) for one in asked if one in self._statuses])

    def _source(self, request: Request, remote_id: str) -> Reply:
        self._account(request)
        return reply_json({"id": remote_id, "text": self._known(remote_id).accepted.text, "spoiler_text": ""})

    def _favourite(self, request: Request, remote_id: str) -> Reply:
        self._account(request)
        status = self._known(remote_id)
        status.counts["favourites_count"] += 1
        return reply_json(self._shown(status))

    def _delete(self, request: Request, remote_id: str) -> Reply:
        if self._known(remote_id).accepted.account != self._account(request):
            raise _Refused(403, "This action is not allowed")
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

    def _shown(self, status: _Status) -> dict[str, Any]:
        one = status.accepted
        return {
            "id": one.remote_id,
            "url": f"{self.url}/@{one.account}/{one.remote_id}",
            "uri": f"{self.url}/users/{one.account}/statuses/{one.remote_id}",
            "created_at": status.made_at.isoformat(),
            "content": to_html(one.text),
            "language": one.language or None,
            "visibility": one.visibility,
            "media_attachments": [{"type": "image", "description": words} for words in one.pictures],
            **status.counts,
        }


def to_html(text: str) -> str:
    """The text as Mastodon shows it: paragraphs, links in three pieces, mentions without their server, hashtags."""
    paragraphs = re.split(r"\n{2,}", text.strip())
    return "".join(f"<p>{_inline(one).replace(chr(10), '<br />')}</p>" for one in paragraphs)


def _inline(text: str) -> str:
    pieces, at = [], 0
    for found in ENTITY.finditer(text):
        pieces += [escape(text[at : found.start()], quote=False), _entity(found)]
        at = found.end()
    return "".join([*pieces, escape(text[at:], quote=False)])


def _entity(found: re.Match[str]) -> str:
    if address := found["link"]:
        scheme, rest = address.split("://", 1)
        shown, hidden = escape(rest[:30]), escape(rest[30:])
        return (
            f'<a href="{escape(address)}" rel="nofollow noopener"><span class="invisible">{scheme}://</span>'
            f'<span class="ellipsis">{shown}</span><span class="invisible">{hidden}</span></a>'
        )
    if user := found["user"]:
        return f'<span class="h-card"><a href="https://{found["host"]}/@{user}">@<span>{user}</span></a></span>'
    return f'<a href="https://scripted.example/tags/{found["tag"]}" rel="tag">#<span>{found["tag"]}</span></a>'


def _is_picture(content: bytes, mime: str) -> bool:
    """Whether the bytes really are a picture of the type that is claimed."""
    try:
        with Image.open(io.BytesIO(content), formats=[PICTURE_FORMATS.get(mime, "")]) as picture:
            picture.verify()
    except (OSError, ValueError, SyntaxError, KeyError):
        return False
    return True
