"""The card of a quotation: one picture, in every size that the accounts of its post show best."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from posts.cards.errors import CardError
from posts.cards.render import render
from posts.cards.sizes import PORTRAIT, SIZES
from posts.cards.templates import DEFAULT
from posts.model import Media
from scheduler.services.drafting import keep_drawn
from scheduler.store.cards import NewCard

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from posts.cards.render import Card
    from posts.cards.sizes import Size
    from posts.model import Mission, Quote

USUAL = PORTRAIT  # within the limits of each platform, so that an account that is added later has a card, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A card as a post shows it, and what is kept of it; the first of `cards` is of the picture itself."""

    picture: Media
    cards: tuple[NewCard, ...]
    files: Mapping[Path, bytes]

    def keep(self) -> None:
        """Every size of it lies in our media folder: a file without a row is harmless, a row without its file not."""
        for one in (self.picture, *self.picture.shapes):
            keep_drawn(one, self.files[one.path])


def draw_card(
    quote: Quote,
    sizes: Collection[tuple[int, int]],
    mission: Mission,
    folder: Path,
    *,
    template: str = DEFAULT,
    hashtag: str = "",
) -> Drawn:
    """The quotation drawn in the usual size and in those of `sizes` that there are; nothing is on the disk yet.

    A size in which the words find no room is left out: its accounts show the usual one. Raises CardError where they
    find none in the usual size.
    """

    def drawn(size: Size) -> Card:
        return render(quote, size=size, template=template, mission_name=mission.name, hashtag=hashtag)

    found = {USUAL: drawn(USUAL)}
    for size in SIZES:
        if size.px in sizes and size != USUAL:
            try:
                found[size] = drawn(size)
            except CardError:
                continue
    first, *others = [_media(card, folder) for card in found.values()]
    return Drawn(
        picture=replace(first, shapes=tuple(others)),
        cards=tuple(_kept(card, size, quote, template) for size, card in found.items()),
        files={_path(card, folder): card.jpeg for card in found.values()},
    )


def _kept(card: Card, size: Size, quote: Quote, template: str) -> NewCard:
    return NewCard(
        template=template, size=str(size), language=quote.language, sha256=card.sha256, alt_text=card.alt_text
    )


def _media(card: Card, folder: Path) -> Media:
    return Media(
        path=_path(card, folder),
        sha256=card.sha256,
        mime="image/jpeg",
        width_px=card.width_px,
        height_px=card.height_px,
        size_bytes=len(card.jpeg),
        alt_text=card.alt_text,
    )


def _path(card: Card, folder: Path) -> Path:
    return folder / f"{card.sha256}.jpg"
