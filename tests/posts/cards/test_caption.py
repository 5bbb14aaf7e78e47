from __future__ import annotations

from dataclasses import replace

import pytest

from posts.cards.caption import caption_of
from posts.model import Quote

QUOTE = Quote(words="We ask before we print.", speaker="A B", role="officer", organisation="IOM", language="en")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "“We ask before we print.”"),
        ("ru", "«We ask before we print.»"),
        ("ka", "„We ask before we print.“"),
        ("uz-Cyrl", "“We ask before we print.”"),
        ("", "“We ask before we print.”"),
    ],
)
def test_the_words_stand_in_the_marks_that_the_card_gives_them(language: str, said: str) -> None:
    """Card and text stand side by side; two manners would look like two authors."""
    assert caption_of(replace(QUOTE, language=language)).startswith(f"{said}\n")


def test_who_said_it_and_the_hashtag_stand_below_the_words() -> None:
    """In the order in which a reader asks: what, by whom, about what."""
    assert caption_of(QUOTE, "#Sample").split("\n\n") == ["“We ask before we print.”", "— A B, officer, IOM", "#Sample"]


def test_nobody_named_and_no_hashtag_leave_no_empty_lines() -> None:
    """No dash to nobody."""
    assert caption_of(Quote(words="We ask.", language="en")) == "“We ask.”"


@pytest.mark.parametrize("tag", ["#Sample", "#sample"])
def test_a_hashtag_that_the_words_hold_is_not_said_twice(tag: str) -> None:
    """Speakers of a press release end on it, and platforms count it each time."""
    assert caption_of(replace(QUOTE, words="We all can #Sample today."), tag).count("#") == 1


def test_a_longer_hashtag_in_the_words_is_another_one() -> None:
    """#SampleTown is no #Sample."""
    assert caption_of(replace(QUOTE, words="We all love #SampleTown."), "#Sample").endswith("\n\n#Sample")


def test_paragraphs_stay_paragraphs_within_one_pair_of_marks() -> None:
    """A card has one paragraph; a text that ran two together would be harder to read than the article."""
    words = "First we ask.\n\nThen we  print."
    assert caption_of(replace(QUOTE, words=words)).startswith("“First we ask.\n\nThen we print.”\n\n")


def test_marks_that_were_brought_along_are_not_doubled() -> None:
    """A person pastes words with their marks."""
    assert caption_of(replace(QUOTE, words="„We ask.“")).startswith("“We ask.”")
