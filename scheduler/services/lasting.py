"""How long accounts' credentials last: what comes after their end, who is warned when, and what is renewed ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from structlog import get_logger

from adapters.contract import Failure, Horizon, Perishable
from scheduler.alarm.events import EXPIRES, LASTS
from scheduler.alarm.words import day_of
from scheduler.model import DAEMON
from scheduler.secrets import FIXED
from scheduler.store import alerts, ledger
from scheduler.store.ledger import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from posts.model import Account
    from scheduler.services.desk import Desk

DAYS = (30, 14, 7, 1, 0)
OVERDUE = timedelta(days=1)  # a renewal that failed for so long, at a try every hour, may fail until the end

log = get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """When an account's credentials end, and how many of its planned posts come after that.

    `renews_from`: from when on july30 renews them; None where only a person can. `is_fixed`: they are kept where july30
    cannot write.
    """

    ends_at: datetime
    posts_after: int
    renews_from: datetime | None = None
    is_fixed: bool = False

    def renews_itself(self, now: datetime) -> bool:
        """Whether nobody need see to it: it will be renewed, and no renewal is overdue."""
        return (
            self.renews_from is not None and not self.is_fixed and now < min(self.ends_at, self.renews_from + OVERDUE)
        )

    def wants_a_person(self, now: datetime) -> bool:
        """Whether somebody has to see to it: soon, or because posts are planned for later."""
        if self.renews_itself(now):
            return False
        return self.posts_after > 0 or self.ends_at - now <= timedelta(days=DAYS[0])

    def words(self, account: Account, zone: str, now: datetime) -> str:
        """What a person reads who can do something about it, the day as it is in their zone."""
        day = day_of(self.ends_at, zone)
        if self.renews_itself(now):
            return f"its credentials last until {day} and are renewed before by july30 itself"
        after = {0: "no post comes", 1: "1 post comes"}.get(self.posts_after, f"{self.posts_after} posts come")
        if self.ends_at <= now:
            return f"its credentials ended on {day}; {after} after that: {self._asked(account, 'now')}"
        left = (self.ends_at - now) // timedelta(days=1)
        days = {0: "within a day", 1: "in 1 day"}.get(left, f"in {left} days")
        who = f"whoever may sign in as {account.handle or account.id}"
        return (
            f"its credentials end on {day}, {days}; {after} after that{self._why_not_renewed(zone)}:"
            f" {who} {self._asked(account, 'before', person='s')}"
        )

    def _why_not_renewed(self, zone: str) -> str:
        if self.renews_from is None:
            return ""
        if self.is_fixed:
            return "; july30 would renew them itself at vault:, file: or keyring:"
        return f"; july30 was to renew them from {day_of(self.renews_from, zone)} on, and has not"

    def _asked(self, account: Account, by: str, *, person: str = "") -> str:
        """Such as "connect it again now: …", or "connects it again before: …"."""
        if self.is_fixed:
            return f"put{person} new ones at {account.secret} {by}"
        return f"connect{person} it again {by}: july30 accounts connect {account.id}"


def lasting(desk: Desk, account: Account) -> Lasting | None:
    """How long the account's credentials last; None where nothing is known to end. Raises the adapter's failures.

    The ledger says it too, where it said something else before.
    """
    adapter = desk.adapter_of(account.id)
    return _seen(desk, account, adapter.horizon()) if isinstance(adapter, Perishable) else None


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
        found = _seen(desk, account, _renewed(desk, account, adapter))
    except Failure as failure:
        log.warning("how long credentials last is not known", account=account.id, why=str(failure))
        return
    if found and not found.renews_itself(desk.now()):
        _warn(desk, account, found)


def _renewed(desk: Desk, account: Account, adapter: Perishable) -> Horizon:
    """How long they last, after they were renewed where that is due and can be."""
    horizon, now = adapter.horizon(), desk.now()
    if horizon.renews_from is None or horizon.ends_at is None or not horizon.renews_from <= now < horizon.ends_at:
        return horizon
    try:
        adapter.renew()
    except Failure as failure:
        log.warning("credentials could not be renewed", account=account.id, why=str(failure))
        return horizon
    log.info("credentials renewed", account=account.id)
    return adapter.horizon()


def _seen(desk: Desk, account: Account, horizon: Horizon) -> Lasting | None:
    found = _lasting(desk, account, horizon)
    subject = f"account:{account.id}"
    said = {
        "ends_at": found.ends_at.isoformat() if found else None,
        "renews": found is not None and found.renews_itself(desk.now()),
    }
    with desk.database.read() as tx:
        before = ledger.last_of(tx, subject, LASTS)
    if before != said and (before or found):
        with desk.database.write() as tx:
            ledger.write_down(tx, [Entry(at=desk.now(), actor=desk.actor, verb=LASTS, subject=subject, after=said)])
    return found


def _lasting(desk: Desk, account: Account, horizon: Horizon) -> Lasting | None:
    if horizon.ends_at is None:
        return None
    with desk.database.read() as tx:
        after = alerts.planned_after(tx, account.id, horizon.ends_at)
    return Lasting(
        ends_at=horizon.ends_at,
        posts_after=after,
        renews_from=horizon.renews_from,
        is_fixed=account.secret.partition(":")[0] in FIXED,
    )


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
