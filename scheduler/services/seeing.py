"""What the platform of one account will see of a post, as far as is known without asking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Failure
from posts.compose import compose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from posts.limits import Limits
    from posts.model import Account, Message, Post
    from scheduler.services.desk import Desk


def seen(desk: Desk, account_id: str, post: Post) -> Message | None:
    """The post composed for the account by its platform's usual limits; None where config.toml no longer names it."""
    account = next((one for one in desk.settings.accounts if one.id == account_id), None)
    if account is None:
        return None
    return compose(post, account, _limits(desk, account))


def _limits(desk: Desk, account: Account) -> Limits:
    profile = desk.profile(account)
    try:
        return desk.limits(account) if profile.by_hand else profile.limits  # a person's account asks no server
    except Failure:
        return profile.limits


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
