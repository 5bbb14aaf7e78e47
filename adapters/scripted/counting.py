"""How the scripted platforms count a text: written anew from what the platforms document, with nothing from `posts`.

The program's own count is what is judged here; a judge that counted by it would always agree.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files

import regex

LINK_LENGTH = 23
LABEL_MAX = 63
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # config v3 of twitter-text, read on 24 Nov 2026
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3")
_STATUS_LINK = regex.compile(r"(?<![A-Za-z0-9@$#])https?://[^\s<>]*[^\s<>.,;:!?\"'”’»…)\]]")
_STATUS_NAME = regex.compile(r"(?<![\w/=@])(@\w+)@\w[\w.\-]*\w")
_LATIN = r"\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u1E00-\u1EFF\u0300-\u036F\u02BB"
_LABEL = r"[^\s!'#%&()*+,\\\-./:;<=>?@\[\]^_{|}~$\u202A-\u202E\u2066-\u2069\u200E\u200F…»«“”]"
_PATH = rf"[\w{_LATIN}\u0400-\u04FF!*';:,.$%\[\]\u2013~@|&=+\-/#]"
_PATH_END = rf"[A-Za-z0-9_{_LATIN}\u0400-\u04FF=+\-/#]"
_LINK = regex.compile(
    rf"(?a)(?<![A-Za-z0-9@＠$#＃])(?P<scheme>https?://)?(?P<host>(?:{_LABEL}(?:(?:{_LABEL}|[\-_])*{_LABEL})?\.)+"
    rf"(?P<ending>xn--[A-Za-z0-9\-]+|{_LABEL}+))(?::[0-9]+)?"
    rf"(?:(?:/(?:{_PATH}*(?:{_PATH_END}|\({_PATH}+\)))*|(?<=://\S+))(?:\?[^\s]*[A-Za-z0-9\-_&=#/])?)?",
    regex.IGNORECASE,
)


def graphemes(text: str) -> int:
    """What people see as characters: Unicode's extended grapheme clusters."""
    return len(_characters(text))


def utf16_units(text: str) -> int:
    """The code units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def emoji_as_bytes(text: str) -> int:
    """Graphemes, but of an emoji its bytes in UTF-8."""
    return sum(len(one.encode()) if _is_emoji(one) else 1 for one in _characters(text))


def status_length(text: str) -> int:
    """Graphemes, with 23 for each http(s) link, and the server left out of each `@name@server`."""
    shortened = _STATUS_LINK.sub("x" * LINK_LENGTH, text)
    return graphemes(_STATUS_NAME.sub(r"\1", shortened))


def weighted(text: str) -> int:
    """Weighted code points: 23 for each link, 2 for an emoji whole, 1 or 2 for each code point of the NFC form."""
    normal = unicodedata.normalize("NFC", text)
    total = at = 0
    for start, end in links(normal):
        total += _weight(normal[at:start]) + LINK_LENGTH
        at = end
    return total + _weight(normal[at:])


def links(text: str) -> list[tuple[int, int]]:
    """Where the links are: those with a scheme, and names of hosts in ASCII that end as hosts do."""
    return [found.span() for found in _LINK.finditer(text) if _is_link(text, found)]


def _is_link(text: str, found: regex.Match[str]) -> bool:
    host, ending = found["host"], found["ending"].lower()
    if ending not in _endings() and not ending.startswith("xn--"):
        return False
    if max(map(_label_length, host.split("."))) > LABEL_MAX or "_" in ".".join(host.split(".")[-2:]):
        return False
    return bool(found["scheme"]) or (host.isascii() and text[max(found.start() - 1, 0)] not in "-_./")


def _label_length(label: str) -> int:
    return len(label) if label.isascii() else len(f"xn--{label.encode('punycode').decode()}")


def _characters(text: str) -> list[str]:
    return regex.findall(r"\X", text)


def _is_emoji(character: str) -> bool:
    return bool(_EMOJI.search(character)) and (character[0] >= "\u2000" or len(character) > 1)


def _weight(text: str) -> int:
    return sum(2 if _is_emoji(one) else sum(map(_point_weight, one)) for one in _characters(text))


def _point_weight(point: str) -> int:
    return 1 if any(first <= ord(point) <= last for first, last in LIGHT) else 2


@cache
def _endings() -> frozenset[str]:
    """The top-level domains there are: data, which the program has from the same list."""
    return frozenset((files("posts") / "data" / "tlds.txt").read_text("utf-8").splitlines())
