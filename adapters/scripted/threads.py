"""A Threads that is strict where its documents are, with a log of what it accepted: the judge.

It fetches pictures and films from the addresses that it is given, as the real one does; only that it takes http and
this very machine. Behaviour from Meta's documents on Threads (read on 24 Nov 2026) and from answers that others have
met.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import requests
from PIL import Image

from adapters.scripted.counting import emoji_as_bytes, links
from adapters.scripted.fetching import FetchedFilm, fetched_film
from adapters.scripted.graph import Asked, Refused, no_such_thing, page
from adapters.scripted.graph_prepared import Prepared
from adapters.scripted.graph_tokens import LongLivedServer
from adapters.scripted.memory import Remembering

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

USER = "17841499000000007"
DAY = timedelta(hours=24)
LINKS_MAX, TEXT_MAX, ALT_TEXT_MAX, PICTURE_BYTES_MAX = 5, 500, 1000, 8_388_608
FILM_BYTES_MAX = 1_000_000_000
KNOWN = ("media_type", "text", "image_url", "video_url", "alt_text", "is_carousel_item", "children")
OPTIONS = ("reply_to_id", "topic_tag", "link_attachment", "reply_control")
CONTAINER_FIELDS: dict[str, tuple[str, ...]] = dict.fromkeys(("id", "status", "error_message"), ())
POST_FIELDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("id", "text", "media_type", "timestamp", "permalink", "shortcode", "username", "has_replies"), ()),
    "replied_to": ("id",),
}
METRICS = ("views", "likes", "replies", "reposts", "quotes", "shares")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One post that the server made public; never changed, never taken back."""

    remote_id: str
    text: str
    pictures: tuple[bytes, ...] = ()
    films: tuple[FetchedFilm, ...] = ()
    alt_texts: tuple[str, ...] = ()
    reply_to: str = ""
    topic: str = ""
    link: str = ""


@dataclass(slots=True, kw_only=True)
class _Container(Prepared):
    content: Accepted
    published: bool = False


@dataclass(slots=True, kw_only=True)
class _Post:
    accepted: Accepted
    made_at: datetime
    likes: int = 0


def not_there(remote_id: str) -> Refused:
    """What the platform says of what it does not know, though it may have given the id a moment ago."""
    return Refused(24, f"The requested resource does not exist: the media with id {remote_id}", subcode=4279009)


class ThreadsServer(Remembering[Accepted, _Post], LongLivedServer):
    """The server with one account.

    `slow`: how often a container is still being worked on when looked at. `loses`: how many of the next publications
    do not know their container. `lists`: whether its lists show what it took; `quota`: posts in 24 hours; `breaks`:
    what the next containers' error says.
    """

    version = "v1.0"

    def __init__(self, clock: Callable[[], datetime], token: str, *, slow: int = 0):
        super().__init__(clock, token, "th_refresh_token")
        self.slow = slow
        self.loses = 0
        self.lists = True
        self.quota = 250
        self.breaks = ""
        self.containers: dict[str, _Container] = {}

    def react(self, remote_id: str, *, likes: int) -> None:
        """The post has so many likes."""
        self._posts[remote_id].likes = likes

    def write(self, text: str, reply_to: str = "") -> str:
        """The account has published a post in the app; its id."""
        return self._keep(Accepted(remote_id="", text=text, reply_to=reply_to))

    def routes(self) -> Sequence[tuple[str, str, Callable[..., object]]]:
        """What the server serves."""
        return (
            ("GET", "/me", self._whoami),
            ("GET", f"/{USER}/threads_publishing_limit", self._limit),
            ("POST", f"/{USER}/threads", self._prepare),
            ("POST", f"/{USER}/threads_publish", self._publish),
            ("GET", f"/{USER}/(threads|replies)", self._listed),
            ("GET", "/([0-9]+)/insights", self._insights),
            ("GET", "/([0-9]+)", self._one),
            ("DELETE", "/([0-9]+)", self._delete),
        )

    def _whoami(self, asked: Asked) -> dict[str, object]:
        asked.only("fields")
        names = asked.wanted(dict.fromkeys(("id", "username", "name"), ()))
        told = {"id": USER, "username": "iomgeorgia", "name": "IOM Georgia"}
        return {name: value for name, value in told.items() if name in names | {"id"}}

    def _limit(self, asked: Asked) -> dict[str, object]:
        asked.only("fields")
        asked.wanted(dict.fromkeys(("quota_usage", "config", "reply_quota_usage", "reply_config"), ()))
        return {
            "data": [{"quota_usage": self._used(), "config": {"quota_total": self.quota, "quota_duration": 86_400}}]
        }

    def _used(self) -> int:
        recent = [one for one in self._posts.values() if self._clock() - one.made_at < DAY]
        return sum(not one.accepted.reply_to for one in recent)

    # -- containers ------------------------------------------------------------------------------------------------

    def _prepare(self, asked: Asked) -> dict[str, object]:
        asked.only(*KNOWN, *OPTIONS)
        kind, given = asked.needed("media_type"), asked.given
        is_child = given.get("is_carousel_item") == "true"
        self._refuse_text(given.get("text", ""), given.get("link_attachment", ""))
        if is_child and ("text" in given or kind not in {"IMAGE", "VIDEO"}):
            raise Refused(100, "an item of a carousel is a picture or a film without text here")
        pictures, films, alt_texts = self._shown(asked, kind)
        content = Accepted(
            remote_id="",
            text=given.get("text", ""),
            pictures=pictures,
            films=films,
            alt_texts=alt_texts,
            reply_to=self._parent(given.get("reply_to_id", "")),
            topic=_topic(given.get("topic_tag", ""), given.get("text", "")),
            link=given.get("link_attachment", ""),
        )
        made = str(18_100_000_000_000_000 + len(self.containers))
        self.containers[made] = _Container(
            made_at=self._clock(), content=content, is_child=is_child, looks_left=self.slow, error=self.breaks
        )
        return {"id": made}

    def _shown(self, asked: Asked, kind: str) -> tuple[tuple[bytes, ...], tuple[FetchedFilm, ...], tuple[str, ...]]:
        given = asked.given
        if kind == "TEXT" and not {"image_url", "video_url", "alt_text", "children"} & set(given):
            asked.needed("text")
            return (), (), ()
        if "link_attachment" in given:
            raise Refused(100, "link_attachment is for posts of text alone")
        if len(given.get("alt_text", "")) > ALT_TEXT_MAX:
            raise Refused(100, "alt_text is too long")
        if kind == "IMAGE" and not {"video_url", "children"} & set(given):
            return (_fetched(asked.needed("image_url")),), (), (given.get("alt_text", ""),)
        if kind == "VIDEO" and not {"image_url", "children"} & set(given):
            film = fetched_film(asked.needed("video_url"), bytes_max=FILM_BYTES_MAX)
            return (), (film,), (given.get("alt_text", ""),)
        if kind == "CAROUSEL" and not {"image_url", "video_url", "alt_text"} & set(given):
            children = [self._child(one) for one in asked.needed("children").split(",")]
            if not 2 <= len(children) <= 20:
                raise Refused(100, "a carousel has 2 to 20 children")
            pictures = tuple(each for one in children for each in one.pictures)
            films = tuple(each for one in children for each in one.films)
            return pictures, films, tuple(one.alt_texts[0] for one in children)
        raise Refused(100, f"media_type {kind} does not go with {sorted(given)}")

    def _child(self, name: str) -> Accepted:
        child = self.containers.get(name)
        if child is None or not child.is_child or child.status(self._clock()) != "FINISHED":
            raise Refused(100, "one of the children is no finished item of a carousel")
        return child.content

    def _parent(self, reply_to: str) -> str:
        if reply_to and reply_to not in self._posts:
            raise not_there(reply_to)
        return reply_to

    @staticmethod
    def _refuse_text(text: str, link: str) -> None:
        if emoji_as_bytes(text) > TEXT_MAX:
            raise Refused(100, "Param text must be at most 500 characters long.")
        if len({*(text[start:end] for start, end in links(text)), *([link] if link else [])}) > LINKS_MAX:
            raise Refused(100, "THREADS_API__LINK_LIMIT_EXCEEDED")

    def _publish(self, asked: Asked) -> dict[str, object]:
        asked.only("creation_id")
        name = asked.needed("creation_id")
        container = self.containers.get(name)
        if self.loses:
            self.loses -= 1
            del self.containers[name]
            raise not_there(name)
        if container is None or container.is_child or container.status(self._clock()) != "FINISHED":
            raise not_there(name)  # that is what it says of one that is not finished too
        container.published = True
        return {"id": self._keep(container.content)}

    def _keep(self, content: Accepted) -> str:
        made = str(17_990_000_000_000_000 + len(self._log))
        accepted = Accepted(
            remote_id=made,
            text=content.text,
            pictures=content.pictures,
            films=content.films,
            alt_texts=content.alt_texts,
            reply_to=content.reply_to,
            topic=content.topic,
            link=content.link,
        )
        return self.remember(made, accepted, _Post(accepted=accepted, made_at=self._clock()))

    # -- reading ---------------------------------------------------------------------------------------------------

    def _one(self, asked: Asked, remote_id: str) -> dict[str, object]:
        asked.only("fields")
        if container := self.containers.get(remote_id):
            asked.wanted(CONTAINER_FIELDS)
            status = container.status(self._clock())
            container.looks_left -= 1
            told = {"error_message": container.error} if status == "ERROR" else {}
            return {"id": remote_id, "status": status, **told}
        if remote_id not in self._posts:
            raise not_there(remote_id)
        return self._seen(self._posts[remote_id], asked.wanted(POST_FIELDS))

    def _listed(self, asked: Asked, edge: str) -> dict[str, object]:
        asked.only("fields", "limit", "after", "since", "until")
        names = asked.wanted(POST_FIELDS)
        wanted = [one for one in self._posts.values() if bool(one.accepted.reply_to) is (edge == "replies")]
        return page([self._seen(one, names) for one in wanted[::-1]] if self.lists else [], asked)

    def _insights(self, asked: Asked, remote_id: str) -> dict[str, object]:
        asked.only("metric")
        if remote_id not in self._posts:
            raise no_such_thing(remote_id)
        names = asked.needed("metric").split(",")
        if wrong := [one for one in names if one not in METRICS]:
            raise Refused(100, f"metric[0] must be one of the following values, not {wrong[0]}")
        told = {"likes": self._posts[remote_id].likes}
        return {"data": [{"name": one, "period": "lifetime", "values": [{"value": told.get(one, 7)}]} for one in names]}

    def _delete(self, asked: Asked, remote_id: str) -> dict[str, object]:
        asked.only()
        if self._posts.pop(remote_id, None) is None:
            raise not_there(remote_id)
        return {"success": True, "deleted_id": remote_id}

    def _seen(self, post: _Post, names: set[str]) -> dict[str, object]:
        one = post.accepted
        told: dict[str, Any] = {
            "text": re.sub(r"(^|\s)#(\w)", r"\1\2", one.text, count=1) if one.topic else one.text,
            "media_type": ("TEXT_POST", "VIDEO" if one.films else "IMAGE", "CAROUSEL_ALBUM")[
                min(len(one.pictures) + len(one.films), 2)
            ],
            "timestamp": post.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "permalink": f"https://www.threads.com/@iomgeorgia/post/{one.remote_id[-6:]}",
            "has_replies": any(other.accepted.reply_to == one.remote_id for other in self._posts.values()),
        }
        if one.reply_to:
            told["replied_to"] = {"id": one.reply_to}
        return {"id": one.remote_id, **{name: value for name, value in told.items() if name in names}}


def _topic(given: str, text: str) -> str:
    """The post's topic: the one that is given, or its first hashtag."""
    if given and not re.fullmatch(r"[^.&]{1,50}", given):
        raise Refused(100, "topic_tag has 1 to 50 characters, none of them . or &")
    found = re.search(r"(?:^|\s)#(\w+)", text)
    return given or (found[1] if found else "")


def _fetched(address: str) -> bytes:
    """The picture at that address, which has to be one that may be posted."""
    try:
        answer = requests.get(address, timeout=5)
    except requests.RequestException:
        answer = None
    if answer is None or answer.status_code != 200:
        raise Refused(9004, "The media could not be fetched from this URI", subcode=2207052)
    try:
        with Image.open(io.BytesIO(answer.content), formats=["JPEG", "PNG"]) as picture:
            picture.verify()
            ratio = picture.width / picture.height
    except (OSError, ValueError, SyntaxError):
        raise Refused(100, "The image format is not supported", subcode=2207005) from None
    if len(answer.content) > PICTURE_BYTES_MAX or not 0.1 <= ratio <= 10:
        raise Refused(100, "The image is too large, or its ratio is not supported", subcode=2207009)
    return answer.content
