"""A text file's bytes → text → paragraphs."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from posts.article.article import ArticleError, tidy

if TYPE_CHECKING:
    from pathlib import Path

_WRAPPED_AT_MOST_CHARACTERS = 120
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n")
_CHARSET = re.compile(rb"""(?i)<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]{1,40})""")
_LOOK_AT_BYTES = 2048
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(path: Path, data: bytes) -> str:
    """The text, line ends as line feeds; UTF-8 unless a byte order mark or the page itself says otherwise.

    Raises ArticleError for an encoding that does not hold, naming it.
    """
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except (UnicodeError, LookupError) as error:
        raise ArticleError(f"{path}: the text is not in {encoding}: save it as UTF-8.") from error
    if "\0" in text:
        raise ArticleError(f"{path}: this is no text: save the article as .txt, .html or .docx.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(data: bytes) -> str:
    if data.startswith(_UTF16_MARKS):
        return "utf-16"
    named = _CHARSET.search(data[:_LOOK_AT_BYTES])
    declared = named[1].decode("ascii", "replace") if named else "utf-8"
    return "utf-8-sig" if declared.casefold() in {"utf-8", "utf8", "utf-16"} else declared


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The paragraphs, tidied: what blank lines part; inside a block with long lines every line is a paragraph."""
    blocks = (block.split("\n") for block in _BLANK_LINES.split(text))
    lines = (line for block in blocks for line in (_unwrapped(block)))
    return tuple(filter(None, map(tidy, lines)))


def _unwrapped(lines: list[str]) -> list[str]:
    """The lines, joined where they look wrapped by hand or by a program."""
    wrapped = max(map(len, lines)) <= _WRAPPED_AT_MOST_CHARACTERS
    return [" ".join(lines)] if wrapped else lines
