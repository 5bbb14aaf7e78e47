"""What the scripted Instagram and Threads prepare before a post: containers that live for a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LIVES = timedelta(hours=24)


@dataclass(slots=True, kw_only=True)
class Prepared:
    """One container. `looks_left`: how often it is still worked on when looked at; `error`: why it broke, or empty."""

    made_at: datetime
    is_child: bool
    looks_left: int
    error: str
    published: bool = False

    def status(self, now: datetime) -> str:
        """How far it is, in the platform's word."""
        if self.published:
            return "PUBLISHED"
        if now - self.made_at >= LIVES:
            return "EXPIRED"
        return "ERROR" if self.error else ("IN_PROGRESS" if self.looks_left > 0 else "FINISHED")
