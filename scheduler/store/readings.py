"""Engagement: which deliveries are to be read, and their counts appended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from scheduler.model import State
from scheduler.store.ledger import append_readings
from scheduler.store.schema import delivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from adapters.contract import Reading
    from scheduler.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRead:
    """One live delivery whose counts are due."""

    delivery_id: int
    account: str
    remote_id: str
    published_at: datetime


def due(tx: Transaction, *, now: datetime, most: int) -> list[ToRead]:
    """Live deliveries whose counts are to be read by now, longest due first."""
    query = (
        select(delivery.c.id, delivery.c.account_id, delivery.c.remote_id, delivery.c.published_at)
        .where(delivery.c.measure_at <= now, delivery.c.state == State.PUBLISHED)
        .order_by(delivery.c.measure_at, delivery.c.id)
        .limit(most)
    )
    return [
        ToRead(delivery_id=row.id, account=row.account_id, remote_id=row.remote_id, published_at=row.published_at)
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
