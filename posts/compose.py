"""Post + Account + Limits → Message: what one platform will see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from posts.links import web_links
from posts.model import Message

if TYPE_CHECKING:
    from posts.limits import Limits
    from posts.model import Account, Post


NEXT_PART = re.compile(r"^[^\S\n]*---[^\S\n]*$", re.MULTILINE)


def compose(post: Post, account: Account, limits: Limits) -> Message:
    """The message as this account would publish it, whatever its length: `posts.check` judges it.

    The platform's own text replaces the post's where there is one; where a person publishes for the account on another
    platform (option `stands_for`), that one's text comes first. A line of three dashes begins the next part of a
    thread; where the platform knows none, an empty line stands there. The link stands on a line of its own, the last,
    unless the text holds it already, or the account takes no links. Where a comment is a post like any other, the first
    comment is the last part of the thread, and the message has no other. Each picture is the shape of it that the
    platform shows best. Only white space around a part is dropped;
    nothing is cut, split or re-cased.
    """
    text = own_text(post, account).strip()
    link = post.link.strip()
    parts = _with_link(_parts(text, limits), link if limits.links_max != 0 else "")
    last = post.first_comment.strip() if limits.comment_ends_thread else ""
    return Message(
        account=account.id,
        platform=account.platform,
        parts=(*parts, last) if last else parts,
        language=post.language,
        link=link,
        first_comment="" if last else post.first_comment,
        media=tuple(one.shaped(card_size(account, limits)) for one in post.media),
    )


def own_text(post: Post, account: Account) -> str:
    """The words that the post has for this account, before they are laid out for its platform."""
    names = (account.options.get("stands_for", ""), account.platform)
    return next((words for name in names if (words := post.overrides.get(name, "")).strip()), post.text)


def card_size(account: Account, limits: Limits) -> tuple[int, int] | None:
    """The width and height, in pixels, of the pictures that suit this account best; None where none is known."""
    return account.card_size or limits.card_size


def _parts(text: str, limits: Limits) -> tuple[str, ...]:
    parts = [part for one in NEXT_PART.split(text) if (part := one.strip())]
    return tuple(parts or [""]) if limits.parts_max > 1 else ("\n\n".join(parts),)


def _with_link(parts: tuple[str, ...], link: str) -> tuple[str, ...]:
    if not link or any(_holds(part, link) for part in parts):
        return parts
    *before, last = parts
    return (*before, f"{last}\n{link}" if last else link)


def _holds(text: str, link: str) -> bool:
    """Whether the whole link stands in the text, and not only as the beginning of a longer one."""
    return link in text.split() or any(text[start:end] == link for start, end in web_links(text))
