"""What an account's options say of X: numbers that may differ, and choices."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.options import refuse_other_than, wrong
from adapters.x_profile import FILM, LIMITS, SEGMENT_BYTES

if TYPE_CHECKING:
    from posts.limits import Limits
    from posts.model import Account

CHOICES = {"media_upload": ("json", "multipart", "chunked"), "fields": ("tweet", "post"), "links": ("yes", "no")}
NUMBERS = ("text_max", "film_bytes_max", "film_seconds_max", "chunk_bytes")
NUMBER = re.compile(r"[1-9][0-9]{0,10}", re.ASCII)
LONGEST = {"text_max": 999_999, "film_seconds_max": 86_400, "chunk_bytes": 5_000_000}
SMALLEST_CHUNK = 10_000


def limits_of(account: Account) -> Limits:
    """The documented limits, with what the account's options say of texts, links and films."""
    text, size, seconds, _ = (_number(account, one) for one in NUMBERS)
    length_max = timedelta(seconds=seconds) if seconds else FILM.length_max
    return replace(
        LIMITS,
        text=(replace(LIMITS.text[0], max=text or LIMITS.text[0].max),),
        links_max=0 if account.options.get("links") == "no" else None,
        film=replace(FILM, bytes_max=size or FILM.bytes_max, length_max=length_max),
    )


def segment_bytes(account: Account) -> int:
    """How large the pieces are in which a film goes."""
    return max(_number(account, "chunk_bytes") or SEGMENT_BYTES, SMALLEST_CHUNK)


def refuse_unfit(account: Account) -> None:
    """Nothing, where every option can be meant. Raises Rejected, which names account and option."""
    for name, known in CHOICES.items():
        refuse_other_than(account, name, known)
    for name in NUMBERS:
        if name in account.options and _number(account, name) is None:
            raise wrong(account, name, "a number" if name not in LONGEST else f"a number up to {LONGEST[name]}")


def _number(account: Account, name: str) -> int | None:
    given = account.options.get(name, "")
    found = int(given) if NUMBER.fullmatch(given) else None
    return found if found and found <= LONGEST.get(name, found) else None
