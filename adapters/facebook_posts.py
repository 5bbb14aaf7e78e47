"""A Page's own posts as the Graph API lists them, and whether one says and shows what we sent."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.graph import id_in, name_in, rows
from adapters.graph_answers import is_not_there
from adapters.html_text import normal
from adapters.instants import is_older

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from adapters.graph import Graph
    from posts.model import Message

POST_ID = re.compile(r"[0-9]{1,30}_[0-9]{1,30}", re.ASCII)
FIELDS = "id,message,created_time,permalink_url,attachments{media_type,subattachments{media_type}}"
COMMENT_FIELDS = "id,message,from"
ADDRESS_FIELDS = "id,permalink_url"
CLOCKS_DIFFER = timedelta(minutes=10)


class OwnPosts:
    """What one Page has published."""

    def __init__(self, graph: Graph, page: str):
        self._graph = graph
        self._page = page

    def like(self, message: Message, since: datetime, taken: Collection[str]) -> tuple[str, str] | None:
        """The id and the address of the oldest such post; None where the list holds none."""
        begin, found = since - CLOCKS_DIFFER, None
        for post in self._graph.listed("looking for our own posts", f"/{self._page}/published_posts", FIELDS):
            if is_older(post, begin, "created_time"):
                break
            remote_id = id_in(post, pattern=POST_ID)
            if remote_id and remote_id not in taken and _is_same(post, message):
                found = remote_id, str(post.get("permalink_url") or f"https://www.facebook.com/{remote_id}")
        return found

    def comment_under(self, remote_id: str, text: str) -> str:
        """The id of the Page's own comment with this text; empty where there is none."""
        for one in self._graph.listed("looking for our own comment", f"/{remote_id}/comments", COMMENT_FIELDS):
            author = one.get("from")
            ours = isinstance(author, dict) and author.get("id") == self._page
            if ours and normal(str(one.get("message", ""))) == normal(text):
                return id_in(one, pattern=POST_ID)
        return ""

    def at(self, address: str) -> str:
        """The id of the post at that address; empty where it is none of the Page's that are listed."""
        wanted = name_in(address)
        for post in self._graph.listed("looking for the post there", f"/{self._page}/published_posts", ADDRESS_FIELDS):
            if wanted and wanted in (name_in(str(post.get("permalink_url"))), str(post.get("id")).partition("_")[2]):
                return id_in(post, pattern=POST_ID)
        return ""

    def lacks(self, remote_id: str) -> bool:
        """Whether the Page may be read and this post is not there; asked where the platform spoke of it unclearly."""
        self._graph.get("looking whether the Page can be read", f"/{self._page}/published_posts", {"limit": "1"})
        return is_not_there(self._graph.answer("looking whether it is gone", "GET", f"/{remote_id}", {"fields": "id"}))


def _is_same(post: Mapping[str, Any], message: Message) -> bool:
    return normal(str(post.get("message", ""))) == normal(message.text) and _photos(post) == len(message.media)


def _photos(post: Mapping[str, Any]) -> int:
    """How many pictures the post shows; that of a link's card is none."""
    shown = post.get("attachments")
    attached = rows(shown) if isinstance(shown, dict) else []
    inner = [one for outer in attached if isinstance(sub := outer.get("subattachments"), dict) for one in rows(sub)]
    return sum(one.get("media_type") == "photo" for one in inner or attached)
