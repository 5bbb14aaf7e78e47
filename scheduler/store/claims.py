"""Taking deliveries into our hands, and giving back what was never begun: one statement per group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Text, and_, bindparam, exists, func, insert, or_, select, update

from posts.model import Kind
from scheduler.content import delivery_key
from scheduler.model import Claimed, Review, Scope, Stage, State
from scheduler.plan import on_time
from scheduler.store import posts
from scheduler.store.ledger import Entry, write_down
from scheduler.store.schema import approval, attempt, delivery, pause, post

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, Select

    from scheduler.store.database import Transaction

DAEMON = "daemon"


def approved() -> ColumnElement[bool]:
    """SQL: the post is approved, and as it reads now."""
    bound = exists().where(approval.c.post_id == post.c.id, approval.c.content_hash == post.c.content_hash)
    return and_(post.c.review == Review.APPROVED, bound)


def not_paused() -> ColumnElement[bool]:
    """SQL: no red button that covers this delivery is pressed."""
    covers = or_(
        pause.c.scope == Scope.ALL,
        and_(pause.c.scope == Scope.CAMPAIGN, pause.c.subject == func.cast(post.c.campaign_id, Text)),
        and_(pause.c.scope == Scope.MISSION, pause.c.subject == delivery.c.mission),
        and_(pause.c.scope == Scope.ACCOUNT, pause.c.subject == delivery.c.account_id),
    )
    return ~exists().where(pause.c.ended_at.is_(None), covers)


def claim(tx: Transaction, *, now: datetime, most: int, owner: str) -> list[Claimed]:
    """Up to `most` due deliveries are sending, each with a new fence, a frozen key and an open attempt.

    The intent is on disk when this transaction commits, which must be before anything is called.
    """
    due = (
        select(delivery.c.id)
        .join(post, post.c.id == delivery.c.post_id)
        .where(delivery.c.state == State.WAITING, delivery.c.next_at <= now, approved(), not_paused())
        .order_by(delivery.c.next_at, delivery.c.id)
        .limit(most)
        .with_for_update(of=delivery, skip_locked=True)
    )
    ids = list(tx.scalars(due))
    if not ids:
        return []
    _freeze_keys(tx, ids)
    taken = tx.execute(
        update(delivery)
        .where(delivery.c.id.in_(ids), delivery.c.state == State.WAITING)
        .values(state=State.SENDING, reason="", fence=delivery.c.fence + 1)
        .returning(
            delivery.c.id,
            delivery.c.post_id,
            delivery.c.account_id,
            delivery.c.fence,
            delivery.c.key,
            delivery.c.due_at,
            delivery.c.progress,
            delivery.c.tries,
        )
    ).all()
    place = {number: at for at, number in enumerate(ids)}
    rows = sorted(taken, key=lambda row: place[row.id])
    attempts = _open_attempts(tx, [(row.id, row.fence) for row in rows], owner, now)
    write_down(
        tx,
        [
            _moved(now, DAEMON, "claim", row.id, State.WAITING, State.SENDING, fence=row.fence, owner=owner)
            for row in rows
        ],
    )
    post_ids = sorted({row.post_id for row in rows})
    facts = {
        row.id: row
        for row in tx.execute(select(post.c.id, post.c.content_hash, post.c.not_after).where(post.c.id.in_(post_ids)))
    }
    content = posts.load(tx, post_ids)
    firsts = _first_intents(tx, [row.id for row in rows])
    return [
        Claimed(
            delivery_id=row.id,
            attempt_id=attempts[row.id],
            post_id=row.post_id,
            account=row.account_id,
            fence=row.fence,
            key=row.key,
            content_hash=facts[row.post_id].content_hash,
            due_at=row.due_at,
            progress=row.progress,
            tries=row.tries + 1,
            not_after=facts[row.post_id].not_after,
            post=content[row.post_id],
            first_intent_at=firsts.get(row.id),
        )
        for row in rows
    ]


def next_due(tx: Transaction) -> datetime | None:
    """When the next approved and unpaused delivery is to be tried; None if nothing waits."""
    query = (
        select(delivery.c.next_at)
        .join(post, post.c.id == delivery.c.post_id)
        .where(delivery.c.state == State.WAITING, approved(), not_paused())
        .order_by(delivery.c.next_at)
        .limit(1)
    )
    return tx.scalar(query)


def set_late_aside(tx: Transaction, *, now: datetime, kinds: dict[Kind, timedelta]) -> list[int]:
    """Waiting deliveries whose next try is further back than their kind bears are held, past "not after" skipped."""
    base = select(delivery.c.id).join(post, post.c.id == delivery.c.post_id)
    here = and_(delivery.c.state == State.WAITING, approved(), not_paused())
    over = base.where(here, post.c.not_after.is_not(None), post.c.not_after < now)
    gone = _set_aside(tx, over, State.SKIPPED, "its 'not after' has passed before it could go out", now)
    words = "it missed its time while nothing was sending: release it if it should still go out, or skip it"
    return gone + _set_aside(tx, base.where(here, _late(now, kinds)), State.HELD, words, now)


def may_post(tx: Transaction, marks: Sequence[tuple[int, int, str, datetime]]) -> set[int]:
    """The delivery ids of these (delivery, fence, content hash, now) whose attempt is now committed as posting.

    Those left out were taken from us, paused, changed, or have become late since they were claimed: their call must
    not be made.
    """
    asked = {number: (fence, content) for number, fence, content, _ in marks}
    now = max(moment for _, _, _, moment in marks)
    rows = tx.execute(
        select(delivery.c.id, delivery.c.fence, post.c.content_hash, attempt.c.id.label("attempt_id"))
        .join(post, post.c.id == delivery.c.post_id)
        .join(attempt, and_(attempt.c.delivery_id == delivery.c.id, attempt.c.fence == delivery.c.fence))
        .where(delivery.c.id.in_(list(asked)), delivery.c.state == State.SENDING, attempt.c.finished_at.is_(None))
        .where(approved(), not_paused(), or_(post.c.not_after.is_(None), post.c.not_after >= now))
        .where(~_late(now, {kind: on_time(kind) for kind in Kind}))
        .with_for_update(of=(delivery, post))
    ).all()
    ours = {row.id: row.attempt_id for row in rows if asked[row.id] == (row.fence, row.content_hash)}
    tx.execute(update(attempt).where(attempt.c.id.in_(list(ours.values()))).values(stage=Stage.POSTING))
    return set(ours)


def save_progress(tx: Transaction, saves: Sequence[tuple[int, int, dict[str, dict[str, object]]]]) -> set[int]:
    """The delivery ids of these (delivery, fence, whole progress) that were still ours and now keep it."""
    kept: set[int] = set()
    for number, fence, progress in saves:
        ours = and_(delivery.c.id == number, delivery.c.fence == fence, delivery.c.state == State.SENDING)
        if tx.execute(update(delivery).where(ours).values(progress=progress).returning(delivery.c.id)).all():
            kept.add(number)
    return kept


def taken_remote_ids(tx: Transaction, account_id: str, *, but: int) -> frozenset[str]:
    """The remote ids that the account's other deliveries hold."""
    query = select(delivery.c.remote_id).where(
        delivery.c.account_id == account_id, delivery.c.remote_id.is_not(None), delivery.c.id != but
    )
    return frozenset(one for one in tx.scalars(query) if one)


def _late(now: datetime, kinds: Mapping[Kind, timedelta]) -> ColumnElement[bool]:
    return or_(*(and_(post.c.kind == kind, delivery.c.next_at < now - most) for kind, most in kinds.items()))


def _freeze_keys(tx: Transaction, ids: Sequence[int]) -> None:
    """Deliveries that never had an intent get their key; one that has a key keeps it for ever."""
    query = (
        select(delivery.c.id, delivery.c.post_id, delivery.c.account_id, delivery.c.due_at, post.c.content_hash)
        .join(post, post.c.id == delivery.c.post_id)
        .where(delivery.c.id.in_(ids), delivery.c.key.is_(None))
    )
    keys = [
        {
            "b_id": row.id,
            "b_key": delivery_key(
                post_id=row.post_id, account=row.account_id, due_at=row.due_at, content=row.content_hash
            ),
        }
        for row in tx.execute(query)
    ]
    if keys:
        tx.execute(update(delivery).where(delivery.c.id == bindparam("b_id")).values(key=bindparam("b_key")), keys)


def _open_attempts(tx: Transaction, pairs: Sequence[tuple[int, int]], owner: str, now: datetime) -> dict[int, int]:
    rows = [
        {"delivery_id": number, "fence": fence, "owner": owner, "stage": Stage.PREPARING, "started_at": now}
        for number, fence in pairs
    ]
    made = tx.execute(insert(attempt).returning(attempt.c.delivery_id, attempt.c.id), rows)
    return {row.delivery_id: row.id for row in made}


def _first_intents(tx: Transaction, ids: Sequence[int]) -> dict[int, datetime]:
    query = (
        select(attempt.c.delivery_id, func.min(attempt.c.started_at).label("first"))
        .where(attempt.c.delivery_id.in_(ids))
        .group_by(attempt.c.delivery_id)
    )
    return {row.delivery_id: row.first for row in tx.execute(query)}


def _set_aside(tx: Transaction, which: Select[tuple[int]], to: State, why: str, now: datetime) -> list[int]:
    moved = tx.execute(
        update(delivery)
        .where(delivery.c.id.in_(which), delivery.c.state == State.WAITING)
        .values(state=to, reason=why)
        .returning(delivery.c.id)
    ).all()
    done = sorted(row.id for row in moved)
    write_down(tx, [_moved(now, DAEMON, "late", one, State.WAITING, to, reason=why) for one in done])
    return done


def _moved(now: datetime, actor: str, verb: str, number: int, before: State, after: State, **more: object) -> Entry:
    return Entry(
        at=now,
        actor=actor,
        verb=verb,
        subject=f"delivery:{number}",
        before={"state": before},
        after={"state": after, **more},
    )
