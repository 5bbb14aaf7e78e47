"""A post as X gives it back, and whether it says what we wrote: links come back shortened, signs as in HTML."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from adapters.html_text import normal
from posts.short_links import short_links

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_MEDIA = re.compile(r"https?://[^/\s]+/[^/\s]+/status/[0-9]+/(?:photo|video)/[0-9]+")


def says(post: Mapping[str, Any], text: str) -> bool:
    """Whether the post reads like the text, its links opened up again."""
    long = post.get("note_tweet")  # beyond 280 the usual field holds only the beginning
    source = long if isinstance(long, dict) and isinstance(long.get("text"), str) else post
    return _bare_links(html.unescape(_opened(source))) == _bare_links(text)


def pictures(post: Mapping[str, Any]) -> int:
    """How many pictures the post shows."""
    attached = post.get("attachments")
    keys = attached.get("media_keys") if isinstance(attached, dict) else None
    return len(keys) if isinstance(keys, list) else 0


def answers(post: Mapping[str, Any]) -> str | None:
    """The id of the post that this one replies to; None where it replies to none."""
    return next((str(one.get("id")) for one in references(post) if one.get("type") == "replied_to"), None)


def stands_alone(post: Mapping[str, Any]) -> bool:
    """Whether it is neither a reply nor a repost nor a quotation."""
    return not references(post)


def references(post: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the post replies to, repeats or quotes, as far as it can be read."""
    found = post.get("referenced_tweets")
    return [one for one in found if isinstance(one, dict) and _names(one)] if isinstance(found, list) else []


def _names(reference: Mapping[str, Any]) -> bool:
    return all(isinstance(reference.get(name), str) for name in ("type", "id"))


def _opened(source: Mapping[str, Any]) -> str:
    """The text with every shortened link as it was written, and without the one that stands for the pictures."""
    text, entities = str(source.get("text", "")), source.get("entities")
    urls = entities.get("urls") if isinstance(entities, dict) else None
    for one in urls if isinstance(urls, list) else []:
        short, long = (one.get("url"), one.get("expanded_url")) if isinstance(one, dict) else (None, None)
        if isinstance(short, str) and short and isinstance(long, str):
            shown = "" if one.get("media_key") or OWN_MEDIA.fullmatch(long) else html.escape(long)
            text = text.replace(short, shown, 1)
    return text


def _bare_links(text: str) -> str:
    """As a reader sees it, with links without scheme and closing slash, which the platform adds where it likes."""
    text, pieces, at = normal(text), [], 0
    for start, end in short_links(text):
        pieces += [text[at:start], re.sub(r"(?i)^https?://", "", text[start:end]).rstrip("/")]
        at = end
    return "".join([*pieces, text[at:]])
