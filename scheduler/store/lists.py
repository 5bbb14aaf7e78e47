"""What doors show: the queue, the log, and where everything stands."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import column, func, insert, select, table, update

from scheduler.model import DAEMON, Review, State
from scheduler.store.ledger import Entry, write_down
from scheduler.store.schema import attempt, delivery, heartbeat, post
from scheduler.traffic import Rest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from scheduler.store.database import Transaction

METRICS = ("likes", "comments", "shares", "views", "clicks", "saves")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which deliveries a listing is about; None and empty mean all."""

    mission: str | None = None
    account: str | None = None
    state: str | None = None
    post_id: int | None = None
    since: datetime | None = None
    limit: int | None = None


def queue(tx: Transaction, which: Filter) -> list[dict[str, object]]:
    """Deliveries with their post's words and review, by due instant."""
    query = select(delivery, post.c.text, post.c.review, post.c.kind, post.c.external_id).join(
        post, post.c.id == delivery.c.post_id
    )
    query = _narrow(query, which).order_by(delivery.c.due_at, delivery.c.id)
    return [dict(row) for row in tx.execute(query).mappings()]


def log(tx: Transaction, which: Filter) -> list[dict[str, object]]:
    """Deliveries with their latest counts, by due instant; a count nobody gave is absent from `metrics`."""
    latest = table("engagement_latest", column("delivery_id"), column("read_at"), *(column(one) for one in METRICS))
    counts = [latest.c[one] for one in METRICS]
    query = (
        select(delivery, post.c.text, *counts)
        .join(post, post.c.id == delivery.c.post_id)
        .join(latest, latest.c.delivery_id == delivery.c.id)
    )
    rows = []
    for found in tx.execute(_narrow(query, which).order_by(delivery.c.due_at, delivery.c.id)).mappings():
        row = dict(found)
        told = {one: row.pop(one) for one in METRICS}
        row["metrics"] = {one: value for one, value in told.items() if value is not None}
        rows.append(row)
    return rows


def counts(tx: Transaction) -> dict[str, int]:
    """How many deliveries stand in each state; every state is there, also with none."""
    rows = tx.execute(select(delivery.c.state, func.count().label("many")).group_by(delivery.c.state))
    found = {row.state: row.many for row in rows}
    return {str(one): int(found.get(one, 0)) for one in State}


def due_count(tx: Transaction, now: datetime) -> int:
    """How many deliveries wait although their time has come."""
    query = select(func.count()).where(delivery.c.state == State.WAITING, delivery.c.next_at <= now)
    return int(tx.scalar(query) or 0)


def ready_count(tx: Transaction) -> int:
    """How many approved deliveries wait for their time."""
    query = select(func.count()).select_from(delivery).join(post, post.c.id == delivery.c.post_id)
    return int(tx.scalar(query.where(delivery.c.state == State.WAITING, post.c.review == Review.APPROVED)) or 0)


def beat(
    tx: Transaction, *, owner: str, started_at: datetime, now: datetime, tzdata: str, standstill: str | None = None
) -> None:
    """The heartbeat row says that this daemon was alive now, and why it sends nothing if it does not."""
    row = {"owner": owner, "started_at": started_at, "beat_at": now, "tzdata": tzdata, "standstill": standstill}
    if standstill is None:
        row["able_at"] = now
    if not tx.execute(update(heartbeat).where(heartbeat.c.id == 1).values(row).returning(heartbeat.c.id)).all():
        tx.execute(insert(heartbeat).values(id=1, **row))


def announce(tx: Transaction, words: str | None, grace_until: datetime | None, now: datetime) -> None:
    """The heartbeat row says what the daemon will do after an outage and when it begins; or, with None, that it did."""
    row = {"announcement": words, "grace_until": grace_until}
    tx.execute(update(heartbeat).where(heartbeat.c.id == 1).values(row))
    verb = "announce" if words else "catch-up"
    write_down(tx, [Entry(at=now, actor=DAEMON, verb=verb, subject="daemon", after={"words": words})])


def say_resting(tx: Transaction, rests: Sequence[Rest]) -> None:
    """The heartbeat row says who is left alone, for whoever asks from another process."""
    told = [{**asdict(one), "until": one.until.isoformat()} for one in rests]
    tx.execute(update(heartbeat).where(heartbeat.c.id == 1).values(resting=told))


def resting(tx: Transaction) -> list[Rest]:
    """Who was left alone when the daemon last said so, also where that is over by now."""
    told = tx.scalar(select(heartbeat.c.resting)) or []
    return [Rest(**{**one, "until": datetime.fromisoformat(one["until"])}) for one in told]


def last_beat(tx: Transaction) -> dict[str, object] | None:
    """The heartbeat row; None if no daemon ever ran."""
    row = tx.execute(select(heartbeat)).mappings().one_or_none()
    return dict(row) if row else None


def _narrow(query: Select[Any], which: Filter) -> Select[Any]:
    wanted = {
        delivery.c.mission: which.mission,
        delivery.c.account_id: which.account,
        delivery.c.state: which.state,
        delivery.c.post_id: which.post_id,
    }
    for where, value in wanted.items():
        if value is not None:
            query = query.where(where == value)
    if which.since is not None:
        query = query.where(delivery.c.due_at >= which.since)
    return query if which.limit is None else query.limit(which.limit)


def attempts(tx: Transaction, number: int) -> list[dict[str, object]]:
    """The delivery's attempts, first to last, each with its evidence."""
    query = select(attempt).where(attempt.c.delivery_id == number).order_by(attempt.c.fence)
    return [dict(row) for row in tx.execute(query).mappings()]


def unapproved_count(tx: Transaction) -> int:
    """How many posts nobody has approved: none of them can go out."""
    return int(tx.scalar(select(func.count()).where(post.c.review != Review.APPROVED)) or 0)
