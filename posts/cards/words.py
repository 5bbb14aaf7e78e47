"""The words themselves: as large as the room that is left allows, their quotation marks in the accent colour."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from posts.cards.blocks import ASCENT_EM, INK_EM, Block, Paragraph
from posts.cards.errors import CardError, TooLongError
from posts.cards.lines import Box, fit, fits, pieces_of
from posts.cards.quotation import bare, marks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from posts.cards.lines import Fitted, Piece
    from posts.cards.operations import Write
    from posts.cards.page import Page
    from posts.model import Quote


def words(page: Page, quote: Quote, *, height_px: float) -> Block:
    """The words in lines, the opening mark hanging out into the margin so that their left edge is straight.

    Raises TooLongError saying by how much; CardError where there are no words.
    """
    said = bare(quote.words)
    if not regex.search(r"\w", said):
        raise CardError("the quotation has no words: write them.")
    opening, closing = marks_of(quote.language)
    weight = page.template.quote_in(quote.language).weight
    pieces = pieces_of(said + closing, lambda one: page.ruler.width_em(one, weight))
    box = _box(page, quote.language, height_px)
    fitted = fit(pieces, box)
    if fitted is None:
        raise _too_long(page, pieces, box)
    writes = tuple(_writes(page, fitted, box, opening))
    return Block(operations=writes, height_px=box.height_of(len(fitted.lines), fitted.size_px))


def _box(page: Page, language: str, height_px: float) -> Box:
    style = page.template.quote_in(language)
    least, most = page.text_px(style.size_min_u), page.text_px(style.size_max_u)

    def leading(size_px: int) -> float:
        share = (size_px - least) / max(1, most - least)
        return size_px * (style.line_height_small + share * (style.line_height_large - style.line_height_small))

    return Box(
        width_px=page.pen.width_px,
        height_px=style.fill * height_px,
        size_min_px=least,
        size_max_px=most,
        space_em=page.ruler.width_em(" ", style.weight),
        leading=leading,
        ink_em=INK_EM,
    )


def _writes(page: Page, fitted: Fitted, box: Box, opening: str) -> Iterator[Write]:
    """The opening mark, every line, the closing mark."""
    size_px, weight = fitted.size_px, page.template.quote_in(page.language).weight
    plain = Paragraph(what="The words", text="", size_px=size_px, weight=weight, colour=page.template.colours.words)
    mark = replace(plain, colour=page.template.colours.accent)
    baseline, left = ASCENT_EM * size_px, page.pen.left_px
    yield from page.pen.line(
        mark, opening, baseline_px=baseline, left_px=left - page.ruler.width_em(opening, weight) * size_px
    )
    *lines, last = fitted.lines
    for line in (*lines, last[:-1]):
        yield from page.pen.line(plain, line, baseline_px=baseline)
        baseline += box.leading(size_px)
    yield from page.pen.line(
        mark,
        last[-1],
        baseline_px=baseline - box.leading(size_px),
        left_px=left + page.ruler.width_em(last[:-1], weight) * size_px,
    )


def _too_long(page: Page, pieces: Sequence[Piece], box: Box) -> TooLongError:
    widest = max(pieces, key=lambda piece: piece.width_em)
    if widest.width_em * box.size_min_px > box.width_px:
        word = widest.text.rstrip(pieces[-1].text[-1])
        return TooLongError(f"the word {word} is wider than a card of {page.size} at the smallest size: shorten it.")
    if box.height_px < box.height_of(1, box.size_min_px):
        return TooLongError(
            f"speaker, role, organisation, mission and hashtag leave no room for the words on a card of {page.size}: "
            "shorten them."
        )
    fitting = _how_many_fit(pieces, box)
    rest = " ".join(piece.text for piece in pieces[fitting:])
    words_over, characters_over = len(rest.split(" ")), len(regex.findall(r"\X", rest))
    return TooLongError(
        f"the words are about {characters_over} characters ({words_over} words) too long for a card of {page.size} "
        "even at the smallest size: shorten the quotation or choose a larger size.",
        words_over=words_over,
        characters_over=characters_over,
    )


def _how_many_fit(pieces: Sequence[Piece], box: Box) -> int:
    low, high = 0, len(pieces) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(pieces[:middle], box, box.size_min_px) else (low, middle - 1)
    return low
