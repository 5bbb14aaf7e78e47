"""How words stand on a card: cleaned of what cannot be seen, within the quotation marks of their language."""

from __future__ import annotations

import unicodedata
from itertools import accumulate

import regex

# The customary outer marks; an editorial choice where a language knows several.
MARKS = {
    **dict.fromkeys(("be", "hy", "kk", "ky", "ru", "tg", "uk"), ("«", "»")),
    **dict.fromkeys(("de", "ka"), ("„", "“")),
    **dict.fromkeys(("pl", "ro"), ("„", "”")),
}
DEFAULT_MARKS = ("“", "”")
_PAIRS = (("«", "»"), ("“", "”"), ("„", "“"), ("„", "”"), ("‘", "’"), ('"', '"'))
_UNSEEN = regex.compile(r"\p{Cf}+")
_BREAKS = regex.compile(r"[\s\p{Zs}--[\u00a0\u202f\u2007]]+", regex.V1)


def clean(text: str) -> str:
    """The text in composed letters, on one line, single spaces, without characters that show nothing.

    Letters keep their case and no-break spaces their effect, whatever their width. Nothing else changes.
    """
    seen = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    return regex.sub(r"[\u202f\u2007]", "\u00a0", _BREAKS.sub(" ", seen)).strip(" \u00a0")


def bare(words: str) -> str:
    """The cleaned words without the one pair of quotation marks that encloses them all; inner marks stay."""
    text = clean(words)
    for opening, closing in _PAIRS:
        if len(text) > 1 and text[0] == opening and text[-1] == closing and _encloses(text, opening, closing):
            return text[1:-1].strip(" \u00a0")
    return text


def quoted(words: str, language: str) -> str:
    """The bare words between the quotation marks of the language."""
    opening, closing = marks_of(language)
    return f"{opening}{bare(words)}{closing}"


def marks_of(language: str) -> tuple[str, str]:
    """Opening and closing mark of a language tag; “ and ” where it is unknown or not given."""
    return MARKS.get(language.partition("-")[0].lower(), DEFAULT_MARKS)


def _encloses(text: str, opening: str, closing: str) -> bool:
    if opening == closing:
        return opening not in text[1:-1]
    depths = accumulate((mark == opening) - (mark == closing) for mark in text[:-1])
    return all(depth > 0 for depth in depths)
