"""A quotation on a card: what must be there is measured first, the words get the largest size that is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from posts.cards.blocks import stacked
from posts.cards.foot import foot
from posts.cards.operations import Drawing, Fill
from posts.cards.page import Page
from posts.cards.signature import signature
from posts.cards.words import words

if TYPE_CHECKING:
    from posts.cards.fonts import Ruler
    from posts.cards.sizes import Size
    from posts.cards.templates import Template
    from posts.model import Quote

ABOVE_SHARE = 0.46  # of the free room, above the block: it looks centred a little higher than the middle


def lay_out(
    quote: Quote, *, size: Size, template: Template, ruler: Ruler, mission_name: str = "", hashtag: str = ""
) -> Drawing:
    """Everything in its place, inside the margins and off what the platform covers; no text is ever cut.

    Raises MissingGlyphError, TooLongError, and CardError for a quotation without words.
    """
    page = Page(template=template, size=size, language=quote.language, ruler=ruler)
    gap = page.px(template.attribution.gap_u)
    band, band_top = foot(page, mission_name, hashtag)
    bottom = band_top - page.px(template.foot.padding_u) if band else band_top
    room = bottom - page.top_px
    below = signature(page, quote)
    said = words(page, quote, height_px=room - below.height_px - (gap if below.operations else 0))
    whole = stacked(said, below, gap_px=gap)
    down = page.top_px + (room - whole.height_px) * ABOVE_SHARE
    return Drawing(
        size=size,
        ground=template.colours.ground,
        language=quote.language,
        operations=(*_strip(page), *band, *whole.moved(down_px=down)),
    )


def _strip(page: Page) -> tuple[Fill, ...]:
    height = round(page.px(page.template.head.strip_u))
    colour = page.template.colours.accent
    strip = Fill(left_px=0, top_px=0, width_px=page.size.width_px, height_px=height, colour=colour)
    return (strip,) if height else ()
