"""What an approval is given for, what a delivery's key is made of, what was sent: hashes that hold no "now"."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from posts.model import Kind, Media, Message, Post


def content_hash(
    post: Post, *, accounts: Iterable[str], local_due: str, time_zone: str, kind: Kind, not_after: datetime | None
) -> str:
    """The hex SHA-256 of everything a reviewer looks at: words, pictures, accounts, the wished time, the kind.

    Send-time fields such as `{{hotline}}` are hashed unfilled, so correcting one does not void an approval.
    """
    seen = {
        "text": post.text,
        "language": post.language,
        "link": post.link,
        "first_comment": post.first_comment,
        "overrides": dict(post.overrides),
        "media": [[one.sha256, one.alt_text, *_beside(one)] for one in post.media],
        "accounts": sorted(accounts),
        "due": f"{local_due} {time_zone}",
        "kind": kind,
        "not_after": not_after.isoformat() if not_after else None,
    }
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _beside(one: Media) -> list[object]:
    """A film's captions and cover, a picture's other shapes; nothing where it has none."""
    captions = [[words.sha256, words.language] for words in one.captions]
    beside: list[object] = [captions, one.cover.sha256 if one.cover else ""] if captions or one.cover else []
    return [*beside, {"shapes": sorted(shape.sha256 for shape in one.shapes)}] if one.shapes else beside


def delivery_key(*, post_id: int, account: str, due_at: datetime, content: str) -> str:
    """The key under which a platform will know this delivery for ever; frozen at the first intent."""
    return hashlib.sha256(f"{post_id}|{account}|{due_at.isoformat()}|{content}".encode()).hexdigest()


def payload_hash(message: Message) -> str:
    """The hex SHA-256 of what one platform was really given."""
    told = "\0".join([*message.parts, message.link, message.first_comment, *(one.sha256 for one in message.media)])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
