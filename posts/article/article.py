"""An article as everything here sees it: its paragraphs, and which language it says it is in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from posts.model import PostsError

FILE_BYTES_MAX = 20 * 1024 * 1024

_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ud800-\udfff\ufffe\uffff]")


class ArticleError(PostsError):
    """The article cannot be read; the message names the file and what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The paragraphs in order, none of them empty; `language_hint` is a BCP 47 tag, or empty where nobody knows."""

    paragraphs: tuple[str, ...]
    language_hint: str = ""


def tidy(text: str) -> str:
    """The text in one line, white space of any kind as single spaces, without characters that nobody sees."""
    return " ".join(_INVISIBLE.sub("", text).split())
