"""Weighted code points: the way of counting in which letters weigh one or two and links and emoji a fixed amount.

Ranges and weights are twitter-text's config v3 (read 2026-11-24); what is an emoji is taken from Unicode.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import regex

from posts.short_links import short_links

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EMOJI_WEIGHT = 2

_HEAVY = regex.compile(r"[^\u0000-\u10FF\u2000-\u200D\u2010-\u201F\u2032-\u2037]")
_SHOWN = r"[\p{Emoji_Presentation}--\p{Regional_Indicator}--\p{Emoji_Modifier}]"
_PLAIN = r"[\p{Emoji}--\p{ASCII}--\p{Emoji_Presentation}]"
_TONED = r"\p{Emoji_Modifier_Base}\p{Emoji_Modifier}"
_WHOLE = rf"(?:{_TONED}|{_SHOWN}|{_PLAIN}\uFE0F)"
_WITNESS = "\U0001f441\u200d\U0001f5e8"
_NATION = (  # England, Scotland, Wales: the only flags spelled in tags
    r"\U0001F3F4\U000E0067\U000E0062"
    r"(?:\U000E0065\U000E006E\U000E0067|\U000E0073\U000E0063\U000E0074|\U000E0077\U000E006C\U000E0073)\U000E007F"
)
EMOJI = regex.compile(
    rf"(?V1){_NATION}|{_WITNESS}|\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3|{_WHOLE}(?:\u200D{_WHOLE}){{1,3}}"
    rf"|{_TONED}|[\u2000-\uFFFF\U0001F004\U0001F21A\U0001F22F&&{_SHOWN}]\uFE0F|{_SHOWN}|{_PLAIN}\uFE0F|[{_PLAIN}--[©®]]"
)

# What people see as one character. Flags come first: `\X` alone looks back over a whole row of them, each time anew.
CHARACTER = regex.compile(
    r"(?:\p{Regional_Indicator}{2}|\p{Regional_Indicator})[\p{GCB=Extend}\u200D\p{GCB=SpacingMark}]*+|\X"
)


class Piece(NamedTuple):
    """A stretch of a text that counts as a whole: its place in code points and what it costs."""

    start: int
    end: int
    cost: int


def weighted_pieces(text: str, link_length: int | None) -> Iterator[Piece]:
    """The pieces of the text, in order and without gaps; their places are those in the NFC form of `text`.

    `link_length`: what a link weighs, None if it weighs what its characters do. An emoji weighs 2, also one joined of
    up to four; joined or coloured in a way that Unicode does not foresee, its parts are counted one by one.
    """
    normal = unicodedata.normalize("NFC", text)
    links = short_links(normal) if link_length is not None else []
    position = 0
    for start, end in links:
        yield from _between_links(normal, position, start)
        yield Piece(start, end, link_length or 0)
        position = end
    yield from _between_links(normal, position, len(normal))


def _between_links(text: str, start: int, end: int) -> Iterator[Piece]:
    for emoji in EMOJI.finditer(text, start, end):
        yield from _letters(text, start, emoji.start())
        yield Piece(emoji.start(), emoji.end(), EMOJI_WEIGHT)
        start = emoji.end()
    yield from _letters(text, start, end)


def _letters(text: str, start: int, end: int) -> Iterator[Piece]:
    for place in range(start, end):
        yield Piece(place, place + 1, 2 if _HEAVY.match(text, place) else 1)


def place_before_nfc(text: str, place: int) -> int:
    """The code point of `text` that became the code point `place` of its NFC form, or began the character that did."""
    if unicodedata.is_normalized("NFC", text):
        return place
    characters = [match.span() for match in CHARACTER.finditer(text)]
    lengths = (len(unicodedata.normalize("NFC", text[start:end])) for start, end in characters)
    return characters[_index(list(accumulate(lengths)), place)][0]


def _index(ends: Sequence[int], place: int) -> int:
    return min(bisect_right(ends, place), len(ends) - 1)
