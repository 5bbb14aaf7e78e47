"""Who said it: a rule, the speaker in bold, role and organisation below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from posts.cards.blocks import Block, Paragraph, stacked
from posts.cards.operations import Fill
from posts.cards.quotation import clean

if TYPE_CHECKING:
    from posts.cards.page import Page
    from posts.model import Quote

SPEAKER_WEIGHT, ROLE_WEIGHT = 700, 400


def signature(page: Page, quote: Quote) -> Block:
    """The whole attribution, wrapped where it is long; empty where nobody is named. Raises as `Pen.wrap` does."""
    style, colours = page.template.attribution, page.template.colours
    speaker = Paragraph(
        what="The speaker's name",
        text=clean(quote.speaker),
        size_px=page.text_px(style.speaker_u),
        weight=SPEAKER_WEIGHT,
        colour=colours.speaker,
    )
    role = Paragraph(
        what="The role or the organisation",
        text=role_of(quote),
        size_px=page.text_px(style.role_u),
        weight=ROLE_WEIGHT,
        colour=colours.role,
    )
    texts = stacked(page.pen.wrap(speaker), page.pen.wrap(role), gap_px=0.3 * role.size_px)
    return stacked(_rule(page), texts, gap_px=page.px(style.rule_gap_u)) if texts.operations else Block()


def role_of(quote: Quote) -> str:
    """Role and organisation with a comma between; the organisation only once where the role names it already."""
    role, organisation = clean(quote.role), clean(quote.organisation)
    if organisation and f" {organisation} " in f" {role.replace(',', ' ')} ":
        return role
    return ", ".join(one for one in (role, organisation) if one)


def byline(quote: Quote) -> str:
    """Who said it on one line: speaker, role and organisation, or what is known of them; empty where nothing is."""
    return ", ".join(one for one in (clean(quote.speaker), role_of(quote)) if one)


def _rule(page: Page) -> Block:
    style = page.template.attribution
    height = max(1, round(page.px(style.rule_height_u)))
    line = Fill(
        left_px=page.pen.left_px,
        top_px=0,
        width_px=page.px(style.rule_width_u),
        height_px=height,
        colour=page.template.colours.accent,
    )
    return Block(operations=(line,), height_px=height)
