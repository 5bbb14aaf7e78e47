"""How many posts an account may make in a calendar month, by UTC: for platforms where every post is paid.

A thread counts each of its parts. What may be out is counted as made: a budget that is kept only if all goes well is
none.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from adapters.contract import UsedUp
from scheduler.store import spending
from scheduler.store.outcomes import NOTHING_WENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from posts.model import Account
    from scheduler.model import Claimed
    from scheduler.store.database import Database, Transaction


class Wish(Protocol):
    """So many posts that a sender is about to make of what it has in hand."""

    @property
    def claimed(self) -> Claimed:
        """What it has in hand."""

    @property
    def posts(self) -> int:
        """How many posts are still to go out."""

    @property
    def now(self) -> datetime:
        """The moment, which says what month it is."""


def made_this_month(tx: Transaction, account: str, now: datetime) -> int:
    """How many posts the account has made since the month began."""
    return spending.posts_since(tx, account, now.replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def made_by(outcome: str, *, meant: int, more_out: int) -> int:
    """How many posts an attempt of that outcome has made at most.

    `meant`: how many it was about to make, one after the other; `more_out`: how many of them are known to be out.
    """
    if outcome in NOTHING_WENT:
        return more_out
    return min(meant, more_out + 1) if more_out and outcome != "receipt" else meant


def used_up(account: str, most: int, now: datetime, *, made: int, needed: int = 1) -> str:
    """What a person reads who can do something about it."""
    what = f"its {most} posts" if made >= most else f"{made} of its {most} posts"
    thread = f", and the {needed} parts of this thread are a post each" if needed > 1 else ""
    return (
        f"account '{account}' has made {what} of {now:%B %Y} (UTC){thread}: raise posts_per_month in config.toml and"
        " restart, or resume the account next month"
    )


class Budgets:
    """The budgets of the accounts that have one; of the others nothing is asked."""

    def __init__(self, accounts: Iterable[Account]):
        self._most = {one.id: one.posts_per_month for one in accounts if one.posts_per_month is not None}

    def refuse_used_up(self, database: Database, account: str, now: datetime, *, needed: int) -> None:
        """Nothing, where the account may make so many more. Raises UsedUp."""
        if (most := self._most.get(account)) is None:
            return
        with database.read() as tx:
            made = made_this_month(tx, account, now)
        if made + needed > most:
            raise UsedUp(used_up(account, most, now, made=made, needed=needed))

    def within(self, tx: Transaction, wishes: Sequence[Wish]) -> set[int]:
        """The deliveries of those wishes for whose calls there is still room; exact, for one writer asks.

        The first come are the first served.
        """
        asking = {one.claimed.account for one in wishes}
        room = Counter({one: most for one, most in self._most.items() if one in asking})
        for account in room:
            room[account] -= made_this_month(tx, account, max(one.now for one in wishes))
        paid = set()
        for one in wishes:
            account = one.claimed.account
            if account not in room or room[account] >= one.posts:
                paid.add(one.claimed.delivery_id)
                room.subtract({account: one.posts} if account in room else {})
        return paid
