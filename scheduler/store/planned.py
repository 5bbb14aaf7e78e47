"""What is still to go out, of a post and of an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from scheduler.model import State
from scheduler.store.schema import delivery, post

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scheduler.store.database import Transaction

OPEN = (State.WAITING, State.HELD, State.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToGo:
    """A post with the accounts on which it is not out yet and may still go; `due` is its own time."""

    post_id: int
    content_hash: str
    due: datetime
    accounts: tuple[str, ...]


def to_go(tx: Transaction, post_ids: Sequence[int] | None) -> list[ToGo]:
    """Those of the posts (of all, where None) that still have somewhere to go, by id."""
    query = (
        select(post.c.id, post.c.content_hash, delivery.c.account_id, delivery.c.due_at)
        .join(delivery, delivery.c.post_id == post.c.id)
        .where(delivery.c.state.in_(OPEN))
        .order_by(post.c.id, delivery.c.account_id)
    )
    if post_ids is not None:
        query = query.where(post.c.id.in_(post_ids))
    found: dict[int, ToGo] = {}
    for number, digest, account, due in tx.execute(query):
        before = found[number].accounts if number in found else ()
        found[number] = ToGo(post_id=number, content_hash=digest, due=due, accounts=(*before, account))
    return list(found.values())
