"""The quotations of an article, as drafts for people to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from posts.article.quotations import quotations
from posts.article.read import read_article

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from posts.model import Quote


def quote_article(path: Path) -> list[Quote]:
    """The quotations of a txt, html or docx file in its order; nothing is stored. Raises ArticleError for other files.

    Consent is empty on all of them: who said something in an article has not thereby agreed to a card.
    """
    return list(quotations(read_article(path)))


def as_json(quotes: Sequence[Quote]) -> dict[str, object]:
    """The quotations in the shape that scripts rely on."""
    return {"quotes": [_told(quote) for quote in quotes]}


def _told(quote: Quote) -> dict[str, str]:
    return {
        "text": quote.words,
        "speaker": quote.speaker,
        "role": quote.role,
        "organisation": quote.organisation,
        "language": quote.language,
    }
