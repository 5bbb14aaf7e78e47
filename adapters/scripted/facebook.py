"""A Facebook Page that is strict where its documents are, with a log of what it accepted: the judge.

Behaviour from Meta's documents and API description of 15 Apr 2026 (read on 24 Nov 2026).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.scripted.counting import utf16_units
from adapters.scripted.facebook_films import Films
from adapters.scripted.graph import Asked, GraphServer, Refused, no_such_thing, page
from adapters.scripted.memory import Remembering, is_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PAGE = "102030405060708"
TEXT_MAX = 63_206
COMMENT_MAX = 8000
PICTURE_BYTES_MAX = 4_000_000
FORMATS = ["JPEG", "PNG", "BMP", "GIF", "TIFF"]
PAGE_FIELDS: dict[str, tuple[str, ...]] = dict.fromkeys(("id", "name", "username", "link", "category"), ())
ATTACHED = ("media_type", "subattachments", "subattachments{media_type}", "type", "url", "target")
POST_FIELDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("id", "message", "created_time", "permalink_url", "shares", "comments", "reactions"), ()),
    "attachments": ATTACHED,
}
COMMENT_FIELDS: dict[str, tuple[str, ...]] = dict.fromkeys(("id", "message", "from", "created_time"), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One post that the server took; never changed, never taken back."""

    remote_id: str
    text: str
    link: str = ""
    alt_texts: tuple[str, ...] = ()
    film: bool = False


@dataclass(slots=True, kw_only=True)
class _Photo:
    alt_text: str
    content: bytes = field(repr=False)
    used: bool = False


@dataclass(slots=True, kw_only=True)
class _Post:
    accepted: Accepted
    made_at: datetime
    comments: dict[str, str] = field(default_factory=dict)
    likes: int = 0
    shares: int = 0


class FacebookServer(Remembering[Accepted, _Post], GraphServer):
    """The server with one Page. `lists`: whether its list shows what it took; `refuses_twins`: the same words in a row.

    `reads`: whether the token may read posts. `dead`: the metrics that are no longer given. `is_person`: the token
    opens a person instead of the Page.
    """

    def __init__(
        self, clock: Callable[[], datetime], token: str, *, app_secret: str = "", username: str = "iomgeorgia"
    ):
        super().__init__(token, app_secret=app_secret)
        self.username = username
        self.lists = self.reads = self.refuses_twins = True
        self.is_person = False
        self.dead: set[str] = set()
        self.photos: dict[str, _Photo] = {}
        self.uploads = 0
        self.films = Films()
        self.commented: list[tuple[str, str]] = []
        self._clock = clock

    @property
    def comments(self) -> int:
        """How many comments stand under them."""
        return sum(len(one.comments) for one in self._posts.values())

    def react(self, remote_id: str, *, likes: int = 0, shares: int = 0) -> None:
        """The post has these counts."""
        self._posts[remote_id].likes, self._posts[remote_id].shares = likes, shares

    def forget_photos(self) -> None:
        """Pictures that no post shows are gone, as after a day."""
        self.photos = {name: one for name, one in self.photos.items() if one.used}

    def write(self, text: str, alt_texts: tuple[str, ...] = ()) -> str:
        """The Page has published a post by other means; its id."""
        return self._keep(text, "", alt_texts)

    def routes(self) -> Sequence[tuple[str, str, Callable[..., object]]]:
        """What the Page serves."""
        post = r"/([0-9]+_[0-9]+)"
        return (
            ("GET", "/me", self._whoami),
            ("POST", f"/{PAGE}/photos", self._take_photo),
            ("POST", f"/{PAGE}/feed", self._take),
            ("POST", f"/{PAGE}/videos", self._take_film),
            ("GET", r"/([0-9]+)", self.films.state),
            ("POST", r"/([0-9]+)/(thumbnails|captions)", self.films.dress),
            ("GET", f"/{PAGE}/published_posts", self._listed),
            ("POST", f"{post}/comments", self._comment),
            ("GET", f"{post}/comments", self._comments),
            ("GET", f"{post}/insights/([a-z_]+)", self._insight),
            ("GET", post, self._one),
            ("DELETE", post, self._delete),
        )

    def _whoami(self, asked: Asked) -> dict[str, object]:
        asked.only("fields")
        names = asked.wanted(PAGE_FIELDS)
        if self.is_person and names & {"category"}:
            raise Refused(100, "Tried accessing nonexisting field (category) on node type (User)")
        told = {"id": PAGE, "name": "IOM Georgia", "link": f"https://www.facebook.com/{PAGE}", "category": "Charity"}
        named = {"username": self.username} if self.username else {}
        return {name: value for name, value in {**told, **named}.items() if name in names}

    # -- publishing ------------------------------------------------------------------------------------------------

    def _take_photo(self, asked: Asked) -> dict[str, object]:
        asked.only("published", "alt_text_custom")
        if asked.needed("published") != "false" or set(asked.files) != {"source"}:
            raise Refused(100, "an unpublished photo is a file in the field source")
        content = asked.files["source"].content
        if len(content) > PICTURE_BYTES_MAX:
            raise Refused(100, "Your photos couldn't be uploaded; smaller than 4 MB", subcode=1366046)
        if not is_picture(content, FORMATS):
            raise Refused(324, "Missing or invalid image file")
        self.uploads += 1
        made = str(900_000_000_000 + self.uploads)
        self.photos[made] = _Photo(alt_text=asked.given.get("alt_text_custom", ""), content=content)
        return {"id": made}

    def _take(self, asked: Asked) -> dict[str, object]:
        asked.only("message", "link", "attached_media", "fields")
        names = asked.wanted(POST_FIELDS)
        text, link = asked.given.get("message", ""), asked.given.get("link", "")
        photos = self._attached(asked.given.get("attached_media", "[]"))
        if not text.strip() and not link and not photos:
            raise Refused(100, "You must provide a message, link or photo")
        if utf16_units(text) > TEXT_MAX:
            raise Refused(100, "The status you are trying to publish is too long")
        if link and (photos or "://" not in link):
            raise Refused(100, "link must be a URL, and has no pictures beside it")
        last = next(reversed(self._posts.values()), None)
        if self.refuses_twins and last and last.accepted.text == text and not photos:
            raise Refused(506, "Duplicate status message")
        for one in photos:
            one.used = True
        made = self._keep(text, link, tuple(one.alt_text for one in photos))
        return self._shown(self._posts[made], names)

    def _take_film(self, asked: Asked) -> dict[str, object]:
        told, film = self.films.phase(asked)
        if film:
            film.post = self._keep(asked.given.get("description", ""), "", (), film=True)
        return told

    def _attached(self, written: str) -> list[_Photo]:
        wanted = json.loads(written)
        if not isinstance(wanted, list) or any(set(one) != {"media_fbid"} for one in wanted):
            raise Refused(100, "attached_media must be an array of {media_fbid}")
        found = [self.photos.get(one["media_fbid"]) for one in wanted]
        if any(one is None or one.used for one in found):
            raise Refused(100, "Invalid parameter: the attached media is not there or was already posted")
        return [one for one in found if one]

    def _keep(self, text: str, link: str, alt_texts: tuple[str, ...], *, film: bool = False) -> str:
        remote_id = f"{PAGE}_{700_000_000 + len(self._log)}"
        accepted = Accepted(remote_id=remote_id, text=text, link=link, alt_texts=alt_texts, film=film)
        return self.remember(remote_id, accepted, _Post(accepted=accepted, made_at=self._clock()))

    def _comment(self, asked: Asked, remote_id: str) -> dict[str, object]:
        asked.only("message")
        text = asked.needed("message")
        if utf16_units(text) > COMMENT_MAX:
            raise Refused(100, "The comment is too long")
        post = self._known(remote_id)
        made = f"{remote_id.partition('_')[2]}_{800_000_000 + len(self.commented)}"
        self.commented.append((remote_id, text))
        post.comments[made] = text
        return {"id": made}

    def _delete(self, asked: Asked, remote_id: str) -> dict[str, object]:
        asked.only()
        self._known(remote_id)
        del self._posts[remote_id]
        return {"success": True}

    # -- reading ---------------------------------------------------------------------------------------------------

    def _known(self, remote_id: str) -> _Post:
        if remote_id not in self._posts:
            raise no_such_thing(remote_id)
        return self._posts[remote_id]

    def _readable(self, remote_id: str) -> _Post:
        if not self.reads:
            raise no_such_thing(remote_id)
        return self._known(remote_id)

    def _one(self, asked: Asked, remote_id: str) -> dict[str, object]:
        asked.only("fields")
        return self._shown(self._readable(remote_id), asked.wanted(POST_FIELDS))

    def _listed(self, asked: Asked) -> dict[str, object]:
        asked.only("fields", "limit", "after")
        if not self.reads:
            raise Refused(10, "This endpoint requires the 'pages_read_engagement' permission")
        names = asked.wanted(POST_FIELDS)
        listed = list(self._posts.values())[::-1] if self.lists else []
        return page([self._shown(one, names) for one in listed], asked)

    def _comments(self, asked: Asked, remote_id: str) -> dict[str, object]:
        asked.only("fields", "limit", "after")
        names = asked.wanted(COMMENT_FIELDS)
        comments = self._readable(remote_id).comments.items()
        shown = [{"id": made, "message": text, "from": {"id": PAGE, "name": "IOM"}} for made, text in comments]
        return page([{name: value for name, value in one.items() if name in names} for one in shown], asked)

    def _insight(self, asked: Asked, remote_id: str, metric: str) -> dict[str, object]:
        asked.only()
        self._readable(remote_id)
        if metric in self.dead or metric not in {"post_media_view", "post_total_media_view_unique", "post_clicks"}:
            raise Refused(100, "The value must be a valid insights metric")
        return {"data": [{"name": metric, "period": "lifetime", "values": [{"value": 12}]}]}

    def _shown(self, post: _Post, names: set[str]) -> dict[str, object]:
        one = post.accepted
        told: dict[str, Any] = {
            "id": one.remote_id,
            "created_time": post.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "permalink_url": f"https://www.facebook.com/{one.remote_id.replace('_', '/posts/')}",
            "comments": {"data": [], "summary": {"order": "ranked", "total_count": len(post.comments)}},
            "reactions": {"data": [], "summary": {"total_count": post.likes, "viewer_reaction": "NONE"}},
        }
        if one.text:
            told["message"] = one.text
        if post.shares:
            told["shares"] = {"count": post.shares}
        if attached := _attachments(one):
            told["attachments"] = {"data": [attached]}
        return {name: value for name, value in told.items() if name in names | {"id"}}


def _attachments(post: Accepted) -> dict[str, object]:
    if post.film:
        return {"media_type": "video"}
    inner = [{"media_type": "photo"} for _ in post.alt_texts]
    if len(inner) > 1:
        return {"media_type": "album", "subattachments": {"data": inner}}
    return {"media_type": "photo"} if inner else ({"media_type": "link"} if post.link else {})
