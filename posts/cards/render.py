"""Quote → Card: the one call that the rest of the program makes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from posts.cards.alt import alt_text_of
from posts.cards.fonts import FontRuler
from posts.cards.layout import lay_out
from posts.cards.raster import jpeg_of, picture_of
from posts.cards.templates import DEFAULT, template_of

if TYPE_CHECKING:
    from posts.cards.sizes import Size
    from posts.model import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A finished picture; `sha256` is of its bytes, the alt text is of the same words."""

    jpeg: bytes = field(repr=False)
    alt_text: str
    width_px: int
    height_px: int
    sha256: str


def render(quote: Quote, *, size: Size, template: str = DEFAULT, mission_name: str = "", hashtag: str = "") -> Card:
    """The quotation as a JPEG of at most 950,000 bytes, without metadata; the same input gives the same bytes.

    Empty `mission_name` and `hashtag` leave out the band at the bottom. May be called from several threads.
    Raises CardError: MissingGlyphError (or ScriptError) naming the character, TooLongError saying by how much,
    TemplateError for a template that is not there or cannot be used.
    """
    drawing = lay_out(
        quote,
        size=size,
        template=template_of(template),
        ruler=FontRuler(quote.language),
        mission_name=mission_name,
        hashtag=hashtag,
    )
    jpeg = jpeg_of(picture_of(drawing))
    return Card(
        jpeg=jpeg,
        alt_text=alt_text_of(quote),
        width_px=size.width_px,
        height_px=size.height_px,
        sha256=hashlib.sha256(jpeg).hexdigest(),
    )
