"""Looking for our own statuses: which of them say what we wrote, and which hang on which.

An account's list, a status's source and its thread as in the Mastodon documentation of 2 Jul 2026, methods accounts and
statuses (read on 24 Nov 2026). Servers show markup, shortened links and mentions without their server; what differs in
such dress alone is compared by its source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adapters.contract import Retryable
from adapters.html_text import MENTION, bones, normal, plain
from adapters.http import failure_for
from adapters.instants import is_older
from adapters.mastodon_session import NO_SUCH_CALL, id_of, objects, status_path
from adapters.mastodon_status import answers, author_of, is_whole, pictures_of, receipt_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from adapters.contract import Receipt
    from adapters.http import Answer
    from adapters.mastodon_session import Session
    from posts.model import Message

PAGE_POSTS = 40
PAGES_MAX = 50


class Lookout:
    """Sees what one account has out."""

    def __init__(self, session: Session):
        self._session = session

    def since(self, since: datetime) -> list[dict[str, Any]]:
        """Our own statuses from that instant on, oldest first. Raises Retryable where they do not come to an end."""
        path = f"/api/v1/accounts/{quote(self._session.whoami().remote_id, safe='')}/statuses"
        found: dict[str, dict[str, Any]] = {}
        query = [("limit", str(PAGE_POSTS)), ("exclude_reblogs", "true")]
        for _ in range(PAGES_MAX):
            last = [("max_id", list(found)[-1])] if found else []
            call = self._session.call("looking for our own posts", "GET", path, query=[*query, *last])
            page = _page(self._session.http.prepare(call))
            fresh = {remote_id: one for one in page if (remote_id := id_of(one)) and remote_id not in found}
            found |= {remote_id: one for remote_id, one in fresh.items() if not is_older(one, since)}
            if not fresh or any(is_older(one, since) for one in fresh.values()):
                return list(found.values())[::-1]
        raise Retryable(f"looking for our own posts: more than {PAGES_MAX * PAGE_POSTS} since {since.isoformat()}")

    def firsts(self, own: Sequence[Mapping[str, Any]], message: Message) -> list[Receipt]:
        """Those that may be the message's first part: no replies, nothing shared. Raises Retryable where nameless."""
        alone = [one for one in own if answers(one) is None and not one.get("reblog")]
        alike = [one for one in alone if pictures_of(one) == len(message.media) and self._says(one, message.text)]
        receipts = [receipt for one in alike if (receipt := receipt_of(one))]
        if alike and not receipts:
            host = self._session.host
            raise Retryable(f"looking for our own posts: {host} shows the post, but without an address")
        return receipts

    def after(self, own: Sequence[Mapping[str, Any]], last: str, text: str) -> str | None:
        """The id of the part that says the text in reply to that one; None where it is not there."""
        following = (one for one in own if answers(one) == last and self._says(one, text))
        return next((str(one["id"]) for one in following), None)

    def rest_of_thread(self, first: str) -> list[str]:
        """The ids of our own replies to the status, and to those, in their order; none where it is not there."""
        call = self._session.call("reading a thread", "GET", status_path(first, "/context"))
        answer = self._session.http.prepare(call)
        if answer.status in NO_SUCH_CALL | {410}:
            return []
        if not answer.ok:
            raise failure_for(answer, posting=False)
        replies = _whole(answer.fields().get("descendants"), answer)
        me, parts = self._session.whoami().remote_id if replies else "", [first]
        for one in replies:
            if (remote_id := id_of(one)) and author_of(one) == me and answers(one) in parts:
                parts.append(remote_id)
        return parts[1:]

    def _says(self, status: Mapping[str, Any], text: str) -> bool:
        shown = plain(str(status.get("content", "")))
        if normal(shown) == normal(text) and not MENTION.search(text):
            return True
        if bones(shown) != bones(text):
            return False
        source = self._source(str(status["id"]))
        return source is None or normal(source) == normal(text)

    def _source(self, remote_id: str) -> str | None:
        """The text as it was written; None where the server cannot say."""
        call = self._session.call("reading a post's source", "GET", status_path(remote_id, "/source"))
        answer = self._session.http.prepare(call)
        if answer.status in NO_SUCH_CALL:
            return None
        if not answer.ok:
            raise failure_for(answer, posting=False)
        text = answer.fields().get("text")
        if not isinstance(text, str):
            raise failure_for(answer, posting=False)
        return text


def _page(answer: Answer) -> list[dict[str, Any]]:
    objects(answer)  # raises for what is no list
    return _whole(answer.json(), answer)


def _whole(found: object, answer: Answer) -> list[dict[str, Any]]:
    """The statuses of a list. Raises Retryable where one cannot be read: it may be ours, and no look may miss it."""
    if not isinstance(found, list) or not all(is_whole(one) for one in found):
        raise failure_for(answer, posting=False)
    return found
