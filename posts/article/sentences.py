"""Where one sentence ends and the next begins; linear in the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from posts.article.word_lists import ABBREVIATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

_END = re.compile(r"[.!?…։؟۔]+[)\]»”“\"’']*(?=\s|$)")
_AT_THE_END = re.compile(r"[.!?…։؟۔]+[)\]»”“\"’']*$")
_LAST_WORD = re.compile(r"[\w’-]+$")
_LOOK_BACK_CHARACTERS = 12


def ends_a_sentence(text: str) -> bool:
    """Whether the text, white space aside, ends where a sentence ends; empty text does."""
    stripped = text.rstrip()
    match = _AT_THE_END.search(stripped, max(0, len(stripped) - _LOOK_BACK_CHARACTERS))
    return not stripped or (match is not None and not _abbreviated(stripped, match))


def first_sentence(text: str) -> str:
    """The text up to the first end of a sentence, its full stop included; all of it where there is none."""
    return text[: next(_ends(text), len(text))]


def last_sentence(text: str) -> str:
    """What stands after the last end of a sentence that something follows."""
    stripped, start = text.rstrip(), 0
    for end in _ends(stripped):
        start = end if end < len(stripped) else start
    return stripped[start:].strip()


def count_sentences(text: str) -> int:
    """How many sentences there are, an unfinished one at the end included."""
    ends = list(_ends(text))
    return len(ends) + bool(text[ends[-1] if ends else 0 :].strip())


def _ends(text: str) -> Iterator[int]:
    for match in _END.finditer(text):
        if not _abbreviated(text, match):
            yield match.end()


def _abbreviated(text: str, match: re.Match[str]) -> bool:
    """Whether the full stop only shortens a word: an initial, or one of the usual abbreviations."""
    if match[0] != ".":
        return False
    word = _LAST_WORD.search(text[max(0, match.start() - _LOOK_BACK_CHARACTERS) : match.start()])
    return word is not None and (
        (len(word[0]) == 1 and word[0].isalpha() and word[0].isupper()) or word[0].casefold() in ABBREVIATIONS
    )
