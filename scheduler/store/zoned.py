"""Deliveries to come whose instant was computed with other zone data, or in another zone than their mission has now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_, select, update

from scheduler.model import State
from scheduler.store.columns import BigId
from scheduler.store.schema import delivery, heartbeat, mission, post

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scheduler.store.database import Transaction

OPEN = frozenset({State.WAITING, State.HELD, State.FAILED})
CHANGED = ("state", "reason", "due_at", "next_at", "go_until", "let_go", "time_zone", "tzdata")


def outdated(tx: Transaction, now: datetime, tzdata: str) -> list[dict[str, Any]]:
    """Their columns with the post's kind and, as `zone`, the zone that their mission has now; by id."""
    query = (
        select(delivery, post.c.kind, mission.c.time_zone.label("zone"))
        .join(post, post.c.id == delivery.c.post_id)
        .join(mission, mission.c.code == delivery.c.mission)
        .where(delivery.c.state.in_(OPEN), delivery.c.due_at > now)
        .where(or_(delivery.c.tzdata != tzdata, delivery.c.time_zone != mission.c.time_zone))
        .order_by(delivery.c.id)
    )
    return [dict(row) for row in tx.execute(query).mappings()]


def write(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Each delivery has the times, the zone and the state that its row says."""
    if rows:
        here = update(delivery).where(delivery.c.id == bindparam("b_id", type_=BigId))
        values = {name: bindparam(f"b_{name}", type_=delivery.c[name].type) for name in CHANGED}
        tx.execute(here.values(values), [{f"b_{name}": row[name] for name in ("id", *CHANGED)} for row in rows])


def say(tx: Transaction, news: str) -> None:
    """The heartbeat row says what moved when zone data or zones last changed."""
    tx.execute(update(heartbeat).where(heartbeat.c.id == 1).values(zone_news=news))
