"""Words whose speaker is named between the marks: «…, — said Name, Role, — …», as Russian prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from posts.article.organisations import words_of
from posts.article.people import PHRASE_CHARACTERS_MAX, Speaker
from posts.article.speakers import Same, said_by
from posts.article.word_lists import SAYING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BREAK = regex.compile(r"(?<=[,.!?…])\s[—–]\s")
_BREAK_OR_COMMA = regex.compile(r"(?<=[,.!?…])\s(?:[—–-]\s)?")
_FIRST_WORD_CHARACTERS = 30


def said_within(words: str, *, closed: bool) -> tuple[tuple[str, ...], Speaker | Same | None]:
    """The words without what is said about their speaker between them, and that speaker; None where nothing is said.

    Only a dash and then a verb of saying interrupt; where the words were never closed, a comma and a verb end them too.
    """
    for start, end in _breaks(words, closed=closed):
        behind = _BREAK.search(words, end, end + PHRASE_CHARACTERS_MAX)
        phrase = words[end : behind.start() if behind else end + PHRASE_CHARACTERS_MAX + 1]
        speaker = said_by(phrase) if len(phrase) <= PHRASE_CHARACTERS_MAX else None
        if speaker is not None:
            return (words[:start], words[behind.end() :] if behind else ""), speaker
    return (words,), None


def _breaks(words: str, *, closed: bool) -> Iterator[tuple[int, int]]:
    """Where a verb of saying follows a dash, or where it may end words that were never closed."""
    for match in (_BREAK if closed else _BREAK_OR_COMMA).finditer(words):
        first = words_of(words[match.end() : match.end() + _FIRST_WORD_CHARACTERS])
        if first and first[0][0].casefold() in SAYING:
            yield match.span()
