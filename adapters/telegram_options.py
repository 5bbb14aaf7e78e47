"""What an account's options say of its channel: numbers that may differ, and choices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.options import refuse_other_than, wrong
from adapters.telegram_profile import FILM, GIF, LIMITS

if TYPE_CHECKING:
    from posts.limits import Limits
    from posts.model import Account

NUMBERS = ("text_max", "caption_max", "image_bytes_max", "film_bytes_max")
CHOICES = {"long_text": ("follow", "refuse"), "link_preview": ("yes", "no"), "silent": ("no", "yes")}


def limits_of(account: Account) -> Limits:
    """The documented limits, with the numbers that the account's options give."""
    texts, captions, size, film_size = (_number(account, one) for one in NUMBERS)
    text, caption = LIMITS.text[0], LIMITS.text_with_media[0]
    return replace(
        LIMITS,
        text=(replace(text, max=texts or text.max),),
        text_with_media=(replace(caption, max=captions or caption.max),),
        long_text_follows=choice(account, "long_text") == "follow",
        image_bytes_max=size or LIMITS.image_bytes_max,
        film=replace(FILM, bytes_max=film_size or FILM.bytes_max),
        gif=replace(GIF, bytes_max=film_size or GIF.bytes_max),
    )


def choice(account: Account, name: str) -> str:
    """What the account chose; the first of what there is to choose where it chose nothing."""
    return account.options.get(name, CHOICES[name][0])


def refuse_unfit(account: Account) -> None:
    """Nothing, where every option can be meant. Raises Rejected, which names account and option."""
    for name, known in CHOICES.items():
        refuse_other_than(account, name, known)
    for name in NUMBERS:
        if name in account.options and _number(account, name) is None:
            raise wrong(account, name, "a number above 0")


def _number(account: Account, name: str) -> int | None:
    given = account.options.get(name, "")
    return int(given) or None if given.isascii() and given.isdigit() else None
