"""How far people have been told, and what there is to tell them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, or_, select, update

from scheduler.alarm.events import EXPIRES, LASTS, TOPICS, Case, Ending
from scheduler.model import DAEMON, State
from scheduler.store import ledger
from scheduler.store.claims import approved
from scheduler.store.schema import alert_cursor, audit, delivery, post

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import RowMapping

    from scheduler.store.database import Transaction

AT_ONCE_MAX = 1_000  # numbers in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Up to which audit row people have been told, and how telling them goes.

    `failing`: which addresses, by number, do not take their alerts, and why; `failing_since` is then when that began.
    """

    audit_id: int = 0
    given_at: datetime | None = None
    failing_since: datetime | None = None
    failing: str | None = None


def mark(tx: Transaction) -> Mark | None:
    """The mark; None where nobody was ever to be told."""
    row = tx.execute(select(alert_cursor)).mappings().one_or_none()
    return Mark(**{name: row[name] for name in Mark.__slots__}) if row else None


def set_mark(tx: Transaction, to: Mark, *, failing_too: bool = True) -> None:
    """The mark stands there once this transaction commits; without `failing_too` what it says of addresses stays."""
    row = {name: getattr(to, name) for name in Mark.__slots__ if failing_too or not name.startswith("failing")}
    here = update(alert_cursor).where(alert_cursor.c.id == 1).values(row).returning(alert_cursor.c.id)
    if not tx.execute(here).all():
        tx.execute(insert(alert_cursor).values(id=1, **row))


def all_take(tx: Transaction) -> None:
    """The mark says of no address that it does not take its alerts."""
    tx.execute(update(alert_cursor).values(failing=None, failing_since=None))


def news(tx: Transaction, after: int, most: int) -> tuple[list[dict[str, Any]], int]:
    """What the daemon did after that audit row and people may have to know, at most so many; and up to where this is.

    The second is the last audit row where there is no more.
    """
    stopped = [audit.c.after.like(f'%"state":"{state}"%') for state in TOPICS]
    query = select(audit.c.id, audit.c.at, audit.c.verb, audit.c.subject, audit.c.before, audit.c.after)
    query = query.where(
        audit.c.id > after, audit.c.actor == DAEMON, or_(audit.c.verb.in_(("pause", EXPIRES)), *stopped)
    )
    rows = [dict(row) for row in tx.execute(query.order_by(audit.c.id).limit(most)).mappings()]
    last = tx.scalar(select(func.max(audit.c.id))) or 0
    return rows, (rows[-1]["id"] if len(rows) == most else max(after, last))


def standing(tx: Transaction, numbers: Collection[int]) -> dict[int, Case]:
    """The deliveries of these numbers as they stand now, by due instant."""
    found: dict[int, Case] = {}
    for some in _batches(sorted(numbers)):
        rows = tx.execute(select(delivery).where(delivery.c.id.in_(some)).order_by(delivery.c.due_at, delivery.c.id))
        found |= {row["id"]: _case(row) for row in rows.mappings()}
    return found


def stopped(tx: Transaction) -> list[Case]:
    """Every delivery that is held, unclear or failed, by due instant."""
    query = select(delivery).where(delivery.c.state.in_((State.HELD, State.UNCLEAR, State.FAILED)))
    return [_case(row) for row in tx.execute(query.order_by(delivery.c.due_at, delivery.c.id)).mappings()]


def _batches(numbers: list[int]) -> list[list[int]]:
    return [numbers[at : at + AT_ONCE_MAX] for at in range(0, len(numbers), AT_ONCE_MAX)]


def _case(row: RowMapping) -> Case:
    return Case(
        id=row["id"],
        post_id=row["post_id"],
        account=row["account_id"],
        mission=row["mission"],
        state=State(row["state"]),
        reason=row["reason"],
        local_due=row["local_due"],
        next_at=row["next_at"] if row["state"] == State.UNCLEAR else None,
    )


def next_due(tx: Transaction, now: datetime, *, mission: str = "", account: str = "") -> datetime | None:
    """When the mission's, or the account's, next approved post falls due after now."""
    query = select(func.min(delivery.c.next_at)).join(post, post.c.id == delivery.c.post_id)
    query = query.where(delivery.c.state == State.WAITING, delivery.c.next_at > now, approved())
    wanted = delivery.c.account_id == account if account else delivery.c.mission == mission
    found: datetime | None = tx.scalar(query.where(wanted))
    return found


def planned_after(tx: Transaction, account: str, instant: datetime) -> int:
    """How many deliveries of the account are planned for that instant or later, approved or not yet."""
    query = select(func.count()).select_from(delivery).where(delivery.c.account_id == account)
    query = query.where(delivery.c.state.in_((State.WAITING, State.HELD)), delivery.c.due_at >= instant)
    return int(tx.scalar(query) or 0)


def ending(tx: Transaction) -> list[Ending]:
    """The accounts whose credentials end, by what was seen last, before posts of theirs that are planned."""
    planned = select(delivery.c.account_id).distinct().where(delivery.c.state.in_((State.WAITING, State.HELD)))
    found = []
    for account in sorted(tx.scalars(planned)):
        said = ledger.last_of(tx, f"account:{account}", LASTS)
        if said and said["ends_at"] and not said["renews"]:
            ends_at = datetime.fromisoformat(str(said["ends_at"]))
            if after := planned_after(tx, account, ends_at):
                found.append(Ending(account=account, ends_at=ends_at, posts_after=after))
    return found


def waiting_count(tx: Transaction, account: str) -> int:
    """How many deliveries of the account wait, approved, or are held."""
    query = select(func.count()).select_from(delivery).join(post, post.c.id == delivery.c.post_id)
    query = query.where(delivery.c.account_id == account, delivery.c.state.in_((State.WAITING, State.HELD)), approved())
    return int(tx.scalar(query) or 0)
