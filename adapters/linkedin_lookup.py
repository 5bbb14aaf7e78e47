"""The posts of a LinkedIn page: listed, looked at one by one, and recognised by what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adapters.contract import Retryable
from adapters.http import Call
from adapters.linkedin_answers import is_post, refusal
from adapters.linkedin_post import is_older, says

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adapters.contract import Progress
    from adapters.linkedin_access import Access
    from posts.model import Message

PAGE_POSTS = 100
PAGES_MAX = 10


class Posts:
    """The posts of one page."""

    def __init__(self, access: Access, page: str):
        self._access = access
        self._page = page

    def ours(self, message: Message, begin: datetime, progress: Progress) -> list[str]:
        """The posts since then that read like the message and are no other delivery's, oldest first."""
        return [str(one["id"]) for one in self._since(begin) if self._is_ours(one, message, begin, progress)]

    def named_duplicate(self, message: Message, begin: datetime, progress: Progress) -> list[str]:
        """The post that the platform called a duplicate, where it is there and is this very one; else nothing."""
        named = progress.saved.get("duplicate", {}).get("id")
        if not is_post(named):
            return []
        path = f"/rest/posts/{quote(str(named), safe='')}"
        answer = self._access.send(Call(what="looking at the post that is a duplicate", method="GET", path=path))
        if answer.status in {404, 410}:
            return []
        if not answer.ok or answer.fields().get("id") != named:
            raise refusal(answer, posting=False)
        return [str(named)] if self._is_ours(answer.fields(), message, begin, progress) else []

    def listed(self, *, count: int, start: int) -> list[dict[str, Any]]:
        """That many of the page's posts, newest first."""
        query = [("q", "author"), ("author", self._page), ("count", str(count)), ("start", str(start))]
        call = Call(
            what="looking for our own posts",
            method="GET",
            path="/rest/posts",
            query=[*query, ("sortBy", "CREATED")],
            headers={"X-RestLi-Method": "FINDER"},
        )
        answer = self._access.send(call)
        found = answer.fields().get("elements")
        if not answer.ok or not isinstance(found, list):
            raise refusal(answer, posting=False)
        posts = [one for one in found if isinstance(one, dict) and isinstance(one.get("id"), str)]
        if len(posts) < len(found):  # what cannot be read may be what is looked for
            raise Retryable(f"{call.what}: {self._access.host} answered without a list that can be read")
        return [one for one in posts if is_post(one["id"])]

    def _since(self, begin: datetime) -> list[dict[str, Any]]:
        """Those since then, oldest first. Raises Retryable where they do not come to an end."""
        found: list[dict[str, Any]] = []
        for page in range(PAGES_MAX):
            listed = self.listed(count=PAGE_POSTS, start=page * PAGE_POSTS)
            found += listed
            if not listed or is_older(listed[-1], begin):
                return found[::-1]
        raise Retryable(f"looking for our own posts: more than {PAGES_MAX * PAGE_POSTS}")

    def _is_ours(self, post: Mapping[str, Any], message: Message, begin: datetime, progress: Progress) -> bool:
        ours = post.get("author", self._page) == self._page and post["id"] not in progress.taken
        public = post.get("lifecycleState", "PUBLISHED") == "PUBLISHED"
        return ours and public and not is_older(post, begin) and says(post, message)
