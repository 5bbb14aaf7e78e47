"""A post at the scripted X: as it is kept, as it is shown (links shortened, signs as in HTML), and as it is refused."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters.scripted.counting import links
from adapters.scripted.server import reply_json

if TYPE_CHECKING:
    from collections.abc import Sequence

COUNTS = ("like_count", "reply_count", "retweet_count", "quote_count", "bookmark_count", "impression_count")
PROBLEMS = "https://api.x.com/2/problems"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One post that the server took; never changed, never taken back."""

    remote_id: str
    text: str
    reply_to: str = ""
    alt_texts: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Post:
    """One post as it is there now."""

    accepted: Accepted
    made_at: datetime
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))


class Refused(Exception):
    """What was asked for is not done; `reply` is the platform's problem."""

    def __init__(self, detail: str, status: int = 400, kind: str = ""):
        super().__init__(detail)
        title = {400: "Invalid Request", 403: "Forbidden", 404: "Not Found Error"}.get(status, "Error")
        problem = {"title": title, "detail": detail, "type": kind or "about:blank", "status": status}
        self.reply = reply_json(problem, status)


def refuse(detail: str, status: int = 400) -> Exception:
    """The refusal in the platform's words."""
    return Refused(detail, status, f"{PROBLEMS}/invalid-request" if status == 400 else "")


def shown(post: Post, wanted: Sequence[str], username: str) -> dict[str, object]:
    """The post with those of its fields that were asked for."""
    one = post.accepted
    text, urls = shown_text(post, username)
    fields: dict[str, object] = {
        "created_at": post.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "public_metrics": post.counts,
        "entities": {"urls": urls},
    }
    if one.reply_to:
        fields["referenced_tweets"] = [{"type": "replied_to", "id": one.reply_to}]
    if one.alt_texts:
        fields["attachments"] = {"media_keys": [f"3_{number}" for number, _ in enumerate(one.alt_texts, 1)]}
    asked_for = {name: value for name, value in fields.items() if name in wanted}
    return {"id": one.remote_id, "text": text, "edit_history_tweet_ids": [one.remote_id], **asked_for}


def shown_text(post: Post, username: str) -> tuple[str, list[dict[str, object]]]:
    """The text with its links shortened and its signs written as HTML, and what the short links stand for."""
    text, pieces, at = post.accepted.text, list[str](), 0
    urls: list[dict[str, object]] = []
    for number, (start, end) in enumerate(links(text)):
        short, link = f"https://t.co/{post.accepted.remote_id[-6:]}{number}", text[start:end]
        pieces += [html.escape(text[at:start], quote=False), short]
        urls.append({"url": short, "expanded_url": link if "://" in link else f"http://{link}"})
        at = end
    pieces.append(html.escape(text[at:], quote=False))
    if post.accepted.alt_texts:
        short = f"https://t.co/{post.accepted.remote_id[-6:]}p"
        where = f"https://x.com/{username}/status/{post.accepted.remote_id}/photo/1"
        pieces.append(f" {short}")
        urls.append({"url": short, "expanded_url": where, "media_key": "3_1"})
    return "".join(pieces), urls


def not_found(remote_id: str) -> dict[str, object]:
    """What is said of a post that is not there."""
    return {
        "value": remote_id,
        "detail": f"Could not find tweet with ids: [{remote_id}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "ids",
        "resource_id": remote_id,
        "type": f"{PROBLEMS}/resource-not-found",
    }
