"""Why nothing at all is sent, if it is so: what the machine has found wrong with itself, in words for people."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from structlog import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

log = get_logger()


class Standstill:
    """Reasons by name; while there is one, nothing is claimed and nothing is posted. Safe to use from any thread.

    Each reason says what happened, who must act, and what ends it. `on_change` is called after every change of
    the words.
    """

    def __init__(self, on_change: Callable[[], None] = lambda: None):
        self._reasons: dict[str, str] = {}
        self._change = threading.Lock()
        self.on_change = on_change

    @property
    def words(self) -> str | None:
        """Every reason that stands, the oldest first; None while sending is allowed."""
        with self._change:
            return " ".join(self._reasons.values()) or None

    def has(self, name: str) -> bool:
        """Whether this reason stands."""
        with self._change:
            return name in self._reasons

    def say(self, name: str, words: str) -> None:
        """Nothing is sent while this reason stands; said again with other words, those count."""
        with self._change:
            before = self._reasons.get(name)
            self._reasons[name] = words
        if before != words:
            log.error("nothing is sent", why=name, words=words)
            self.on_change()

    def clear(self, name: str) -> None:
        """This reason does not stand any more."""
        with self._change:
            before = self._reasons.pop(name, None)
        if before is not None:
            log.warning("a reason to send nothing is gone", why=name)
            self.on_change()
