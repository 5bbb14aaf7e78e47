"""Drawing operations → JPEG, by Pillow: the only place that draws."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from posts.cards.errors import CardError
from posts.cards.fonts import open_font, shaping_language
from posts.cards.operations import Fill

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

    from posts.cards.fonts import Face
    from posts.cards.operations import Drawing

QUALITIES = (90, 85, 80)
FULL_COLOUR = 0  # 4:4:4; with colour at half the resolution, coloured letters get a fringe
# Bluesky takes 1,000,000 bytes a picture, the least of the platforms that posts go to.
BYTES_MAX = 950_000


def picture_of(drawing: Drawing) -> Image.Image:
    """The drawing in pixels; the same drawing gives the same pixels. Its font objects are this call's own."""
    picture = Image.new("RGB", (drawing.size.width_px, drawing.size.height_px), drawing.ground.rgb)
    pencil = ImageDraw.Draw(picture)
    fonts: dict[tuple[Face, int, int], FreeTypeFont] = {}
    language = shaping_language(drawing.language)
    for one in drawing.operations:
        if isinstance(one, Fill):
            _fill(pencil, one)
            continue
        key = (one.face, one.weight, one.size_px)
        font = fonts.get(key) or fonts.setdefault(key, open_font(*key))
        place = (one.left_px, round(one.baseline_px))
        pencil.text(place, one.text, fill=one.colour.rgb, font=font, anchor="ls", language=language)
    return picture


def jpeg_of(picture: Image.Image, *, bytes_max: int = BYTES_MAX) -> bytes:
    """A JPEG without metadata, of at most `bytes_max` bytes, at the best of QUALITIES that allows it.

    Raises CardError where none does.
    """
    for quality in QUALITIES:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality, subsampling=FULL_COLOUR, exif=b"", icc_profile=None)
        if file.tell() <= bytes_max:
            return file.getvalue()
    raise CardError(f"the card has more than {bytes_max:,} bytes as JPEG: use a plainer template.")


def _fill(pencil: ImageDraw.ImageDraw, one: Fill) -> None:
    left, top = round(one.left_px), round(one.top_px)
    right, bottom = round(one.left_px + one.width_px) - 1, round(one.top_px + one.height_px) - 1
    pencil.rectangle((left, top, right, bottom), fill=one.colour.rgb)
