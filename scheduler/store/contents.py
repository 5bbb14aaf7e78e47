"""What a claim needs to know of the deliveries it takes; what cannot be read is found out before anything is taken."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from scheduler.store import posts
from scheduler.store.columns import BigId, Unreadable
from scheduler.store.schema import delivery, post

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select

    from posts.model import Post
    from scheduler.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is to be sent for one delivery."""

    content_hash: str
    not_after: datetime | None
    progress: Mapping[str, Mapping[str, object]]
    post: Post


def read(tx: Transaction, ids: Sequence[int]) -> tuple[dict[int, Content], dict[int, str]]:
    """What is to be sent, by delivery; and for those of which it cannot be read, the kind of fault.

    One row that cannot be read must not keep the others from being claimed: then each is read by itself.
    """
    try:
        return _read(tx, ids), {}
    except Exception:  # noqa: BLE001 - whatever a stored value can do to its reader
        return _one_by_one(tx, ids)


def _one_by_one(tx: Transaction, ids: Sequence[int]) -> tuple[dict[int, Content], dict[int, str]]:
    found: dict[int, Content] = {}
    unreadable: dict[int, str] = {}
    for number in ids:
        try:
            found |= _read(tx, [number])
        except Exception as fault:  # noqa: BLE001 - as above; its words may hold what they choke on
            unreadable[number] = type(fault).__name__
    return found, unreadable


def _read(tx: Transaction, ids: Sequence[int]) -> dict[int, Content]:
    rows = tx.execute(_facts(), {"ids": list(ids)}).all()
    content = posts.load(tx, sorted({row.post_id for row in rows}))
    return {
        row.id: Content(
            content_hash=row.content_hash,
            not_after=row.not_after,
            progress=_steps(row.progress),
            post=content[row.post_id],
        )
        for row in rows
    }


def _steps(progress: object) -> Mapping[str, Mapping[str, object]]:
    """The saved progress; a thread that went on without knowing what is out would say it twice."""
    if isinstance(progress, Unreadable) or not isinstance(progress, dict):
        raise TypeError
    if not all(isinstance(data, dict) for data in progress.values()):
        raise TypeError
    return progress


@cache
def _facts() -> Select[Any]:
    wanted = delivery.c.id.in_(bindparam("ids", expanding=True, type_=BigId))
    ours = (delivery.c.id, delivery.c.post_id, delivery.c.due_at, delivery.c.progress)
    return (
        select(*ours, post.c.content_hash, post.c.not_after).join(post, post.c.id == delivery.c.post_id).where(wanted)
    )
