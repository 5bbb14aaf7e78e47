"""What came of attempts, written in groups, and what a dead sender left behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Text, and_, bindparam, func, select, update

from scheduler.model import DEATHS_MAX, Outcome, Stage, State
from scheduler.store.columns import BigId, UtcDateTime
from scheduler.store.ledger import Entry, write_down
from scheduler.store.schema import attempt, delivery

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select, Update

    from scheduler.store.database import Transaction

BURNS_A_TRY = frozenset({"retryable", "own_fault"})
NOTHING_WENT = frozenset({"retryable", "rejected", "auth_expired"})
NO_PROOF_OF_LIFE = frozenset({"died", "lost", "handed_back"})  # whatever else came of it, the program outlived it
DIED_POSTING = "the program ended while the posting call was under way: nobody knows yet whether it is out"
DIED_PREPARING = "the program ended before anything was posted: it is tried again"
QUARANTINED = (
    "three times in a row the program ended while preparing it, at last with nothing else in hand; nothing is out:"
    " look at its text and pictures, then edit its post, cancel it, or release it for one more try"
)


def record(tx: Transaction, outcomes: Sequence[Outcome]) -> set[int]:
    """The delivery ids whose outcome is now written, with its attempt and its audit row.

    Left out are those that were no longer ours: another fence holds them, and its word counts.
    """
    by_fence = {(one.delivery_id, one.fence): one for one in outcomes}
    held = tx.execute(_still_ours(), {"ids": sorted({number for number, _ in by_fence})})
    kept = [by_fence[row.id, row.fence] for row in held if (row.id, row.fence) in by_fence]
    if not kept:
        return set()
    _update_deliveries(tx, kept)
    _close_attempts(tx, kept)
    write_down(tx, [_entry(one) for one in kept])
    return {one.delivery_id for one in kept}


def recover(
    tx: Transaction,
    *,
    now: datetime,
    first_look: timedelta = timedelta(),
    told: Mapping[tuple[int, int, str], Outcome | None] | None = None,
) -> dict[str, int]:
    """Every row that a dead sender left as sending has gone where its attempt's stage says; how many went where.

    `told` is what the send journal says of (delivery, fence, key): an outcome that never reached the database counts,
    None means that the call may have been made.

    Call it only while holding the one sender's lock: then whoever wrote `sending` is dead. What waits again keeps its
    instant: it is as late as it is. What is unclear is looked up after `first_look`.
    """
    return _sort_out(tx, tx.execute(_sending()).all(), told or {}, now, now + first_look)


def sweep(
    tx: Transaction, ours: Collection[tuple[int, int]], *, now: datetime, first_look: timedelta = timedelta()
) -> dict[str, int]:
    """As `recover`, while we run: for every row that is sending and not among `ours`, the (delivery, fence) in hand.

    Nobody died of these: the answer to a claim's commit was lost, or a sender's thread ended.
    """
    lost = [row for row in tx.execute(_sending()) if (row.id, row.fence) not in ours]
    return _sort_out(tx, lost, None, now, now + first_look)


def _sort_out(
    tx: Transaction,
    rows: Sequence[Any],
    told: Mapping[tuple[int, int, str], Outcome | None] | None,
    now: datetime,
    look_at: datetime,
) -> dict[str, int]:
    """`told` is None where the program did not end."""
    outcomes = [_left_behind(row, told, now, look_at) for row in rows]
    if outcomes:
        record(tx, outcomes)
    states = (State.WAITING, State.UNCLEAR, State.HELD, State.PUBLISHED)
    return {str(state): sum(one.state == state for one in outcomes) for state in states}


def _left_behind(
    row: Any, told: Mapping[tuple[int, int, str], Outcome | None] | None, now: datetime, look_at: datetime
) -> Outcome:
    """What came of a lost attempt, by the journal where that knows it, else by the attempt's stage."""
    journal = told or {}
    if known := journal.get((row.id, row.fence, row.key)):
        evidence = {"from": "the send journal: the program ended before this reached the database"}
        return replace(known, attempt_id=row.attempt_id, evidence=evidence)
    posting = row.stage == Stage.POSTING or (row.id, row.fence, row.key) in journal
    state, reason = _where_to(posting=posting, deaths=0 if told is None else row.deaths + 1)
    return Outcome(
        delivery_id=row.id,
        attempt_id=row.attempt_id,
        fence=row.fence,
        name="lost" if told is None else "died",
        state=state,
        reason=reason,
        finished_at=now,
        next_at=look_at if posting else None,
    )


def _where_to(*, posting: bool, deaths: int) -> tuple[State, str]:
    """A delivery that ends the program ends it again; one that only was in hand meanwhile does not."""
    if posting:
        return State.UNCLEAR, DIED_POSTING
    return (State.HELD, QUARANTINED) if deaths >= DEATHS_MAX else (State.WAITING, DIED_PREPARING)


# Building a statement costs more than running it: each is built once.
@cache
def _sending() -> Select[Any]:
    of_delivery = (delivery.c.id, delivery.c.fence, delivery.c.key, delivery.c.deaths)
    columns = (*of_delivery, attempt.c.id.label("attempt_id"), attempt.c.stage)
    theirs = and_(attempt.c.delivery_id == delivery.c.id, attempt.c.fence == delivery.c.fence)
    return select(*columns).join(attempt, theirs).where(delivery.c.state == State.SENDING)


@cache
def _still_ours() -> Select[Any]:
    ids = bindparam("ids", expanding=True, type_=BigId)
    query = select(delivery.c.id, delivery.c.fence).where(delivery.c.id.in_(ids), delivery.c.state == State.SENDING)
    return query.order_by(delivery.c.id).with_for_update()


def _update_deliveries(tx: Transaction, kept: Sequence[Outcome]) -> None:
    tx.execute(_delivery_update(), [_delivery_row(one) for one in kept])


@cache
def _delivery_update() -> Update:
    return (
        update(delivery)
        .where(delivery.c.id == bindparam("b_id"))
        .values(
            state=bindparam("b_state"),
            reason=bindparam("b_reason"),
            next_at=func.coalesce(bindparam("b_next_at", type_=UtcDateTime()), delivery.c.next_at),
            tries=delivery.c.tries + bindparam("b_burned"),
            deaths=delivery.c.deaths * bindparam("b_still") + bindparam("b_died"),
            measure_at=bindparam("b_measure_at"),
            published_at=bindparam("b_published_at"),
            late_by_s=bindparam("b_late_by_s"),
            remote_id=bindparam("b_remote_id"),
            permalink=bindparam("b_permalink"),
        )
    )


def _delivery_row(one: Outcome) -> dict[str, object]:
    published = one.state is State.PUBLISHED
    return {
        "b_id": one.delivery_id,
        "b_state": one.state,
        "b_reason": one.reason,
        "b_next_at": one.next_at,
        "b_burned": int(one.name in BURNS_A_TRY),
        "b_still": int(one.name in NO_PROOF_OF_LIFE),
        "b_died": int(one.name == "died" and one.state is not State.UNCLEAR),
        "b_measure_at": one.measure_at,
        "b_published_at": one.finished_at if published else None,
        "b_late_by_s": one.late_by_s,
        "b_remote_id": one.remote_id,
        "b_permalink": one.permalink,
    }


def _close_attempts(tx: Transaction, kept: Sequence[Outcome]) -> None:
    tx.execute(
        _attempt_update(),
        [
            {
                "b_id": one.attempt_id,
                "b_finished_at": one.finished_at,
                "b_outcome": one.name,
                "b_status": one.http_status,
                "b_payload": one.payload_hash,
                "b_stage": str(Stage.POSTING) if one.state is State.UNCLEAR else None,
                "b_evidence": dict(one.evidence or {}),
                "b_posts": 0 if one.posts is None and one.name in NOTHING_WENT else one.posts,
            }
            for one in kept
        ],
    )


@cache
def _attempt_update() -> Update:
    return (
        update(attempt)
        .where(attempt.c.id == bindparam("b_id"))
        .values(
            finished_at=bindparam("b_finished_at"),
            outcome=bindparam("b_outcome"),
            http_status=bindparam("b_status"),
            payload_hash=bindparam("b_payload"),
            stage=func.coalesce(bindparam("b_stage", type_=Text()), attempt.c.stage),  # doubt outlives who held it
            evidence=bindparam("b_evidence"),
            posts=func.coalesce(bindparam("b_posts", type_=Integer()), attempt.c.posts),
        )
    )


def _entry(one: Outcome) -> Entry:
    after: dict[str, object] = {"state": one.state, "outcome": one.name, "fence": one.fence}
    if one.reason:
        after["reason"] = one.reason
    if one.remote_id:
        after |= {"remote_id": one.remote_id, "permalink": one.permalink}
    return Entry(
        at=one.finished_at,
        actor="daemon",
        verb="outcome",
        subject=f"delivery:{one.delivery_id}",
        before={"state": State.SENDING},
        after=after,
    )


def first_intent(tx: Transaction, number: int) -> datetime | None:
    """When the delivery was first tried; None if it never was."""
    query = select(attempt.c.started_at).where(attempt.c.delivery_id == number).order_by(attempt.c.fence).limit(1)
    return tx.scalar(query)
