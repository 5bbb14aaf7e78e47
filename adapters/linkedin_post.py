"""A post as LinkedIn wants it, and as it gives it back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.html_text import normal
from posts.little_text import escaped, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from posts.model import Message


def body(
    message: Message, author: str, images: Sequence[str], *, hashtags_kept: bool, link_title: str
) -> dict[str, Any]:
    """What makes the message a public post of this author. `link_title` empty: the link gets no card."""
    written: dict[str, Any] = {
        "author": author,
        "commentary": escaped(message.text, hashtags_kept=hashtags_kept),
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }
    if content := _content(message, images, link_title):
        written["content"] = content
    return written


def _content(message: Message, images: Sequence[str], link_title: str) -> dict[str, Any]:
    shown = [_image(image, media.alt_text) for image, media in zip(images, message.media, strict=True)]
    if len(shown) > 1:
        return {"multiImage": {"images": shown}}
    if shown:
        return {"media": shown[0]}
    return {"article": {"source": message.link, "title": link_title}} if message.link and link_title else {}


def _image(image: str, alt_text: str) -> dict[str, str]:
    return {"id": image, **({"altText": alt_text} if alt_text else {})}


def says(post: Mapping[str, Any], message: Message) -> bool:
    """Whether the post reads like the message and shows as many pictures."""
    given = post.get("commentary")
    same_words = isinstance(given, str) and normal(plain(given)) == normal(plain(escaped(message.text)))
    return same_words and _pictures(post) == len(message.media)


def _pictures(post: Mapping[str, Any]) -> int:
    content = post.get("content")
    if not isinstance(content, dict):
        return 0
    several = content.get("multiImage")
    images = several.get("images") if isinstance(several, dict) else None
    return len(images) if isinstance(images, list) else int(bool(content.get("media")))


def is_older(post: Mapping[str, Any], since: datetime) -> bool:
    """Whether the post was surely made before that instant; it says so in milliseconds."""
    made = post.get("publishedAt", post.get("createdAt"))
    try:
        return isinstance(made, int) and datetime.fromtimestamp(made / 1000, UTC) < since
    except (ValueError, OverflowError, OSError):
        return False
