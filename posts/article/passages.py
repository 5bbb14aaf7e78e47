"""Paragraphs → the marked words that are long enough to be quotations, over several paragraphs if need be."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import regex

from posts.article.marks import Marked, find_marks
from posts.article.people import Speaker
from posts.article.speakers import Place, introduced_by, said_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WORDS_MIN = 4
PARAGRAPH_BREAK = "\n\n"

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}’ʻʼ‘'`-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Marked words in their place, and the numbers of the paragraphs in which they begin and end, from 0."""

    place: Place
    closed: bool
    paragraph: int
    last_paragraph: int


def enough(words: str) -> bool:
    """Whether these are as many words as a quotation has at least."""
    return len(list(islice(_WORD.finditer(words), WORDS_MIN))) == WORDS_MIN


def passages(paragraphs: Sequence[str]) -> Iterator[Passage]:
    """The passages in order, none overlapping another; fewer than four marked words are plain text.

    Words that are never closed end with their paragraph, unless the next one opens again or only closes.
    """
    walk = _Walk(paragraphs=[_Paragraph.of(text) for text in paragraphs])
    while (marked := walk.next_marked()) is not None:
        yield walk.take(marked)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paragraph:
    """A paragraph, what is marked in it, and the places where the passages begin that are long enough."""

    text: str
    first: Marked | None
    stray: tuple[int, int] | None
    long: tuple[Marked, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> _Paragraph:
        marks = find_marks(text)
        long = tuple(one for one in marks.passages if not one.closed or enough(text[one.words_start : one.words_end]))
        return cls(
            text=text,
            first=marks.passages[0] if marks.passages else None,
            stray=marks.stray,
            long=long,
            starts=tuple(one.start for one in long),
        )

    def marked_from(self, position: int) -> Marked | None:
        """The first long passage that begins at the position or behind it."""
        index = bisect_left(self.starts, position)
        return self.long[index] if index < len(self.long) else None


@dataclass(slots=True)
class _Walk:
    """A walk through the article; `number` and `position` are the first that no passage has used yet."""

    paragraphs: Sequence[_Paragraph]
    number: int = 0
    position: int = 0

    def next_marked(self) -> Marked | None:
        """The next passage that is long enough; the walk stands in its paragraph. None at the end of the article."""
        while self.number < len(self.paragraphs):
            marked = self.paragraphs[self.number].marked_from(self.position)
            if marked is not None:
                return marked
            self.number, self.position = self.number + 1, 0
        return None

    def take(self, marked: Marked) -> Passage:
        """The passage, whole; the walk stands behind it, perhaps paragraphs later."""
        start, text = self.number, self.paragraphs[self.number].text
        before = text[self.position : marked.start]
        previous = self.paragraphs[start - 1].text if start and not self.position else ""
        pieces = [text[marked.words_start : marked.words_end]]
        self.position = marked.end
        while not marked.closed and (more := self._continued(before)) is not None:
            self.number, self.position, marked = self.number + 1, more.end, more
            pieces.append(self.paragraphs[self.number].text[more.words_start : more.words_end])
        words = PARAGRAPH_BREAK.join(piece.strip() for piece in pieces if piece.strip())
        place = self._place(words, before, previous)
        return Passage(place=place, closed=marked.closed, paragraph=start, last_paragraph=self.number)

    def _continued(self, before: str) -> Marked | None:
        """How words that were not closed go on in the next paragraph: opened again there, or only closed there."""
        if self.number + 1 >= len(self.paragraphs):
            return None
        below = self.paragraphs[self.number + 1]
        if below.first is not None and below.first.start == 0:
            separate = isinstance(introduced_by(before), Speaker) and _has_own_speaker(below.text, below.first)
            return None if separate else below.first
        if below.stray is None:
            return None
        start, end = below.stray
        return Marked(start=0, words_start=0, words_end=start, end=end, closed=True)

    def _place(self, words: str, before: str, previous: str) -> Place:
        paragraph = self.paragraphs[self.number]
        behind = paragraph.marked_from(self.position)
        below = self.paragraphs[self.number + 1].text if self.number + 1 < len(self.paragraphs) else ""
        return Place(
            words=words,
            before=before,
            after=paragraph.text[self.position : behind.start if behind else len(paragraph.text)],
            previous=previous,
            following=below if behind is None else "",
        )


def _has_own_speaker(text: str, marked: Marked) -> bool:
    words = text[marked.words_start : marked.words_end]
    return marked.closed and isinstance(said_after(text[marked.end :], words), Speaker)
