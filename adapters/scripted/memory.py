"""What a scripted platform remembers: every post that it ever took, and those that are there now."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

Accepted = TypeVar("Accepted")
Post = TypeVar("Post")


class Remembering(Generic[Accepted, Post]):
    """Stands before its server among the bases. `Accepted` is what was taken, `Post` what is shown of it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._log: list[Accepted] = []
        self._posts: dict[str, Post] = {}

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every post ever taken, in order: the judge of whether something went out, and how often."""
        return tuple(self._log)

    @property
    def public(self) -> int:
        """How many posts are there now."""
        return len(self._posts)

    def forget(self, remote_id: str) -> None:
        """Somebody has deleted the post by other means."""
        del self._posts[remote_id]

    def remember(self, remote_id: str, accepted: Accepted, post: Post) -> str:
        """It was taken and is there; its id."""
        self._log.append(accepted)
        self._posts[remote_id] = post
        return remote_id


def is_picture(content: bytes, formats: Sequence[str]) -> bool:
    """Whether the bytes really are a picture of one of these formats."""
    try:
        with Image.open(io.BytesIO(content), formats=list(formats)) as picture:
            picture.verify()
    except (OSError, ValueError, SyntaxError, KeyError):
        return False
    return True
