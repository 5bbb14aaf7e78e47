"""What the platform of one account will see of a post, as far as is known without asking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Failure
from posts.compose import compose, own_text
from posts.model import Account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from posts.limits import Limits
    from posts.model import Media, Message, Post
    from scheduler.services.desk import Desk


def seen(desk: Desk, account_id: str, post: Post) -> Message | None:
    """The post composed for the account by its platform's usual limits; None where config.toml no longer names it."""
    account = _configured(desk, account_id)
    return compose(post, account, _limits(desk, account)) if account else None


def words_for(desk: Desk, account_id: str, platform: str, post: Post) -> str:
    """The words that the account's platform gets, as they were written: with the lines that divide a thread."""
    account = _configured(desk, account_id) or Account(id=account_id, mission=post.mission, platform=platform)
    return own_text(post, account)


def media_for(desk: Desk, account_id: str, post: Post) -> tuple[Media, ...]:
    """The pictures and films that the account gets, in the shapes that suit it; the first ones where it is gone."""
    message = seen(desk, account_id, post)
    return message.media if message else post.media


def as_json(message: Message) -> Mapping[str, object]:
    """The shape that scripts rely on."""
    return {
        "parts": list(message.parts),
        "first_comment": message.first_comment,
        "media": [
            {"sha256": one.sha256, "size": f"{one.width_px}x{one.height_px}", "alt_text": one.alt_text}
            for one in message.media
        ],
    }


def _configured(desk: Desk, account_id: str) -> Account | None:
    return next((one for one in desk.settings.accounts if one.id == account_id), None)


def _limits(desk: Desk, account: Account) -> Limits:
    profile = desk.profile(account)
    try:
        return desk.limits(account) if profile.by_hand else profile.limits  # a person's account asks no server
    except Failure:
        return profile.limits
