"""The text of a post that carries a card: the same words in letters, for who reads and does not look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from posts.cards.quotation import bare, clean, marks_of
from posts.cards.signature import byline
from posts.links import hashtags

if TYPE_CHECKING:
    from posts.model import Quote


def caption_of(quote: Quote, hashtag: str = "") -> str:
    """The words within the marks of their language, who said them, the hashtag; an empty line between.

    Paragraphs of the words stay paragraphs. A hashtag that the words hold already is not added a second time.
    """
    opening, closing = marks_of(quote.language)
    said = f"{opening}{_paragraphs(quote.words)}{closing}"
    by = byline(quote)
    tag = "" if hashtag.casefold() in _tags(said) else hashtag
    return "\n\n".join(part for part in (said, f"— {by}" if by else "", tag) if part)


def _paragraphs(words: str) -> str:
    found = [one for one in map(clean, words.split("\n\n")) if one]
    return "\n\n".join(found) if len(found) > 1 else bare(words)


def _tags(text: str) -> set[str]:
    return {text[start:end].casefold() for start, end in hashtags(text)}
