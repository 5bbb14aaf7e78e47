"""The alt text of a card: the words that stand on it, in the card's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from posts.cards.quotation import quoted
from posts.cards.signature import byline

if TYPE_CHECKING:
    from posts.model import Quote

# What the picture is, in the card's own language. Uzbek in Cyrillic has its own line.
KINDS = {
    "be": "Картка з цытатай",
    "en": "Quote card",
    "ka": "ბარათი ციტატით",
    "ru": "Карточка с цитатой",
    "tg": "Варақа бо иқтибос",
    "uk": "Картка з цитатою",
    "uz": "Iqtibosli kartochka",
    "uz-cyrl": "Иқтибосли карточка",
}


def alt_text_of(quote: Quote) -> str:
    """What the card is, the words within their marks, and who said them.

    Where KINDS does not know the language, the words and the speaker alone.
    """
    tag = quote.language.lower()
    kind = KINDS.get(tag) or KINDS.get(tag.partition("-")[0], "")
    said = quoted(quote.words, quote.language)
    by = byline(quote)
    return (f"{kind}: " if kind else "") + said + (f" — {by}." if by else "")
