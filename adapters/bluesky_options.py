"""What an account's options say of its server: numbers that may differ, and where its films are worked on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapters.bluesky_profile import FILM_SECONDS_MOST, LIMITS, SENT_WHOLE_BYTES_MAX
from adapters.options import wrong

if TYPE_CHECKING:
    from posts.limits import Limits
    from posts.model import Account

SERVER = "https://bsky.social"
VIDEO_SERVICE = "https://video.bsky.app"
THEIRS = (".bsky.social", ".bsky.network")


def limits_of(account: Account) -> Limits:
    """The documented limits, with what the account's options give; without a video service, what a server takes."""
    limits, film = LIMITS, LIMITS.film
    if _is_number(size := account.options.get("image_bytes_max", "")):
        limits = replace(limits, image_bytes_max=int(size))
    if film and (seconds := _film_seconds(account)):
        film = replace(film, length_max=timedelta(seconds=seconds))
    if film and not video_service_of(account):
        return replace(limits, film=replace(film, bytes_max=SENT_WHOLE_BYTES_MAX), gif=None)
    return replace(limits, film=film)


def video_service_of(account: Account) -> str:
    """Where the account's films are worked on; empty where its server takes them as they are."""
    host = f".{urlsplit(account.base_url or SERVER).hostname}"
    return account.options.get("video_url") or (VIDEO_SERVICE if host.endswith(THEIRS) else "")


def refuse_unfit(account: Account) -> None:
    """Nothing, where every option can be meant. Raises Rejected, which names account and option."""
    if "image_bytes_max" in account.options and not _is_number(account.options["image_bytes_max"]):
        raise wrong(account, "image_bytes_max", "a number of bytes")
    if "film_seconds_max" in account.options and not _film_seconds(account):
        raise wrong(account, "film_seconds_max", f"a number of seconds from 1 to {FILM_SECONDS_MOST}")


def _film_seconds(account: Account) -> int:
    """The longest film that the account may show; 0 where it says nothing that can be meant."""
    given = account.options.get("film_seconds_max", "")
    return int(given) if _is_number(given) and int(given) <= FILM_SECONDS_MOST else 0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
