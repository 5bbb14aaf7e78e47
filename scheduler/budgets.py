"""How many posts an account may make in a calendar month, by UTC: for platforms where every post is paid."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from adapters.contract import UsedUp
from scheduler.store import spending

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from posts.model import Account
    from scheduler.store.database import Database, Transaction


def made_this_month(tx: Transaction, account: str, now: datetime) -> int:
    """How many posts the account has made since the month began."""
    return spending.posts_since(tx, account, now.replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def used_up(account: str, most: int, now: datetime) -> str:
    """What a person reads who can do something about it."""
    return (
        f"account '{account}' has made its {most} posts of {now:%B %Y} (UTC): raise posts_per_month in config.toml and"
        " restart, or resume the account next month"
    )


class Budgets:
    """The budgets of the accounts that have one; of the others nothing is asked."""

    def __init__(self, accounts: Iterable[Account]):
        self._most = {one.id: one.posts_per_month for one in accounts if one.posts_per_month is not None}

    def refuse_used_up(self, database: Database, account: str, now: datetime) -> None:
        """Nothing, where the account may make one more. Raises UsedUp."""
        if (most := self._most.get(account)) is None:
            return
        with database.read() as tx:
            made = made_this_month(tx, account, now)
        if made >= most:
            raise UsedUp(used_up(account, most, now))

    def within(self, tx: Transaction, wishes: Sequence[tuple[int, str, datetime]]) -> set[int]:
        """Those of these (delivery, account, now) for whose call there is still room; exact, for one writer asks.

        The first come are the first served.
        """
        room = Counter(
            {one: most for one, most in self._most.items() if any(one == account for _, account, _ in wishes)}
        )
        for account in room:
            room[account] -= made_this_month(tx, account, max(now for _, _, now in wishes))
        paid = set()
        for number, account, _ in wishes:
            if account not in room or room[account] > 0:
                paid.add(number)
                room.subtract([account] if account in room else [])
        return paid
