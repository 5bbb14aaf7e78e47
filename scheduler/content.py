"""What an approval is given for, and what a delivery's key is made of: two hashes that hold no "now"."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from posts.model import Kind, Post


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
        "media": [[one.sha256, one.alt_text] for one in post.media],
        "accounts": sorted(accounts),
        "due": f"{local_due} {time_zone}",
        "kind": kind,
        "not_after": not_after.isoformat() if not_after else None,
    }
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def delivery_key(*, post_id: int, account: str, due_at: datetime, content: str) -> str:
    """The key under which a platform will know this delivery for ever; frozen at the first intent."""
    return hashlib.sha256(f"{post_id}|{account}|{due_at.isoformat()}|{content}".encode()).hexdigest()
