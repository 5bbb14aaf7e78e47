"""How long accounts' credentials last: what comes after their end, who is warned when, and what is renewed ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from structlog import get_logger

from adapters.contract import Failure, Horizon, Perishable
from scheduler.alarm.events import EXPIRES
from scheduler.alarm.words import day_of
from scheduler.model import DAEMON
from scheduler.store import alerts, ledger
from scheduler.store.ledger import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from posts.model import Account
    from scheduler.services.desk import Desk

DAYS = (30, 14, 7, 1, 0)

log = get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """When an account's credentials end, and how many of its planned posts come after that."""

    ends_at: datetime
    posts_after: int
    renews_itself: bool

    def wants_a_person(self, now: datetime) -> bool:
        """Whether somebody has to see to it: soon, or because posts are planned for later."""
        if self.renews_itself and self.ends_at > now:
            return False
        return self.posts_after > 0 or self.ends_at - now <= timedelta(days=DAYS[0])

    def words(self, account: Account, zone: str, now: datetime) -> str:
        """What a person reads who can do something about it, the day as it is in their zone."""
        day = day_of(self.ends_at, zone)
        typed = f"july30 accounts connect {account.id}"
        after = {0: "no post comes", 1: "1 post comes"}.get(self.posts_after, f"{self.posts_after} posts come")
        if self.ends_at <= now:
            return f"its credentials ended on {day}; {after} after that: connect it again now: {typed}"
        if self.renews_itself:
            return f"its credentials last until {day} and are renewed before by july30 itself"
        left = (self.ends_at - now) // timedelta(days=1)
        return (
            f"its credentials end on {day}, in {left} days; {after} after that: whoever may sign in as"
            f" {account.handle or account.id} connects it again before: {typed}"
        )


def lasting(desk: Desk, account: Account) -> Lasting | None:
    """How long the account's credentials last; None where nothing is known to end. Raises the adapter's failures."""
    adapter = desk.adapter_of(account.id)
    return _lasting(desk, account, adapter.horizon()) if isinstance(adapter, Perishable) else None


def look_ahead(desk: Desk, stopping: Callable[[], bool]) -> None:
    """What can be renewed ahead of its end has been, and the ledger says once per step what a person must renew.

    The steps are 30, 14, 7 and 1 days before the end, and the end. What cannot be told now is told the next time.
    """
    for account in desk.settings.accounts:
        if stopping():
            return
        _look_at(desk, account)


def _look_at(desk: Desk, account: Account) -> None:
    try:
        adapter = desk.adapter_of(account.id)
        if not isinstance(adapter, Perishable):
            return
        horizon = adapter.horizon()
        if horizon.renews_from and horizon.renews_from <= desk.now():
            adapter.renew()
            log.info("credentials renewed", account=account.id)
            horizon = adapter.horizon()
    except Failure as failure:
        log.warning("how long credentials last is not known", account=account.id, why=str(failure))
        return
    found = _lasting(desk, account, horizon)
    if found and not (found.renews_itself and found.ends_at > desk.now()):
        _warn(desk, account, found)


def _lasting(desk: Desk, account: Account, horizon: Horizon) -> Lasting | None:
    if horizon.ends_at is None:
        return None
    with desk.database.read() as tx:
        after = alerts.planned_after(tx, account.id, horizon.ends_at)
    return Lasting(ends_at=horizon.ends_at, posts_after=after, renews_itself=horizon.renews_from is not None)


def _warn(desk: Desk, account: Account, found: Lasting) -> None:
    left = (found.ends_at - desk.now()) / timedelta(days=1)
    step = min((one for one in DAYS if left <= one), default=None)
    if step is None:
        return
    said = {"days": step, "ends_at": found.ends_at.isoformat()}
    subject = f"account:{account.id}"
    with desk.database.write() as tx:
        if ledger.last_of(tx, subject, EXPIRES) != said:
            ledger.write_down(tx, [Entry(at=desk.now(), actor=DAEMON, verb=EXPIRES, subject=subject, after=said)])
