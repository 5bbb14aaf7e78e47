"""An Instagram that is strict where its documents are, with a log of what it accepted: the judge.

It fetches pictures and films from the addresses that it is given, as the real one does; only that it takes http and
this very machine. Behaviour from Meta's documents (read on 24 Nov 2026).
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import requests
from PIL import Image

from adapters.scripted.counting import utf16_units
from adapters.scripted.fetching import FetchedFilm, fetched_film
from adapters.scripted.graph import Asked, Refused, no_such_thing, page
from adapters.scripted.graph_prepared import Prepared
from adapters.scripted.graph_tokens import LongLivedServer
from adapters.scripted.memory import Remembering

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


USER = "17841400000000001"
DAY = timedelta(hours=24)
CAPTION_MAX, ALT_TEXT_MAX, HASHTAGS_MAX, MENTIONS_MAX = 2200, 1000, 30, 20
PICTURE_BYTES_MAX, FILM_BYTES_MAX = 8_388_608, 300_000_000
CONTAINER_FIELDS: dict[str, tuple[str, ...]] = dict.fromkeys(("id", "status_code", "status"), ())
MEDIA_FIELDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("id", "caption", "media_type", "timestamp", "permalink", "shortcode"), ()),
    **dict.fromkeys(("like_count", "comments_count"), ()),
    "children": ("id",),
}
METRICS = ("views", "reach", "shares", "saved", "likes", "comments", "total_interactions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One post that the server made public; never changed, never taken back."""

    remote_id: str
    caption: str
    pictures: tuple[bytes, ...]
    alt_texts: tuple[str, ...]
    films: tuple[FetchedFilm, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Container(Prepared):
    caption: str
    pictures: tuple[bytes, ...]
    films: tuple[FetchedFilm, ...]
    alt_texts: tuple[str, ...]
    published: bool = False


@dataclass(slots=True, kw_only=True)
class _Post:
    accepted: Accepted
    made_at: datetime
    likes: int = 0


class InstagramServer(Remembering[Accepted, _Post], LongLivedServer):
    """The server with one account. `login`: "instagram", or "facebook" where the token is that of a linked Page.

    `slow`: how often a container is still being worked on when looked at. `lists`: whether its list shows what it took;
    `quota`: posts in 24 hours; `dead`: metrics that are no longer given; `breaks`: what a container's status says where
    the next ones break; `reads`: whether the token may read posts.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        token: str,
        *,
        login: str = "instagram",
        slow: int = 0,
        app_secret: str = "",
    ):
        super().__init__(clock, token, "ig_refresh_token" if login == "instagram" else "", app_secret=app_secret)
        self.login = login
        self.slow = slow
        self.lists = self.reads = self.linked = True
        self.quota = 100
        self.dead: set[str] = set()
        self.breaks = ""
        self.containers: dict[str, _Container] = {}

    def react(self, remote_id: str, *, likes: int) -> None:
        """The post has so many likes."""
        self._posts[remote_id].likes = likes

    def write(self, caption: str, pictures: int = 1) -> str:
        """The account has published a post in the app; its id."""
        return self._keep(caption, (b"",) * pictures, ("",) * pictures)

    def routes(self) -> Sequence[tuple[str, str, Callable[..., object]]]:
        """What the server serves."""
        return (
            ("GET", "/me", self._whoami),
            ("GET", f"/{USER}/content_publishing_limit", self._limit),
            ("POST", f"/{USER}/media", self._prepare),
            ("POST", f"/{USER}/media_publish", self._publish),
            ("GET", f"/{USER}/media", self._listed),
            ("GET", "/([0-9]+)/insights", self._insights),
            ("GET", "/([0-9]+)", self._one),
        )

    def _whoami(self, asked: Asked) -> dict[str, object]:
        asked.only("fields")
        if self.login == "instagram":
            names = asked.wanted({"id": (), "user_id": (), "username": ()})
            told = {"id": "26500000000000001", "user_id": USER, "username": "iomgeorgia"}
            return {name: value for name, value in told.items() if name in names | {"id"}}
        asked.wanted({"id": (), "name": (), "instagram_business_account": ("id", "username")})
        linked = {"instagram_business_account": {"id": USER, "username": "iomgeorgia"}} if self.linked else {}
        return {"id": "102030405060708", **linked}

    def _limit(self, asked: Asked) -> dict[str, object]:
        asked.only("fields")
        asked.wanted({"quota_usage": (), "config": ()})
        config = {"quota_total": self.quota, "quota_duration": 86_400}
        return {"data": [{"quota_usage": self._used(), "config": config}]}

    def _used(self) -> int:
        return sum(self._clock() - one.made_at < DAY for one in self._posts.values())

    # -- containers ------------------------------------------------------------------------------------------------

    def _prepare(self, asked: Asked) -> dict[str, object]:
        if "children" in asked.given:
            container = self._carousel(asked)
        elif "video_url" in asked.given:
            container = self._container(asked, (), (), (self._film(asked),), is_child=_is_child(asked))
        else:
            asked.only("image_url", "caption", "alt_text", "is_carousel_item")
            alt_text = asked.given.get("alt_text", "")
            if len(alt_text) > ALT_TEXT_MAX:
                raise Refused(100, "alt_text is too long")
            picture = _fetched(asked.needed("image_url"))
            container = self._container(asked, (picture,), (alt_text,), is_child=_is_child(asked))
        made = str(18_000_000_000_000_000 + len(self.containers))
        self.containers[made] = container
        return {"id": made}

    @staticmethod
    def _film(asked: Asked) -> FetchedFilm:
        """A film alone is a reel; as one of several it is a VIDEO, without a cover of its own."""
        is_child = _is_child(asked)
        more = ("is_carousel_item",) if is_child else ("caption", "cover_url", "thumb_offset", "share_to_feed")
        asked.only("media_type", "video_url", *more)
        if asked.needed("media_type") != ("VIDEO" if is_child else "REELS"):
            raise Refused(100, "media_type is REELS for a film alone, and VIDEO for one of several")
        cover = asked.given.get("cover_url", "")
        if cover:
            _fetched(cover, any_ratio=True)
        return fetched_film(asked.needed("video_url"), bytes_max=FILM_BYTES_MAX, cover=cover)

    def _carousel(self, asked: Asked) -> _Container:
        asked.only("media_type", "children", "caption")
        names = asked.given["children"].split(",")
        if asked.given.get("media_type") != "CAROUSEL" or not 2 <= len(names) <= 10:
            raise Refused(100, "a carousel has 2 to 10 children", subcode=2207028)
        children = [self.containers.get(one) for one in names]
        for one in children:
            if one is None or not one.is_child:
                raise Refused(100, "one of the children is no item of a carousel")
            if one.status(self._clock()) != "FINISHED":
                raise Refused(9007, "a child is not ready", subcode=2207027)
        there = [one for one in children if one]
        pictures = tuple(each for one in there for each in one.pictures)
        alt_texts = tuple(each for one in there for each in one.alt_texts)
        films = tuple(each for one in there for each in one.films)
        return self._container(asked, pictures, alt_texts, films, is_child=False)

    def _container(
        self,
        asked: Asked,
        pictures: tuple[bytes, ...],
        alt_texts: tuple[str, ...],
        films: tuple[FetchedFilm, ...] = (),
        *,
        is_child: bool,
    ) -> _Container:
        caption = asked.given.get("caption", "")
        if utf16_units(caption) > CAPTION_MAX:
            raise Refused(36004, "The caption is too long", subcode=2207010)
        if caption.count("#") > HASHTAGS_MAX or len(re.findall(r"(?<!\w)@\w", caption)) > MENTIONS_MAX:
            raise Refused(100, "too many hashtags or tagged users", subcode=2207040)
        return _Container(
            made_at=self._clock(),
            caption=caption,
            pictures=pictures,
            films=films,
            alt_texts=alt_texts,
            is_child=is_child,
            looks_left=self.slow,
            error=self.breaks,
        )

    def _publish(self, asked: Asked) -> dict[str, object]:
        asked.only("creation_id")
        container = self.containers.get(asked.needed("creation_id"))
        if container is None:
            raise Refused(24, "The requested resource does not exist", subcode=2207006)
        status = container.status(self._clock())
        if container.is_child or status in {"PUBLISHED", "ERROR"}:
            raise Refused(100, "this container cannot be published")
        if status == "EXPIRED":
            raise Refused(-2, "The media you are trying to access has expired", subcode=2207020)
        if status != "FINISHED":
            raise Refused(9007, "The media is not ready for publishing", subcode=2207027)
        if self._used() >= self.quota:
            raise Refused(9, "You reached maximum number of posts", subcode=2207042)
        container.published = True
        return {"id": self._keep(container.caption, container.pictures, container.alt_texts, container.films)}

    def _keep(
        self,
        caption: str,
        pictures: tuple[bytes, ...],
        alt_texts: tuple[str, ...],
        films: tuple[FetchedFilm, ...] = (),
    ) -> str:
        remote_id = str(17_900_000_000_000_000 + len(self._log))
        accepted = Accepted(remote_id=remote_id, caption=caption, pictures=pictures, alt_texts=alt_texts, films=films)
        return self.remember(remote_id, accepted, _Post(accepted=accepted, made_at=self._clock()))

    # -- reading ---------------------------------------------------------------------------------------------------

    def _one(self, asked: Asked, remote_id: str) -> dict[str, object]:
        asked.only("fields")
        if container := self.containers.get(remote_id):
            asked.wanted(CONTAINER_FIELDS)
            status = container.status(self._clock())
            container.looks_left -= 1
            words = f"Error: Media upload has failed with error code {container.error}" if container.error else status
            return {"id": remote_id, "status_code": status, "status": words}
        return self._shown(self._readable(remote_id), asked.wanted(MEDIA_FIELDS))

    def _readable(self, remote_id: str) -> _Post:
        if remote_id not in self._posts or not self.reads:
            raise no_such_thing(remote_id)
        return self._posts[remote_id]

    def _listed(self, asked: Asked) -> dict[str, object]:
        asked.only("fields", "limit", "after")
        if not self.reads:
            raise Refused(10, "Application does not have permission for this action")
        names = asked.wanted(MEDIA_FIELDS)
        listed = list(self._posts.values())[::-1] if self.lists else []
        return page([self._shown(one, names) for one in listed], asked)

    def _insights(self, asked: Asked, remote_id: str) -> dict[str, object]:
        asked.only("metric")
        self._readable(remote_id)
        names = asked.needed("metric").split(",")
        if wrong := [one for one in names if one in self.dead or one not in METRICS]:
            raise Refused(100, f"metric[0] must be one of the following values, not {wrong[0]}")
        return {"data": [{"name": one, "period": "lifetime", "values": [{"value": 7}]} for one in names]}

    @staticmethod
    def _shown(post: _Post, names: set[str]) -> dict[str, object]:
        one, count = post.accepted, len(post.accepted.pictures) + len(post.accepted.films)
        told: dict[str, Any] = {
            "media_type": "CAROUSEL_ALBUM" if count > 1 else ("VIDEO" if one.films else "IMAGE"),
            "timestamp": post.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "permalink": f"https://www.instagram.com/p/{one.remote_id[-6:]}/",
            "like_count": post.likes,
            "comments_count": 0,
        }
        if one.caption:
            told["caption"] = one.caption
        if count > 1:
            told["children"] = {"data": [{"id": f"{one.remote_id}{number}"} for number in range(count)]}
        return {"id": one.remote_id, **{name: value for name, value in told.items() if name in names}}


def _is_child(asked: Asked) -> bool:
    is_child = asked.given.get("is_carousel_item") == "true"
    if is_child and "caption" in asked.given:
        raise Refused(100, "an item of a carousel has no caption")
    return is_child


def _fetched(address: str, *, any_ratio: bool = False) -> bytes:
    """The picture at that address, which has to be one that may be posted."""
    try:
        answer = requests.get(address, timeout=5)
    except requests.RequestException:
        answer = None
    if answer is None or answer.status_code != 200:
        raise Refused(9004, "The media could not be fetched from this URI", subcode=2207052)
    content = answer.content
    if len(content) > PICTURE_BYTES_MAX:
        raise Refused(36000, "The image size is too large", subcode=2207004)
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
            picture.verify()
            ratio = picture.width / picture.height
    except (OSError, ValueError, SyntaxError):
        raise Refused(36001, "The image format is not supported", subcode=2207005) from None
    if not any_ratio and not 0.8 <= ratio <= 1.91:
        raise Refused(36003, "The aspect ratio is not supported", subcode=2207009)
    return content
