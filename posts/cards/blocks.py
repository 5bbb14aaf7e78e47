"""Blocks: lines of text laid out from zero, to be moved to their place once all heights are known."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from posts.cards.errors import TooLongError
from posts.cards.lines import Box, fit, pieces_of
from posts.cards.operations import Fill, Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from posts.cards.contrast import Colour
    from posts.cards.fonts import Ruler

ASCENT_EM = 0.76  # from the baseline to just above capitals
INK_EM = 1.0  # from there to the foot of descending letters
SMALL_LEADING = 1.32


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Operations whose top is at `top_px`, and the height they take in pixels."""

    operations: tuple[Fill | Write, ...] = ()
    height_px: float = 0.0

    def moved(self, *, down_px: float) -> tuple[Fill | Write, ...]:
        """The operations that much lower."""
        return tuple(_moved(one, down_px) for one in self.operations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A text of one size, weight and colour; `what` is what errors call it."""

    what: str
    text: str
    size_px: int
    weight: int
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """Sets text in lines that start at `left_px` and are at most `width_px` wide."""

    ruler: Ruler
    left_px: float
    width_px: float

    def line(self, style: Paragraph, text: str, *, baseline_px: float, left_px: float | None = None) -> Iterator[Write]:
        """The text on one line in that style, a Write for each face, starting at `left_px` or where lines start."""
        left = self.left_px if left_px is None else left_px
        for run in self.ruler.runs(text, style.weight):
            width = run.width_em * style.size_px
            yield Write(
                text=run.text,
                left_px=left,
                baseline_px=baseline_px,
                width_px=width,
                size_px=style.size_px,
                face=run.face,
                weight=style.weight,
                colour=style.colour,
            )
            left += width

    def wrap(self, paragraph: Paragraph) -> Block:
        """The paragraph in as few lines as it needs, even ones. Raises TooLongError for a word wider than a line."""
        if not paragraph.text:
            return Block()
        fitted = fit(
            pieces_of(paragraph.text, lambda one: self.ruler.width_em(one, paragraph.weight)), self._box(paragraph)
        )
        if fitted is None:
            raise TooLongError(
                f"{paragraph.what} has a word that is wider than the card: {paragraph.text}: shorten it."
            )
        leading = SMALL_LEADING * paragraph.size_px
        writes = tuple(
            write
            for number, line in enumerate(fitted.lines)
            for write in self.line(paragraph, line, baseline_px=ASCENT_EM * paragraph.size_px + number * leading)
        )
        return Block(operations=writes, height_px=(len(fitted.lines) - 1) * leading + INK_EM * paragraph.size_px)

    def _box(self, paragraph: Paragraph) -> Box:
        return Box(
            width_px=self.width_px,
            height_px=math.inf,
            size_min_px=paragraph.size_px,
            size_max_px=paragraph.size_px,
            space_em=self.ruler.width_em(" ", paragraph.weight),
            leading=lambda size_px: SMALL_LEADING * size_px,
            ink_em=INK_EM,
        )


def stacked(*blocks: Block, gap_px: float) -> Block:
    """The blocks below each other, `gap_px` apart; empty ones take no room."""
    operations: list[Fill | Write] = []
    height = 0.0
    for block in blocks:
        if block.operations:
            height += gap_px if operations else 0.0
            operations += block.moved(down_px=height)
            height += block.height_px
    return Block(operations=tuple(operations), height_px=height)


def _moved(one: Fill | Write, down_px: float) -> Fill | Write:
    if isinstance(one, Fill):
        return replace(one, top_px=one.top_px + down_px)
    return replace(one, baseline_px=one.baseline_px + down_px)
