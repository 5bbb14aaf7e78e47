"""How many posts an account has made: counted from the attempts, where every call is written down before it is made."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, update

from scheduler.model import Stage
from scheduler.store.columns import UtcDateTime
from scheduler.store.schema import attempt, delivery

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Select

    from scheduler.store.database import Transaction


def posts_since(tx: Transaction, account: str, since: datetime) -> int:
    """How many posts the account has made since then, those that may be out included: doubt is counted as spent."""
    return int(tx.scalar(_posts(), {"account": account, "since": since}) or 0)


def set_aside(tx: Transaction, posts: Mapping[int, int]) -> None:
    """Each of these attempts counts as so many posts, until what came of it is known."""
    for number, count in posts.items():
        tx.execute(update(attempt).where(attempt.c.id == number).values(posts=count))


@cache
def _posts() -> Select[Any]:
    return (
        select(func.sum(attempt.c.posts))
        .select_from(attempt.join(delivery, delivery.c.id == attempt.c.delivery_id))
        .where(
            delivery.c.account_id == bindparam("account"),
            attempt.c.stage == Stage.POSTING,
            attempt.c.started_at >= bindparam("since", type_=UtcDateTime()),
        )
    )
