"""Taking deliveries into our hands, and giving back what was never begun: one statement per group."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Integer, Text, and_, bindparam, exists, func, insert, or_, select, update

from scheduler.content import delivery_key
from scheduler.model import DAEMON, Claimed, Review, Scope, Stage, State
from scheduler.store.columns import BigId, UtcDateTime
from scheduler.store.contents import read as contents_of
from scheduler.store.ledger import Entry, write_down
from scheduler.store.schema import approval, attempt, delivery, pause, post

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select, Update
    from sqlalchemy.sql.dml import ReturningUpdate

    from scheduler.store.database import Transaction


class Portion(Protocol):
    """How much of what is due may be taken now."""

    def shut(self) -> Collection[str]:
        """The accounts of which none may be taken."""

    def careful(self) -> Collection[str]:
        """The accounts of which no suspect may be taken: none in whose preparation the program has ended before."""

    def take(self, account: str, *, deaths: int) -> bool:
        """One of the account's is taken, if it may be; if not, `shut` or `careful` holds the account from now on."""


UNREADABLE = "what is stored of it cannot be read: cancel it and queue it anew, or edit its post"


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


def claim(tx: Transaction, *, now: datetime, most: int, owner: str, portion: Portion | None = None) -> list[Claimed]:
    """Up to `most` due deliveries are sending, each with a new fence, a frozen key and an open attempt.

    The intent is on disk when this transaction commits, which must be before anything is called. `portion`: how many
    of which accounts; all where it is None.
    """
    picked = _pick(tx, now, most, portion)
    contents, unreadable = contents_of(tx, picked) if picked else ({}, {})
    _quarantine(tx, unreadable, now)
    ids = [number for number in picked if number in contents]
    if not ids:
        return []
    _freeze_keys(tx, ids)
    taken = tx.execute(_take(), {"ids": ids}).all()
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
    firsts = _first_intents(tx, [row.id for row in rows])
    return [
        Claimed(
            delivery_id=row.id,
            attempt_id=attempts[row.id],
            post_id=row.post_id,
            account=row.account_id,
            fence=row.fence,
            key=row.key,
            content_hash=contents[row.id].content_hash,
            due_at=row.due_at,
            progress=contents[row.id].progress,
            tries=row.tries + 1,
            not_after=contents[row.id].not_after,
            post=contents[row.id].post,
            deaths=row.deaths,
            first_intent_at=firsts.get(row.id),
        )
        for row in rows
    ]


def _pick(tx: Transaction, now: datetime, most: int, portion: Portion | None) -> list[int]:
    """The longest due of which the portion allows so many, by id: asked again where an account's part was less."""
    chosen: list[int] = []
    while len(chosen) < most:
        bound = {"now": now, "most": most - len(chosen), "chosen": chosen, **_shut(portion)}
        rows = tx.execute(_due(), bound).all()
        refused = {row.id for row in rows if portion and not portion.take(row.account_id, deaths=row.deaths)}
        chosen = chosen + [row.id for row in rows if row.id not in refused]
        if not refused:
            break
    return chosen


def _shut(portion: Portion | None) -> dict[str, list[str]]:
    return {"shut": list(portion.shut() if portion else ()), "careful": list(portion.careful() if portion else ())}


def next_due(tx: Transaction, now: datetime, portion: Portion | None = None) -> datetime | None:
    """When the next approved and unpaused delivery is to be tried that the portion allows; None if nothing waits.

    What is due and late is left out: it goes when the rules have been asked.
    """
    return tx.scalar(_first_due(), {"now": now, **_shut(portion)})


def may_post(tx: Transaction, marks: Sequence[tuple[int, int, str, datetime]]) -> set[int]:
    """The delivery ids of these (delivery, fence, content hash, now) whose attempt is now committed as posting.

    Those left out were taken from us, paused, changed, or have become late since they were claimed: their call must
    not be made.
    """
    asked = {number: (fence, content) for number, fence, content, _ in marks}
    now = max(moment for _, _, _, moment in marks)
    rows = tx.execute(_allowed(), {"ids": list(asked), "now": now}).all()
    ours = {row.id: row.attempt_id for row in rows if asked[row.id] == (row.fence, row.content_hash)}
    tx.execute(_begin_posting(), {"attempt_ids": list(ours.values())})
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


# Building a statement costs more than running it: each is built once, and its values are bound at every call.
NOW = bindparam("now", type_=UtcDateTime())
SHUT = bindparam("shut", expanding=True, type_=Text())
CAREFUL = bindparam("careful", expanding=True, type_=Text())
IDS = bindparam("ids", expanding=True, type_=BigId)


def ready() -> ColumnElement[bool]:
    """SQL: nothing but its time keeps this delivery from going."""
    return and_(delivery.c.state == State.WAITING, approved(), not_paused())


def _in_time() -> ColumnElement[bool]:
    return and_(delivery.c.go_until >= NOW, or_(post.c.not_after.is_(None), post.c.not_after >= NOW))


def _open() -> ColumnElement[bool]:
    suspects = or_(delivery.c.deaths == 0, delivery.c.account_id.not_in(CAREFUL))
    return and_(delivery.c.account_id.not_in(SHUT), suspects)


@cache
def _due() -> Select[Any]:
    chosen = bindparam("chosen", expanding=True, type_=BigId)
    return (
        select(delivery.c.id, delivery.c.account_id, delivery.c.deaths)
        .join(post, post.c.id == delivery.c.post_id)
        .where(_open(), delivery.c.id.not_in(chosen))
        .where(ready(), delivery.c.next_at <= NOW, _in_time())
        .order_by(delivery.c.next_at, delivery.c.id)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(of=delivery, skip_locked=True)
    )


@cache
def _take() -> ReturningUpdate[Any]:
    return (
        update(delivery)
        .where(delivery.c.id.in_(IDS), delivery.c.state == State.WAITING)
        .values(state=State.SENDING, reason="", fence=delivery.c.fence + 1, looks=0)
        .returning(
            delivery.c.id,
            delivery.c.post_id,
            delivery.c.account_id,
            delivery.c.fence,
            delivery.c.key,
            delivery.c.due_at,
            delivery.c.tries,
            delivery.c.deaths,
        )
    )


@cache
def _first_due() -> Select[datetime]:
    query = select(delivery.c.next_at).join(post, post.c.id == delivery.c.post_id)
    query = query.where(ready(), or_(delivery.c.next_at > NOW, _in_time()), _open())
    return query.order_by(delivery.c.next_at).limit(1)


@cache
def _allowed() -> Select[Any]:
    return (
        select(delivery.c.id, delivery.c.fence, post.c.content_hash, attempt.c.id.label("attempt_id"))
        .join(post, post.c.id == delivery.c.post_id)
        .join(attempt, and_(attempt.c.delivery_id == delivery.c.id, attempt.c.fence == delivery.c.fence))
        .where(delivery.c.id.in_(IDS), delivery.c.state == State.SENDING, attempt.c.finished_at.is_(None))
        .where(approved(), not_paused(), _in_time())
        .with_for_update(of=(delivery, post))
    )


@cache
def _begin_posting() -> Update:
    wanted = attempt.c.id.in_(bindparam("attempt_ids", expanding=True, type_=BigId))
    return update(attempt).where(wanted).values(stage=Stage.POSTING)


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


def _quarantine(tx: Transaction, unreadable: Mapping[int, str], now: datetime) -> None:
    """Each of these is held, with the fault as its reason; the others go on."""
    for number, fault in unreadable.items():
        why = f"{UNREADABLE} ({fault})"
        tx.execute(update(delivery).where(delivery.c.id == number).values(state=State.HELD, reason=why))
        write_down(tx, [_moved(now, DAEMON, "quarantine", number, State.WAITING, State.HELD, reason=why)])


def _moved(now: datetime, actor: str, verb: str, number: int, before: State, after: State, **more: object) -> Entry:
    return Entry(
        at=now,
        actor=actor,
        verb=verb,
        subject=f"delivery:{number}",
        before={"state": before},
        after={"state": after, **more},
    )
