"""The band at the bottom: which mission speaks, under which hashtag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from posts.cards.blocks import ASCENT_EM, Block, Paragraph, stacked
from posts.cards.operations import Fill
from posts.cards.quotation import clean

if TYPE_CHECKING:
    from posts.cards.operations import Write
    from posts.cards.page import Page

MISSION_WEIGHT, HASHTAG_WEIGHT = 700, 600
APART_U = 3.0


def foot(page: Page, mission_name: str, hashtag: str) -> tuple[tuple[Fill | Write, ...], float]:
    """The band's operations, already in place, and where it begins; nothing, and the lower margin, without texts."""
    text = _texts(page, clean(mission_name), clean(hashtag))
    if not text.operations:
        return (), min(page.size.height_px - page.margin_px, page.bottom_px)
    padding = page.px(page.template.foot.padding_u)
    text_top = min(page.size.height_px - padding, page.bottom_px) - text.height_px
    band = Fill(
        left_px=0,
        top_px=text_top - padding,
        width_px=page.size.width_px,
        height_px=page.size.height_px - text_top + padding,
        colour=page.template.colours.foot_ground,
    )
    return (band, *text.moved(down_px=text_top)), band.top_px


def _texts(page: Page, mission_name: str, hashtag: str) -> Block:
    size_px, colours = page.text_px(page.template.foot.text_u), page.template.colours
    mission = Paragraph(
        what="The mission's name", text=mission_name, size_px=size_px, weight=MISSION_WEIGHT, colour=colours.mission
    )
    tag = Paragraph(what="The hashtag", text=hashtag, size_px=size_px, weight=HASHTAG_WEIGHT, colour=colours.hashtag)
    widths = [page.ruler.width_em(one.text, one.weight) * size_px for one in (mission, tag) if one.text]
    if len(widths) == 2 and sum(widths) + page.px(APART_U) <= page.pen.width_px:
        return _side_by_side(page, mission, tag, hashtag_width_px=widths[1])
    return stacked(page.pen.wrap(mission), page.pen.wrap(tag), gap_px=0.25 * size_px)


def _side_by_side(page: Page, mission: Paragraph, tag: Paragraph, *, hashtag_width_px: float) -> Block:
    one = page.pen.wrap(mission)
    right = page.pen.left_px + page.pen.width_px - hashtag_width_px
    other = page.pen.line(tag, tag.text, baseline_px=ASCENT_EM * tag.size_px, left_px=right)
    return Block(operations=(*one.operations, *other), height_px=one.height_px)
