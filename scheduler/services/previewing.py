"""What a platform will see of a text, before anything is queued."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from adapters import registry
from posts.cards.sizes import PORTRAIT
from posts.check import check, length
from posts.compose import compose
from posts.model import Account, Post
from scheduler.model import WrongUse

if TYPE_CHECKING:
    from posts.limits import Limits
    from posts.model import Problem


def preview(
    platform: str, text: str, *, link: str = "", language: str = "", first_comment: str = ""
) -> dict[str, object]:
    """Length, limit, unit, parts and problems in the shape that scripts rely on; of a thread its fullest part's length.

    `first_comment` is told as well where one goes below the post and is no part of the thread.
    Raises WrongUse for an unknown platform, naming those that are known.
    """
    limits = _limits(platform)
    account = Account(id="preview", mission="", platform=platform)
    post = Post(mission="", text=text, link=link, language=language, first_comment=first_comment)
    message = compose(post, account, limits)
    measured = [length(part, limits, with_media=False) for part in message.parts]
    counted, limit = max(measured, key=lambda one: one[0] / one[1].max)
    return {
        "platform": platform,
        "length": counted,
        "limit": limit.max,
        "unit": str(limit.unit),
        "parts": list(message.parts),
        **({"first_comment": message.first_comment} if limits.first_comment and message.first_comment else {}),
        "problems": [_problem(one) for one in check(message, limits)],
    }


def card_size_for(platform: str) -> str:
    """The size in which the platform shows a card best, as 1080x1350. Raises WrongUse for an unknown platform."""
    size = _limits(platform).card_size
    return f"{size[0]}x{size[1]}" if size else str(PORTRAIT)


def _limits(platform: str) -> Limits:
    try:
        return registry.profile_of(platform).limits
    except registry.UnknownPlatformError as error:
        raise WrongUse(str(error)) from error


def _problem(one: Problem) -> dict[str, object]:
    told = asdict(one)
    return {name: told[name] for name in ("code", "level", "span", "message", "suggestion")}
