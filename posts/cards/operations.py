"""What a layout asks to be drawn, in order: numbers and words, and no drawing engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from posts.cards.contrast import Colour
    from posts.cards.fonts import Face
    from posts.cards.sizes import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A rectangle of one colour; pixels from the top left corner."""

    left_px: float
    top_px: float
    width_px: float
    height_px: float
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Some text of one face, weight and colour, starting at `left_px` on a baseline; `width_px` is its advance."""

    text: str
    left_px: float
    baseline_px: float
    width_px: float
    size_px: int
    face: Face
    weight: int
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A whole card: its ground and what is drawn on it, first to last. `language` decides between forms of letters."""

    size: Size
    ground: Colour
    language: str
    operations: tuple[Fill | Write, ...]

    @property
    def writes(self) -> tuple[Write, ...]:
        """Only what is text."""
        return tuple(one for one in self.operations if isinstance(one, Write))
