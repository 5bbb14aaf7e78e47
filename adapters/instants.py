"""What platforms say of when something was made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_older(post: Mapping[str, Any], since: datetime, name: str = "created_at") -> bool:
    """Whether the post, by its field of that name, was surely made before that instant."""
    try:
        made = datetime.fromisoformat(str(post.get(name)))
    except ValueError:
        return False
    return (made if made.tzinfo else made.replace(tzinfo=UTC)) < since
