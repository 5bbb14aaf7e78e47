"""An account's own posts as Instagram lists them, and whether one says and shows what we sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.graph import id_in, name_in, rows
from adapters.html_text import normal
from adapters.instants import is_older

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from adapters.graph import Graph
    from posts.model import Media, Message

FIELDS = "id,caption,media_type,timestamp,permalink,children{id}"
CLOCKS_DIFFER = timedelta(minutes=10)


def own_post(
    graph: Graph, user: str, message: Message, *, since: datetime | None, taken: Collection[str]
) -> tuple[str, str] | None:
    """The id and the address of the oldest post since then that is the message, without `since` of the newest."""
    found = None
    for post in graph.listed("looking for our own posts", f"/{user}/media", FIELDS):
        if since and is_older(post, since - CLOCKS_DIFFER, "timestamp"):
            break
        remote_id, permalink = id_in(post), str(post.get("permalink") or "")
        if remote_id and remote_id not in taken and _is_same(post, message):
            found = remote_id, permalink
            if since is None:
                break
    return found


def post_at(graph: Graph, user: str, address: str) -> str:
    """The id of the account's post at that address; empty where none of those that are listed is there."""
    wanted = name_in(address)
    for post in graph.listed("looking for the post there", f"/{user}/media", "id,permalink"):
        if wanted and name_in(str(post.get("permalink"))) == wanted:
            return id_in(post)
    return ""


def _is_same(post: Mapping[str, Any], message: Message) -> bool:
    return normal(str(post.get("caption") or "")) == normal(message.text) and _shows(post, message.media)


def _shows(post: Mapping[str, Any], media: Sequence[Media]) -> bool:
    shown, children = post.get("media_type"), post.get("children")
    if len(media) == 1:
        return bool(shown == ("VIDEO" if media[0].film else "IMAGE"))
    return shown == "CAROUSEL_ALBUM" and isinstance(children, dict) and len(rows(children)) == len(media)
