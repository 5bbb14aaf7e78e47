"""A ruler for arithmetic: every character is half an em wide, in one face."""

from __future__ import annotations

from posts.cards.fonts import LATIN_AND_CYRILLIC, Run


class HalfEmRuler:
    def runs(self, text: str, weight: int) -> tuple[Run, ...]:
        return (Run(text=text, face=LATIN_AND_CYRILLIC, width_em=len(text) / 2),) if text else ()

    def width_em(self, text: str, weight: int) -> float:
        return len(text) / 2
