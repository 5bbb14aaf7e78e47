"""How often Bluesky posts were liked, answered and passed on.

Counts come from the server that reads the whole network (appview): the account's own server asks it for us, or it is
asked directly. It is late by moments, and leaves out what it does not know; only the account's own server knows that a
post is gone. Behaviour as seen at the real network on 27 Nov 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.bluesky_record import place_of
from adapters.bluesky_session import refusal
from adapters.contract import Failure, Gone, Reading
from adapters.http import Call

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapters.bluesky_repo import Repo
    from adapters.bluesky_session import Session
    from adapters.http import Http

BATCH_POSTS = 25
METRICS = {
    "likes": "likeCount",
    "comments": "replyCount",
    "shares": "repostCount",
    "quotes": "quoteCount",
    "saves": "bookmarkCount",
}


class Counts:
    """The counts of one account's posts. `appview`: where they are read without logging in; None: at its own server."""

    def __init__(self, session: Session, repo: Repo, appview: Http | None):
        self._session = session
        self._repo = repo
        self._appview = appview

    def of(self, remote_ids: Sequence[str]) -> list[Reading | Gone]:
        """The counts now, a count that is not given left out; Gone for the posts that are surely not there."""
        known = [one for one in remote_ids if place_of(one)]
        batches = [known[start : start + BATCH_POSTS] for start in range(0, len(known), BATCH_POSTS)]
        return [told for batch in batches for told in self._of_batch(batch)]

    def _of_batch(self, uris: Sequence[str]) -> Iterator[Reading | Gone]:
        query = [("uris", one) for one in uris]
        call = Call(what="reading counts", method="GET", path="/xrpc/app.bsky.feed.getPosts", query=query)
        answer = self._appview.prepare(call) if self._appview else self._session.prepare(call)
        posts = answer.fields().get("posts")
        if not answer.ok or not isinstance(posts, list):
            raise refusal(answer, posting=False)
        there = {one["uri"]: one for one in posts if isinstance(one, dict) and one.get("uri") in uris}
        for uri in uris:
            if uri in there:
                yield from _readings(uri, there[uri])
            elif self._is_gone(uri):
                yield Gone(remote_id=uri, evidence={"call": call.what, "looked_up": "RecordNotFound"})

    def _is_gone(self, uri: str) -> bool:
        """Whether our own server says so; what it does not tell must not cost the other posts their counts."""
        place = place_of(uri)
        try:
            return place is not None and place.did == self._session.open().did and self._repo.look(place)[0] is None
        except Failure:
            return False


def _readings(uri: str, post: Mapping[str, Any]) -> Iterator[Reading]:
    for metric, name in METRICS.items():
        if type(value := post.get(name)) is int and value >= 0:
            yield Reading(remote_id=uri, metric=metric, value=value, source="bluesky")
