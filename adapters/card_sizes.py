"""In which size a platform shows a card best; each takes the others, too, so that a guess costs nothing but looks."""

from __future__ import annotations

from datetime import date

from adapters.contract import Fact
from posts.cards import sizes

TALL, WIDE, SQUARE = sizes.PORTRAIT.px, sizes.WIDE.px, sizes.SQUARE.px
GUIDES = "image size guides for 2026"


def best_size(size: tuple[int, int], why: str, source: str = GUIDES, read_on: date = date(2026, 11, 27)) -> Fact:
    """The fact behind `Limits.card_size`; no platform documents what looks best, so an account may say otherwise."""
    unit = f"pixels; {why}: `card_size` of an account"
    return Fact(
        name="a card's size", value=f"{size[0]}x{size[1]}", unit=unit, source=source, read_on=read_on, sure=False
    )
