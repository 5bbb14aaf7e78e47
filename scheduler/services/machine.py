"""What is to be told of the machine itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from scheduler.alarm import words
from scheduler.alarm.events import GATHER, ONE_A, within
from scheduler.store import lists

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scheduler.alarm.notice import Notice
    from scheduler.store.database import Transaction

AWAY_AFTER = timedelta(seconds=30)
SAY_AGAIN_AFTER = timedelta(hours=1)


class Machine:
    """What is to be said about the machine itself: that it sends nothing, that it does again, that it was away."""

    def __init__(self, standstill: Callable[[], str | None]):
        self._standstill = standstill
        self._away: tuple[datetime, str] | None = None
        self._since: datetime | None = None
        self._said_at: datetime | None = None
        self._announced: str | None = None

    def database_is_away(self, since: datetime, why: str) -> None:
        """The database could not be read, at the latest since then."""
        self._away = (self._away[0] if self._away else since, why)

    def database_is_there(self, tx: Transaction, now: datetime) -> Notice | None:
        """The message about an outage that the daemon has announced since the last look.

        A full disk can be read: where no heartbeat gets onto it any more, the database counts as away.
        """
        beat = cast("dict[str, Any]", lists.last_beat(tx) or {})
        if beat and now - beat["beat_at"] > AWAY_AFTER:
            self.database_is_away(now, f"No heartbeat was written since {beat['beat_at']:%H:%M:%S} UTC")
        else:
            self._away = None
        announced, before = beat.get("announcement"), self._announced
        self._announced = announced
        return words.of_outage(announced, beat.get("grace_until")) if announced and announced != before else None

    def look(self, now: datetime) -> Notice | None:
        """The message that nothing is sent, once it lasts, then every hour; or that something is again."""
        why = self._standstill() or self._why_away(now)
        if why is None:
            self._since = None
            return self._over(now)
        self._since = self._since or now
        last = self._said_at
        if within(now - self._since, GATHER) or (last is not None and within(now - last, SAY_AGAIN_AFTER)):
            return None
        self._said_at = now
        return words.of_standstill(why, still=last is not None)

    def _over(self, now: datetime) -> Notice | None:
        if self._said_at is None or within(now - self._said_at, ONE_A):
            return None  # never said; or it may come back at once, and nobody needs two messages a second
        self._said_at = None
        return words.of_going_on()

    def _why_away(self, now: datetime) -> str | None:
        if self._away is None or within(now - self._away[0], AWAY_AFTER):
            return None
        return f"Without its database july30 sends nothing. {self._away[1]}."


class OwnFault:
    """Alerts that could not be put into words: people are told that there are some, once an hour."""

    def __init__(self) -> None:
        self.happened = ""
        self._said_at: datetime | None = None

    def look(self, now: datetime) -> Notice | None:
        """The message, where something happened since the last one and that is an hour ago."""
        if not self.happened or (self._said_at is not None and within(now - self._said_at, SAY_AGAIN_AFTER)):
            return None
        told, self.happened, self._said_at = self.happened, "", now
        return words.of_own_fault(told)
