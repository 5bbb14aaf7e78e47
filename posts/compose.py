"""Post + Account + Limits → Message: what one platform will see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from posts.links import web_links
from posts.model import Message

if TYPE_CHECKING:
    from posts.limits import Limits
    from posts.model import Account, Post


def compose(post: Post, account: Account, limits: Limits) -> Message:
    """The message as this account would publish it, in one part, whatever its length: `posts.check` judges it.

    The platform's own text replaces the post's where there is one. The link stands on a line of its own unless the text
    holds it already, or the account takes no links. Only white space around the text is dropped; nothing is cut,
    split or re-cased.
    """
    text = post.overrides.get(account.platform, "").strip() or post.text.strip()
    link = post.link.strip()
    return Message(
        account=account.id,
        platform=account.platform,
        parts=(text if limits.links_max == 0 else _with_link(text, link),),
        language=post.language,
        link=link,
        first_comment=post.first_comment,
        media=post.media,
    )


def _with_link(text: str, link: str) -> str:
    if not link or _holds(text, link):
        return text
    return f"{text}\n{link}" if text else link


def _holds(text: str, link: str) -> bool:
    """Whether the whole link stands in the text, and not only as the beginning of a longer one."""
    return link in text.split() or any(text[start:end] == link for start, end in web_links(text))
