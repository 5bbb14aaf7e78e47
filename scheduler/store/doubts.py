"""Unclear deliveries: which are to be looked up, and what the looks came to."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Text, and_, bindparam, func, or_, select, update

from scheduler.looks import Doubt
from scheduler.model import DAEMON, Stage, State
from scheduler.store import moves, posts
from scheduler.store.claims import taken_remote_ids
from scheduler.store.columns import UtcDateTime
from scheduler.store.moves import Move
from scheduler.store.schema import attempt, delivery, post

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row, Select

    from posts.model import Post
    from scheduler.looks import Verdict
    from scheduler.store.database import Transaction

LOOKS_KEPT_MAX = 20


def due(tx: Transaction, *, now: datetime, at_once: Collection[str], most: int) -> list[Doubt]:
    """Unclear deliveries whose look is due, longest due first; those of the accounts `at_once` always are."""
    bound = {"now": now, "at_once": list(at_once), "most": most}
    return _doubts(tx, tx.execute(_due(), bound).all())


def doubt_of(tx: Transaction, number: int) -> Doubt | None:
    """The delivery as a look needs it, whatever its state; None if it was never tried."""
    found = _doubts(tx, tx.execute(_all().where(delivery.c.id == number)).all())
    return found[0] if found else None


def settle(tx: Transaction, doubt: Doubt, verdict: Verdict, now: datetime, published: Mapping[str, object]) -> bool:
    """The verdict is written, with what was seen; `published` are the columns that only a published one gets.

    False, and nothing is written, where somebody else has settled it since it was read, or where the post that was
    found belongs to another delivery.
    """
    row = moves.get(tx, doubt.delivery_id)
    if (row["state"], row["fence"], row["looks"]) != (State.UNCLEAR, doubt.fence, doubt.looks):
        return False
    if verdict.receipt and verdict.receipt.remote_id in taken_remote_ids(tx, doubt.account, but=doubt.delivery_id):
        return False
    changes: dict[str, object] = {"looks": verdict.looks}
    if verdict.next_at is not None:
        changes["next_at"] = verdict.next_at
    if verdict.state is State.UNCLEAR:
        tx.execute(update(delivery).where(delivery.c.id == doubt.delivery_id).values(reason=verdict.reason, **changes))
    else:
        move = Move(verb="settle", to=verdict.state, actor=DAEMON, reason=verdict.reason)
        moves.make(tx, doubt.delivery_id, move, now, {**changes, **published})
    _keep_what_was_seen(tx, doubt, verdict)
    return True


def being_sent(tx: Transaction, account_id: str) -> list[Post]:
    """The posts that the account is sending at this moment."""
    query = select(delivery.c.post_id).where(delivery.c.account_id == account_id, delivery.c.state == State.SENDING)
    return list(posts.load(tx, list(tx.scalars(query))).values())


def adopted(tx: Transaction, account_id: str) -> list[Post]:
    """The account's posts that looks have found."""
    query = (
        select(delivery.c.post_id)
        .join(attempt, attempt.c.delivery_id == delivery.c.id)
        .where(delivery.c.account_id == account_id, attempt.c.outcome == "found")
    )
    return list(posts.load(tx, sorted(set(tx.scalars(query)))).values())


def _keep_what_was_seen(tx: Transaction, doubt: Doubt, verdict: Verdict) -> None:
    mine = attempt.c.id == doubt.attempt_id
    evidence: dict[str, Any] = dict(tx.scalar(select(attempt.c.evidence).where(mine)) or {})
    seen = [*evidence.get("looks", []), dict(verdict.seen)][-LOOKS_KEPT_MAX:]
    changes: dict[str, object] = {"evidence": {**evidence, "looks": seen}}
    if verdict.attempt:
        changes["outcome"] = verdict.attempt
    if verdict.state is State.HELD:
        changes["stage"] = Stage.POSTING  # also where only the send journal knew that it was: no release, only resolve
    tx.execute(update(attempt).where(mine).values(**changes))


def _all() -> Select[Any]:
    earlier = attempt.alias("earlier")
    mine = earlier.c.delivery_id == delivery.c.id
    since = select(func.min(earlier.c.started_at)).where(mine).scalar_subquery()
    resends = select(func.count()).where(mine, earlier.c.outcome == "not_found").scalar_subquery()
    return (
        select(
            delivery,
            post.c.not_after,
            attempt.c.id.label("attempt_id"),
            attempt.c.outcome,
            attempt.c.payload_hash,
            attempt.c.started_at,
            attempt.c.finished_at,
            since.label("since"),
            resends.label("resends"),
        )
        .join(post, post.c.id == delivery.c.post_id)
        .join(attempt, and_(attempt.c.delivery_id == delivery.c.id, attempt.c.fence == delivery.c.fence))
    )


@cache
def _due() -> Select[Any]:
    asked = or_(
        delivery.c.next_at <= bindparam("now", type_=UtcDateTime()),
        delivery.c.account_id.in_(bindparam("at_once", expanding=True, type_=Text())),
    )
    query = _all().where(delivery.c.state == State.UNCLEAR, asked)
    return query.order_by(delivery.c.next_at, delivery.c.id).limit(bindparam("most", type_=Integer()))


def _doubts(tx: Transaction, rows: Sequence[Row[Any]]) -> list[Doubt]:
    content = posts.load(tx, sorted({row.post_id for row in rows})) if rows else {}
    return [
        Doubt(
            delivery_id=row.id,
            attempt_id=row.attempt_id,
            account=row.account_id,
            fence=row.fence,
            key=row.key or "",
            looks=row.looks,
            resends=row.resends,
            outcome=row.outcome or "",
            payload_hash=row.payload_hash,
            due_at=row.due_at,
            since=row.since,
            started_at=row.started_at,
            unclear_at=row.finished_at or row.started_at,
            not_after=row.not_after,
            progress=row.progress,
            post=content[row.post_id],
        )
        for row in rows
    ]
