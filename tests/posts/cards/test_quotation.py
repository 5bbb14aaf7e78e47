from __future__ import annotations

import pytest

from posts.cards.quotation import bare, clean, quoted


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "“ა”"),
        ("ru", "«ა»"),
        ("be", "«ა»"),
        ("uk", "«ა»"),
        ("tg", "«ა»"),
        ("ka", "„ა“"),
        ("uz-Latn", "“ა”"),
        ("uz-Cyrl", "“ა”"),
        ("", "“ა”"),
    ],
)
def test_words_stand_between_the_marks_of_their_language(language: str, shown: str) -> None:
    """English marks around Georgian words look like a machine made the card."""
    assert quoted("ა", language) == shown


@pytest.mark.parametrize("words", ["“yes”", "«yes»", '"yes"', "„yes“", "‘yes’", " “ yes ” "])
def test_marks_that_came_with_the_words_are_not_doubled(words: str) -> None:
    """Officers paste quotations with their marks and without."""
    assert quoted(words, "ru") == "«yes»"


@pytest.mark.parametrize("words", ["“A” and “B”", '"A" and "B"', "He said “no”", "«A»: «B»", "ʻoʻ", "“"])
def test_marks_that_do_not_enclose_everything_stay(words: str) -> None:
    """Taking off the outer marks of two quotations would change what was said."""
    assert bare(words) == words


def test_inner_marks_stay_as_they_are() -> None:
    """They are part of the words."""
    assert bare("«Он сказал: «нет»»") == "Он сказал: «нет»"


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("a\nb\t c", "a b c"),
        ("a\u00adb", "ab"),
        ("\ufeffa\u200b", "a"),
        ("и\u0304", "ӣ"),
        ("30\u202fJuly", "30\u00a0July"),
        ("30\u00a0July", "30\u00a0July"),
        ("ᲐᲑა", "ᲐᲑა"),
        ("ЎЗБ ўзб", "ЎЗБ ўзб"),
        ("oʻ o‘ o'", "oʻ o‘ o'"),
    ],
)
def test_cleaning_takes_only_what_cannot_be_seen(given: str, seen: str) -> None:
    """Copies out of word processors are full of it; letters and their case are the speaker's."""
    assert clean(given) == seen
