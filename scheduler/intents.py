"""The stage commit: an intent is in the journal and in the database, both on disk, before the posting call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.journal.lines import subject_of
from scheduler.store import claims, instances

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scheduler.budgets import Budgets
    from scheduler.journal.writing import Journal
    from scheduler.model import Claimed
    from scheduler.store.database import Transaction
    from scheduler.store.writer import GroupWriter

    Wish = tuple[Claimed, str, datetime]


class Intents:
    """Commits posting stages in groups, the journal first: the database is then never ahead of an unharmed journal."""

    def __init__(self, writer: GroupWriter, journal: Journal, budgets: Budgets):
        self._writer = writer
        self._budgets = budgets
        self._journal = journal
        self._reached = 0
        writer.before(self.together, self.write_down)

    def commit(self, claimed: Claimed, payload: str, now: datetime) -> bool:
        """Whether the call may be made; if so, journal and database say that it is being made.

        Raises Unavailable where one of them cannot be written: then it must not be made.
        """
        wish = (claimed, payload, now)
        try:
            return self._writer.hand_in(self.together, claimed.delivery_id, wish).result()
        except Exception:
            self._journal.uncalled(subject_of(claimed), now)
            raise

    def write_down(self, wishes: Sequence[Wish]) -> None:
        """What the writer does first for a group of them: they are in the journal, on the disk."""
        self._reached = self._journal.intend([(subject_of(one), payload, now) for one, payload, now in wishes])

    def together(self, tx: Transaction, wishes: Sequence[Wish]) -> set[int]:
        """What the writer does next: the numbers of those that may be posted; the journal takes the others back."""
        paid = self._budgets.within(tx, [(one.delivery_id, one.account, now) for one, _, now in wishes])
        marks = [
            (one.delivery_id, one.fence, one.content_hash, now) for one, _, now in wishes if one.delivery_id in paid
        ]
        allowed = claims.may_post(tx, marks) if marks else set()
        for one, _, now in wishes:
            if one.delivery_id not in allowed:
                self._journal.uncalled(subject_of(one), now)
        if allowed:
            instances.reach(tx, self._reached)
        return allowed
