"""How long a text is, by each way of counting that platforms use; linear in the length of the text."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import regex

from posts.limits import Unit
from posts.links import mentions, web_links
from posts.little_text import escaped_pieces
from posts.weighted import CHARACTER, EMOJI, Piece, place_before_nfc, weighted_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from posts.limits import TextLimit
    from posts.short_links import Span

_INVALID = r"\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uD800-\uDFFF\uFEFF"
_INVALID_ANYWHERE = regex.compile(rf"[{_INVALID}]++")
_INVALID_WEIGHTED = regex.compile(rf"[{_INVALID}\uFFFE\uFFFF]++")

MOST_PER_CODE_POINT = {
    Unit.GRAPHEMES: 1,
    Unit.UTF16: 2,
    Unit.BYTES: 4,
    Unit.WEIGHTED: 6,
    Unit.EMOJI_BYTES: 4,
    Unit.ESCAPED: 2,
}


def measure(text: str, limit: TextLimit) -> int:
    """How much of `limit.unit` the text uses, with the links and mentions of `limit` shortened. Never fails."""
    return sum(piece.cost for piece in _pieces(text, limit))


def at_most(text: str, limit: TextLimit) -> int:
    """A length that the text surely does not exceed by this limit's count, found without counting.

    One code point is at most one grapheme, two UTF-16 units, four bytes; in a weighted count at most six: the shortest
    link, of four characters, may stand for 23, and one code point may become three by NFC, of weight two each.
    """
    if limit.link_length is not None and limit.unit is not Unit.WEIGHTED and "://" in text:
        return max(len(text), 1) * max(limit.link_length, MOST_PER_CODE_POINT[limit.unit])
    return len(text) * MOST_PER_CODE_POINT[limit.unit]


def fits(text: str, limits: Iterable[TextLimit]) -> bool:
    """Whether the text is within all of the limits."""
    return all(at_most(text, one) <= one.max or measure(text, one) <= one.max for one in limits)


def overrun(text: str, limit: TextLimit) -> int | None:
    """The code point of `text` from where it is longer than the limit; None if it fits."""
    pieces = list(_pieces(text, limit))
    totals = accumulate(piece.cost for piece in pieces)
    place = next((piece.start for piece, total in zip(pieces, totals, strict=True) if total > limit.max), None)
    if place is None or limit.unit is not Unit.WEIGHTED:
        return place
    return place_before_nfc(text, place)


def invalid_characters(text: str, unit: Unit) -> tuple[Span, ...]:
    """The stretches no platform takes: controls but tab and line breaks, halves of surrogate pairs, byte order marks.

    Weighted code points refuse U+FFFE and U+FFFF too (twitter-text 3.1.0, read 2026-11-24). Spans are in code points.
    """
    pattern = _INVALID_WEIGHTED if unit is Unit.WEIGHTED else _INVALID_ANYWHERE
    return tuple(match.span() for match in pattern.finditer(text))


def _pieces(text: str, limit: TextLimit) -> Iterator[Piece]:
    if limit.unit is Unit.WEIGHTED:
        return weighted_pieces(text, limit.link_length)
    if limit.unit is Unit.ESCAPED:
        return escaped_pieces(text)
    return _pieces_by_character(text, limit)


def _pieces_by_character(text: str, limit: TextLimit) -> Iterator[Piece]:
    cost = _COSTS[limit.unit]
    position = 0
    for shortened in _shortened(text, limit):
        yield from _characters(text, position, shortened.start, cost)
        yield shortened
        position = shortened.end
    yield from _characters(text, position, len(text), cost)


def _characters(text: str, start: int, end: int, cost: Callable[[str], int]) -> Iterator[Piece]:
    for match in CHARACTER.finditer(text, start, end):
        yield Piece(match.start(), match.end(), cost(match[0]))


def _shortened(text: str, limit: TextLimit) -> list[Piece]:
    """The links and mentions that do not cost what they are long, in order; a mention inside a link is none."""
    links = [] if limit.link_length is None else [Piece(*span, limit.link_length) for span in web_links(text)]
    if not limit.short_mentions:
        return links
    linked = {place for start, end, _ in links for place in range(start, end)}
    cost = _COSTS[limit.unit]
    named = [
        Piece(start, end, sum(cost(match[0]) for match in CHARACTER.finditer(text, start, name_end)))
        for (start, end), name_end in mentions(text)
        if name_end < end and start not in linked
    ]
    return sorted([*links, *named])


def _one(_: str) -> int:
    return 1


def _utf16_units(character: str) -> int:
    return sum(2 if point > "\uffff" else 1 for point in character)


def _utf8_bytes(character: str) -> int:
    return len(character.encode("utf-8", "surrogatepass"))


def _emoji_as_bytes(character: str) -> int:
    return _utf8_bytes(character) if EMOJI.match(character) else 1


_COSTS: dict[Unit, Callable[[str], int]] = {
    Unit.GRAPHEMES: _one,
    Unit.UTF16: _utf16_units,
    Unit.BYTES: _utf8_bytes,
    Unit.EMOJI_BYTES: _emoji_as_bytes,
}
