"""The links, mentions and hashtags of a text as people see them; linear in the length of the text."""

from __future__ import annotations

import regex

from posts.short_links import MAY_NOT_PRECEDE, Span, short_links

_TRAILING = r".,;:!?'\"”’»…*~&|@$%=\[\]"
_WEB_LINK = regex.compile(
    rf"(?V1)(?<!{MAY_NOT_PRECEDE})[Hh][Tt][Tt][Pp][Ss]?://"
    rf"(?:[{_TRAILING}]*+(?:[^\s<>()「」{_TRAILING}]|\((?:[^\s<>()]++|[^\s<>()]*+\([^\s<>()]++\)[^\s<>()]*+)\)))++"
)
_MENTION = regex.compile(r"(?<![\p{L}\p{N}_@=/])(?P<name>@\w(?:[.\-]*+\w)*+)(?:@\w(?:[.\-]*+\w)*+)?")
_JOINERS = r"_\u200C\u200D\uA67E\u05BE\u05F3\u05F4\uFF5E\u301C\u309B\u309C\u30A0\u30FB\u3003\u0F0B\u0F0C\u00B7"
_IN_HASHTAG = rf"\p{{L}}\p{{M}}\p{{Nd}}{_JOINERS}"
_HASHTAG = regex.compile(rf"(?<![{_IN_HASHTAG}&])[#＃](?![\uFE0F\u20E3])(?P<word>[{_IN_HASHTAG}]++)(?![#＃]|://)")
_LETTER = regex.compile(r"[\p{L}\p{M}]")


def web_links(text: str) -> list[Span]:
    """Every http(s) link of the text, whatever its domain, without the punctuation behind it; in code points.

    The characters a path may hold are those of Mastodon's settings of twitter-text, read 2026-11-24.
    """
    return [match.span() for match in _WEB_LINK.finditer(text)]


def distinct_links(text: str) -> frozenset[str]:
    """The different links of the text, those without a scheme too where their ending is a known one."""
    bare = (text[start:end] for start, end in short_links(text))
    full = (text[start:end] for start, end in web_links(text))
    return frozenset((*full, *(link for link in bare if not link.lower().startswith(("http://", "https://")))))


def mentions(text: str) -> list[tuple[Span, int]]:
    """Every `@name` and `@name@server`: its place, and where the name without its server ends; in code points."""
    return [(match.span(), match.end("name")) for match in _MENTION.finditer(text)]


def hashtags(text: str) -> list[Span]:
    """Every hashtag, in any script, its sign included; in code points. A tag of digits alone is none.

    The rule is that of twitter-text 3.1.0 (read 2026-11-24): letters, marks, digits, `_` and a few joiners.
    """
    return [match.span() for match in _HASHTAG.finditer(text) if _LETTER.search(match["word"])]
