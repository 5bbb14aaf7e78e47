"""The stage commit: an intent is in the journal and in the database, both on disk, before the posting call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.journal.lines import subject_of
from scheduler.store import claims, instances, spending

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scheduler.budgets import Budgets
    from scheduler.journal.writing import Journal
    from scheduler.model import Claimed
    from scheduler.store.database import Transaction
    from scheduler.store.writer import GroupWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One sender's wish to make its posting calls: as many `posts` as are still to go out."""

    claimed: Claimed
    payload: str
    posts: int
    now: datetime


class Intents:
    """Commits posting stages in groups, the journal first: the database is then never ahead of an unharmed journal."""

    def __init__(self, writer: GroupWriter, journal: Journal, budgets: Budgets):
        self._writer = writer
        self._budgets = budgets
        self._journal = journal
        self._reached = 0
        writer.before(self.together, self.write_down)

    def commit(self, wish: Wish) -> bool:
        """Whether the calls may be made; if so, journal and database say that they are being made.

        Raises Unavailable where one of them cannot be written: then it must not be made.
        """
        try:
            return self._writer.hand_in(self.together, wish.claimed.delivery_id, wish).result()
        except Exception:
            self._journal.uncalled(subject_of(wish.claimed), wish.now)
            raise

    def write_down(self, wishes: Sequence[Wish]) -> None:
        """What the writer does first for a group of them: they are in the journal, on the disk."""
        self._reached = self._journal.intend([(subject_of(one.claimed), one.payload, one.now) for one in wishes])

    def together(self, tx: Transaction, wishes: Sequence[Wish]) -> set[int]:
        """What the writer does next: the numbers of those that may be posted; the journal takes the others back."""
        paid = self._budgets.within(tx, wishes)
        marks = [_mark(one.claimed, one.now) for one in wishes if one.claimed.delivery_id in paid]
        allowed = claims.may_post(tx, marks) if marks else set()
        for one in wishes:
            if one.claimed.delivery_id not in allowed:
                self._journal.uncalled(subject_of(one.claimed), one.now)
        if allowed:
            threads = [one for one in wishes if one.posts != 1 and one.claimed.delivery_id in allowed]
            spending.set_aside(tx, {one.claimed.attempt_id: one.posts for one in threads})
            instances.reach(tx, self._reached)
        return allowed


def _mark(claimed: Claimed, now: datetime) -> tuple[int, int, str, datetime]:
    return claimed.delivery_id, claimed.fence, claimed.content_hash, now
