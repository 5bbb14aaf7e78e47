"""Who answers for a post's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from scheduler.store.schema import delivery, post, post_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A post's mission, and its authors: who queued it and who wrote its present version."""

    post_id: int
    mission: str
    authors: frozenset[str]


def standing_of_posts(tx: Transaction, post_ids: Sequence[int]) -> list[Standing]:
    """Those of the posts that there are."""
    last: dict[int, str] = {}
    wanted = post_version.c.post_id.in_(post_ids)
    for row in tx.execute(select(post_version).where(wanted).order_by(post_version.c.version)):
        last[row.post_id] = row.by
    query = select(post.c.id, post.c.mission, post.c.created_by).where(post.c.id.in_(post_ids)).order_by(post.c.id)
    return [
        Standing(
            post_id=row.id, mission=row.mission, authors=frozenset({row.created_by, last.get(row.id, row.created_by)})
        )
        for row in tx.execute(query)
    ]


def standing_of_deliveries(tx: Transaction, numbers: Sequence[int]) -> list[Standing]:
    """The posts of those of the deliveries that there are."""
    query = select(delivery.c.post_id).where(delivery.c.id.in_(numbers)).distinct()
    return standing_of_posts(tx, sorted(tx.scalars(query)))
