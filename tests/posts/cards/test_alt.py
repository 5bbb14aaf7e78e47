from __future__ import annotations

from dataclasses import replace

import pytest

from posts.cards.alt import alt_text_of
from posts.model import Quote
from tests.posts.cards.samples import QUOTES

QUOTE = Quote(words="“Yes.”", speaker="A B", role="officer", organisation="IOM")


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "Quote card: “Yes.” — A B, officer, IOM."),
        ("ru", "Карточка с цитатой: «Yes.» — A B, officer, IOM."),
        ("uk", "Картка з цитатою: «Yes.» — A B, officer, IOM."),
        ("be", "Картка з цытатай: «Yes.» — A B, officer, IOM."),
        ("ka", "ბარათი ციტატით: „Yes.“ — A B, officer, IOM."),
        ("tg", "Варақа бо иқтибос: «Yes.» — A B, officer, IOM."),
        ("uz-Latn", "Iqtibosli kartochka: “Yes.” — A B, officer, IOM."),
        ("uz-Cyrl", "Иқтибосли карточка: “Yes.” — A B, officer, IOM."),
        ("hy", "«Yes.» — A B, officer, IOM."),
        ("", "“Yes.” — A B, officer, IOM."),
    ],
)
def test_alt_text_says_what_the_card_says_in_its_language(language: str, shown: str) -> None:
    """Who cannot see the card gets the same words, and knows that they are on a picture."""
    assert alt_text_of(replace(QUOTE, language=language)) == shown


def test_words_without_a_speaker_end_with_their_mark() -> None:
    """No dash to nobody."""
    assert alt_text_of(Quote(words="Yes.", language="en")) == "Quote card: “Yes.”"


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES.keys())
def test_the_words_are_whole(quote: Quote) -> None:
    """A shortened alt text would quote somebody wrongly."""
    assert quote.words in alt_text_of(quote)
