"""How many posts an account has made: counted from the attempts, where every call is written down before it is made."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, or_, select

from scheduler.model import Stage
from scheduler.store.columns import UtcDateTime
from scheduler.store.schema import attempt, delivery

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select

    from scheduler.store.database import Transaction

NOTHING_WENT = ("retryable", "rejected", "auth_expired")


def posts_since(tx: Transaction, account: str, since: datetime) -> int:
    """How many posts the account has made since then, those that may be out included: doubt is counted as spent."""
    return tx.scalar(_posts(), {"account": account, "since": since}) or 0


@cache
def _posts() -> Select[Any]:
    may_be_out = or_(attempt.c.outcome.is_(None), attempt.c.outcome.not_in(NOTHING_WENT))
    return (
        select(func.count())
        .select_from(attempt.join(delivery, delivery.c.id == attempt.c.delivery_id))
        .where(
            delivery.c.account_id == bindparam("account"),
            attempt.c.stage == Stage.POSTING,
            attempt.c.started_at >= bindparam("since", type_=UtcDateTime()),
            may_be_out,
        )
    )
