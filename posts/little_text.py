"""The "little" text format: plain text in which a backslash stands before each character that could mean more.

Reserved characters and elements as in the documentation of the format (read 2026-11-24): a text that holds one of them
bare is cut off there, and said to be published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from posts.links import hashtags, web_links
from posts.weighted import CHARACTER, Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

RESERVED = frozenset("\\|{}@[]()<>#*_~")
_MENTION = regex.compile(r"(?P<open>@\[)[^\[\]\\\n]++(?P<middle>\]\()urn:li:(?:person|organization):[\w-]++(?P<end>\))")
_TAG = regex.compile(r"\{hashtag\|\\?[#＃]\|(?P<word>(?:\\.|[^\\}])++)\}")
_ESCAPE = regex.compile(r"\\(.)", regex.DOTALL)


def escaped(text: str, *, hashtags_kept: bool = True) -> str:
    r"""The text as the format wants it, whole; `@[Name](urn:li:organization:1)` stays a mention.

    `hashtags_kept`: `#word` stays a hashtag; otherwise it goes as `\#word`, which is only words.
    """
    bare = _elements(text) | (_signs_of_hashtags(text) if hashtags_kept else set())
    return "".join(f"\\{sign}" if sign in RESERVED and place not in bare else sign for place, sign in enumerate(text))


def plain(little: str) -> str:
    """What a reader sees of a text in the format: escapes resolved, hashtags as `#word`, mentions as written."""
    return _ESCAPE.sub(r"\1", _TAG.sub(r"#\g<word>", little))


def escaped_pieces(text: str) -> Iterator[Piece]:
    """The characters people see, each with its UTF-16 units and one more for every sign that may need a backslash.

    The sign of a hashtag counts as one that does.
    """
    bare = _elements(text)
    for match in CHARACTER.finditer(text):
        signs = sum(1 for place in range(*match.span()) if text[place] in RESERVED and place not in bare)
        yield Piece(match.start(), match.end(), len(match[0]) + sum(one > "\uffff" for one in match[0]) + signs)


def _elements(text: str) -> set[int]:
    """The places of the signs that make mentions; what stands between them is escaped like everything else."""
    frames = [match.span(part) for match in _MENTION.finditer(text) for part in ("open", "middle", "end")]
    return {place for start, end in frames for place in range(start, end)}


def _signs_of_hashtags(text: str) -> set[int]:
    links = web_links(text)
    signs = (start for start, _ in hashtags(text))
    return {sign for sign in signs if not any(start <= sign < end for start, end in links)}
