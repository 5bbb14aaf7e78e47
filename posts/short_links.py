"""Where the links are that a weighted count replaces by a fixed length; linear in the length of the text.

The rules are those of twitter-text 3.1.0 (npm, read 2026-11-24), which finds links without a scheme too.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import regex

Span = tuple[int, int]

LABEL_MAX = 63
LINK_MAX = 4096
SHORT_SLUG_MAX = 40

_SPACES = r"\t-\r \x85\xA0\u1680\u180E\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
_DIRECTIONS = r"\u202A-\u202E\u061C\u200E\u200F\u2066-\u2069"
_BROKEN = r"\uFFFE\uFEFF\uFFFF"
_PUNCTUATION = r"!'#%&()*+,\\\-./:;<=>?@\[\]^_{|}~$"
_IN_NAME = rf"[^{_PUNCTUATION}{_SPACES}{_DIRECTIONS}{_BROKEN}]"
MAY_NOT_PRECEDE = rf"[A-Za-z0-9@＠$#＃{_BROKEN}]"
_LATIN = (
    r"\xC0-\xD6\xD8-\xF6\xF8-\u024F\u0253\u0254\u0256\u0257\u0259\u025B\u0263\u0268\u026F\u0272\u0289\u028B\u02BB"
    r"\u0300-\u036F\u1E00-\u1EFF"
)
_PATH_END = rf"+\-A-Za-z\u0400-\u04FF0-9=_#/{_LATIN}"
_PATH_MIDDLE = r"!*';:,.$%\[\]\u2013~@\|\&"
_IN_PATH = rf"[{_PATH_END}{_PATH_MIDDLE}]"
_BRACKETS = rf"\((?:{_IN_PATH}++|{_IN_PATH}*+\({_IN_PATH}++\){_IN_PATH}*+)\)"
_QUERY = r"\?(?:[!?*'@();:$%\[\].+,\~\|]*+[A-Za-z0-9\-_\&=#/])++"

_RUN = regex.compile(rf"(?:{_IN_NAME}|[._\-])++")
# The platform reads UTF-16: half of a character beyond U+FFFF can stand before a host that begins with the other half.
_START = regex.compile(rf"(?<!{MAY_NOT_PRECEDE}){_IN_NAME}|[\U00010000-\U0010FFFF]")
_TAIL = regex.compile(rf"(?::[0-9]++)?(?P<path>/(?:[{_PATH_MIDDLE}]*+(?:[{_PATH_END}]|{_BRACKETS}))*+)?(?:{_QUERY})?")
_SHORTENED = regex.compile(rf"[Hh][Tt][Tt][Pp][Ss]?://[Tt]\.[Cc][Oo]/(?P<slug>[A-Za-z0-9]++)(?:{_QUERY})?")
_ASCII_LABELS = regex.compile(rf"(?:[\-A-Za-z0-9{_LATIN}]++\.)++")
_PUNYCODE = regex.compile(r"[Xx][Nn]--[\-0-9A-Za-z]++")
_LATIN_LETTERS = regex.compile(r"[A-Za-z]*+")
_CLOSES = regex.compile(r"(?![0-9A-Za-z@+\-])")
_ALLOWED_BEFORE = regex.compile(rf"(?<!{MAY_NOT_PRECEDE})")


class _Label(NamedTuple):
    """One label of a run: its place, where a known ending that starts with it stops, and whether it can lie between."""

    start: int
    end: int
    ending: int | None
    inner: bool


class _Host(NamedTuple):
    """A host with a known ending: its place."""

    start: int
    end: int


def short_links(text: str) -> list[Span]:
    """Every link that costs a fixed length, in order, in code points of `text`, which should be in NFC.

    Without a scheme a link needs an ASCII domain with a known ending, and no `-`, `_`, `.` or `/` right before it.
    """
    found: list[Span] = []
    searched = taken = 0
    while run := _RUN.search(text, searched):
        taken = _collect(text, run.span(), taken, found)
        searched = max(run.end(), taken)
    return found


def _collect(text: str, run: Span, taken: int, found: list[Span]) -> int:
    """The links that start in this run are in `found`; returns where the last one, kept or refused, ends.

    `taken` is that of the text so far, 0 for nothing yet: the next link begins after it, with a character between.
    """
    scheme = _scheme_before(text, run[0], taken)
    labels = _labels(text, run)
    farthest = _farthest_endings(text, labels)
    for index in range(len(labels) - 1):
        if labels[index].end < taken:
            continue
        host = _host(text, labels, farthest, index, _next_start(text, taken))
        if host is None:
            continue
        glued = host.start == taken
        tail = _TAIL.match(text, host.end)
        taken = tail.end() if tail else host.end
        if scheme is not None and host.start == run[0]:
            _take_full(text, (scheme, taken), host, found)
        elif glued or text[host.start - 1] not in "-_./":
            _take_bare(text, (host.start, taken), host, found, has_path=bool(tail and tail["path"]))
    return taken


def _next_start(text: str, taken: int) -> int:
    """The first place where a host may begin: one character lies between two links, be it half of one."""
    return taken + 1 if taken and text[taken : taken + 1] <= "\uffff" else taken


def _scheme_before(text: str, at: int, taken: int) -> int | None:
    """Where the `http://` or `https://` that ends at `at` begins, None if there is none or it may not begin there."""
    for scheme in ("https://", "http://"):
        start = at - len(scheme)
        if start >= 0 and text[start:at].lower() == scheme:
            free = start > taken or start == 0
            return start if free and _ALLOWED_BEFORE.match(text, start) else None
    return None


def _labels(text: str, run: Span) -> list[_Label]:
    labels: list[_Label] = []
    start = run[0]
    for name in text[run[0] : run[1]].split("."):
        end = start + len(name)
        inner = bool(name) and name[0] not in "-_" and name[-1] not in "-_"
        labels.append(_Label(start, end, _ending(text, start) if labels else None, inner))
        start = end + 1
    return labels


def _farthest_endings(text: str, labels: list[_Label]) -> list[int | None]:
    """For each label, the last label with a known ending that a host beginning in it can reach; None if none."""
    farthest: list[int | None] = [None] * len(labels)
    for index in range(len(labels) - 2, -1, -1):
        following = labels[index + 1]
        if following.inner and farthest[index + 1] is not None:
            farthest[index] = farthest[index + 1]
        elif following.ending is not None and text.find("_", labels[index].start, labels[index].end) < 0:
            farthest[index] = index + 1
    return farthest


def _host(text: str, labels: list[_Label], farthest: list[int | None], index: int, lowest: int) -> _Host | None:
    """The leftmost host that begins in this label at or after `lowest`; its last name before the ending has no `_`."""
    label, following = labels[index], labels[index + 1]
    if label.start == label.end or text[label.end - 1] in "-_":
        return None
    lowest = max(lowest, label.start)
    target = farthest[index + 1] if following.inner else None
    if target is None:
        target = index + 1
        lowest = max(lowest, text.rfind("_", label.start, label.end) + 1)
    end = labels[target].ending
    start = _START.search(text, lowest, label.end) if end is not None and lowest < label.end else None
    if start is None or end is None:
        return None
    # At the very start of a text its first character is taken for the one before the host wherever that is possible.
    second = _START.match(text, 1, label.end) if start.start() == 0 else None
    return _Host((second or start).start(), end)


def _ending(text: str, at: int) -> int | None:
    """Where the known top-level domain that begins at `at` stops; None if none begins there."""
    letters = _LATIN_LETTERS.match(text, at)
    end = letters.end() if letters else at
    if text[at:end].lower() in _endings() and _CLOSES.match(text, end):
        return end
    if end < len(text) and not text[end].isascii():
        return _ending_in_script(text, at)
    punycode = _PUNYCODE.match(text, at)
    return punycode.end() if punycode else None


def _ending_in_script(text: str, at: int) -> int | None:
    for end in range(min(at + _longest_ending(), len(text)), at, -1):
        if text[at:end].lower() in _endings() and _CLOSES.match(text, end):
            return end
    return None


@cache
def _endings() -> frozenset[str]:
    lines = (files("posts") / "data" / "tlds.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _longest_ending() -> int:
    return max(len(ending) for ending in _endings())


def _take_full(text: str, link: Span, host: _Host, found: list[Span]) -> None:
    start, end = link
    scheme_length = text.index("//", start) + 2 - start
    if not _is_possible(text[host.start : host.end], scheme_length + end - start):
        return
    shortened = _SHORTENED.match(text, start, end)
    if shortened is None:
        found.append(link)
    elif len(shortened["slug"]) <= SHORT_SLUG_MAX:
        found.append(shortened.span())


def _take_bare(text: str, link: Span, host: _Host, found: list[Span], *, has_path: bool) -> None:
    """The ASCII domains in the host are links; where there is a path, the last one takes all that follows with it."""
    name = text[host.start : host.end]
    if not _is_possible(name, len("https://") + link[1] - link[0]):
        return
    domains = _ascii_domains(name)
    spans = [(host.start + start, host.start + end) for start, end in domains]
    if spans and has_path:
        start, end = spans[-1]
        spans[-1] = (start, end + link[1] - host.end)
    found.extend(spans)


def _ascii_domains(name: str) -> list[Span]:
    found: list[Span] = []
    at = 0
    while labels := _ASCII_LABELS.search(name, at):
        dots = (dot for dot in range(labels.end() - 1, labels.start(), -1) if name[dot] == ".")
        end = next((stop for dot in dots if (stop := _ending(name, dot + 1)) is not None), None)
        if end is not None:
            found.append((labels.start(), end))
        at = labels.end() if end is None else end
    return found


def _is_possible(host: str, length: int) -> bool:
    """Whether the link is short enough and each label of its host fits into the domain name system."""
    labels = host.split(".")
    foreign = host.startswith("xn--") and not _ascii_domains(host)
    return length <= LINK_MAX and not foreign and all(0 < _encoded_length(label) <= LABEL_MAX for label in labels)


def _encoded_length(label: str) -> int:
    if label.isascii() or len(label) > LABEL_MAX:
        return len(label)
    return len("xn--") + len(label.encode("punycode", "replace"))
