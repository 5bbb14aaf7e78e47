"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MORNING = datetime(2027, 7, 30, 5, 0, tzinfo=UTC)  # 09:00 in Tbilisi


class Clock:
    """`clock()` is the moment it was set to; `tick` moves it on."""

    def __init__(self, now: datetime = MORNING):
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def tick(self, **by: float) -> datetime:
        """It is later by that timedelta now; the new moment."""
        self.now += timedelta(**by)
        return self.now
