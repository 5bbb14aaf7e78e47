"""What is still to go out, of a post and of an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select

from scheduler.model import State
from scheduler.store.schema import delivery, post, post_variant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scheduler.store.database import Transaction

STILL_TO_GO = (State.WAITING, State.HELD, State.SENDING, State.UNCLEAR)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One post on one account that goes out some time, or did. `may_be_long`: it may have several parts."""

    post_id: int
    state: State
    due: datetime
    published_at: datetime | None
    may_be_long: bool


def of_account(tx: Transaction, account: str, since: datetime) -> list[Planned]:
    """All that is still to go out on the account, and all that went out since then."""
    in_another_text = exists().where(post_variant.c.post_id == post.c.id, post_variant.c.text.contains("---"))
    long = or_(post.c.text.contains("---"), post.c.first_comment != "", in_another_text)
    query = (
        select(post.c.id, delivery.c.state, delivery.c.due_at, delivery.c.published_at, long.label("long"))
        .join(delivery, delivery.c.post_id == post.c.id)
        .where(
            delivery.c.account_id == account,
            delivery.c.state.in_([*STILL_TO_GO, State.PUBLISHED, State.REMOVED]),
            or_(delivery.c.published_at.is_(None), delivery.c.published_at >= since),
        )
    )
    return [
        Planned(post_id=number, state=State(state), due=due, published_at=published, may_be_long=bool(long_one))
        for number, state, due, published, long_one in tx.execute(query)
        if published is not None or State(state) in STILL_TO_GO
    ]
