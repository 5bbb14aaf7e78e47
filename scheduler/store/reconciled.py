"""What the send journal proves or puts in doubt, brought into a database that forgot it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from scheduler.model import Stage, State
from scheduler.store import moves
from scheduler.store.moves import Move
from scheduler.store.schema import attempt, delivery, post

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.journal.lines import Subject
    from scheduler.model import Outcome
    from scheduler.store.database import Transaction

TO_PUBLISHED = {
    State.WAITING: (State.HELD, State.PUBLISHED),
    State.FAILED: (State.WAITING, State.HELD, State.PUBLISHED),
    State.UNCLEAR: (State.PUBLISHED,),
    State.HELD: (State.PUBLISHED,),
}
TO_A_PERSON: dict[State, tuple[State, ...]] = {
    State.WAITING: (State.HELD,),
    State.FAILED: (State.WAITING, State.HELD),
    State.UNCLEAR: (),
    State.HELD: (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A delivery of this database; `same_words`: it is surely the one that the journal speaks of, unchanged."""

    number: int
    state: State
    same_words: bool


def find(tx: Transaction, subject: Subject) -> Found | None:
    """The delivery that the journal speaks of: by its key, else by account and content, else by its old numbers."""
    theirs = delivery.c.account_id == subject.account
    by_key = _first(tx, theirs, delivery.c.key == subject.key)
    unsent = delivery.c.key.is_(None)
    row = by_key or _first(tx, theirs, unsent, post.c.content_hash == subject.content)
    if row is not None:
        return Found(number=row.id, state=State(row.state), same_words=True)
    numbers = (delivery.c.id == subject.delivery, delivery.c.post_id == subject.post)
    row = _first(tx, theirs, unsent, *numbers)
    return Found(number=row.id, state=State(row.state), same_words=False) if row is not None else None


def publish(tx: Transaction, found: Found, subject: Subject, told: Outcome, move: Move, now: datetime) -> None:
    """The delivery is published as the journal says, by moves that are allowed and written down."""
    _keep_attempt(tx, found, subject, told.name, told.finished_at, told.payload_hash)
    proof: dict[str, object] = {
        "remote_id": told.remote_id,
        "permalink": told.permalink,
        "published_at": told.finished_at,
        "late_by_s": told.late_by_s,
        "measure_at": told.measure_at,
    }
    _go(tx, found, TO_PUBLISHED[found.state], move, now, proof)


def doubt(tx: Transaction, found: Found, subject: Subject, move: Move, now: datetime) -> None:
    """The delivery waits for a person, and only `resolve` lets it go again: it may be out."""
    _keep_attempt(tx, found, subject, "died", now, None)
    _go(tx, found, TO_A_PERSON[found.state], move, now, {})


def _first(tx: Transaction, *where: Any) -> Any:
    query = select(delivery.c.id, delivery.c.state).join(post, post.c.id == delivery.c.post_id)
    return tx.execute(query.where(*where).order_by(delivery.c.id).limit(1)).one_or_none()


def _keep_attempt(
    tx: Transaction, found: Found, subject: Subject, outcome: str, at: datetime, payload: str | None
) -> None:
    """The attempt that the database forgot is there, as its last, and fence and key are those of the journal."""
    told = {"stage": Stage.POSTING, "outcome": outcome, "finished_at": at, "payload_hash": payload}
    fence = tx.scalar(select(func.max(attempt.c.fence)).where(attempt.c.delivery_id == found.number)) or 0
    fence = max(subject.fence, fence)
    here = (attempt.c.delivery_id == found.number) & (attempt.c.fence == fence)
    if not tx.execute(update(attempt).where(here).values(told).returning(attempt.c.id)).all():
        kept = {"delivery_id": found.number, "fence": fence, "owner": "the send journal", "started_at": at}
        tx.execute(insert(attempt).values(**kept, **told, evidence={"from": "the send journal"}))
    change = {"fence": fence, "key": func.coalesce(delivery.c.key, subject.key)}
    tx.execute(update(delivery).where(delivery.c.id == found.number).values(change))


def _go(
    tx: Transaction, found: Found, way: tuple[State, ...], move: Move, now: datetime, proof: dict[str, object]
) -> None:
    for to in way:
        reason = "" if to in {State.PUBLISHED, State.WAITING} else move.reason
        step = Move(verb=move.verb, to=to, actor=move.actor, reason=reason)
        moves.make(tx, found.number, step, now, proof if to is State.PUBLISHED else None)
