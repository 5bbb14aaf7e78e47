"""A bell that keeps what it was given: the addresses of every test that is not about sending."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.notify.alerts import Bell, Told

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from scheduler.alarm.notice import Notice


class Chime(Bell):
    """So many addresses; those in `deaf` take nothing. `heard` is what each took, in order."""

    def __init__(self, count: int = 1):
        super().__init__(["json://chime.example"] * count, Path(), {})
        self.deaf: set[int] = set()
        self.heard: dict[int, list[Notice]] = {number: [] for number in self.numbers}
        self.calls = 0

    def ring(self, messages: Mapping[int, Notice], stop: threading.Event | None = None) -> list[Told]:
        self.calls += 1
        for number, message in messages.items():
            if number not in self.deaf:
                self.heard[number].append(message)
        return [Told(number=one, ok=one not in self.deaf, why="deaf" if one in self.deaf else "") for one in messages]

    def titles(self, number: int = 1) -> list[str]:
        """What the address took, by title."""
        return [one.title for one in self.heard[number]]
