"""Pictures for platforms that take no bytes but fetch them from a public address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import NotSetUp

if TYPE_CHECKING:
    from adapters.contract import PublicMedia
    from posts.model import Account


def place_for(account: Account, public_media: PublicMedia | None) -> PublicMedia:
    """The place from which the account's platform fetches pictures. Raises NotSetUp where there is none."""
    if public_media is None:
        raise NotSetUp(
            f"account '{account.id}': the platform fetches pictures from a public address, and this installation has"
            " none; write [console] public_url or [media] s3 in config.toml, then resume the account"
        )
    return public_media
