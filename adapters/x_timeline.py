"""Reading what X shows: the account's own posts, newest first, a thread's later parts, and the counts of posts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapters.contract import Gone, Reading, Retryable
from adapters.x_answers import errors, refusal
from adapters.x_profile import METRICS
from adapters.x_session import told
from adapters.x_text import answers, references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import tweepy

    from adapters.http import Answer

FIELDS = ["attachments", "created_at", "entities", "note_tweet", "referenced_tweets"]
PAGE_POSTS = 100
PAGES_MAX = 32  # the platform lists no more than the last 3,200 posts
BATCH_POSTS = 100
ID = re.compile(r"[0-9]{1,19}", re.ASCII)
NOT_FOUND = "resource-not-found"


class Timeline:
    """What is read through one account; `me` is asked for the account's id where it is needed."""

    def __init__(self, client: tweepy.Client, me: Callable[[], str]):
        self._client = client
        self._me = me

    def own(self, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Our own posts, newest first. Raises Retryable where they do not come to an end."""
        me, found, token = self._me(), [], None
        for _ in range(PAGES_MAX):
            page = {"max_results": PAGE_POSTS, "tweet_fields": FIELDS, "pagination_token": token, **given}
            answer = told(self._client.get_users_tweets, me, **page)
            meta = answer.fields().get("meta")
            meta = meta if isinstance(meta, dict) else {}
            if not answer.ok or not _is_whole(answer.fields(), meta):
                raise refusal(answer, posting=False)
            found += _posts(answer)
            token = meta.get("next_token")
            if not token:
                return found
        raise Retryable(f"looking for our own posts: more than {PAGES_MAX * PAGE_POSTS}")

    def rest_of_thread(self, first: str) -> list[str]:
        """The ids of our own replies to the post, and to those; reading is paid, so not where it has no replies."""
        there = _posts(self._read([first]))
        counts = [one.get("public_metrics") for one in there]
        if there and all(isinstance(one, dict) and one.get("reply_count") == 0 for one in counts):
            return []
        parts = [first]
        for one in reversed(self.own({"since_id": first})):
            if answers(one) in parts:
                parts.append(str(one["id"]))
        return parts[1:]

    def counts(self, remote_ids: Sequence[str]) -> Iterator[Reading | Gone]:
        """The counts of these posts, a hundred a call; Gone for those that it says are not there."""
        known = [one for one in remote_ids if is_id(one)]
        for start in range(0, len(known), BATCH_POSTS):
            yield from self._counts(known[start : start + BATCH_POSTS])

    def _counts(self, remote_ids: Sequence[str]) -> Iterator[Reading | Gone]:
        answer = self._read(remote_ids)
        for post in _posts(answer):
            if post["id"] in remote_ids:
                yield from _readings(post)
        for one in errors(answer):
            if one.get("resource_id") in remote_ids and str(one.get("type", "")).endswith(f"/{NOT_FOUND}"):
                yield Gone(remote_id=str(one["resource_id"]), evidence={"call": answer.what, "error": NOT_FOUND})

    def _read(self, remote_ids: Sequence[str]) -> Answer:
        answer = told(self._client.get_tweets, list(remote_ids), tweet_fields=["public_metrics"])
        if not answer.ok or not (answer.fields().keys() & {"data", "errors"}):
            raise refusal(answer, posting=False)
        return answer


def is_id(found: object) -> bool:
    """Whether it is what the platform calls a post or an account: 1 to 19 digits."""
    return isinstance(found, str) and bool(ID.fullmatch(found))


def _is_whole(page: Mapping[str, Any], meta: Mapping[str, Any]) -> bool:
    """Whether every post of a page can be read, and the way to the next: one that cannot be told may be ours."""
    posts, token = page.get("data"), meta.get("next_token")
    if not isinstance(posts, list):
        return meta.get("result_count") == 0
    return all(_can_be_read(one) for one in posts) and (token is None or isinstance(token, str))


def _can_be_read(post: object) -> bool:
    if not isinstance(post, dict) or not is_id(post.get("id")) or not isinstance(post.get("text"), str):
        return False
    return len(references(post)) == len(post.get("referenced_tweets", []))


def _posts(answer: Answer) -> list[dict[str, Any]]:
    """The posts of a list."""
    found = answer.fields().get("data")
    return [one for one in found if isinstance(one, dict) and is_id(one.get("id"))] if isinstance(found, list) else []


def _readings(post: Mapping[str, Any]) -> Iterator[Reading]:
    counts = post.get("public_metrics")
    if not isinstance(counts, dict):
        return
    for metric, names in METRICS.items():
        value = next((counts[name] for name in names if type(counts.get(name)) is int), -1)
        if value >= 0:
            yield Reading(remote_id=str(post["id"]), metric=metric, value=value, source="x")
