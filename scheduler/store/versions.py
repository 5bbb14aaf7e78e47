"""Every wording that a post has had, and who answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from scheduler.store.films import beside_row
from scheduler.store.schema import delivery, post, post_version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from posts.model import Media, Quote
    from scheduler.store.database import Transaction
    from scheduler.store.posts import NewPost


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A post's mission, and its authors: who queued it and who wrote its present version."""

    post_id: int
    mission: str
    authors: frozenset[str]


def keep_first(tx: Transaction, pairs: Sequence[tuple[int, NewPost]], now: datetime) -> None:
    """The posts of these ids have their first version, written by whoever queued them."""
    tx.execute(insert(post_version), [_row(number, 1, new, new.created_by, now) for number, new in pairs])


def keep_next(tx: Transaction, post_id: int, new: NewPost, *, by: str, now: datetime) -> None:
    """The post has one version more: how it reads and what it wishes from now on."""
    last = tx.scalar(select(func.max(post_version.c.version)).where(post_version.c.post_id == post_id)) or 0
    tx.execute(insert(post_version), [_row(post_id, last + 1, new, by, now)])


def of_post(tx: Transaction, post_id: int) -> list[dict[str, object]]:
    """The post's versions, the first one first."""
    query = select(post_version).where(post_version.c.post_id == post_id).order_by(post_version.c.version)
    return [dict(row) for row in tx.execute(query).mappings()]


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


def _row(post_id: int, version: int, new: NewPost, by: str, now: datetime) -> dict[str, object]:
    return {
        "post_id": post_id,
        "version": version,
        "content_hash": new.content_hash,
        "content": _content(new),
        "by": by,
        "at": now,
    }


def _content(new: NewPost) -> dict[str, object]:
    return {
        "mission": new.content.mission,
        "accounts": list(new.accounts),
        "local_due": new.when.local,
        "time_zone": new.when.zone,
        "kind": str(new.kind),
        "not_after": new.not_after.isoformat() if new.not_after else None,
        "language": new.content.language,
        "text": new.content.text,
        "overrides": dict(new.content.overrides),
        "link": new.content.link,
        "first_comment": new.content.first_comment,
        "media": [_picture(one) for one in new.content.media],
        "quote": _quote(new.quote) if new.quote else None,
        "notes": new.notes,
    }


def _picture(one: Media) -> dict[str, object]:
    told: dict[str, object] = {"sha256": one.sha256, "mime": one.mime, "alt_text": one.alt_text}
    return {**told, "beside": beside} if (beside := beside_row(one)) else told


def _quote(one: Quote) -> dict[str, object]:
    return {
        "words": one.words,
        "speaker": one.speaker,
        "role": one.role,
        "organisation": one.organisation,
        "consent": one.consent,
    }
