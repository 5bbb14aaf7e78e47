"""Quotation marks: which open, which close, and what stands between the outermost of them; linear in the text.

Single marks (‘ ’ ') are left alone: they are apostrophes and letters of Uzbek far more often than quotations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARK = re.compile(r"[«»„“”‟\"＂]|,,(?=\w)|''")
_ANGLED = frozenset("«»")
_ALWAYS_OPEN = frozenset({"«", "„", ",,", "‟"})
_LOW = frozenset({"„", ",,"})
_MAY_STAND_BEFORE = frozenset("([{:;—–-/¿¡«„“\"‘'")
_MAY_STAND_AFTER = frozenset(".,;:!?…)]}—–-/»“”\"’'։؟،۔")
_DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ATTRIBUTED = re.compile(r"[,.]?\s*[—–-]\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A passage between outermost marks; `start` and `end` include them, `words_start` and `words_end` do not.

    Never closed: it goes on to the end of the text, which is `words_end` and `end`.
    """

    start: int
    words_start: int
    words_end: int
    end: int
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The marked passages of a text in order. `stray`: place of the first closing mark that closes nothing, or None."""

    passages: tuple[Marked, ...]
    stray: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    start: int
    end: int
    angled: bool
    opens: bool


def find_marks(text: str) -> Marks:
    """The passages between outermost marks; nested ones belong to the words around them.

    Straight and curly marks may be mixed: “…" is closed; angled ones («») are closed only by angled ones. Where two
    closing marks fall together, as Russian and Georgian print them, one closes both: «… «…», — said somebody.
    """
    marks = _directed(text)
    scan = _Scan(text=text, marks=marks, later=_closed_later(marks))
    for index in range(len(marks)):
        scan.take(index)
    return scan.result()


def _directed(text: str) -> list[_Mark]:
    marks: list[_Mark] = []
    depth = {True: 0, False: 0}
    low = False
    for match in _MARK.finditer(text):
        angled = match[0] in _ANGLED
        opens = _opens(text, match, depth[angled], low=low)
        depth[angled] = max(0, depth[angled] + (1 if opens else -1))
        low = (match[0] in _LOW) if opens and not angled else low
        marks.append(_Mark(start=match.start(), end=match.end(), angled=angled, opens=opens))
    return marks


def _opens(text: str, match: re.Match[str], depth: int, *, low: bool) -> bool:
    """Whether the mark opens: by what it is, else by what stands around it, else by what is open."""
    mark = match[0]
    if mark in _ALWAYS_OPEN or mark == "»":
        return mark != "»"
    before, after = _around(text, match)
    opening = (before.isspace() or before in _MAY_STAND_BEFORE) and not after.isspace()
    closing = not before.isspace() and (after.isspace() or after in _MAY_STAND_AFTER)
    if opening != closing:
        return opening
    if mark == "“":
        return not (low and depth)
    return mark != "”" and not depth


def _around(text: str, match: re.Match[str]) -> tuple[str, str]:
    """The characters before and after; the text's ends and marks of direction count as spaces."""
    before = text[match.start() - 1] if match.start() else " "
    after = text[match.end()] if match.end() < len(text) else " "
    return (" " if before in _DIRECTIONS else before), (" " if after in _DIRECTIONS else after)


def _closed_later(marks: Sequence[_Mark]) -> list[bool]:
    """For each mark, whether those of its kind behind it close more than they open."""
    lowest = {True: 0, False: 0}
    answers = [False] * len(marks)
    for index in range(len(marks) - 1, -1, -1):
        mark = marks[index]
        answers[index] = lowest[mark.angled] < 0
        lowest[mark.angled] = min(0, lowest[mark.angled] + (1 if mark.opens else -1))
    return answers


@dataclass(slots=True)
class _Scan:
    text: str
    marks: Sequence[_Mark]
    later: Sequence[bool]
    open: list[_Mark] = field(default_factory=list)
    depth: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    found: list[Marked] = field(default_factory=list)
    stray: tuple[int, int] | None = None

    def take(self, index: int) -> None:
        """The mark is counted as opening, closing, or stray."""
        mark = self.marks[index]
        if mark.opens:
            self.open.append(mark)
            self.depth[mark.angled] += 1
        elif self.depth[mark.angled]:
            self._close(index)
        elif not self.open:
            self.stray = self.stray or (mark.start, mark.end)

    def _close(self, index: int) -> None:
        mark = self.marks[index]
        opener = self._pop()
        while opener.angled != mark.angled:
            opener = self._pop()
        if not self.open:
            self._add(opener, mark.start, mark.end)
        elif self._closes_both(index):
            self._add(self._pop(), mark.end, mark.end)

    def _closes_both(self, index: int) -> bool:
        mark = self.marks[index]
        alone = len(self.open) == 1 and self.open[0].angled == mark.angled
        return alone and not self.later[index] and _ATTRIBUTED.match(self.text, mark.end) is not None

    def _pop(self) -> _Mark:
        opener = self.open.pop()
        self.depth[opener.angled] -= 1
        return opener

    def _add(self, opener: _Mark, words_end: int, end: int, *, closed: bool = True) -> None:
        self.found.append(
            Marked(start=opener.start, words_start=opener.end, words_end=words_end, end=end, closed=closed)
        )

    def result(self) -> Marks:
        """What was found, what stayed open to the end of the text included."""
        if self.open:
            self._add(self.open[0], len(self.text), len(self.text), closed=False)
        return Marks(passages=tuple(self.found), stray=self.stray)
