"""An account's own posts and replies as Threads lists them, and whether one says and shows what we sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.graph import id_in
from adapters.html_text import bones, normal
from adapters.instants import is_older
from adapters.threads_answers import is_not_there, refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from adapters.graph import Graph
    from posts.model import Media, Message

FIELDS = "id,text,media_type,timestamp,permalink"
REPLY_FIELDS = f"{FIELDS},replied_to"
CLOCKS_DIFFER = timedelta(minutes=10)
SEVERAL = "CAROUSEL_ALBUM"


class OwnPosts:
    """What one account has published."""

    def __init__(self, graph: Graph, user: str):
        self._graph = graph
        self._user = user

    def like(self, message: Message, since: datetime, taken: Collection[str]) -> tuple[str, str] | None:
        """The id and the address of the oldest such post; None where the list holds none."""
        found = None
        for post in self._listed("threads", FIELDS, since - CLOCKS_DIFFER):
            if post["id"] not in taken and _reads(post, message.text) and _shows(post, message.media):
                found = str(post["id"]), str(post.get("permalink") or "")
        return found

    def replies_like(self, first: str, texts: list[str], since: datetime, taken: Collection[str]) -> list[str]:
        """The ids of our own replies that say this, each to the one before, as far as there are any."""
        there = [one for one in self._replies(since - CLOCKS_DIFFER) if one["id"] not in taken]
        found, last = list[str](), first
        for text in texts:
            after = [one for one in there if _answers(one) == last and _reads(one, text)]
            if not after:
                break
            last = str(after[0]["id"])
            found.append(last)
        return found

    def rest_of_thread(self, first: str) -> list[str]:
        """The ids of our own replies to the post, and to those; not asked for where it has none."""
        answer = self._graph.answer("looking for replies", "GET", f"/{first}", {"fields": "id,has_replies"})
        if is_not_there(answer) or answer.fields().get("has_replies") is False:
            return []
        if not answer.ok:
            raise refusal(answer, posting=False)
        parts = [first]
        for one in self._replies(None):
            if _answers(one) in parts:
                parts.append(str(one["id"]))
        return parts[1:]

    def _replies(self, begin: datetime | None) -> list[dict[str, Any]]:
        """Our own replies, the oldest first."""
        return list(self._listed("replies", REPLY_FIELDS, begin))[::-1]

    def _listed(self, edge: str, fields: str, begin: datetime | None) -> Iterator[dict[str, Any]]:
        for post in self._graph.listed("looking for our own posts", f"/{self._user}/{edge}", fields):
            if begin and is_older(post, begin, "timestamp"):
                return
            if id_in(post):
                yield post


def _reads(post: Mapping[str, Any], text: str) -> bool:
    """Whether it says this; the sign of the tag that became its topic may be gone."""
    given = str(post.get("text") or "")
    return normal(given) == normal(text) or (bones(given) != "" and bones(given) == bones(text))


def _shows(post: Mapping[str, Any], media: Sequence[Media]) -> bool:
    shown = post.get("media_type")
    if len(media) == 1:
        return shown == ("VIDEO" if media[0].film else "IMAGE")
    return shown == SEVERAL if media else shown not in {"IMAGE", "VIDEO", SEVERAL}


def _answers(post: Mapping[str, Any]) -> str:
    """The id of the post that this one replies to; empty where it is not told."""
    replied_to = post.get("replied_to")
    return id_in(replied_to) if isinstance(replied_to, dict) else ""
