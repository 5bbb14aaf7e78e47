"""One card to be laid out: its design, its size, and the pen that sets text between its margins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from posts.cards.blocks import Pen

if TYPE_CHECKING:
    from posts.cards.fonts import Ruler
    from posts.cards.sizes import Size
    from posts.cards.templates import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What every part of a card needs to know of the whole."""

    template: Template
    size: Size
    language: str
    ruler: Ruler

    def px(self, u: float) -> float:
        """That many u in pixels."""
        return u * self.size.unit_px

    def text_px(self, u: float) -> int:
        """A text size of that many u in whole pixels."""
        return max(1, round(self.px(u)))

    @property
    def margin_px(self) -> float:
        """What stays free at both sides."""
        return self.template.margin.sides * self.size.short_side_px

    @property
    def top_px(self) -> float:
        """Where text may begin: below the margin and below what the platform covers."""
        return max(self.margin_px, self.template.safe_for(self.size).top * self.size.height_px)

    @property
    def bottom_px(self) -> float:
        """What the platform covers at the bottom begins here; the card's end where it covers nothing."""
        return (1 - self.template.safe_for(self.size).bottom) * self.size.height_px

    @property
    def pen(self) -> Pen:
        """Sets text from margin to margin."""
        return Pen(ruler=self.ruler, left_px=self.margin_px, width_px=self.size.width_px - 2 * self.margin_px)
