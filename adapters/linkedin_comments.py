"""The first comment under a post on LinkedIn: made by a call of its own, and looked for among the others.

Comments are plain text, not the little format of posts: a backslash would be shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adapters.contract import Ambiguous
from adapters.html_text import normal
from adapters.http import Answer, Call
from adapters.linkedin_answers import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.linkedin_access import Access

COMMENT = re.compile(r"urn:li:comment:\([\w:,()-]{1,200}\)|[0-9]{1,20}", re.ASCII)
PAGE = 100


def write_comment(access: Access, post: str, author: str, text: str) -> str:
    """What the platform calls the comment that is public now. Raises what the answer means."""
    call = Call(what="commenting", method="POST", path=_path(post))
    answer = access.send_json(call, {"actor": author, "object": post, "message": {"text": text}}, posting=True)
    if not answer.ok:
        raise refusal(answer, posting=True)
    if name := _name(answer.fields()) or _named(answer.headers.get("x-restli-id")):
        return name
    raise Ambiguous(
        f"commenting: {access.host} answered {answer.status} without the comment's id",
        http_status=answer.status,
        evidence=answer.evidence(),
    )


def find_comment(access: Access, post: str, author: str, text: str) -> str | None:
    """What the platform calls the author's comment that reads so; None where it is not under the post."""
    query = [("start", "0"), ("count", str(PAGE))]
    answer: Answer = access.send(Call(what="looking for our comment", method="GET", path=_path(post), query=query))
    listed = answer.fields().get("elements")
    if not answer.ok or not isinstance(listed, list):
        raise refusal(answer, posting=False)
    ours = (one for one in listed if isinstance(one, dict) and one.get("actor") == author and _says(one, text))
    return next((name for one in ours if (name := _name(one))), None)


def _path(post: str) -> str:
    return f"/rest/socialActions/{quote(post, safe='')}/comments"


def _says(comment: Mapping[str, Any], text: str) -> bool:
    message = comment.get("message")
    given = message.get("text") if isinstance(message, dict) else None
    return isinstance(given, str) and normal(given) == normal(text)


def _name(comment: Mapping[str, Any]) -> str:
    return _named(comment.get("commentUrn")) or _named(comment.get("id"))


def _named(found: object) -> str:
    return found if isinstance(found, str) and COMMENT.fullmatch(found) else ""
