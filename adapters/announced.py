"""Platforms whose adapters come later, as data: officers can already plan and preview for them, nothing can be sent.

Every number is a Fact with its source and the day it was read. Where nobody documents how characters are counted,
UTF-16 units stand in: they never count less than code points or visible characters do.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from adapters.contract import Fact, Lookup, Profile
from posts.limits import Limits, TextLimit, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_READ = date(2026, 11, 24)
_AUDIT = "third-party audit of the platform's documentation, 4 October 2026"
_AUDITED = date(2026, 10, 4)


def announced(platform: str) -> Profile | None:
    """What is known of a platform without an adapter yet; None for a name that is not announced."""
    build = _ANNOUNCED.get(platform)
    return build() if build else None


def announced_platforms() -> tuple[str, ...]:
    """The names `announced` knows, sorted."""
    return tuple(sorted(_ANNOUNCED))


def _utf16(most: int) -> TextLimit:
    return TextLimit(unit=Unit.UTF16, max=most)


def _fact(name: str, value: object, unit: str, source: str, *, read_on: date = _READ, sure: bool = True) -> Fact:
    return Fact(name=name, value=str(value), unit=unit, source=source, read_on=read_on, sure=sure)


def _audited(name: str, value: object, unit: str, *, sure: bool = True) -> Fact:
    return _fact(name, value, unit, _AUDIT, read_on=_AUDITED, sure=sure)


def _threads() -> Profile:
    posts = "Meta docs, Threads, posts"
    return Profile(
        platform="threads",
        limits=Limits(
            text=(TextLimit(unit=Unit.EMOJI_BYTES, max=500),),
            images_max=20,
            image_bytes_max=8_000_000,
            image_ratio_min=0.1,
            image_ratio_max=10.0,
            alt_text=_utf16(1000),
            links_max=5,
            comment_is_a_part=True,
        ),
        lookup=Lookup.BY_TEXT,
        metrics=("likes", "comments", "shares", "views"),
        facts=(
            _fact("text", 500, "characters", posts),
            _fact("emoji", "their UTF-8 bytes", "characters", posts),
            _fact("other letters", 1, "character each; one project counts bytes", "implementers' reading", sure=False),
            _fact("links", 5, "different links", "Meta docs, Threads, text attachments"),
            _fact("alt text", 1000, "characters", "Meta docs, Threads, publishing reference"),
            _audited("images", 20, "pictures of a carousel"),
            _audited("image size", 8_000_000, "bytes; 8 MB"),
            _audited("image ratio", "up to 10:1", "width by height"),
        ),
    )


_ANNOUNCED: Mapping[str, Callable[[], Profile]] = {
    "threads": _threads,
}
