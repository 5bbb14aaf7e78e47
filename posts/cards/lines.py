"""Words into lines: the largest size that fits a box, and the breaks that look best at it. Arithmetic alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

DASHES = ("—", "–", "―", "-", "−")
# Short words that belong to what follows, beside all words of one or two letters.
WORDS_THAT_LEAD_ON = frozenset(
    (
        *("the", "and", "for", "but", "its"),
        *("для", "при", "без", "или", "что", "как"),
        *("про", "щоб", "але", "або"),
        *("дар", "რომ", "yoki"),
    )
)
ALMOST_AS_LARGE = (1.0, 0.97, 0.94, 0.91, 0.88, 0.85)
RAGGED_FROM = 0.45  # a line shorter than this share of the mean is looked at only if there is no other way
WORTH_OF_SIZE = 0.2  # how much unevenness the full size makes up for
LEADING_ON_COSTS = 0.04
LONE_WORD_COSTS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Words between which no line may break. `leads_on`: a line should not end with it, but may."""

    text: str
    width_em: float
    leads_on: bool = False

    @property
    def lone(self) -> bool:
        """Whether it is one word only."""
        return " " not in self.text and "\u00a0" not in self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What there is room for. `leading` gives the distance of baselines for a size, `ink_em` the height of one line."""

    width_px: float
    height_px: float
    size_min_px: int
    size_max_px: int
    space_em: float
    leading: Callable[[int], float]
    ink_em: float = 1.0

    def height_of(self, lines: int, size_px: int) -> float:
        """How high so many lines of that size stand, in pixels."""
        return (lines - 1) * self.leading(size_px) + self.ink_em * size_px


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Lines of text and the size in pixels at which they fit."""

    size_px: int
    lines: tuple[str, ...]


def pieces_of(text: str, width_em: Callable[[str], float]) -> tuple[Piece, ...]:
    """The text's words, a dash tied to the word before it so that no line starts with one."""
    tied: list[str] = []
    for word in text.split(" "):
        if tied and (word.startswith(DASHES) or (len(tied) == 1 and tied[0] in DASHES)):
            tied[-1] += f" {word}"
        else:
            tied.append(word)
    return tuple(Piece(text=one, width_em=width_em(one), leads_on=_leads_on(one)) for one in tied)


def fit(pieces: Sequence[Piece], box: Box) -> Fitted | None:
    """The best-looking lines at about the largest size that fits the box; None where even the smallest does not."""
    largest = _largest(pieces, box)
    if largest is None:
        return None
    sizes = dict.fromkeys(max(box.size_min_px, int(largest * share)) for share in ALMOST_AS_LARGE)
    found = [one for size in sizes for one in _balanced(pieces, box, size)]
    return min(found, key=lambda one: one[0] - WORTH_OF_SIZE * one[1].size_px / largest)[1]


def fits(pieces: Sequence[Piece], box: Box, size_px: int) -> bool:
    """Whether the pieces fit the box at that size."""
    lines = _fewest(pieces, box.width_px / size_px, box.space_em)
    return lines is not None and box.height_of(lines, size_px) <= box.height_px


def _largest(pieces: Sequence[Piece], box: Box) -> int | None:
    low, high = box.size_min_px, max(box.size_min_px, box.size_max_px)
    if not fits(pieces, box, low):
        return None
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(pieces, box, middle) else (low, middle - 1)
    return low


def _fewest(pieces: Sequence[Piece], measure_em: float, space_em: float) -> int | None:
    """The least number of lines; None where a piece alone is wider than the measure."""
    lines, used = 1, -space_em
    for piece in pieces:
        if piece.width_em > measure_em:
            return None
        if used + space_em + piece.width_em > measure_em:
            lines, used = lines + 1, -space_em
        used += space_em + piece.width_em
    return lines


def _balanced(pieces: Sequence[Piece], box: Box, size_px: int) -> Iterator[tuple[float, Fitted]]:
    measure_em = box.width_px / size_px
    count = _fewest(pieces, measure_em, box.space_em)
    if count is None:
        return
    total = sum(piece.width_em + box.space_em for piece in pieces) - box.space_em * count
    mean = total / count
    for shortest in (mean * RAGGED_FROM, 0.0):
        cost, ends = _best_breaks(pieces, count, (shortest, mean, measure_em), box.space_em)
        if ends:
            starts = (0, *ends[:-1])
            lines = (pieces[start:end] for start, end in zip(starts, ends, strict=True))
            told = tuple(" ".join(piece.text for piece in line) for line in lines)
            yield cost / count, Fitted(size_px=size_px, lines=told)
            return


def _best_breaks(
    pieces: Sequence[Piece], count: int, widths: tuple[float, float, float], space_em: float
) -> tuple[float, tuple[int, ...]]:
    """Where exactly `count` lines end at the least cost; no ends where there is no way."""
    reached: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for line in range(count):
        further: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (cost, ends) in reached.items():
            for end, more in _ways_on(pieces, start, widths, space_em, last=line == count - 1):
                if cost + more < further.get(end, (math.inf, ()))[0]:
                    further[end] = (cost + more, (*ends, end))
        reached = further
    return reached.get(len(pieces), (math.inf, ()))


def _ways_on(
    pieces: Sequence[Piece], start: int, widths: tuple[float, float, float], space_em: float, *, last: bool
) -> Iterator[tuple[int, float]]:
    shortest, mean, longest = widths
    used = -space_em
    for end in range(start + 1, len(pieces) + 1):
        used += space_em + pieces[end - 1].width_em
        if used > longest:
            return
        if used >= shortest:
            yield end, ((used - mean) / mean) ** 2 + _dislike(pieces, start, end, last=last)


def _dislike(pieces: Sequence[Piece], start: int, end: int, *, last: bool) -> float:
    if last:
        return LONE_WORD_COSTS if start > 0 and end - start == 1 and pieces[start].lone else 0.0
    return LEADING_ON_COSTS if pieces[end - 1].leads_on else 0.0


def _leads_on(text: str) -> bool:
    word = text.rpartition(" ")[2]
    return word.isdigit() or (word.isalpha() and (len(word) <= 2 or word.lower() in WORDS_THAT_LEAD_ON))
