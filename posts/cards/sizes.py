"""The sizes in which cards are drawn."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from posts.cards.errors import CardError


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A card's width and height in pixels."""

    width_px: int
    height_px: int

    def __str__(self) -> str:
        return f"{self.width_px}x{self.height_px}"

    @property
    def px(self) -> tuple[int, int]:
        """Width and height."""
        return self.width_px, self.height_px

    @property
    def unit_px(self) -> float:
        """What templates call u: a hundredth of the square root of the area, so that one design suits every shape."""
        return math.sqrt(self.width_px * self.height_px) / 100

    @property
    def short_side_px(self) -> int:
        """The lesser of width and height."""
        return min(self.width_px, self.height_px)


PORTRAIT = Size(width_px=1080, height_px=1350)
SQUARE = Size(width_px=1080, height_px=1080)
WIDE = Size(width_px=1600, height_px=900)
LINK = Size(width_px=1200, height_px=630)
STORY = Size(width_px=1080, height_px=1920)
SIZES = (PORTRAIT, SQUARE, WIDE, LINK, STORY)


def size_of(text: str) -> Size:
    """The size that is written as 1080x1350 (or 1080×1350); CardError, listing the sizes there are, for any other."""
    found = re.fullmatch(r"\s*(\d{1,5})\s*[x×X]\s*(\d{1,5})\s*", text)
    size = Size(width_px=int(found[1]), height_px=int(found[2])) if found else None
    if size not in SIZES:
        raise CardError(f"cards are not drawn in {text!r}: choose one of {', '.join(map(str, SIZES))}.")
    return size
