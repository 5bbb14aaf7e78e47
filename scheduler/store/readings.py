"""Engagement: which deliveries are to be read, and their counts appended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update

from scheduler.model import DAEMON, State
from scheduler.store import moves
from scheduler.store.ledger import append_readings
from scheduler.store.moves import Move
from scheduler.store.schema import absence, delivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from adapters.contract import Reading
    from scheduler.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRead:
    """One live delivery whose counts are due; `gone_since`: when its platform first said that it is not there."""

    delivery_id: int
    account: str
    remote_id: str
    published_at: datetime
    gone_since: datetime | None = None


def due(tx: Transaction, *, now: datetime, most: int) -> list[ToRead]:
    """Live deliveries whose counts are to be read by now, longest due first."""
    query = (
        select(delivery.c.id, delivery.c.account_id, delivery.c.remote_id, delivery.c.published_at, absence.c.since)
        .join(absence, absence.c.delivery_id == delivery.c.id, isouter=True)
        .where(delivery.c.measure_at <= now, delivery.c.state == State.PUBLISHED)
        .order_by(delivery.c.measure_at, delivery.c.id)
        .limit(most)
    )
    return [
        ToRead(
            delivery_id=row.id,
            account=row.account_id,
            remote_id=row.remote_id,
            published_at=row.published_at,
            gone_since=row.since,
        )
        for row in tx.execute(query)
    ]


def append(tx: Transaction, read: Sequence[tuple[int, Reading]], *, read_at: datetime) -> None:
    """One row per delivery and metric is appended."""
    append_readings(
        tx,
        [
            {
                "delivery_id": number,
                "read_at": read_at,
                "metric": one.metric,
                "value": one.value,
                "source": one.source,
                "reason": None,
            }
            for number, one in read
        ],
    )


def plan_next(tx: Transaction, at: Mapping[int, datetime | None]) -> None:
    """Each delivery's counts are read next at its instant; None: never again."""
    if at:
        tx.execute(
            update(delivery).where(delivery.c.id == bindparam("b_id")).values(measure_at=bindparam("b_at")),
            [{"b_id": number, "b_at": moment} for number, moment in at.items()],
        )


def missed(tx: Transaction, numbers: Sequence[int], now: datetime) -> None:
    """It is remembered that the platform says, from now on, that these posts are not there."""
    if numbers:
        tx.execute(insert(absence), [{"delivery_id": one, "since": now} for one in numbers])


def seen_again(tx: Transaction, numbers: Sequence[int]) -> None:
    """Nothing is remembered against these posts any more."""
    if numbers:
        tx.execute(delete(absence).where(absence.c.delivery_id.in_(numbers)))


def end_as_gone(tx: Transaction, reasons: Mapping[int, str], now: datetime) -> list[int]:
    """These deliveries are removed, each for its reason; those that somebody has taken down meanwhile are left out."""
    seen_again(tx, list(reasons))
    live = [one for one in reasons if moves.get(tx, one)["state"] == State.PUBLISHED]
    for one in live:
        move = Move(verb="gone", to=State.REMOVED, actor=DAEMON, reason=reasons[one])
        moves.make(tx, one, move, now, {"measure_at": None})
    return live
