from __future__ import annotations

import pytest

from posts.article.marks import find_marks


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('He: "straight".', ["straight"]),
        ("He: “curly”.", ["curly"]),
        ('He: "mixed” and “mixed".', ["mixed", "mixed"]),
        ("Он: «слова».", ["слова"]),
        ("მან: „სიტყვა“.", ["სიტყვა"]),
        ("El: „cuvinte”.", ["cuvinte"]),
        ("მან: ,,სიტყვა'' და ,,სიტყვა“.", ["სიტყვა", "სიტყვა"]),
        ("the “outer “inner” outer” end", ["outer “inner” outer"]),
        ('the "outer "inner" outer" end', ['outer "inner" outer']),
        ("«мы «внутри» тут» и всё", ["мы «внутри» тут"]),
        ("«мы „внутри“ тут» и всё", ["мы „внутри“ тут"]),
        ("„ჩვენ „გზა“ აქ“, – თქვა", ["ჩვენ „გზა“ აქ"]),
        ("„სიტყვა“-ს შესახებ „მეორე“", ["სიტყვა", "მეორე"]),
        ("«мы «внутри», — сказал он", ["мы «внутри»"]),
        ("«мы «внутри», — сказал он, — и тут» и", ["мы «внутри», — сказал он, — и тут"]),
        ("«a “b» c", ["a “b"]),
        ("don't count ‘single’ ones, oʻzbek o'zbek", []),
        ('" text " with spaces', [" text "]),
    ],
)
def test_what_stands_between_the_outermost_marks_is_found_whole(text: str, words: list[str]) -> None:
    """Half a quotation on a card, or one that runs on into the next sentence, puts words in somebody's mouth."""
    assert [text[one.words_start : one.words_end] for one in find_marks(text).passages] == words


def test_marks_that_are_never_closed_hold_to_the_end_of_the_text() -> None:
    """Authors forget the closing mark; the words are there all the same."""
    text = "She: “we “never” stop."
    [one] = find_marks(text).passages
    assert (text[one.words_start : one.words_end], one.closed) == ("we “never” stop.", False)


def test_a_closing_mark_that_closes_nothing_is_told() -> None:
    """It is how a quotation ends that was opened a paragraph before."""
    assert find_marks("to the end.” Then “more words”.").stray == (11, 12)
    assert find_marks("“all is well”").stray is None
