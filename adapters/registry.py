"""Platform name → adapter, imported on first use; other people's adapters come in as entry points."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from adapters.contract import Adapter, Profile, PublicMedia, Secrets, SignIn, Typed
    from posts.model import Account

PLATFORMS = {
    "bluesky": "adapters.bluesky:Bluesky",
    "facebook": "adapters.facebook:Facebook",
    "instagram": "adapters.instagram:Instagram",
    "linkedin": "adapters.linkedin:LinkedIn",
    "manual": "adapters.manual:Manual",
    "mastodon": "adapters.mastodon:Mastodon",
    "outbox": "adapters.outbox:Outbox",
    "telegram": "adapters.telegram:Telegram",
    "threads": "adapters.threads:Threads",
    "webhook": "adapters.webhook:Webhook",
    "x": "adapters.x:X",
}
ENTRY_POINTS = "july30.adapters"
SIGN_INS = {
    "facebook": "adapters.facebook_connect:FacebookSignIn",
    "instagram": "adapters.instagram_connect:InstagramSignIn",
    "instagram by facebook": "adapters.facebook_connect:FacebookSignIn",
    "linkedin": "adapters.linkedin_connect:LinkedInSignIn",
    "mastodon": "adapters.mastodon_connect:MastodonSignIn",
    "threads": "adapters.threads_connect:ThreadsSignIn",
    "x": "adapters.x_connect:XSignIn",
}
TYPED = {
    "bluesky": "adapters.bluesky_connect:BlueskyTyped",
    "telegram": "adapters.telegram_connect:TelegramTyped",
}


class AdapterClass(Protocol):
    """What an adapter's class looks like from here: its profile is readable before any account exists."""

    profile: Profile

    def __call__(self, account: Account, secrets: Secrets) -> Adapter:
        """The adapter of one account; opens no connection."""


class FetchedAdapterClass(Protocol):
    """The same where the profile says `fetches_media` or `fetches_films`."""

    def __call__(self, account: Account, secrets: Secrets, *, public_media: PublicMedia | None) -> Adapter:
        """The adapter of one account; `public_media` is None where this installation has no such place."""


class UnknownPlatformError(Exception):
    """No adapter of that name is installed."""


def platforms() -> tuple[str, ...]:
    """The names an account may have as its platform."""
    return tuple(sorted({*PLATFORMS, *(one.name for one in entry_points(group=ENTRY_POINTS))}))


def profile_of(platform: str) -> Profile:
    """The platform's limits and promises. Raises UnknownPlatformError."""
    return _adapter_class(platform).profile


def build(account: Account, secrets: Secrets, public_media: PublicMedia | None = None) -> Adapter:
    """The adapter of this account; nothing is called yet. Raises UnknownPlatformError.

    `public_media` goes to those whose platform fetches pictures itself; None where this installation has no such place.
    """
    made = _adapter_class(account.platform)
    if made.profile.fetches_media or made.profile.fetches_films:
        return cast("FetchedAdapterClass", made)(account, secrets, public_media=public_media)
    return made(account, secrets)


def sign_in(account: Account) -> SignIn | None:
    """How somebody lets july30 into this account in a browser; None where its platform has no such way."""
    by = f"{account.platform} by {account.options.get('login')}"
    target = SIGN_INS.get(by) or SIGN_INS.get(account.platform)
    return cast("SignIn", _named(target)(account)) if target else None


def typed(account: Account) -> Typed | None:
    """What is asked of whoever connects this account; None where its secret is one text, typed as it is."""
    target = TYPED.get(account.platform)
    return cast("Typed", _named(target)(account)) if target else None


def _named(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def _adapter_class(platform: str) -> AdapterClass:
    if target := PLATFORMS.get(platform):
        return cast("AdapterClass", _named(target))
    for point in entry_points(group=ENTRY_POINTS, name=platform):
        return cast("AdapterClass", point.load())
    raise UnknownPlatformError(f"no adapter for the platform '{platform}'; known are {', '.join(platforms())}")
